"""Bad weather: nothing is promised about it, and every client meets it some day.

It comes over calls of operations that need a credential: never over pages, sign-on links or the control plane.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable

import orjson

from mockserver.behaviour.seams import Behaviour, Serve, Served
from mockserver.http.handlers import HangUp
from mockserver.http.request import Request
from mockserver.http.response import JSON, Response
from mockserver.http.streaming import pause

Instead = Callable[[], Response]


def slow(seconds: float) -> Behaviour:
    """Every answer is late."""

    async def serve(request: Request, honest: Serve, served: Served) -> Response:
        if served.operation.security:
            await pause(request.scope, seconds)
        return await honest(request)

    return Behaviour(serving=(serve,))


def now_and_then(every: int, instead: Instead) -> Behaviour:
    """Every so many calls something else happens, before the call is served; a reset counts from the beginning."""
    count = 0

    async def serve(request: Request, honest: Serve, served: Served) -> Response:
        nonlocal count
        if served.operation.security:
            count += 1
            if count % every == 0:
                return instead()
        return await honest(request)

    def restart() -> None:
        nonlocal count
        count = 0

    return Behaviour(serving=(serve,), reset=(restart,))


def refused(status: int, code: str, message: str, *, wait: int | None = None) -> Instead:
    """A refusal for a reason that is not the caller's; ``wait`` is what ``Retry-After`` says, in seconds."""

    def instead() -> Response:
        fields = (JSON,) if wait is None else (JSON, (b"retry-after", b"%d" % wait))
        return Response(status, fields, orjson.dumps({"code": code, "message": message, "status": status}))

    return instead


def hang_up() -> Response:
    """The connection ends. Raises HangUp."""
    raise HangUp


async def compressed(request: Request, honest: Serve, served: Served) -> Response:
    """Answers are compressed where the client takes it (RFC 9110 section 12.5.3)."""
    response = await honest(request)
    if not served.operation.security or b"gzip" not in (request.header(b"accept-encoding") or b""):
        return response
    fields = (*response.fields, (b"content-encoding", b"gzip"), (b"vary", b"accept-encoding"))
    return response.replaced(body=gzip.compress(bytes(response.body)), fields=fields)
