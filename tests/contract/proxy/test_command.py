"""The command as its user starts it: a process, signals, files, exit codes, and nonsense."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from tests_support import token

from contract.cli.proxy import proxy as command
from mockserver.app import Mock
from mockserver.auth.keys import Keys
from tests.contract.proxy.running import INSTALL, PATH, Opened
from tests.contract.proxy.test_judging import COURSE


@pytest.mark.parametrize(
    ("fault", "calls", "ending", "code"),
    [(None, 2, signal.SIGTERM, 0), ("creates-again", 2, signal.SIGINT, 1), (None, 0, signal.SIGTERM, 2)],
)
def test_a_run_from_start_to_verdict(
    fault: str | None, calls: int, ending: signal.Signals, code: int,
    mock: Callable[..., Mock], keys: Keys, served: Opened, tmp_path: Path,
) -> None:  # fmt: skip
    application = mock(None, *((fault,) if fault else ()))
    ready = tmp_path / "ready.json"
    ready.write_text("stale")
    files = ["--har", "t.har", "--json", "r.json", "--junit", "r.xml", "--markdown", "r.md", "--html", "r.html"]
    words = ["proxy", "{upstream}", "--install", INSTALL, "--ready-file", str(ready), *files, "--sarif", "r.sarif"]
    credential = token(keys, INSTALL)
    with served(application) as upstream:
        words[1] = upstream
        process = subprocess.Popen(
            [sys.executable, "-m", "invigilate", *words], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        assert process.stdout is not None
        first = process.stdout.readline()  # the ready file was written before
        assert upstream in first
        told = json.loads(ready.read_text())
        assert stat.S_IMODE(ready.stat().st_mode) == 0o600
        for _ in range(calls):
            headers = {"token": credential, "Content-Type": "application/json"}
            answer = httpx2.post(told["url"] + PATH, json={"course": COURSE}, headers=headers, trust_env=False)
            assert answer.status_code == 200
        process.send_signal(ending)
        out, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    assert err == ""
    assert not ready.exists()
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["summary"]["exit_code"] == code
    assert report["passive"] is True
    assert len(json.loads((tmp_path / "t.har").read_text())["log"]["entries"]) == calls
    assert ("failed: recall-finds" in out) is (fault is not None)
    for name in ("t.har", "r.json", "r.xml", "r.md", "r.html", "r.sarif"):
        assert credential not in (tmp_path / name).read_text()
    assert credential not in out


@pytest.mark.outside
def test_who_updates_the_package_meanwhile_loses_no_verdict(
    mock: Callable[..., Mock], keys: Keys, served: Opened, repository: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    for name in ("spec", "contract", "mockserver"):
        shutil.copytree(repository / name, site / name)
    shutil.copy(repository / "invigilate.py", site)
    files = ["--json", "r.json", "--junit", "r.xml", "--markdown", "r.md", "--html", "r.html", "--sarif", "r.sarif"]
    headers = {"token": token(keys, INSTALL), "Content-Type": "application/json"}
    with served(mock(None, "creates-again")) as upstream:
        words = ["proxy", upstream, "--install", INSTALL, "--ready-file", "ready.json", *files, "--github"]
        process = subprocess.Popen(
            [sys.executable, "-B", "-m", "invigilate", *words], cwd=tmp_path, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(site)},
        )  # fmt: skip
        assert process.stdout is not None
        assert upstream in process.stdout.readline()
        told = json.loads((tmp_path / "ready.json").read_text())
        for _ in range(2):
            httpx2.post(told["url"] + PATH, json={"course": COURSE}, headers=headers, trust_env=False)
        shutil.rmtree(site)  # as an update does, between two versions
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (1, "")
    assert "recall-finds" in out
    assert all((tmp_path / name).stat().st_size for name in files[1::2])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "UPSTREAM is missing"),
        (["http://a"], "--install is missing"),
        (["ftp://a", "--install", INSTALL], "absolute http or https"),
        (["http://user:secret-word@a", "--install", INSTALL], "has a user"),
        (["http://a/?x", "--install", INSTALL], "a query"),
        (["http://a b", "--install", INSTALL], "absolute http"),
        (["http://a:99999", "--install", INSTALL], "absolute http"),
        (["http://a", "--install", "AI1"], "no SID of an install"),
        (["http://a", "--install", INSTALL, "--from-addon", "--tell"], "--from-addon only listens"),
        (["http://a", "--install", INSTALL, "--only", "nonsense"], "no clause 'nonsense'"),
        (["http://a", "--install", INSTALL, "--har", "/no/such/folder/x"], "cannot be written"),
        (["http://a", "--install", INSTALL, "--json", "/no/such/folder/x"], "does not exist"),
        (["https://a", "--install", INSTALL, "--ca-file", "/no/such/file"], "--ca-file"),
        (["http://a", "--install", INSTALL, "--port", "70000"], "from 0 to 65535"),
        (["http://a", "--install", INSTALL, "--require", "nonsense"], "no clause 'nonsense'"),
        (["http://a", "--install", INSTALL, "--baseline", "/no/such/file"], "/no/such/file"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(words) == 2
    shown = capsys.readouterr()
    assert told in shown.err
    assert len(shown.err.splitlines()) == 1
    assert "secret-word" not in shown.err
    assert shown.out == ""


def test_it_is_not_its_own_server(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    assert command([f"http://localhost:{port}", "--install", INSTALL, "--port", port]) == 2
    assert "the proxy itself" in capsys.readouterr().err


def test_the_path_of_the_addon_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["--addon"]) == 0
    assert Path(capsys.readouterr().out.strip()).is_file()
