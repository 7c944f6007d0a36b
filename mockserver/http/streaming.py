"""Server-sent events (HTML standard, section 9.2) that end when whoever listens leaves, or the server ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from mockserver.http.scope import ENDING


class EventStream(StreamingResponse):
    """An answer of events. A server that is told to end would otherwise wait for it, for there is always more."""

    def __init__(self, events: AsyncIterator[str]) -> None:
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        super().__init__(events, media_type="text/event-stream", headers=headers)
        self._ending: asyncio.Event | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._ending = scope.get("extensions", {}).get(ENDING)
        await super().__call__(scope, receive, send)
        if self._ending is not None and self._ending.is_set():
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def listen_for_disconnect(self, receive: Receive) -> None:
        """Return when the events are to end: nobody listens any more, or the server ends."""
        if self._ending is None:
            await super().listen_for_disconnect(receive)
            return
        left = asyncio.ensure_future(super().listen_for_disconnect(receive))
        told = asyncio.ensure_future(self._ending.wait())
        try:
            await asyncio.wait((left, told), return_when=asyncio.FIRST_COMPLETED)
        finally:
            left.cancel()
            told.cancel()
