"""Answers as values: a status, headers and bytes, made from JSON, from a page or from a refusal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import orjson

from mockserver.http.errors import Headers, Refusal

JSON = (b"content-type", b"application/json")
_PRIVATE = (b"cache-control", b"no-store")
_NO_SNIFFING = (b"x-content-type-options", b"nosniff")


class Reply(NamedTuple):
    """An answer, complete but for ``Content-Length``. ``notes`` go to the journal only."""

    status: int
    headers: Headers
    body: bytes
    notes: tuple[str, ...] = ()


def of_json(value: Any, *, status: int = 200, headers: Iterable[tuple[bytes, bytes]] = ()) -> Reply:
    """A JSON answer that no cache keeps."""
    return Reply(status, (JSON, _PRIVATE, *headers), orjson.dumps(value))


def of_page(page: str, policy: str, *, status: int = 200, headers: Iterable[tuple[bytes, bytes]] = ()) -> Reply:
    """An HTML answer under a content security policy; no cache keeps it and no link from it tells where it was."""
    fixed = (
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-security-policy", policy.encode("ascii")),
        (b"referrer-policy", b"no-referrer"),
        _PRIVATE,
        _NO_SNIFFING,
    )
    return Reply(status, (*fixed, *headers), page.encode())


def of_refusal(refusal: Refusal, contract: str = "") -> Reply:
    """The one shape of every refusal, with links into the contract page if its URL is given."""
    notes = tuple(f"{fault.clause}: {fault.message}" for fault in refusal.faults)
    return Reply(refusal.status, (JSON, _PRIVATE, *refusal.headers), refusal.json(contract), notes)
