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


@pytest.mark.outside
def test_chromium_finds_nothing_wrong(tmp_path: Path) -> None:
    folder = os.environ.get("INVIGILATE_NODE")
    if folder is None or not (Path(folder) / "node_modules/axe-core").exists():
        pytest.skip("INVIGILATE_NODE names no folder with axe-core and playwright-core from npm; .ci/run makes one")
    if shutil.which("chromium") is None:
        pytest.skip("chromium is not installed")
    (tmp_path / "node_modules").symlink_to(Path(folder) / "node_modules")
    (tmp_path / "browser.mjs").write_text(SCRIPT.read_text())
    with started(tmp_path / "ready.json", "mock", "--port", "0", "--log", "none") as ready:
        question = json.dumps(asked(ready, tmp_path / "profile"))
        ended = subprocess.run(
            ["node", "browser.mjs"], cwd=tmp_path, env={**os.environ, "ASKED": question},
            capture_output=True, text=True, timeout=900, check=False,
        )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told["wrong"] == []
    assert told["told"] == {
        "first": "Skip to the content", "status": 200, "came": 1, "paused": "paused",
        "found": "ignored: /user/lastname", "address": told["told"]["address"], "copy": True, "again": "200", "kept": True,
        "signon": "Signed on",
    }  # fmt: skip
    assert "q=needle" in told["told"]["address"]
