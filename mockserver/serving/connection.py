"""What of HTTP/1.1 can only be held where the bytes arrive: time and size of a head, trailers, offers to upgrade.

The smallest subclass of uvicorn's protocol that does it. It stands on the interfaces of asyncio (``Protocol``), of
httptools (the parser and its callbacks) and of uvicorn (``Config(http=…)``); what it knows beyond is the state of the
current cycle. ``tests/mockserver/test_connection.py`` holds it to the installed versions, and ``pyproject.toml`` bounds
them. Limits of bodies are the application's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import httptools
from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from mockserver.http.errors import Refusal, refuse
from mockserver.http.request import too_slow
from mockserver.http.scope import ABORT, DEADLINE, ENDING, set_headers
from mockserver.settings import ConnectionLimits

LIMITS = ConnectionLimits()
_CLIENT_HELLO = b"\x16\x03"  # how every TLS handshake begins (RFC 8446 section 5.1)
_OVERHEAD = 8  # bytes of framing for each byte of a chunked body, beyond which it is no body but an attack
_LINGER = 2.0  # seconds in which a refused client may still be sending, so that it hears the refusal
_LINGERED = 4_194_304  # bytes for which the same holds


class Connection(HttpToolsProtocol):
    """One connection. A request that has begun must be complete before its deadline."""

    limits: ConnectionLimits = LIMITS
    tell: Callable[[str], None] = staticmethod(lambda line: None)  # says what no application hears of

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timer: asyncio.TimerHandle | None = None
        self._complete = False  # whether the last request that began has come to its end
        self._offered = False  # to upgrade; the offer is not taken
        self._refused = False
        self._received = self._body = self._chunk = 0  # bytes of this request; those of the last piece
        self._extensions: dict[str, Any] = {}
        self._ending = asyncio.Event()
        self._refusal: Refusal | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._extensions = {DEADLINE: {}, ABORT: transport.abort, ENDING: self._ending}
        self._arm()

    def shutdown(self) -> None:
        """End after what is under way, which is told so: a stream has no end of its own."""
        self._ending.set()
        super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]
        """A client that has said all it wants to say still hears the answer to it."""
        cycle = self.cycle
        if self._refused or not self._whole() or cycle is None or cycle.response_complete:
            return False
        cycle.keep_alive = False
        return True

    def data_received(self, data: bytes) -> None:
        self._chunk = len(data)
        self._received += self._chunk
        if self._refused:
            if self._received > _LINGERED:
                self.transport.close()
            return
        self._unset_keepalive_if_required()
        try:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                self._feed_beyond(upgrade.args[0], data)
        except httptools.HttpParserError:
            self.refuse(self._refusal or _malformed(data))
            return
        if self._whole():
            if self._timer is not None:
                self._disarm()
            return
        if self._timer is None:
            self._arm()
        if self._received > self.limits.largest_headers + _OVERHEAD * self._body:
            self.refuse(self._too_much())

    def _whole(self) -> bool:
        """Whether what arrived ends with a request."""
        return self._complete and self.cycle is not None and self.scope is self.cycle.scope

    def _feed_beyond(self, end: int, data: bytes | memoryview) -> None:
        """Parse on behind a request that offers to upgrade; ``end`` is where its head ends in the data.

        The offer is not taken (RFC 9110 section 7.8): the request is read again without it.
        """
        while self._offered:  # after CONNECT what follows is no HTTP
            self._offered = False
            data = memoryview(data)[end:]
            self._without_offer()
            try:
                if data:
                    self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                end = upgrade.args[0]

    def _without_offer(self) -> None:
        """Give the head that was just read to another parser, but for the offer; this one takes nothing more."""
        kept = [b"%b: %b\r\n" % one for one in self.headers if one[0] not in (b"upgrade", b"http2-settings")]
        version = self.parser.get_http_version().encode()
        head = b"%b %b HTTP/%b\r\n%b\r\n" % (self.parser.get_method(), self.url, version, b"".join(kept))
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn has it
        self.parser.feed_data(head)

    # callbacks of the parser

    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT":
            self._offered = True
            return
        limits, headers = self.limits, self.headers
        if len(headers) > limits.most_headers or self._received + self._chunk > limits.largest_headers:
            self._hold_size()
        named = dict(headers)
        if len(named) != len(headers) or b"host" not in named:
            self._hold_host()
        else:
            set_headers(cast(Scope, self.scope), named)
        self._complete = False
        self.scope["extensions"] = self._extensions
        HttpToolsProtocol.on_headers_complete(self)
        self.headers = []  # for the fields of a trailer, which are no headers (RFC 9110 section 6.5.1)

    def on_body(self, body: bytes) -> None:
        self._body += len(body)
        HttpToolsProtocol.on_body(self, body)

    def on_message_complete(self) -> None:
        if self._offered:
            return
        self._complete = True
        self._received = self._body = 0
        HttpToolsProtocol.on_message_complete(self)

    def _stop(self, refusal: Refusal) -> None:
        """End the parser; what raised is answered where data was received."""
        self._refusal = refusal
        raise ValueError(refusal.message)

    def _hold_size(self) -> None:
        """Stop at a head that is too large; it is measured only if what was received is."""
        limits, headers = self.limits, self.headers
        bytes_of_headers = sum(len(name) + len(value) for name, value in headers)
        if len(headers) > limits.most_headers or max(bytes_of_headers, len(self.url)) > limits.largest_headers:
            self._stop(self._too_much())

    def _hold_host(self) -> None:
        """Stop at a head without exactly one Host; HTTP/1.0 may have none."""
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts != 1 and (hosts or self.parser.get_http_version() == "1.1"):
            said = f"{hosts} Host headers" if hosts else "no Host header"
            self._stop(refuse("malformed-http", None, f"The request has {said}; send one (RFC 9112 section 3.2)."))

    def _too_much(self) -> Refusal:
        limits = f"{self.limits.most_headers} headers, or {self.limits.largest_headers} bytes of path or headers"
        return refuse("headers-too-large", None, f"There are more than {limits}; send fewer.")

    def _arm(self) -> None:
        self._timer = self.loop.call_later(self.limits.request_deadline, self._late)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        self._timer = None
        self.refuse(too_slow(self.limits.request_deadline))

    def refuse(self, refusal: Refusal) -> None:
        """Answer on the bare transport, unless an answer is under way, and close when the client has heard it."""
        if self.transport.is_closing() or self._refused:
            return
        self.tell(f"{refusal.status} {refusal.code}: {refusal.message}")
        self._refused, self._received = True, 0
        self._disarm()
        cycle = self.cycle
        answered = cycle is not None and cycle.response_complete and self.scope is cycle.scope
        if answered:  # all that is missing is the rest of a body that nobody wanted
            self.transport.close()
            return
        if cycle is None or cycle.response_complete or not cycle.response_started:
            body = refusal.json()
            self.transport.write(
                STATUS_LINE[refusal.status] + b"content-type: application/json\r\ncache-control: no-store\r\n"
                b"connection: close\r\ncontent-length: " + str(len(body)).encode() + b"\r\n\r\n" + body
            )
        if cycle is not None:
            cycle.disconnected = True
            cycle.waiting_for_100_continue = False  # nobody is told to go on any more
            cycle.message_event.set()
        if self.transport.can_write_eof():  # an early close would be a reset, which overtakes the answer
            self.transport.write_eof()
            self.flow.resume_reading()
            self._timer = self.loop.call_later(_LINGER, self.transport.close)
        else:
            self.transport.close()


def _malformed(data: bytes) -> Refusal:
    message = "The request is not valid HTTP/1.1."
    if data.startswith(_CLIENT_HELLO):
        message = "This is TLS, and the port speaks plain HTTP; use http:// here, or start the mock with --tls."
    return refuse("malformed-http", None, message)


def limited(limits: ConnectionLimits, tell: Callable[[str], None] | None = None) -> type[Connection]:
    """The protocol with other limits; ``tell`` takes a line about each call that is refused before it is one."""
    own = {"limits": limits} if tell is None else {"limits": limits, "tell": staticmethod(tell)}
    return type("LimitedConnection", (Connection,), own)
