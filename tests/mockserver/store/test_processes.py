"""Several processes on one port and one store: started, judged, killed, replaced and ended together."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from stores import Place, kept_in

pytestmark = pytest.mark.outside
ROOT = Path(__file__).resolve().parents[3]
BODY = {"course": {"ids": {"external": "c"}, "title": "t", "code": None}}
Start = Callable[..., Any]


class Serving:
    """A mock of several workers."""

    def __init__(self, process: subprocess.Popen[str], ready: Path, out: Path, err: Path) -> None:
        self.process, self.ready, self.out, self.err = process, ready, out, err
        self.told: Any = json.loads(ready.read_text())

    def post(self, body: Any = BODY, **headers: str) -> httpx2.Response:
        """A call on a connection of its own, as whichever worker takes it."""
        path = f"{self.told['url']}/v2/installs/{self.told['install']}/provision"
        return httpx2.post(path, json=body, headers={"token": self.told["token"], **headers}, trust_env=False)

    @property
    def workers(self) -> list[int]:
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(one) for one in listed.split()]

    def end(self, how: int = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(20)


def until(is_so: Callable[[], bool]) -> None:
    for _ in range(2000):
        if is_so():
            return
        time.sleep(0.01)  # for processes, not for the clock
    pytest.fail("it never came about")


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    with kept_in(request.param, request) as place:
        made: Place = place
        yield made.address()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    begun: list[Serving] = []

    def begin(*options: str) -> Serving:
        number = len(begun)
        ready, out, err = (tmp_path / f"{name}-{number}" for name in ("ready", "out", "err"))
        command = [sys.executable, "-m", "invigilate", "mock", "--port", "0", "--ready-file", str(ready), *options]
        with out.open("w") as told, err.open("w") as warned:
            process = subprocess.Popen(command, cwd=ROOT, stdout=told, stderr=warned, text=True)
        until(lambda: ready.exists() or process.poll() is not None)
        assert process.poll() is None, err.read_text()
        begun.append(Serving(process, ready, out, err))
        return begun[-1]

    yield begin
    for one in begun:
        if one.process.poll() is None:
            one.end()


def test_one_banner_one_ready_file_and_a_clean_end(start: Start, address: str) -> None:
    mock = start("--store", address, "--workers", "3")
    assert mock.told["pid"] == mock.process.pid
    assert len(mock.workers) == 3
    assert mock.post().json()["course"]["result"] == "Created"
    workers = mock.workers
    assert mock.end(signal.SIGINT) == 0
    assert not mock.ready.exists()
    assert mock.err.read_text() == ""
    banner = mock.out.read_text()
    assert banner.count("Paste this to try it") == 1
    assert "what was provisioned stays in" in banner
    assert not [one for one in workers if Path(f"/proc/{one}").exists()]
    again = start("--store", address)
    assert again.post().json()["course"]["result"] == "Found Existing"
    assert again.post(token=mock.told["token"]).status_code == 200  # the keys are in the store


def test_a_worker_that_is_killed_is_replaced(start: Start, tmp_path: Path) -> None:
    mock = start("--store", f"sqlite:{tmp_path / 'a.db'}", "--workers", "2")
    before = mock.workers
    os.kill(before[0], signal.SIGKILL)
    until(lambda: len(mock.workers) == 2 and before[0] not in mock.workers)
    until(lambda: "A worker ended by signal 9; another takes its place." in mock.out.read_text())
    assert [mock.post().status_code for _ in range(6)] == [200] * 6
    assert mock.end() == 0


def test_workers_end_with_a_parent_that_is_killed(start: Start, tmp_path: Path) -> None:
    mock = start("--store", f"sqlite:{tmp_path / 'a.db'}", "--workers", "2")
    workers = mock.workers
    mock.process.kill()
    mock.process.wait(10)
    until(lambda: not [one for one in workers if Path(f"/proc/{one}").exists()])


def test_workers_that_die_again_and_again_end_all(start: Start, tmp_path: Path) -> None:
    mock = start("--store", f"sqlite:{tmp_path / 'a.db'}", "--workers", "2")

    def killed() -> bool:
        for one in mock.workers if mock.process.poll() is None else []:
            try:
                os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                continue
        return mock.process.poll() is not None

    until(killed)
    assert mock.process.returncode == 2
    assert "as the last of 5 in a short time; all have been ended." in mock.err.read_text()


def test_the_judge_finds_nothing_wrong_with_two_workers(start: Start, address: str) -> None:
    mock = start("--store", address, "--workers", "2", "--log", "none")
    command = [
        sys.executable, "-m", "invigilate", "check", "--ready-file", str(mock.ready), "--follow-signon",
        "--max-examples", "20", "--seed", "7", "--jobs", "4",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout
    assert "The contract is kept" in done.stdout
    shares = [
        sum(map(int, Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[11:13])) for one in mock.workers
    ]
    assert min(shares) > 0  # both were asked


def test_calls_of_other_workers_are_waited_for_and_watched(start: Start, tmp_path: Path) -> None:
    mock = start("--store", f"sqlite:{tmp_path / 'a.db'}", "--workers", "2")
    plane = f"{mock.told['url']}/_invigilate/journal"
    for number in range(1, 6):
        mock.post()
        found = httpx2.get(f"{plane}/wait", params={"count": number, "timeout": 20}, trust_env=False, timeout=30)
        assert len(found.json()["calls"]) == number
    seen = httpx2.get(f"{plane}/events", params={"count": 5, "since": 0}, trust_env=False, timeout=30)
    told = [json.loads(line.removeprefix("data: ")) for line in seen.text.splitlines() if line.startswith("data: ")]
    assert [one["number"] for one in told] == [1, 2, 3, 4, 5]


def test_mocks_that_start_at_the_same_moment_on_a_new_store(address: str, tmp_path: Path) -> None:
    """As replicas of one container do: one of them makes what the others then use."""
    files = [tmp_path / f"ready-{number}" for number in range(4)]
    command = [sys.executable, "-m", "invigilate", "mock", "--port", "0", "--log", "none", "--store", address]
    begun = [
        subprocess.Popen(
            [*command, "--weather", "delay=0.001", "--ready-file", str(file)],
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )
        for file in files
    ]  # fmt: skip
    try:
        until(lambda: all(file.exists() or one.poll() is not None for file, one in zip(files, begun, strict=True)))
        assert [one.poll() for one in begun] == [None] * 4
        told = [json.loads(file.read_text()) for file in files]
        keys = [httpx2.get(f"{one['url']}/oidc/jwks", trust_env=False).json() for one in told]
        assert keys == keys[:1] * 4
    finally:
        for one in begun:
            one.terminate()
        assert [one.communicate(timeout=20)[1] for one in begun] == [""] * 4
