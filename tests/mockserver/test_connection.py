"""Deadlines and tasks of one connection, with a transport and a loop of ours."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import uvicorn
from mockserver.serving.protocol import limited
from uvicorn.server import ServerState

from mockserver.settings import ConnectionLimits


class Transport:
    def __init__(self) -> None:
        self.sent, self.closed = b"", False

    def write(self, data: bytes) -> None:
        self.sent += data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def get_extra_info(self, name: str) -> Any:
        return None

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


def connection(app: Any) -> Any:
    config = uvicorn.Config(app, ws="none", lifespan="off", log_config=None)
    config.load()
    made = limited(ConnectionLimits(request_deadline=0.02))(config, ServerState(), {}, asyncio.get_running_loop())
    transport = Transport()
    made.connection_made(transport)
    return made, transport


async def answers(scope: Any, receive: Any, send: Any) -> None:
    while (message := await receive()).get("more_body"):
        pass
    if message["type"] == "http.disconnect":
        return
    if scope["path"] == "/waits":
        await asyncio.sleep(0)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.mark.parametrize("data", [b"", b"POST / HT", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab"])
def test_a_slow_client_is_answered_408(data: bytes) -> None:
    async def run() -> None:
        made, transport = connection(answers)
        if data:
            made.data_received(data)
        await asyncio.sleep(0.06)
        assert transport.closed
        assert transport.sent.startswith(b"HTTP/1.1 408 ")
        assert json.loads(transport.sent.partition(b"\r\n\r\n")[2])["code"] == "REQUESTTIMEOUT"
        made.connection_lost(None)
        await asyncio.sleep(0)
        assert not made.tasks

    asyncio.run(run())


@pytest.mark.parametrize("path", ["/", "/waits"])
def test_a_complete_request_is_served_at_once_or_goes_on_as_a_task(path: str) -> None:
    async def run() -> None:
        made, transport = connection(answers)
        made.data_received(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert transport.sent.endswith(b"ok") == (path == "/")
        assert len(made.tasks) == (path != "/")
        await asyncio.sleep(0.03)
        assert transport.sent.endswith(b"ok")
        assert not transport.closed
        assert not made.tasks
        made.connection_lost(None)

    asyncio.run(run())


def test_a_cancelled_call_is_told_so() -> None:
    seen: list[str] = []

    async def waits(scope: Any, receive: Any, send: Any) -> None:
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    async def run() -> None:
        made, _ = connection(waits)
        made.data_received(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        for task in list(made.tasks):
            await asyncio.sleep(0)
            task.cancel()
        await asyncio.sleep(0.01)
        assert seen == ["cancelled"]
        made.connection_lost(None)

    asyncio.run(run())


def test_an_answer_before_the_end_of_the_body_stands_alone() -> None:
    async def early(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 401, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"no"})

    async def run() -> None:
        made, transport = connection(early)
        made.data_received(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab")
        await asyncio.sleep(0.06)
        assert transport.closed
        assert transport.sent.count(b"HTTP/1.1") == 1
        made.connection_lost(None)

    asyncio.run(run())
