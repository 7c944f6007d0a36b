"""What of a message's head belongs to one connection only (RFC 9110 section 7.6.1), and what codings can be read."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

READABLE = frozenset({"gzip", "x-gzip", "deflate", "identity"})
"""Content codings (RFC 9110 section 8.4.1) that are read without further libraries."""
_HOP = frozenset(
    {
        *(b"connection", b"proxy-connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade"),
        *(b"proxy-authenticate", b"proxy-authorization", b"http2-settings"),
    }
)
_FRAMING = frozenset({b"content-length", b"host"})


class Field(NamedTuple):
    """One header field, as bytes."""

    name: bytes
    value: bytes


def end_to_end(fields: Iterable[tuple[bytes, bytes]]) -> list[Field]:
    """The fields that are forwarded: without those of the connection and those that ``Connection`` names."""
    listed = [Field(name, value) for name, value in fields]
    named = {
        one.strip().lower()
        for field in listed
        if field.name.lower() == b"connection"
        for one in field.value.split(b",")
    } - _FRAMING
    return [field for field in listed if field.name.lower() not in _HOP | named]


def chunked(fields: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a message is framed by chunks (RFC 9112 section 6.1)."""
    return any(name.lower() == b"transfer-encoding" for name, _ in fields)


def readable_codings(fields: Sequence[Field]) -> list[Field]:
    """The same fields, where ``Accept-Encoding`` names only codings that can be read; absent stays absent."""
    kept = []
    for field in fields:
        if field.name.lower() == b"accept-encoding":
            offered = [one.strip() for one in field.value.decode("latin-1").split(",")]
            known = [one for one in offered if one.partition(";")[0].strip().lower() in READABLE]
            kept.append(Field(field.name, ", ".join(known or ["identity"]).encode("latin-1")))
        else:
            kept.append(field)
    return kept


def decoded(body: bytes, codings: str, longest: int) -> bytes | None:
    """A body without its content codings, or None if it cannot be read or is longer than ``longest`` bytes."""
    listed = [one.strip().lower() for one in codings.split(",") if one.strip()]
    for coding in reversed(listed):
        if coding not in READABLE:
            return None
        if coding != "identity":
            opened = _inflated(body, longest)
            if opened is None:
                return None
            body = opened
    return body if len(body) <= longest else None


def _inflated(body: bytes, longest: int) -> bytes | None:
    """gzip, zlib or, as some servers mean by deflate, the bare stream."""
    for form in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        try:
            reader = zlib.decompressobj(form)
            opened = reader.decompress(body, longest + 1)
        except zlib.error:
            continue
        return opened if reader.eof and len(opened) <= longest else None
    return None
