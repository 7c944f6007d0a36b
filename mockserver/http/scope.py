"""What is kept of a call in its ASGI scope, each under one key, and read by one function.

Nothing that is put there holds the scope itself: that would be a cycle, which only garbage collection ends.
"""

from __future__ import annotations

from itertools import chain
from urllib.parse import quote

from starlette.types import Scope

from mockserver.http.errors import Header, Headers

_NAMED = "invigilate.headers"
_CALLER = "invigilate.caller"
_EXCHANGE = "invigilate.exchange"
_ROOT = "invigilate.root"
_FEW = 24
"""Headers up to which adding up pairs is quicker than walking through them; it is square, and more are hostile."""

DEADLINE = "invigilate.deadline"
"""An ASGI extension: the server lets no request take for ever, so the application need not look at the time."""
ABORT = "invigilate.abort"
"""An ASGI extension: a function that ends the connection at once."""


ENDING = "invigilate.ending"
"""An ASGI extension: an event that is set when the server is told to end, for what would go on until it is cut off."""


class ServedExchange:
    """A call and its answer as they were, filled in while it is served. Holds secrets: never show one.

    A plain class with slots, because one is made for every call and a frozen dataclass costs four times as much; its
    headers are one piece of bytes, because the thirty small ones of each kept call would crowd the processor's cache.
    """

    __slots__ = (
        *("at", "method", "raw_path", "query", "packed", "body"),
        *("status", "answer_headers", "answer", "notes"),
        *("install", "number", "began", "seconds", "size", "is_kept"),
    )

    def __init__(self, scope: Scope) -> None:
        self.method: str = scope["method"]
        self.raw_path: bytes = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogateescape")
        if root := scope.get(_ROOT):  # where it is mounted is no part of the path
            self.raw_path = self.raw_path.removeprefix(quote(root).encode())
        self.query: bytes = scope.get("query_string", b"")
        self.packed = _packed(scope)
        self.body = b""
        self.status = 0
        self.answer_headers: Headers | list[Header] = ()
        self.answer = b""
        self.notes: tuple[str, ...] = ()
        self.at = self.began = self.seconds = 0.0  # when it ended, and in real time when it began and how long it took
        self.install = ""  # the install that it is about, if it is about one
        self.size = 0  # bytes, as far as they are kept
        self.number = 0  # in the order in which calls ended, from 1
        self.is_kept = True  # in the journal, when it has ended

    @property
    def headers(self) -> list[Header]:
        """The headers of the call."""
        pieces = self.packed.split(b"\0") if self.packed else []
        return list(zip(pieces[::2], pieces[1::2], strict=False))


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """The headers by lower-case name, different values of a repeated one joined with commas."""
    named: dict[bytes, bytes] | None = scope.get(_NAMED)
    if named is None:
        named = scope[_NAMED] = _by_name(scope["headers"])
    return named


def set_headers(scope: Scope, named: dict[bytes, bytes]) -> None:
    """Note the headers by name, where somebody has looked at them already; none of them is repeated."""
    scope[_NAMED] = named


def with_headers(scope: Scope, headers: list[Header]) -> Scope:
    """The scope of the same call with other headers."""
    return {**scope, "headers": headers, _NAMED: _by_name(headers)}


def caller_of(scope: Scope) -> str:
    """The install that the credential of the call speaks for."""
    caller: str = scope.get(_CALLER, "")
    return caller


def set_caller(scope: Scope, install: str) -> None:
    """Note for which install the credential speaks."""
    scope[_CALLER] = install


def exchange_of(scope: Scope) -> ServedExchange:
    """What is kept of the call."""
    exchange: ServedExchange | None = scope.get(_EXCHANGE)
    if exchange is None:
        exchange = scope[_EXCHANGE] = ServedExchange(scope)
    return exchange


def root_of(scope: Scope) -> str:
    """The path under which the whole application is mounted, or nothing."""
    root: str = scope.get(_ROOT, "")
    return root


def set_root(scope: Scope, root: str) -> None:
    """Note under which path the application is mounted."""
    scope[_ROOT] = root


def _packed(scope: Scope) -> bytes:
    """Names and values in turn; no header holds NUL (RFC 9110 section 5.5)."""
    named, headers = headers_of(scope), scope["headers"]
    if len(named) == len(headers) < _FEW:
        return b"\0".join(sum(named.items(), ()))  # for few, half as long as to walk through them
    return b"\0".join(chain.from_iterable(headers))


def _by_name(headers: list[Header]) -> dict[bytes, bytes]:
    named = dict(headers)
    if len(named) != len(headers):
        named.clear()
        for name, value in headers:
            before = named.get(name)
            named[name] = value if before is None or before == value else before + b", " + value
    return named
