"""The pages in a real browser: accessible in light and dark, within the window, live, and usable by keyboard."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests_support import started

SCRIPT = Path(__file__).with_name("browser.mjs")


def asked(ready: Any, profile: Path) -> dict[str, Any]:
    """What the script is asked: pages to look at, and a call to make, of a mock that was called in some ways."""
    url, install = ready["url"], ready["install"]
    endpoint, headers = f"{url}/v2/installs/{install}/provision", {"token": ready["token"]}
    course = {"ids": {"lms": "astro"}, "title": "Astronomy", "code": "<b>AST</b>"}
    user = {"ids": {"api": "vega"}, "firstName": "Vega", "lastName": "Lyrae", "email": "vega@example.com"}
    body = {"course": course, "user": {**user, "lastname": "needle"}, "enrollment": {"role": "learner"}}
    with httpx2.Client(trust_env=False, timeout=60) as http:
        made = http.post(endpoint, json=body, headers=headers).json()
        http.post(endpoint, json={"course": {**course, "title": 7}, "user": {**user, "email": "x"}}, headers=headers)
        http.post(endpoint, content=b'{"course"', headers={**headers, "content-type": "application/json"})
        http.post(f"{url}/v2/installs/{install}/provison", json={}, headers=headers)
        http.post(f"{url}/_invigilate/weather", json={"then": {"status": 503, "retryAfter": 1}, "times": 1})
        http.post(endpoint, json={"course": course}, headers=headers)
    world = f"/_invigilate/world/{install}"
    pages = [
        "",
        "calls/1",
        "calls/2",
        "calls/3",
        "world",
        "controls",
        "client",
        "judge",
        "login",
        "calls/99",
        "contract",
    ]
    return {
        "url": url,
        "paths": [
            "/",
            *(f"/_invigilate/{one}" for one in pages),
            *(world, f"{world}/create", f"{world}/{made['user']['sid']}", f"{world}/{made['course']['sid']}"),
        ],
        "call": {
            "url": endpoint,
            "headers": {**headers, "content-type": "application/json"},
            "body": json.dumps({"course": {**course, "title": "Other"}}),
        },
        "profile": str(profile),
        "executable": shutil.which("chromium"),
        "pictures": os.environ.get("INVIGILATE_PICTURES"),
    }


def told_by(script: Path, folder: Path, question: dict[str, Any]) -> dict[str, Any]:
    """What a script in a real browser tells; it finds playwright-core and axe-core beside it."""
    node = os.environ.get("INVIGILATE_NODE")
    if node is None or not (Path(node) / "node_modules/axe-core").exists():
        pytest.skip("INVIGILATE_NODE names no folder with axe-core and playwright-core from npm; .ci/run makes one")
    if shutil.which("chromium") is None:
        pytest.skip("chromium is not installed")
    (folder / "node_modules").symlink_to(Path(node) / "node_modules")
    (folder / script.name).write_text(script.read_text())
    ended = subprocess.run(
        ["node", script.name], cwd=folder, env={**os.environ, "ASKED": json.dumps(question)},
        capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return dict(json.loads(ended.stdout))


@pytest.mark.outside
def test_chromium_finds_nothing_wrong(tmp_path: Path) -> None:
    with started(tmp_path / "ready.json", "mock", "--port", "0", "--log", "none") as ready:
        told = told_by(SCRIPT, tmp_path, asked(ready, tmp_path / "profile"))
    assert told["wrong"] == []
    assert told["told"] == {
        "first": "Skip to the content", "status": 200, "came": 1, "paused": "paused",
        "found": "ignored: /user/lastname", "address": told["told"]["address"], "copy": True, "again": "200", "kept": True,
        "signon": "Signed on",
    }  # fmt: skip
    assert "q=needle" in told["told"]["address"]


@pytest.mark.outside
def test_everything_is_done_by_keyboard_alone(tmp_path: Path) -> None:
    with started(tmp_path / "ready.json", "mock", "--port", "0", "--log", "none") as ready:
        question = asked(ready, tmp_path / "profile")
        told = told_by(SCRIPT.with_name("keyboard.mjs"), tmp_path, {**question, "install": ready["install"]})
    assert told == {
        "hidden": [],  # where the focus is can be seen at every stop, and every place is one
        "first": "Skip to the content", "skipped": "main", "after": "Pause",
        "typing": ["q", "provision", 2, 5], "polite": ["status", None], "kept": True,  # while calls come
        "paused": "true", "resumed": "false",
        "copied": "Copied", "clipboard": "curl", "again": "200",
        "trapped": "Create", "created": True, "weather": 503, "moved": 2,
        "refused": True, "back": True, "asked": 2, "reset": 0,
    }  # fmt: skip
