"""A server that is told to end: what would go on for ever ends, whole, and what waits is told."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from mockserver.behaviour.conditions import HEADER
from mockserver.http.scope import ENDING


async def _asked(
    app: Any, path: str, *more: tuple[bytes, bytes], method: str = "GET", sending: bytes = b"", late: bool = False
) -> list[Any]:
    """What is sent to somebody who stays, by a server that is told to end when it has begun to serve.

    ``late``: it is told so a moment later, whether or not anything was sent.
    """
    ending, sent = asyncio.Event(), []
    route, _, query = path.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": route, "raw_path": route.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(b"host", b"127.0.0.1:8400"), *more], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8400),
        "extensions": {ENDING: ending}, "state": {},
    }  # fmt: skip
    began = iter((True,))

    async def receive() -> Any:
        if next(began, False):
            return {"type": "http.request", "body": sending, "more_body": False}
        return await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)
        ending.set()

    serving = asyncio.ensure_future(app(scope, receive, send))
    if late:
        asyncio.get_running_loop().call_later(0.01, ending.set)
    await asyncio.wait_for(serving, 30)
    return sent


@pytest.mark.parametrize("path", ["/_invigilate/journal/events", "/_invigilate/calls/events"])
def test_a_stream_ends_with_the_server(client: Any, path: str) -> None:
    began, *_, last = asyncio.run(_asked(client.app, path))
    assert (began["type"], began["status"]) == ("http.response.start", 200)
    assert last == {"type": "http.response.body", "body": b"", "more_body": False}
    assert client.app.journal.heard == []


def test_who_waits_for_calls_is_told_that_none_come(client: Any) -> None:
    began, body = asyncio.run(_asked(client.app, "/_invigilate/journal/wait?count=5&timeout=600", late=True))
    assert began["status"] == 503
    assert b"The mock ends" in body["body"]
    assert client.app.journal.heard == []


@pytest.mark.parametrize("weather", ["delay=600", "drip=600"])
def test_nobody_waits_for_weather_when_the_mock_ends(client: Any, weather: str) -> None:
    """What is late, or drips, comes at once and whole."""
    path = f"/v2/installs/{client.install}/provision"
    body = json.dumps({"course": {"ids": {"external": "c"}, "title": "Botany", "code": "B"}}).encode()
    headers = {"token": client.token, "content-type": "application/json", "content-length": str(len(body))}
    named = [(name.encode(), value.encode()) for name, value in {**headers, HEADER.decode(): weather}.items()]
    began, *pieces = asyncio.run(_asked(client.app, path, *named, method="POST", sending=body, late=True))
    assert began["status"] == 200
    assert json.loads(b"".join(one["body"] for one in pieces))["course"]["result"] == "Created"
    assert not pieces[-1].get("more_body", False)
