"""Where a fault of serving sits: around the routes, inside the exception handling. An honest mock has nothing there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from starlette.routing import BaseRoute, Mount, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.behaviour.seams import Behaviour, Serve
from mockserver.http.errors import Header
from mockserver.http.request import Request
from mockserver.http.response import Response


def mounted(behaviour: Behaviour, mock: Any, routes: Sequence[BaseRoute], unknown: ASGIApp) -> Sequence[BaseRoute]:
    """The routes as a behaviour serves them."""
    if behaviour.serve is None:
        return routes
    router = Router(routes, redirect_slashes=False, default=unknown)

    async def honest(request: Request) -> Response:
        return await answer_of(router, request)

    return [Mount("", Around(behaviour.serve(mock, honest)))]


class Around:
    """An ASGI application that serves every call by one function."""

    def __init__(self, serve: Serve) -> None:
        self.serve = serve

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.serve(Request(scope, receive, send))
        await response(scope, receive, send)


async def answer_of(app: ASGIApp, request: Request) -> Response:
    """What an application answers, as a value."""
    status, body = 0, b""
    headers: Iterable[Header] = ()

    async def collect(message: Message) -> None:
        nonlocal status, headers, body
        if message["type"] == "http.response.start":
            status, headers = message["status"], message["headers"]
        else:
            body += message.get("body", b"")

    await app(request.scope, request.receive, collect)
    return Response(status, tuple(one for one in headers if one[0] != b"content-length"), body)
