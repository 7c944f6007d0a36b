"""One call on its way through the proxy: what was asked, how far it came, and what is kept of it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx2
from starlette.types import Receive, Scope

from contract.http.exchange import SentRequest
from contract.http.target import LARGEST_ANSWER
from contract.proxy.intake import Copy, Intake
from contract.proxy.keeping.passed import Headers, Passed
from contract.proxy.wire.headers import Field, chunked, decoded, end_to_end, readable_codings
from contract.proxy.wire.upstream import Upstream, UpstreamError


class Passage:
    """A call that is under way. ``judged`` says whether it is a call to the operation under judgement."""

    def __init__(self, scope: Scope, receive: Receive, operation_path: str) -> None:
        path = (scope.get("raw_path") or scope["path"].encode("utf-8")).partition(b"?")[0]
        query: bytes = scope.get("query_string", b"")
        self.method: str = scope["method"]
        self.target: bytes = path + (b"?" + query if query else b"")
        self.fields = end_to_end(scope["headers"])
        self.chunked = chunked(scope["headers"])
        self.intake = Intake(receive, LARGEST_ANSWER)
        self.judged = path.decode("latin-1") == operation_path and self.method != "OPTIONS"
        self.mattered = False
        self.answer_fields: list[Field] = []
        self.answer = Copy(LARGEST_ANSWER)
        self.status = 0
        self.complete = False
        self.failure = ""
        self.begin()

    def begin(self) -> None:
        """From now on the server may act."""
        self.when, self.started = datetime.now(UTC), time.monotonic()

    def request(self, path: str) -> SentRequest:
        """The request as the judge sees it, under the path of the operation."""
        query = self.target.partition(b"?")[2].decode("latin-1")
        return SentRequest(
            self.method, path + (f"?{query}" if query else ""), texts(self.fields), self.intake.copy.whole
        )

    @asynccontextmanager
    async def answered(self, upstream: Upstream) -> AsyncIterator[AsyncIterator[bytes]]:
        """Send the request on; the head of the answer is noted, its bytes are given as they come.

        Raises UpstreamError, also while they come.
        """
        fields = readable_codings(self.fields) if self.mattered else self.fields
        fields = [one for one in fields if one.name.lower() not in (b"host", b"expect")]
        body: Intake | None = self.intake
        if not any(one.name.lower() == b"content-length" for one in fields):
            if self.chunked:
                fields.append(Field(b"Transfer-Encoding", b"chunked"))
            else:
                await self.intake.hold()
                body = None
        response = await upstream.send(self.method, self.target, fields, body)
        self.status = response.status_code
        self.answer_fields = end_to_end(response.headers.raw)
        try:
            yield self._pieces(response)
        finally:
            await response.aclose()

    async def _pieces(self, response: httpx2.Response) -> AsyncIterator[bytes]:
        try:
            async for piece in response.aiter_raw():
                self.answer.add(piece)
                yield piece
        except httpx2.TimeoutException as error:
            raise UpstreamError("the answer stopped in the middle, and time ran out", late=True) from error
        except (httpx2.HTTPError, httpx2.StreamError, OSError) as error:
            raise UpstreamError(f"the answer broke off in the middle: {error or type(error).__name__}") from error
        self.complete = True

    def passed(self, url: str) -> Passed:
        """What is kept of it. Of an answer that is not whole, or that cannot be read, nothing but its size is."""
        answer = None
        if self.complete and (whole := self.answer.whole) is not None:
            codings = ", ".join(
                one.value.decode("latin-1") for one in self.answer_fields if one.name.lower() == b"content-encoding"
            )
            answer = decoded(whole, codings, LARGEST_ANSWER)
        incomplete = 0 if self.complete else 1
        return Passed(
            method=self.method,
            url=url,
            headers=texts(self.fields),
            body=self.intake.copy.whole if self.intake.ended.is_set() else None,
            size=self.intake.copy.size if self.intake.ended.is_set() else max(self.intake.copy.size, 1),
            when=self.when,
            seconds=time.monotonic() - self.started,
            status=self.status,
            answer_headers=texts(self.answer_fields),
            answer=answer,
            answer_size=len(answer) if answer is not None else self.answer.size + incomplete,
            failure=self.failure,
        )


def texts(fields: Iterable[Field]) -> Headers:
    """Header fields as text (RFC 9110 section 5.5: what is not ASCII is opaque)."""
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in fields)
