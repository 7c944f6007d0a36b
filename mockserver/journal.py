"""The journal: the last exchanges, kept raw and cheaply, and shown only with every secret masked."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from mockserver.errors import Headers
from spec.document import Document, Schema

MASK = "•••"
_SECRET_HEADERS = frozenset({b"authorization", b"cookie", b"proxy-authorization"})


class Exchange(NamedTuple):
    """A call and its answer as they were, cut bodies included. Holds secrets: never show one, show ``Shown``.

    A named tuple because one is made for every call: a frozen dataclass of ten members costs four times as much.
    """

    at: float
    method: str
    raw_path: bytes
    query: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes
    status: int
    answer_headers: Headers
    answer: bytes
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """An exchange that may be shown: secrets are masked in every part of it."""

    at: float
    method: str
    path: str
    headers: Mapping[str, str]
    body: Any
    status: int
    answer_headers: Mapping[str, str]
    answer: Any
    notes: tuple[str, ...]


class Journal:
    """A ring of exchanges. Recording costs an append; masking happens when somebody looks."""

    def __init__(self, document: Document, credential_header: str, length: int, longest_body: int) -> None:
        self._ring: deque[Exchange] = deque(maxlen=length)
        self._longest = longest_body
        self._secret_headers = {*_SECRET_HEADERS, credential_header.encode()}
        self._secret_members = _secret_members(document)

    def record(self, exchange: Exchange) -> None:
        """Keep an exchange, forgetting the oldest one if need be."""
        if len(exchange.body) > self._longest or len(exchange.answer) > self._longest:
            longest = self._longest
            exchange = exchange._replace(body=exchange.body[:longest], answer=exchange.answer[:longest])
        self._ring.append(exchange)

    def clear(self) -> None:
        """Forget everything."""
        self._ring.clear()

    def __len__(self) -> int:
        return len(self._ring)

    def __iter__(self) -> Iterator[Shown]:
        for exchange in tuple(self._ring):
            yield self._show(exchange)

    def _show(self, exchange: Exchange) -> Shown:
        secrets = {
            piece.decode("latin-1")
            for name, value in exchange.headers
            if name in self._secret_headers
            for piece in (value, value.rpartition(b" ")[2])
            if len(piece) > 3
        }
        body, answer = _parsed(exchange.body), _parsed(exchange.answer)
        for value in (body, answer):
            secrets |= set(self._found(value))
        path = exchange.raw_path.decode("latin-1") + ("?" + MASK if exchange.query else "")
        ordered = sorted(secrets, key=len, reverse=True)
        return Shown(
            at=exchange.at,
            method=exchange.method,
            path=_masked(path, ordered),
            headers=_masked_headers(exchange.headers, ordered),
            body=_masked(body, ordered),
            status=exchange.status,
            answer_headers=_masked_headers(exchange.answer_headers, ordered),
            answer=_masked(answer, ordered),
            notes=tuple(_masked(note, ordered) for note in exchange.notes),
        )

    def _found(self, value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for name, member in value.items():
                if name in self._secret_members and isinstance(member, str) and member:
                    yield member
                yield from self._found(member)
        elif isinstance(value, list):
            for member in value:
                yield from self._found(member)


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


def _masked_headers(headers: Headers | list[tuple[bytes, bytes]], secrets: list[str]) -> Mapping[str, str]:
    return {name.decode("latin-1"): _masked(value.decode("latin-1"), secrets) for name, value in headers}


def _masked(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, MASK)
        return value
    if isinstance(value, dict):
        return {name: _masked(member, secrets) for name, member in value.items()}
    return [_masked(member, secrets) for member in value] if isinstance(value, list) else value


def _secret_members(document: Document) -> frozenset[str]:
    """The names of members that may hold a secret: write-only ones, and what an answer hands over for sign-on."""
    names: set[str] = set()
    for operation in document.operations.values():
        for schema in operation.body.content.values() if operation.body else ():
            _write_only(schema, names)
    return frozenset(names)


def _write_only(schema: Schema, names: set[str]) -> None:
    for name, member in schema.get("properties", {}).items():
        if member.get("writeOnly"):
            names.add(name)
        if "x-signon" in member:
            names |= {member["x-signon"]["redirect"], member["x-signon"]["token"]}
        _write_only(member, names)
