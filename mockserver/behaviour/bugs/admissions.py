"""Credentials gone wrong: overlooked, looked for where none belong, or looked at when all is done."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.types import Scope

from mockserver.behaviour.bugs.refusals import breaks
from mockserver.behaviour.seams import Admitting, Behaviour, Serve, Served
from mockserver.http.errors import Refusal
from mockserver.http.request import Request
from mockserver.http.response import Response
from mockserver.http.scope import with_headers

_HELD = "invigilate.held"


def admitting(clause: str) -> Admitting:
    """What would be refused for a clause of credentials is served."""
    return lambda refusal, scope: breaks(refusal, clause)


async def reading_the_query(request: Request, honest: Serve, served: Served) -> Response:
    """A call without a credential is served with the one in its query."""
    found = parse_qs(request.query).get(b"token")
    if found and request.header(b"token") is None and request.header(b"authorization") is None:
        scope = with_headers(request.scope, [*request.scope["headers"], (b"token", found[0])])
        return await honest(Request(scope, request.receive))
    return await honest(request)


def looking_last() -> Behaviour:
    """The credential is looked at when everything is done."""

    def admit(refusal: Refusal, scope: Scope) -> bool:
        scope.setdefault(_HELD, refusal)
        return True

    async def serve(request: Request, honest: Serve, served: Served) -> Response:
        try:
            return await honest(request)
        finally:
            if (held := request.scope.pop(_HELD, None)) is not None:
                raise held

    return Behaviour(admitting=(admit,), serving=(serve,))
