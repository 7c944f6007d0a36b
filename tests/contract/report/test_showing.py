"""A verdict about a mock on this machine is brought to it, and to nobody else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import cast

import httpx2
import pytest
from tests_support import started

from contract.http.exchange import Exchange, ReceivedResponse, SentRequest
from contract.report.showing import control_token, is_mock, show
from contract.report.verdict import ReportedVerdict


def answered(body: bytes) -> Exchange:
    return Exchange(SentRequest("GET", "/", ()), ReceivedResponse(400, {}, body), 0.0, 0.0)


def test_a_mock_is_known_by_the_page_to_which_its_refusals_lead() -> None:
    help_ = b'{"help": "http://127.0.0.1:8400/_invigilate/contract#body-json"}'
    assert is_mock([Exchange(SentRequest("GET", "/", ()), None, 0.0, 0.0, failure="lost"), answered(help_)])
    assert not is_mock([answered(b'{"help": "http://127.0.0.1:8400/contract#body-json"}')])


def test_nothing_leaves_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httpx2, "Client", lambda **_: pytest.fail("it would be sent"))
    assert show(cast(ReportedVerdict, None), "https://mock.example.com") == ""


def test_the_ready_file_gives_the_control_token(tmp_path: Path) -> None:
    (tmp_path / "ready.json").write_text('{"control_token": "let-me-in"}')
    assert control_token(tmp_path / "ready.json") == "let-me-in"
    assert control_token(None) is None


@pytest.mark.outside
@pytest.mark.parametrize("guarded", [(), ("--control-token", "a-control-token-for-tests")])
def test_the_inspector_shows_what_check_found(tmp_path: Path, guarded: tuple[str, ...]) -> None:
    ready_file = tmp_path / "ready.json"
    with started(ready_file, "mock", "--port", "0", "--log", "none", "--fault", "answers-201", *guarded) as ready:
        command = [sys.executable, "-m", "invigilate", "check", "--ready-file", str(ready_file), "--max-examples", "0"]
        only = ["--only", "success-status", "--only", "body-json"]
        judged = subprocess.run([*command, *only], capture_output=True, text=True, timeout=600, check=False)
        assert judged.returncode == 1, judged.stderr
        assert f"the report is shown at {ready['url']}/_invigilate/judge" in judged.stderr
        headers = {"authorization": f"Bearer {ready['control_token']}"}
        told = httpx2.get(f"{ready['url']}/_invigilate/report", headers=headers, trust_env=False).json()["report"]
        page = httpx2.get(
            f"{ready['url']}/_invigilate/judge", headers={**headers, "accept": "text/html"}, trust_env=False
        ).text
    assert told["summary"]["exit_code"] == 1
    assert ready["token"] not in json.dumps(told)
    assert "The contract is broken" in page
    assert '/_invigilate/contract#success-status"' in page
