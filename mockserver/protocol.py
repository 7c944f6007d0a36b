"""HTTP/1.1 on a socket: uvicorn's protocol with what it lacks — deadlines, header limits, refusals in our shape."""

from __future__ import annotations

import asyncio
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from mockserver.errors import Refusal, refuse
from mockserver.settings import ConnectionLimits

LIMITS = ConnectionLimits()


class Protocol(HttpToolsProtocol):
    """One connection. A request that has begun must be complete before its deadline."""

    limits: ConnectionLimits = LIMITS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timer: asyncio.TimerHandle | None = None
        self._incomplete = True  # a connection that never sends anything is as slow as one that stops half-way
        self._header_size = 0
        self._refusal: Refusal | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # an offer that is not taken (RFC 9110 section 7.8); the request itself is served
        except httptools.HttpParserError:
            self._refuse(self._refusal or refuse("malformed-http", "never-hang", "The request is not valid HTTP/1.1."))
        if not self._incomplete:
            if self._timer is not None:
                self._disarm()
        elif self._timer is None:
            self._arm()

    def on_message_begin(self) -> None:
        self._incomplete = True
        self._header_size = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > self.limits.largest_headers:
            self._too_much(f"The path is longer than {self.limits.largest_headers} bytes; send a shorter one.")

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._header_size += len(name) + len(value)
        if self._header_size > self.limits.largest_headers or len(self.headers) > self.limits.most_headers:
            limits = f"{self.limits.most_headers} headers of {self.limits.largest_headers} bytes"
            self._too_much(f"There are more than {limits} in all; send fewer.")

    def on_message_complete(self) -> None:
        self._incomplete = False
        super().on_message_complete()

    def _too_much(self, message: str) -> None:
        self._refusal = refuse("headers-too-large", "never-hang", message)
        raise ValueError(message)  # ends the parser; data_received answers

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
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            body = refusal.json
            self.transport.write(
                STATUS_LINE[refusal.status] + b"content-type: application/json\r\ncache-control: no-store\r\n"
                b"connection: close\r\ncontent-length: " + str(len(body)).encode() + b"\r\n\r\n" + body
            )
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()


def limited(limits: ConnectionLimits) -> type[Protocol]:
    """The protocol with other limits."""
    return type("LimitedProtocol", (Protocol,), {"limits": limits})
