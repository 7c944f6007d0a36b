"""Carelessness about JSON: bodies that are read by hand, or as other bytes than they are."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from tests.servers.answering import Answer
from tests.servers.careless.requests import refused
from tests.servers.careless.spoiling import Carelessness, Handler, Headers, Spoil, of, provisions
from tests.servers.independent import Independent


def on_text(change: Callable[[bytes], bytes | None]) -> Spoil:
    """The bytes of a body are changed before the honest server reads them; a change that answers None refuses."""

    def spoil(server: Independent, handler: Handler) -> Handler:
        def handle(method: str, path: str, headers: Headers, body: bytes) -> Answer:
            if not provisions(method, path):
                return handler(method, path, headers, body)
            changed = change(body)
            return refused(400) if changed is None else handler(method, path, headers, changed)

        return handle

    return spoil


def decoded(body: bytes, encoding: str) -> bytes:
    return body.decode(encoding, "replace").encode()


def without_pairs(body: bytes) -> bytes:
    return re.sub(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}", b"??", body)


def course_first(body: bytes) -> bytes | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return body
    return None if isinstance(value, dict) and "course" in value and next(iter(value)) != "course" else body


READERS: Mapping[str, Carelessness] = {
    "read-as-latin-1": of(on_text(lambda b: decoded(b, "latin-1")), "recall-finds", "spelled-bodies"),
    "read-as-windows-1252": of(on_text(lambda b: decoded(b, "cp1252")), "recall-finds", "spelled-bodies"),
    "escapes-kept-as-written": of(
        on_text(lambda b: b.replace(b"\\u", b"\\\\u")), "recall-finds valid-accepted", "spelled-bodies"
    ),
    "pairs-of-escapes-lost": of(on_text(without_pairs), "recall-finds", "spelled-bodies"),
    "solidus-kept-with-its-escape": of(
        on_text(lambda b: b.replace(b"\\/", b"\\\\/")), "recall-finds valid-accepted result-truthful", "spelled-bodies"
    ),
    "course-first": of(on_text(course_first), "valid-accepted", "spelled-bodies"),
    "one-line-only": of(on_text(lambda b: None if b"\n" in b else b), "valid-accepted", "spelled-bodies"),
}
