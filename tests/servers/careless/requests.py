"""Carelessness about HTTP: requests that say the same in another spelling, and methods nobody thought of."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from tests.servers.answering import Answer
from tests.servers.careless.spoiling import BROKEN, Carelessness, Handler, Headers, Spoil, of
from tests.servers.independent import Independent


def on_headers(react: Callable[[str, dict[str, str], bytes], Answer | bytes | None]) -> Spoil:
    """A request is answered, or gets another body, by its method and headers."""

    def spoil(server: Independent, handler: Handler) -> Handler:
        def handle(method: str, path: str, headers: Headers, body: bytes) -> Answer:
            named = {name.lower(): value for name, value in headers}
            found = react(method, named, body) if path.endswith("/provision") else None
            if isinstance(found, tuple):
                return found
            return handler(method, path, headers, body if found is None else found)

        return handle

    return spoil


def refused(status: int) -> Answer:
    text = json.dumps({"code": "INVALIDINPUT", "message": "This is not supported.", "status": status})
    return status, {"Content-Type": "application/json", "WWW-Authenticate": "Bearer"}, text.encode()


def head_provisions(server: Independent, handler: Handler) -> Handler:
    def handle(method: str, path: str, headers: Headers, body: bytes) -> Answer:
        if method == "HEAD" and path.endswith("/provision"):
            status, named, _ = handler("POST", path, headers, body)
            return status, named, b""
        return handler(method, path, headers, body)

    return handle


HTTP: Mapping[str, Carelessness] = {
    "any-accept-is-406": of(
        on_headers(lambda m, h, b: refused(406) if h.get("accept") == "*/*" else None),
        "valid-accepted",
        "spelled-requests",
    ),
    "wildcards-are-406": of(
        on_headers(lambda m, h, b: refused(406) if h.get("accept", "").startswith("application/*") else None),
        "valid-accepted",
        "spelled-requests",
    ),
    "browsers-get-406": of(
        on_headers(lambda m, h, b: refused(406) if h.get("accept", "").startswith("text/html") else None),
        "valid-accepted",
        "spelled-requests",
    ),
    "weights-are-406": of(
        on_headers(lambda m, h, b: refused(406) if h.get("accept", "").startswith("application/json;") else None),
        "valid-accepted",
        "spelled-requests",
    ),
    "breaks-on-closing": of(
        on_headers(lambda m, h, b: BROKEN if h.get("connection", "").lower() == "close" else None),
        "never-server-error",
        "spelled-requests",
    ),
    "other-languages-are-406": of(
        on_headers(lambda m, h, b: refused(406) if h.get("accept-language", "en")[:2] != "en" else None),
        "valid-accepted",
        "spelled-requests",
    ),
    "head-breaks": of(on_headers(lambda m, h, b: BROKEN if m == "HEAD" else None), "never-server-error", "doors"),
    "head-provisions": of(head_provisions, "method-allowed", "doors"),
    "options-break": of(on_headers(lambda m, h, b: BROKEN if m == "OPTIONS" else None), "never-server-error", "doors"),
    "chunks-lost": of(
        on_headers(lambda m, h, b: b"" if "transfer-encoding" in h else None), "http-spelling", "spelled-requests"
    ),
    "chunks-need-a-length": of(
        on_headers(lambda m, h, b: refused(411) if "transfer-encoding" in h else None),
        "http-spelling",
        "spelled-requests",
    ),
    "scheme-in-one-case": of(
        on_headers(
            lambda m, h, b: refused(401) if h.get("authorization", "").startswith(("bearer", "BEARER")) else None
        ),
        "http-spelling",
        "spelled-requests",
    ),
    "one-space-only": of(
        on_headers(lambda m, h, b: refused(401) if "  " in h.get("authorization", "") else None),
        "http-spelling",
        "spelled-requests",
    ),
    "no-charset": of(
        on_headers(lambda m, h, b: refused(415) if "charset" in h.get("content-type", "").lower() else None),
        "valid-accepted media-type",
        "spelled-requests",
    ),
    "media-type-in-one-case": of(
        on_headers(lambda m, h, b: refused(415) if h.get("content-type", "").startswith("Application") else None),
        "valid-accepted media-type",
        "spelled-requests",
    ),
}
