"""A call in stretches: begun anew where nothing of it was kept or has left, and refused where something was."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from mockserver.database.connections.database import Database
from mockserver.database.connections.failures import ConflictError
from mockserver.database.connections.opening import opened
from mockserver.database.middleware import Transacting
from mockserver.http.scope import exchange_of

START = {"type": "http.response.start", "status": 200, "headers": []}
MET = "another call"


class Meeting:
    """An application that meets another call in its first two attempts, early or late in each."""

    def __init__(self, database: Database, *, answers: bool = False, writes: bool = False) -> None:
        self.database, self.answers, self.writes = database, answers, writes
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.bodies.append((await receive())["body"])
        if self.writes:
            self.database.run(self.database.text.tell_about, {"name": f"n{len(self.bodies)}", "value": "v"})
        if self.answers:
            await send(START)
        await asyncio.sleep(0)
        if len(self.bodies) < 3:
            raise ConflictError(MET)
        await send(START)
        await send({"type": "http.response.body", "body": b""})


def called(database: Database, app: Meeting) -> list[Message]:
    """What leaves of a call."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [],
    }
    exchange_of(scope)
    asyncio.run(Transacting(app, database, lambda line: None)(scope, receive, send))
    return sent


@pytest.fixture
def database(tmp_path: Path) -> Any:
    made = opened(f"sqlite:{tmp_path / 'a.db'}")
    yield made
    made.close()


def test_a_call_that_met_others_is_served_anew_with_the_body_it_had(database: Database) -> None:
    app = Meeting(database)
    assert [one["type"] for one in called(database, app)] == ["http.response.start", "http.response.body"]
    assert app.bodies == [b"{}"] * 3


def test_a_call_that_has_kept_something_is_refused(database: Database) -> None:
    app = Meeting(database, writes=True)
    start, *_ = called(database, app)
    assert (start["status"], len(app.bodies)) == (503, 1)


def test_a_call_that_was_answered_in_part_is_not_answered_a_second_time(database: Database) -> None:
    app = Meeting(database, answers=True)
    with pytest.raises(ConflictError, match=MET):
        called(database, app)
    assert len(app.bodies) == 1
