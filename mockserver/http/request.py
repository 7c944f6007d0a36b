"""One call as handlers see it: its method, path and headers, and its body once that has been read within limits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, TypeAlias

from mockserver.http.errors import Refusal, refuse

Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]

_JSON_TYPES = frozenset({b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8"})
_DRAINED = 16  # bodies of up to so many times the limit are read to their end, so that the client hears the answer


class Disconnected(Exception):  # noqa: N818 - an event of the connection, not a mistake
    """The client went away before its request was complete; nobody can be answered."""


class Call:
    """A request. Header names are lower-case bytes; ``caller`` is the install that the credential speaks for."""

    __slots__ = ("_named", "body", "caller", "headers", "method", "params", "query", "raw_path", "receive")

    def __init__(self, scope: MutableMapping[str, Any], receive: Receive) -> None:
        self.method: str = scope["method"]
        self.raw_path: bytes = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogateescape")
        self.query: bytes = scope.get("query_string", b"")
        self.headers: list[tuple[bytes, bytes]] = scope["headers"]
        self._named = _by_name(self.headers)
        self.receive = receive
        self.params: Mapping[str, str] = {}
        self.caller = ""
        self.body = b""

    def header(self, name: bytes) -> bytes | None:
        """The value of a header, different values of a repeated one joined with commas, or None."""
        return self._named.get(name)

    async def read(self, largest: int) -> bytes:
        """The body. Raises Refusal if it is larger than that many bytes, Disconnected if it never ends."""
        declared = self._named.get(b"content-length")
        length = int(declared) if declared and declared.isdigit() and len(declared) < 19 else 0
        if length > largest * _DRAINED or (length > largest and self.header(b"expect")):
            raise too_large(largest, close=True)
        message = await self.receive()
        chunk: bytes = message.get("body", b"")
        if message["type"] == "http.request" and not message.get("more_body", False) and len(chunk) <= largest:
            self.body = chunk
            return chunk
        return await self._read_on(message, largest)

    async def _read_on(self, message: MutableMapping[str, Any], largest: int) -> bytes:
        chunks: list[bytes] = []
        size = 0
        while True:
            if message["type"] != "http.request":
                raise Disconnected
            size += len(message.get("body", b""))
            if size <= largest:
                chunks.append(message.get("body", b""))
            else:
                chunks.clear()
            if size > largest * _DRAINED:
                raise too_large(largest, close=True)
            if not message.get("more_body", False):
                break
            message = await self.receive()
        if size > largest:
            raise too_large(largest, close=False)
        self.body = b"".join(chunks)
        return self.body

    def require_json(self) -> None:
        """Raise Refusal unless the body is declared as plain, uncompressed JSON in UTF-8."""
        encoding = self._named.get(b"content-encoding")
        if encoding is not None:
            message = f"The body is encoded ({shown(encoding)}); send it without Content-Encoding."
            raise refuse("media-type", "media-type", message)
        declared = self._named.get(b"content-type")
        if declared in _JSON_TYPES:
            return
        if declared is None:
            message = "No Content-Type was sent; send 'Content-Type: application/json'."
            raise refuse("media-type", "media-type", message)
        kind, *parameters = (piece.strip().lower() for piece in declared.split(b";"))
        charsets = [one.partition(b"=")[2].strip(b' "') for one in parameters if one.startswith(b"charset")]
        if kind != b"application/json" or any(one not in (b"utf-8", b"utf8") for one in charsets):
            message = f"Content-Type is {shown(declared)}; send 'application/json', in UTF-8."
            raise refuse("media-type", "media-type", message)


def _by_name(headers: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    named = dict(headers)
    if len(named) != len(headers):
        named.clear()
        for name, value in headers:
            before = named.get(name)
            named[name] = value if before is None or before == value else before + b", " + value
    return named


def too_large(largest: int, *, close: bool) -> Refusal:
    """The refusal of a body that is larger than so many bytes."""
    message = f"The body is larger than {largest} bytes; send a smaller one."
    return refuse("too-large", "body-size", message, close=close)


def shown(value: bytes) -> str:
    """Bytes of a header or path in a message: short, printable ASCII."""
    text = "".join(chr(byte) if 0x20 < byte < 0x7F and byte not in b'"\\<>' else "?" for byte in value[:60])
    return f"{text}{'…' if len(value) > 60 else ''}"
