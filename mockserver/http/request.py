"""A request as endpoints see it: Starlette's, with headers by name, and a body that is read within limits."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import starlette.requests
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope

from mockserver.http.errors import Refusal, refuse
from mockserver.http.scope import DEADLINE, caller_of, exchange_of, headers_of
from mockserver.settings import Settings

_JSON_TYPES = frozenset({b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8"})
_DRAINED = 16  # bodies of up to so many times the limit are read to their end, so that the client hears the answer


class Request(starlette.requests.Request):
    """Starlette's request. Names of headers are lower-case bytes."""

    @property
    def raw_path(self) -> bytes:
        """The path as it was sent."""
        path: bytes = self.scope.get("raw_path") or self.scope["path"].encode("utf-8", "surrogateescape")
        return path

    @property
    def query(self) -> bytes:
        """The query string as it was sent."""
        query: bytes = self.scope.get("query_string", b"")
        return query

    @property
    def caller(self) -> str:
        """The install that the credential speaks for; empty on a path that needs none."""
        return caller_of(self.scope)

    @property
    def received(self) -> bytes:
        """The body, as far as it was read."""
        return exchange_of(self.scope).body

    def header(self, name: bytes) -> bytes | None:
        """The value of a header, different values of a repeated one joined with commas, or None."""
        return headers_of(self.scope).get(name)

    async def read(self, settings: Settings) -> bytes:
        """The body, as ``read_body`` reads it."""
        return await read_body(self.scope, self._receive, settings)

    def require_json(self) -> None:
        """Raise Refusal unless the body is declared as JSON, as the function does."""
        require_json(headers_of(self.scope))


async def read_body(scope: Scope, receive: Receive, settings: Settings) -> bytes:
    """The body of a call, which is noted in its exchange.

    Raises Refusal if it is larger or takes longer than allowed, ClientDisconnect if it never ends.
    """
    largest, named = settings.largest_body, headers_of(scope)
    declared = named.get(b"content-length", b"")
    length = int(declared) if declared.isdigit() and len(declared) < 19 else 0
    if length > largest and (length > largest * _DRAINED or named.get(b"expect")):
        raise too_large(largest, close=True)
    if DEADLINE in scope.get("extensions", ()):
        message = await receive()
        body: bytes = message.get("body", b"")
        if message["type"] != "http.request" or message.get("more_body", False) or len(body) > largest:
            body = await _read_on(message, receive, largest)
    else:
        try:
            async with asyncio.timeout(settings.body_deadline):
                body = await _read_on(await receive(), receive, largest)
        except TimeoutError:
            raise too_slow(settings.body_deadline) from None
    exchange_of(scope).body = body
    return body


async def _read_on(message: Message, receive: Receive, largest: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        if message["type"] != "http.request":
            raise ClientDisconnect
        size += len(message.get("body", b""))
        if size <= largest:
            chunks.append(message.get("body", b""))
        else:
            chunks.clear()
        if size > largest * _DRAINED:
            raise too_large(largest, close=True)
        if not message.get("more_body", False):
            break
        message = await receive()
    if size > largest:
        raise too_large(largest, close=False)
    return b"".join(chunks)


def require_json(named: Mapping[bytes, bytes]) -> None:
    """Raise Refusal unless headers declare a body that is plain, uncompressed JSON in UTF-8."""
    declared = named.get(b"content-type")
    encoding = named.get(b"content-encoding")
    if encoding is not None:
        message = f"The body is encoded ({shown(encoding)}); send it without Content-Encoding."
        raise refuse("media-type", "media-type", message)
    if declared in _JSON_TYPES:
        return
    if declared is None:
        message = "No Content-Type was sent; send 'Content-Type: application/json'."
        raise refuse("media-type", "media-type", message)
    kind, *parameters = (piece.strip().lower() for piece in declared.split(b";"))
    charsets = [one.partition(b"=")[2].strip(b' "') for one in parameters if one.startswith(b"charset")]
    if kind != b"application/json" or any(one not in (b"utf-8", b"utf8") for one in charsets):
        message = f"Content-Type is '{shown(declared)}'; send 'application/json', in UTF-8."
        raise refuse("media-type", "media-type", message)


def too_large(largest: int, *, close: bool) -> Refusal:
    """The refusal of a body that is larger than so many bytes."""
    message = f"The body is larger than {largest} bytes; send a smaller one."
    return refuse("too-large", "body-size", message, close=close)


def too_slow(seconds: float) -> Refusal:
    """The refusal of a request that was not complete in time."""
    unit = "second" if seconds == 1 else "seconds"
    message = f"The request was not complete after {seconds:g} {unit}; send it faster."
    return refuse("too-slow", None, message, close=True)


def not_allowed(method: str, allowed: str) -> Refusal:
    """The refusal of a method; ``allowed`` lists those of the path, as the header ``Allow`` does."""
    message = f"{shown(method.encode())} is not served here; use {allowed}."
    return refuse("method", "method-allowed", message, headers=((b"allow", allowed.encode()),))


def shown(value: bytes) -> str:
    """Bytes of a header or path in a message: short, printable ASCII."""
    text = "".join(chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\<>' else "?" for byte in value[:60])
    return f"{text}{'…' if len(value) > 60 else ''}"
