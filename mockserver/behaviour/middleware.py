"""Where a fault of serving sits: around the route of an operation, inside the exception handling."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.behaviour.seams import Serve, Served, Serving
from mockserver.http.errors import Header
from mockserver.http.request import Request
from mockserver.http.response import Response


class Around:
    """Serves every call through what stands in the seam."""

    def __init__(self, app: ASGIApp, serving: Sequence[Serving], served: Served) -> None:
        self.app, self.served = app, served
        serve: Serve = self._honest
        for one in reversed(serving):
            serve = self._around(one, serve)
        self.serve = serve

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.serve(Request(scope, receive, send))
        await response(scope, receive, send)

    def _around(self, serving: Serving, honest: Serve) -> Serve:
        async def serve(request: Request) -> Response:
            return await serving(request, honest, self.served)

        return serve

    async def _honest(self, request: Request) -> Response:
        status, body = 0, b""
        headers: Iterable[Header] = ()

        async def collect(message: Message) -> None:
            nonlocal status, headers, body
            if message["type"] == "http.response.start":
                status, headers = message["status"], message["headers"]
            else:
                body += message.get("body", b"")

        await self.app(request.scope, request.receive, collect)
        return Response(status, tuple(one for one in headers if one[0] != b"content-length"), body)
