"""The judge as a pipeline runs it: under pytest (also side by side), ended from outside, against a target that dies."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from tests.servers.behaviour import Behaviour
from tests.servers.breakages import UPSERT
from tests.servers.harness import access
from tests.servers.independent import INTEGRATION, ONE, Independent
from tests.servers.overhttp import served

PYTEST = ["-m", "pytest", "-p", "contract.plugin", "--pyargs", "contract.suite", "-p", "no:cacheprovider", "-q"]
QUICK = f"--install {ONE} --integration {INTEGRATION} --max-examples 0 --max-requests 150 --jobs 1 --seed 3"


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV_", "COVERAGE"))}
    root = Path(__file__).parents[2]
    token = access(Behaviour()).token
    return {**kept, "INVIGILATE_TOKEN": token, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1", **more}


def python(*arguments: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, cwd=folder, env=environment(**more)
    )


@pytest.fixture
def server() -> Iterator[str]:
    with served(UPSERT["course-gets-a-new-sid"].behaviour) as url:
        yield url


@pytest.mark.parametrize(
    ("arguments", "more", "sentence"),
    [
        ([], {}, "say what to judge: --target URL"),
        (["--target", "http://127.0.0.1:1", f"--check=--install {ONE}"], {"INVIGILATE_TOKEN": ""}, "there is no token"),
        (["--target", "http://127.0.0.1:1", "--check=--instal x"], {}, "there is no option --instal"),
        (["--target", "http://127.0.0.1:1", "--check='"], {}, "cannot be taken apart"),
    ],
)
def test_what_cannot_start_is_one_usage_error(
    arguments: list[str], more: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    done = python(*PYTEST, *arguments, folder=tmp_path, **more)
    said = done.stdout + done.stderr
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, said
    assert sentence in said
    assert "Traceback" not in said
    assert "failed" not in said


@pytest.mark.outside
def test_under_pytest_it_is_the_same_judge(server: str, tmp_path: Path) -> None:
    alone = python(
        "-m", "invigilate", "check", server, *QUICK.split(), "--json", "alone.json", "--write-baseline", "known.json",
        folder=tmp_path,
    )  # fmt: skip
    assert alone.returncode == 1, alone.stderr
    reports = "--json r.json --junit r.xml --html r.html --markdown r.md"
    for workers in ([], ["-n", "2", "-p", "xdist"]):
        done = python(
            *PYTEST, *workers, "--target", server, f"--check={QUICK} {reports}", "-W", "error", folder=tmp_path
        )
        assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
        assert "seed 3" in done.stdout
        assert "AdoptedClauseWarning" in done.stdout
        one, other = (json.loads((tmp_path / name).read_text()) for name in ("alone.json", "r.json"))
        assert outcomes(one) == outcomes(other)
        assert one["summary"]["requests"] == other["summary"]["requests"]
        assert all((tmp_path / name).stat().st_size for name in ("r.xml", "r.html", "r.md"))
    known = python(*PYTEST, "--target", server, f"--check={QUICK} --baseline known.json", folder=tmp_path)
    assert known.returncode == 0, known.stdout
    assert "xfailed" in known.stdout
    assert not (tmp_path / ".hypothesis").exists()


def outcomes(report: dict[str, object]) -> dict[str, str]:
    clauses = report["clauses"]
    assert isinstance(clauses, list)
    return {one["id"]: one["outcome"] for one in clauses}


@contextlib.contextmanager
def counted(number: int, *, dies: bool = False) -> Iterator[threading.Event]:
    """An event that is set when the server has answered so many calls; it may answer none from then on."""
    reached, calls, handle = threading.Event(), [0], Independent.handle

    def one(self: Independent, *call: Any) -> Any:
        calls[0] += 1
        if calls[0] >= number:
            reached.set()
        if dies and calls[0] > number:
            raise ConnectionResetError  # ends this connection without an answer
        return handle(self, *call)

    with mock.patch.object(Independent, "handle", one):
        yield reached


def started(url: str, folder: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "invigilate", "check", url, *QUICK.split()[:-6], *more],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder, env=environment(),
    )  # fmt: skip


@pytest.mark.outside
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_is_ended_from_outside_writes_what_it_saw(number: signal.Signals, tmp_path: Path) -> None:
    with counted(80) as reached, served(Behaviour(latency=0.01)) as url:
        run = started(url, tmp_path, "--json", "r.json", "--write-created", "c.json")
        assert reached.wait(300)
        run.send_signal(number)
        out, complaints = run.communicate(timeout=300)
    assert run.returncode == 2, out + complaints
    assert "interrupted" in out
    assert "Traceback" not in out + complaints
    assert json.loads((tmp_path / "r.json").read_text())["summary"]["exit_code"] == 2
    assert json.loads((tmp_path / "c.json").read_text())["created"]


@pytest.mark.outside
def test_a_target_that_dies_ends_the_run(tmp_path: Path) -> None:
    with counted(80, dies=True) as reached:
        with served(Behaviour(latency=0.01)) as url:
            run = started(url, tmp_path, "--json", "r.json")
            assert reached.wait(300)
        out, complaints = run.communicate(timeout=300)
    assert run.returncode == 2, out + complaints
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["summary"]["cannot"]
    assert outcomes(report)["never-hang"] != "failed"
    assert "Traceback" not in out + complaints


@pytest.mark.outside
def test_no_folder_is_left_where_it_ran(server: str, tmp_path: Path) -> None:
    options = f"--install {ONE} --max-examples 3 --only schema"
    done = python("-m", "invigilate", "check", server, *options.split(), folder=tmp_path)
    assert done.returncode in (0, 1), done.stderr
    assert list(tmp_path.iterdir()) == []
