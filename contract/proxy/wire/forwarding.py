"""The proxy as an ASGI application: every call goes to the server behind and is told to the judge."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from contract.judging.findings import Finding
from contract.oracle.expectation import Reason
from contract.proxy.answers import answer, refused, telling, unreachable, withheld
from contract.proxy.keeping.passed import Passed
from contract.proxy.live import Live
from contract.proxy.wire.headers import Field
from contract.proxy.wire.passage import Passage
from contract.proxy.wire.upstream import Upstream, UpstreamError
from spec.source.pointer import Json


@dataclass(frozen=True, slots=True)
class Manner:
    """What the proxy does about what it finds: tell it in headers, refuse what breaks the contract, or only note it."""

    tell: bool = False
    refuse: bool = False

    @property
    def holds(self) -> bool:
        """Whether calls are held until they are judged, one after the other."""
        return self.tell or self.refuse


class Forwarding:
    """Forwards calls; ``keep`` is given everything that passed, and ``live`` judges it."""

    def __init__(self, upstream: Upstream, live: Live, keep: Callable[[Passed], None], manner: Manner) -> None:
        self.upstream, self.live, self.keep, self.manner = upstream, live, keep, manner
        self.refused = self.withheld = 0
        self._turn = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        passage = Passage(scope, receive, self.live.operation_path)
        passage.mattered = self.live.matters(passage.method, self._url(passage))
        try:
            if not (self.manner.holds and passage.judged):
                await _while_there(passage, self._streamed(passage, send))
                return
            await passage.intake.hold()
            if not passage.intake.ended.is_set():  # too large to be judged
                await _while_there(passage, self._streamed(passage, send))
                return
            await _while_there(passage, self._in_turn(passage, send))
        except ClientDisconnect:
            passage.failure = "the client went away"

    def _url(self, passage: Passage) -> str:
        return self.upstream.url(passage.target.decode("latin-1"))

    async def _streamed(self, passage: Passage, send: Send) -> None:
        """Pass bytes on as they come, and judge afterwards."""
        self._begin(passage)
        started = False
        try:
            async with passage.answered(self.upstream) as pieces:
                await send(_head(passage.status, passage.answer_fields))
                started = True
                async for piece in pieces:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
        except UpstreamError as error:
            passage.failure = str(error)
            if started:  # the connection is cut, so that nobody takes half an answer for a whole one
                raise
            await answer(send, unreachable(str(error), late=error.late), head=passage.method == "HEAD")
            return
        finally:
            self._end(passage)
        await send({"type": "http.response.body", "body": b""})

    async def _in_turn(self, passage: Passage, send: Send) -> None:
        async with self._turn:
            await self._held(passage, send)

    async def _held(self, passage: Passage, send: Send) -> None:
        """Judge before anything is passed on: the request before it is sent, the answer before it is shown."""
        passage.begin()
        request = passage.request(self.live.operation_path)
        broken = self.live.broken_by(self.live.expect(request, passage.when))
        if broken and self.manner.refuse:
            self.refused += 1
            self.live.turned_away(broken, request)
            more = telling((), broken) if self.manner.tell else ()
            await answer(send, refused(broken), more, head=passage.method == "HEAD")
            return
        self._begin(passage)
        found: list[Finding] = []
        pieces: list[bytes] = []
        try:
            async with passage.answered(self.upstream) as coming:
                async for piece in coming:
                    pieces.append(piece)
                    if passage.answer.whole is None:  # too large to be judged: from here on it streams
                        await send(_head(passage.status, passage.answer_fields))
                        await send({"type": "http.response.body", "body": b"".join(pieces), "more_body": True})
                        async for rest in coming:
                            await send({"type": "http.response.body", "body": rest, "more_body": True})
                        await send({"type": "http.response.body", "body": b""})
                        return
        except UpstreamError as error:
            passage.failure = str(error)
            await answer(send, unreachable(str(error), late=error.late), head=passage.method == "HEAD")
            return
        finally:
            found = self._end(passage)
        await self._show(passage, send, pieces, found, broken)

    async def _show(
        self, passage: Passage, send: Send, pieces: Sequence[bytes], found: Sequence[Finding], broken: Sequence[Reason]
    ) -> None:
        more = telling(found, broken) if self.manner.tell else []
        counting = [one for one in found if self.live.counts(one)]
        if counting and self.manner.refuse:
            self.withheld += 1
            await answer(send, withheld(counting, passage.status), more, head=passage.method == "HEAD")
            return
        await send(_head(passage.status, [*passage.answer_fields, *more]))
        await send({"type": "http.response.body", "body": b"".join(pieces)})

    def _begin(self, passage: Passage) -> None:
        passage.begin()
        if passage.mattered:
            self.live.begin()

    def _end(self, passage: Passage) -> list[Finding]:
        if not passage.complete and not passage.failure:
            passage.failure = "the client went away"
        passed = passage.passed(self._url(passage))
        self.keep(passed)
        return self.live.end(passed, mattered=passage.mattered)


def _head(status: int, fields: Sequence[Field]) -> Message:
    return {"type": "http.response.start", "status": status, "headers": list(fields)}


async def _while_there(passage: Passage, serving: Coroutine[Json, Json, None]) -> None:
    """Serve a call as long as its client is there; then the call behind is given up."""
    served = asyncio.ensure_future(serving)
    gone = asyncio.ensure_future(passage.intake.gone())
    try:
        await asyncio.wait((served, gone), return_when=asyncio.FIRST_COMPLETED)
        if served.done():
            served.result()
    finally:
        served.cancel()
        gone.cancel()
        await asyncio.gather(served, gone, return_exceptions=True)
