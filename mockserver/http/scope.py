"""What is kept of a call in its ASGI scope, each under one key, and read by one function.

Nothing that is put there holds the scope itself: that would be a cycle, which only garbage collection ends.
"""

from __future__ import annotations

from starlette.types import Scope

from mockserver.http.errors import Header, Headers

_NAMED = "invigilate.headers"
_CALLER = "invigilate.caller"
_RECORDING = "invigilate.recording"
_ROOT = "invigilate.root"

DEADLINE = "invigilate.deadline"
"""An ASGI extension: the server lets no request take for ever, so the application need not look at the time."""
ABORT = "invigilate.abort"
"""An ASGI extension: a function that ends the connection at once."""


class Recording:
    """What the journal is to keep of a call, filled in while it is served."""

    __slots__ = ("answer", "body", "headers", "notes", "status")

    def __init__(self) -> None:
        self.body = b""
        self.notes: tuple[str, ...] = ()
        self.status = 0
        self.headers: Headers | list[Header] = ()
        self.answer = b""


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """The headers by lower-case name, different values of a repeated one joined with commas."""
    named: dict[bytes, bytes] | None = scope.get(_NAMED)
    if named is None:
        named = scope[_NAMED] = _by_name(scope["headers"])
    return named


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


def recording_of(scope: Scope) -> Recording:
    """What is kept of the call."""
    recording: Recording | None = scope.get(_RECORDING)
    if recording is None:
        recording = scope[_RECORDING] = Recording()
    return recording


def root_of(scope: Scope) -> str:
    """The path under which the whole application is mounted, or nothing."""
    root: str = scope.get(_ROOT, "")
    return root


def set_root(scope: Scope, root: str) -> None:
    """Note under which path the application is mounted."""
    scope[_ROOT] = root


def _by_name(headers: list[Header]) -> dict[bytes, bytes]:
    named = dict(headers)
    if len(named) != len(headers):
        named.clear()
        for name, value in headers:
            before = named.get(name)
            named[name] = value if before is None or before == value else before + b", " + value
    return named
