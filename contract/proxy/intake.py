"""Reading a client's request while it comes, keeping a copy, and noticing that the client has gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx2
from starlette.requests import ClientDisconnect
from starlette.types import Receive


class Copy:
    """The bytes that passed, as long as they are not more than ``longest``."""

    def __init__(self, longest: int) -> None:
        self.longest, self.size = longest, 0
        self._kept: bytearray | None = bytearray()

    def add(self, piece: bytes) -> None:
        self.size += len(piece)
        if self._kept is not None:
            self._kept += piece
            if len(self._kept) > self.longest:
                self._kept = None

    @property
    def whole(self) -> bytes | None:
        """All of it, or None if it was too much to keep."""
        return None if self._kept is None else bytes(self._kept)


class Intake(httpx2.AsyncByteStream):
    """The body of a request as a stream for the next server. Raises ClientDisconnect."""

    def __init__(self, receive: Receive, longest: int) -> None:
        self.receive, self.copy = receive, Copy(longest)
        self.ended = asyncio.Event()
        self.read: list[bytes] = []

    async def hold(self) -> None:
        """Read until the end, or until more has come than is kept; what was read is streamed first."""
        while not self.ended.is_set() and self.copy.whole is not None:
            self.read.append(await self._piece())

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.read:
            if piece:
                yield piece
        self.read.clear()
        while not self.ended.is_set():
            if piece := await self._piece():
                yield piece

    async def gone(self) -> None:
        """Return when the client has gone; only after its body has ended does anybody else not listen."""
        await self.ended.wait()
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def _piece(self) -> bytes:
        message = await self.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        piece: bytes = message.get("body", b"")
        self.copy.add(piece)
        if not message.get("more_body", False):
            self.ended.set()
        return piece

    async def aclose(self) -> None:
        """Nothing is held."""
