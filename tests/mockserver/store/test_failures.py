"""A database that goes away and comes back: 503 while it lasts, nothing half-written, and no restart."""

from __future__ import annotations

import resource
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from stores import PostgresServer, running_postgres

from mockserver.database.connections import database as module
from mockserver.database.connections.opening import opened
from mockserver.database.serving import Kept

COURSE = {"ids": {"external": "c-1"}, "title": "Botany", "code": "B"}


class One:
    """A place that leads to one store."""

    def __init__(self, kept: Kept, told: list[str]) -> None:
        self.kept, self.told = kept, told

    def runtime(self, runtime: Any) -> Any:
        return self.kept.runtime(runtime, self.told.append)


@pytest.fixture
def serving(
    document: Any, catalogue: Any, keys: Any, maker: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Any]]:
    """A mock of an address, and what it tells whoever runs it. Nobody waits between two attempts."""
    monkeypatch.setattr(module, "_PAUSE", 0.0)
    made: list[Kept] = []

    def make(address: str) -> tuple[Any, list[str]]:
        kept, told = Kept(opened(address)), []
        made.append(kept)
        return maker(document, catalogue, kept.keys(lambda: keys.current), One(kept, told)), told

    yield make
    for one in made:
        one.database.close()


def is_unavailable(answer: Any) -> bool:
    assert answer.status_code == 503, answer.text
    assert answer.headers["retry-after"] == "1"
    told = answer.json()
    assert (told["status"], told["code"], told["errors"]) == (503, "SERVICEUNAVAILABLE", [])
    return "nothing was done" in told["message"]


def test_a_file_that_is_taken_away_and_brought_back(serving: Any, tmp_path: Path) -> None:
    client, told = serving(f"sqlite:{tmp_path / 'a.db'}")
    client.ok({"course": COURSE})
    away = tmp_path / "away"
    away.mkdir()
    for name in list(tmp_path.glob("a.db*")):
        name.rename(away / name.name)
    for path in (client.path(), "/oidc/token"):
        assert is_unavailable(client.http.post(path, json={"course": COURSE}, headers={"token": client.token}))
    assert is_unavailable(client.http.get("/_invigilate/journal"))
    assert not list(tmp_path.glob("a.db*"))
    for name in list(away.iterdir()):
        name.rename(tmp_path / name.name)
    assert client.ok({"course": COURSE})["course"]["result"] == "Found Existing"
    assert [len(told), "No such file" in told[0], told[1]] == [2, True, "The store answers again."]


def test_another_file_in_its_place(serving: Any, tmp_path: Path) -> None:
    client, told = serving(f"sqlite:{tmp_path / 'a.db'}")
    client.ok({"course": COURSE})
    client.app.runtime.memory.database.close()
    file = tmp_path / "a.db"
    file.rename(tmp_path / "away")
    opened(f"sqlite:{file}").close()
    for _ in range(2):
        assert is_unavailable(client.post({"course": COURSE}))
    file.unlink()
    (tmp_path / "away").rename(file)
    assert client.ok({"course": COURSE})["course"]["result"] == "Found Existing"
    assert "is another store than the one that the mock was started with" in told[0]


def test_a_writer_who_does_not_end(serving: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.database.connections.drivers._BUSY", 0.01)
    client, told = serving(f"sqlite:{tmp_path / 'a.db'}")
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    client.ok({"course": COURSE})
    other.execute("BEGIN IMMEDIATE")
    assert is_unavailable(client.post({"course": COURSE}))
    other.execute("ROLLBACK")
    other.close()
    assert client.ok({"course": COURSE})["course"]["result"] == "Found Existing"
    assert "database is locked" in told[0]


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """As on a disk that is full: writing beyond it fails."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.getsignal(signal.SIGXFSZ)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_keeps_a_call_or_nothing_of_it(serving: Any, tmp_path: Path) -> None:
    client, _ = serving(f"sqlite:{tmp_path / 'a.db'}")
    client.ok({"course": COURSE})
    largest = max(one.stat().st_size for one in tmp_path.glob("a.db*"))
    names = ("course", "user", "enrollment")

    def parts(number: int) -> dict[str, Any]:
        user = {"ids": {"external": f"u{number}"}, "firstName": "A", "lastName": "B", "email": "a@example.com"}
        course = {**COURSE, "ids": {"external": f"d{number}"}}
        return {"course": course, "user": user, "enrollment": {"role": "learner"}}

    with no_file_longer_than(largest + 8192):
        answers = [client.post(parts(number)) for number in range(12)]
        refused = [is_unavailable(one) for one in answers if one.status_code != 200]
    assert refused
    for number, one in enumerate(answers):
        word = "Found Existing" if one.status_code == 200 else "Created"
        done = client.ok(parts(number))
        assert {name: done[name]["result"] for name in names} == dict.fromkeys(names, word)


@pytest.mark.outside
def test_a_server_that_is_stopped_and_started(serving: Any) -> None:
    with running_postgres() as server:
        _stopped_and_started(serving, server)


def _stopped_and_started(serving: Any, server: PostgresServer) -> None:
    client, told = serving(server.new())
    client.ok({"course": COURSE})
    for how in ("fast", "immediate"):
        server.stop(how)
        for _ in range(2):
            assert is_unavailable(client.post({"course": COURSE}))
        server.start()
        answers = [client.post({"course": COURSE}) for _ in range(2)]
        assert answers[-1].json()["course"]["result"] == "Found Existing"
    assert told[1::2] == ["The store answers again."] * 2
