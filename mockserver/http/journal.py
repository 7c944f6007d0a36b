"""The journal: the last exchanges, kept raw and cheaply, and shown only with every secret masked."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson

from mockserver.http.decoding import exact
from mockserver.http.errors import Header, Headers
from mockserver.http.scope import Exchange
from spec.openapi.document import Document, Schema
from spec.source.depth import deeper_than

MASK = "•••"
_SHORT = 3  # so short a secret is masked where it stands, not wherever its letters occur
_DEEPEST = 100
_SECRET_HEADERS = frozenset({b"authorization", b"cookie", b"proxy-authorization"})


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


@dataclass(frozen=True, slots=True)
class _Parsed:
    """An exchange with its bodies as JSON values, or as text where they are none."""

    exchange: Exchange
    body: Any
    answer: Any


class Journal:
    """A ring of exchanges. Recording costs an append; masking happens when somebody looks."""

    def __init__(self, document: Document, credential_header: str, length: int, longest_body: int) -> None:
        self._ring: deque[Exchange] = deque(maxlen=length)
        self.longest = longest_body
        self._secret_headers = {*_SECRET_HEADERS, credential_header.encode()}
        self._secret_members = _secret_members(document)

    def record(self, exchange: Exchange) -> None:
        """Keep an exchange, forgetting the oldest one if need be."""
        longest = self.longest
        if len(exchange.body) > longest or len(exchange.answer) > longest:
            exchange.body, exchange.answer = exchange.body[:longest], exchange.answer[:longest]
        self._ring.append(exchange)

    def clear(self) -> None:
        """Forget everything."""
        self._ring.clear()

    def __len__(self) -> int:
        return len(self._ring)

    def __iter__(self) -> Iterator[Shown]:
        """Every exchange, oldest first. A secret of one of them is masked in all of them."""
        kept = [_Parsed(one, _sent(one), _parsed(one.answer)) for one in self._ring]
        secrets = {secret for one in kept for secret in self._secrets(one) if len(secret) > _SHORT}
        ordered = sorted(secrets, key=len, reverse=True)
        for one in kept:
            yield self._show(one, ordered)

    def _secrets(self, parsed: _Parsed) -> Iterator[str]:
        for name, value in parsed.exchange.headers:
            if name in self._secret_headers:
                yield value.decode("latin-1")
                yield value.rpartition(b" ")[2].decode("latin-1")
        yield from self._found(parsed.body)
        yield from self._found(parsed.answer)

    def _found(self, value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for name, member in value.items():
                if name in self._secret_members and isinstance(member, str):
                    yield member
                yield from self._found(member)
        elif isinstance(value, list):
            for member in value:
                yield from self._found(member)

    def _show(self, parsed: _Parsed, secrets: list[str]) -> Shown:
        exchange = parsed.exchange
        path = exchange.raw_path.decode("latin-1") + ("?" + MASK if exchange.query else "")
        return Shown(
            at=exchange.at,
            method=exchange.method,
            path=_replaced(path, secrets),
            headers=self._headers(exchange.headers, secrets),
            body=self._masked(parsed.body, secrets),
            status=exchange.status,
            answer_headers=self._headers(exchange.answer_headers, secrets),
            answer=self._masked(parsed.answer, secrets),
            notes=tuple(_replaced(note, secrets) for note in exchange.notes),
        )

    def _headers(self, headers: Headers | list[Header], secrets: list[str]) -> Mapping[str, str]:
        return {
            name.decode("latin-1"): MASK
            if name in self._secret_headers
            else _replaced(value.decode("latin-1"), secrets)
            for name, value in headers
        }

    def _masked(self, value: Any, secrets: list[str]) -> Any:
        if isinstance(value, str):
            return _replaced(value, secrets)
        if isinstance(value, dict):
            return {
                _replaced(name, secrets): MASK if name in self._secret_members else self._masked(member, secrets)
                for name, member in value.items()
            }
        return [self._masked(member, secrets) for member in value] if isinstance(value, list) else value


def _sent(exchange: Exchange) -> Any:
    """The body of a call; a form as the object that it stands for."""
    declared = dict(exchange.headers).get(b"content-type", b"")
    if declared.partition(b";")[0].strip().lower() == b"application/x-www-form-urlencoded":
        return dict(parse_qsl(exchange.body.decode("utf-8", "replace"), keep_blank_values=True))
    return _parsed(exchange.body)


def _parsed(body: bytes) -> Any:
    try:
        value = orjson.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")
    return exact(body, value) if deeper_than(_DEEPEST, value) is None else body.decode("utf-8", "replace")


def _replaced(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text


def _secret_members(document: Document) -> frozenset[str]:
    """The names of members that may hold a secret: write-only ones, what an answer hands over for sign-on, and what the
    document calls a password (the format of OpenAPI for what is not to be shown).
    """
    names: set[str] = set()
    for operation in document.operations.values():
        for schema in operation.body.content.values() if operation.body else ():
            _write_only(schema, names)
    for schema in document.tree.get("components", {}).get("schemas", {}).values():
        members = schema.get("properties", {}) if isinstance(schema, dict) else {}
        names |= {name for name, one in members.items() if isinstance(one, dict) and one.get("format") == "password"}
    return frozenset(names)


def _write_only(schema: Schema, names: set[str]) -> None:
    for name, member in schema.get("properties", {}).items():
        if member.get("writeOnly"):
            names.add(name)
        if "x-signon" in member:
            names |= {member["x-signon"]["redirect"], member["x-signon"]["token"]}
        _write_only(member, names)
