"""Bad weather: nothing is promised about it, and every client meets it some day."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import orjson

from mockserver.behaviour.bends import Bend, around
from mockserver.behaviour.seams import Serve
from mockserver.http.handlers import HangUp
from mockserver.http.request import Request
from mockserver.http.response import JSON, Response


def slow(seconds: float) -> Bend:
    """Every answer is late."""

    async def served(_: Any, honest: Serve, call: Request) -> Response:
        await asyncio.sleep(seconds)
        return await honest(call)

    return around(served)


def now_and_then(status: int, code: str, message: str, *, every: int, wait: int | None = None) -> Bend:
    """Every so many calls are refused for a reason that is not theirs."""
    calls = [0]

    async def served(_: Any, honest: Serve, call: Request) -> Response:
        calls[0] += 1
        if calls[0] % every:
            return await honest(call)
        headers = (JSON,) if wait is None else (JSON, (b"retry-after", str(wait).encode()))
        return Response(status, headers, orjson.dumps({"code": code, "message": message, "status": status}))

    return around(served)


def hanging_up(*, every: int) -> Bend:
    """Every so many connections end before the call was served, unless others are being served."""
    calls = [0]
    open_calls: set[int] = set()

    async def served(_: Any, honest: Serve, call: Request) -> Response:
        calls[0] += 1
        open_calls.add(id(call))
        try:
            await asyncio.sleep(0)
            if calls[0] % every or len(open_calls) > 1:
                return await honest(call)
            raise HangUp
        finally:
            open_calls.discard(id(call))

    return around(served)


async def compressed(_: Any, honest: Serve, call: Request) -> Response:
    """Successful answers are compressed where the client takes it."""
    reply = await honest(call)
    if b"gzip" not in (call.header(b"accept-encoding") or b""):
        return reply
    return reply.replaced(body=gzip.compress(reply.body), fields=(*reply.fields, (b"content-encoding", b"gzip")))


async def talkative(_: Any, honest: Serve, call: Request) -> Response:
    """Successful answers carry members that nobody announced."""
    reply = await honest(call)
    if reply.status_code != 200 or JSON not in reply.fields or not bytes(reply.body).startswith(b'{"'):
        return reply
    answer = orjson.loads(reply.body)
    return reply.replaced(body=orjson.dumps({**answer, "requestId": "req-1", "links": []}))
