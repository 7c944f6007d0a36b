"""HTTP/1.1 on a socket: uvicorn's protocol with what it lacks — deadlines, header limits, refusals in our shape."""

from __future__ import annotations

import asyncio
import types
from collections import deque
from collections.abc import Coroutine, Generator
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from mockserver.http.errors import Refusal, refuse
from mockserver.settings import ConnectionLimits

LIMITS = ConnectionLimits()


class Protocol(HttpToolsProtocol):
    """One connection. A request that has begun must be complete before its deadline."""

    limits: ConnectionLimits = LIMITS
    contract: str = ""  # the URL of the contract page

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timer: asyncio.TimerHandle | None = None
        self._feeding = False
        self._waiting: deque[RequestResponseCycle] = deque()
        self._unread = 0  # bytes of a request whose headers are not complete
        self._refusal: Refusal | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]
        """A client that has said all it wants to say still hears the answers to it."""
        cycle = self.cycle
        waiting = cycle is not None and not cycle.response_complete
        if not waiting or cycle.more_body or self.scope is not cycle.scope:
            return False
        cycle.keep_alive = False
        return True

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        self._feeding = True
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # an offer that is not taken (RFC 9110 section 7.8); the request itself is served
        except httptools.HttpParserError:
            self._refuse(self._refusal or refuse("malformed-http", "never-hang", "The request is not valid HTTP/1.1."))
        self._feeding = False
        while self._waiting:
            self._start(self._waiting.popleft())
        cycle = self.cycle
        if cycle is not None and self.scope is cycle.scope and not cycle.more_body:
            if self._timer is not None:
                self._disarm()
        else:
            self._wait_on(len(data))

    def on_headers_complete(self) -> None:
        self._unread = 0
        if len(self.headers) > self.limits.most_headers or len(self.url) > self.limits.largest_headers or self._bulky():
            self._refusal = self._too_much()
            raise ValueError  # ends the parser; data_received answers
        super().on_headers_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if self._feeding:
            self._waiting.append(cycle)  # until what was received is parsed: most often that is the whole request
        else:
            super()._start_asgi_task(cycle, app)

    def _start(self, cycle: RequestResponseCycle) -> None:
        """Serve a request: at once if it is complete, since then nothing is waited for; else as a task."""
        if cycle.more_body or self.flow.write_paused:
            super()._start_asgi_task(cycle, self.app)
            return
        served = cycle.run_asgi(self.app)
        try:
            first = served.send(None)
        except StopIteration:
            return
        task = self.loop.create_task(_resumed(served, first))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    def _wait_on(self, more: int) -> None:
        """A request that has begun is not complete yet."""
        if self._timer is None:
            self._arm()
        if self.scope is not None and (self.cycle is None or self.scope is not self.cycle.scope):
            self._unread += more
            if self._unread > self.limits.largest_headers:
                self._refuse(self._too_much())

    def _bulky(self) -> bool:
        few = len(self.headers) < 32  # so few are looked at only if one of them is large
        if few and max(map(_size, self.headers), default=0) < self.limits.largest_headers // 32:
            return False
        return sum(map(_size, self.headers)) > self.limits.largest_headers

    def _too_much(self) -> Refusal:
        limits = f"{self.limits.most_headers} headers, or {self.limits.largest_headers} bytes of path or headers"
        return refuse("headers-too-large", "never-hang", f"There are more than {limits}; send fewer.")

    def _arm(self) -> None:
        self._timer = self.loop.call_later(self.limits.request_deadline, self._late)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        self._timer = None
        seconds = self.limits.request_deadline
        self._refuse(refuse("too-slow", "never-hang", f"The request was not complete after {seconds:g} seconds."))

    def _refuse(self, refusal: Refusal) -> None:
        """Answer on the bare transport, unless an answer is under way, and close."""
        if self.transport.is_closing():
            return
        answered = self.cycle is not None and self.cycle.response_complete and self.scope is self.cycle.scope
        if answered:  # all that is missing is the rest of a body that nobody wanted
            self.transport.close()
            return
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            body = refusal.json(self.contract)
            self.transport.write(
                STATUS_LINE[refusal.status] + b"content-type: application/json\r\ncache-control: no-store\r\n"
                b"connection: close\r\ncontent-length: " + str(len(body)).encode() + b"\r\n\r\n" + body
            )
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()


@types.coroutine
def _resumed(coroutine: Coroutine[Any, Any, None], first: Any) -> Generator[Any, Any, None]:
    """The rest of a coroutine that was started without a task and then had to wait for ``first``."""
    waiting_for = first
    try:
        while True:
            try:
                sent = yield waiting_for
            except BaseException as error:  # noqa: BLE001 - a cancellation, too, belongs to the coroutine
                waiting_for = coroutine.throw(error)
            else:
                waiting_for = coroutine.send(sent)
    except StopIteration:
        return


def _size(header: tuple[bytes, bytes]) -> int:
    return len(header[0]) + len(header[1])


def limited(limits: ConnectionLimits, contract: str = "") -> type[Protocol]:
    """The protocol with other limits, whose refusals link to the contract page at a URL."""
    return type("LimitedProtocol", (Protocol,), {"limits": limits, "contract": contract})
