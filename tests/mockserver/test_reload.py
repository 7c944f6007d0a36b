"""Live work: sound edits are served from a fresh state, broken ones are told, and calls never fail meanwhile."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contract.http.exchange import ReceivedResponse, SentRequest
from contract.http.inprocess import AsgiTransport
from mockserver.cli import _mock_parser
from mockserver.launch import Launch, launch
from mockserver.serving.reload import Reloading
from spec.catalogue.clauses import CLAUSES_FILE
from spec.load import DOCUMENT_FILE
from spec.resources.installs import INSTALLS_FILE

TITLE = "        title:\n          type: string\n          description: what people call the course\n"


class Desk:
    """A mock over copies of our files, with a hand that edits them."""

    def __init__(self, folder: Path) -> None:
        self.document, self.installs, self.clauses = (
            folder / name for name in ("openapi.yaml", "installs.yaml", "clauses.yaml")
        )
        self.document.write_bytes(DOCUMENT_FILE.read_bytes())
        self.installs.write_bytes(INSTALLS_FILE.read_bytes())
        self.clauses.write_bytes(CLAUSES_FILE.read_bytes())
        files = ["--spec", str(self.document), "--installs", str(self.installs), "--clauses", str(self.clauses)]
        options: argparse.Namespace = _mock_parser().parse_args([*files, "--reload", "--port", "0", "--seed", "1"])
        self.launch: Launch = launch(options)
        reloading = self.launch.reloading
        assert reloading is not None
        self.said: list[str] = []
        self.reloading: Reloading = reloading
        self.reloading._say = self.said.append
        self.transport = AsgiTransport(self.reloading)  # type: ignore[arg-type]
        self.saved = 0

    def edit(self, path: Path, old: str, new: str) -> bool:
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        self.saved += 1
        os.utime(path, ns=(self.saved, self.saved))  # the clock of a file system may be too coarse to tell edits apart
        self.said.clear()
        return self.reloading.refresh()

    def provision(self, title: str = "Algebra") -> ReceivedResponse:
        ready = self.launch.ready
        headers = (("token", ready.token), ("content-type", "application/json"))
        body = json.dumps({"course": {"ids": {"external": "c"}, "title": title, "code": None}}).encode()
        path = f"/v2/installs/{ready.install}/provision"
        answer = self.transport.send(SentRequest("POST", path, headers, body)).response
        assert answer is not None
        return answer

    @property
    def console(self) -> str:
        return "".join(self.said)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    one = Desk(tmp_path)
    yield one
    one.transport.close()
    one.launch.listener.close()


def result(answer: ReceivedResponse) -> Any:
    return json.loads(answer.body)["course"]["result"]


def test_nothing_changes_while_no_file_does(desk: Desk) -> None:
    before = desk.reloading.current
    assert not desk.reloading.refresh()
    assert desk.reloading.current is before


def test_an_edit_is_served_from_a_fresh_state_and_tokens_stay_valid(desk: Desk) -> None:
    assert result(desk.provision()) == "Created"
    assert result(desk.provision()) == "Found Existing"
    assert desk.edit(desk.document, TITLE, f"{TITLE}          maxLength: 40\n")
    assert f"{desk.document} changed" in desk.console
    assert ": breaking" in desk.console
    assert "proven: this request was accepted and is now refused" in desk.console
    assert "Served now" in desk.console
    assert result(desk.provision()) == "Created"
    refused = desk.provision("Linear Algebra and its Applications, for those who come late")
    assert refused.status == 400
    assert json.loads(refused.body)["errors"][0]["pointer"] == "/course/title"


@pytest.mark.parametrize("broken", ["          maxLength: many\n", "          colour: red\n", "       }{\n"])
def test_a_broken_edit_is_told_with_its_place_and_what_was_served_stays(desk: Desk, broken: str) -> None:
    desk.provision()
    before = desk.reloading.current
    assert not desk.edit(desk.document, TITLE, TITLE + broken)
    line = DOCUMENT_FILE.read_text(encoding="utf-8")[: DOCUMENT_FILE.read_text(encoding="utf-8").index(TITLE)].count(
        "\n"
    )
    places = [int(piece.split(":")[1]) for piece in desk.console.splitlines() if piece.startswith(f"{desk.document}:")]
    assert places
    assert all(line <= place <= line + 6 for place in places)
    assert "Not served" in desk.console
    assert desk.reloading.current is before
    assert result(desk.provision()) == "Found Existing"
    assert not desk.reloading.refresh()
    assert desk.edit(desk.document, broken, "")
    assert "Served now" in desk.console


def test_findings_of_lint_are_shown(desk: Desk) -> None:
    assert desk.edit(desk.document, TITLE, f"{TITLE}          pattern: '.'\n")
    assert "[pattern-without-anchors]" in desk.console


def test_installs_and_clauses_are_watched_as_well(desk: Desk) -> None:
    name = desk.launch.app.installs[0].name
    assert desk.edit(desk.installs, name, "Renamed University")
    assert desk.reloading.current.installs[0].name == "Renamed University"
    assert not desk.edit(desk.clauses, "{id: course-required,", "{id: course-needed,")
    assert "x-clause names 'course-required'" in desk.console


def test_a_file_that_is_gone_for_a_moment_is_waited_for(desk: Desk) -> None:
    text = desk.document.read_bytes()
    desk.document.unlink()
    assert not desk.reloading.refresh()
    assert desk.said == []
    desk.document.write_bytes(text.replace(b"version: 1.0.0", b"version: 1.1.0"))
    assert desk.reloading.refresh()
    assert desk.reloading.current.document.version == "1.1.0"


def test_whatever_goes_wrong_the_mock_goes_on(desk: Desk) -> None:
    def fails() -> Any:
        raise RecursionError("too deep")

    desk.reloading._build = fails
    assert not desk.edit(desk.document, "version: 1.0.0", "version: 1.1.0")
    assert "RecursionError: too deep" in desk.console
    assert result(desk.provision()) == "Created"


def test_a_process_follows_its_document(tmp_path: Path) -> None:
    document, ready = tmp_path / "openapi.yaml", tmp_path / "ready.json"
    document.write_bytes(DOCUMENT_FILE.read_bytes())
    command = [sys.executable, "-m", "invigilate", "mock", "--spec", str(document), "--reload", "--port", "0"]
    with subprocess.Popen([*command, "--ready-file", str(ready)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            while "Ctrl-C" not in process.stdout.readline():
                pass
            url = json.loads(ready.read_text())["url"]
            document.write_bytes(document.read_bytes().replace(b"version: 1.0.0", b"version: 1.1.0"))
            deadline = time.monotonic() + 20
            while "Served now" not in process.stdout.readline():
                assert time.monotonic() < deadline
            with urllib.request.urlopen(f"{url}/openapi.json") as answer:
                assert json.load(answer)["info"]["version"] == "1.1.0"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)


def test_the_other_files_of_a_document_are_followed_as_well(desk: Desk) -> None:
    title = desk.document.with_name("title.yaml")
    title.write_text("type: string\n", encoding="utf-8")
    assert desk.edit(desk.document, TITLE, "        title: {$ref: title.yaml}\n"), desk.console
    assert desk.provision("a" * 27).status == 200
    assert desk.edit(title, "type: string", "type: string\nmaxLength: 25"), desk.console
    assert "title.yaml changed" in desk.console
    assert "title.yaml:2:1" in desk.console
    assert desk.provision("a" * 27).status == 400
    assert not desk.edit(title, "maxLength: 25", "maxLength: -3")
    assert f"{title}:2:1: title.yaml#/maxLength" in desk.console
    assert desk.edit(title, "maxLength: -3", "maxLength: 30"), desk.console
    assert desk.provision("a" * 27).status == 200
    assert not desk.reloading.refresh()


def test_an_edit_that_would_grow_without_end_is_told(desk: Desk) -> None:
    bomb = "        title: {type: string}\n        bomb:\n          allOf:\n"
    bomb += "          - &a0 {title: x}\n"
    bomb += "".join(f"          - &a{n} {{allOf: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 10))
    assert not desk.edit(desk.document, TITLE, bomb)
    assert "aliases and merge keys repeat more than 200,000 values, which is the limit" in desk.console
    assert desk.edit(desk.document, bomb, TITLE), desk.console
