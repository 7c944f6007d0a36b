"""What would go on when the server is told to end, and is to end with it: server-sent events, and waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from mockserver.http.errors import refuse
from mockserver.http.scope import ENDING

Result = TypeVar("Result")


async def before_end(scope: Scope, work: Coroutine[Any, Any, Result]) -> Result:
    """What comes of some work. Raises Refusal if the server is told to end before that."""
    ending: asyncio.Event | None = scope.get("extensions", {}).get(ENDING)
    if ending is None:
        return await work
    doing, told = asyncio.ensure_future(work), asyncio.ensure_future(ending.wait())
    try:
        await asyncio.wait((doing, told), return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            return doing.result()
    finally:
        doing.cancel()
        told.cancel()
    raise refuse("unavailable", None, "The mock ends, so nothing more comes.", close=True)


async def pause(scope: Scope, seconds: float) -> None:
    """Wait so long, or until the server is told to end: then what is under way is brought to its end at once."""
    ending: asyncio.Event | None = scope.get("extensions", {}).get(ENDING)
    if ending is None:
        await asyncio.sleep(seconds)
        return
    over, told = asyncio.ensure_future(asyncio.sleep(seconds)), asyncio.ensure_future(ending.wait())
    try:
        await asyncio.wait((over, told), return_when=asyncio.FIRST_COMPLETED)
    finally:
        over.cancel()
        told.cancel()


class EventStream(StreamingResponse):
    """An answer of server-sent events (HTML standard, section 9.2). A server that ends need not wait for it."""

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
