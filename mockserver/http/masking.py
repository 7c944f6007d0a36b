"""What may be shown of an exchange: everything, with every secret masked in every part of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson

from mockserver.http.decoding import depth
from mockserver.http.errors import Header, Headers
from mockserver.http.scope import Exchange
from spec.openapi.document import Document, Schema

MASK = "•••"
_SHORT = 3  # so short a secret is masked where it stands, not wherever its letters occur
_DEEPEST = 100
_SECRET_HEADERS = frozenset({b"authorization", b"cookie", b"set-cookie", b"proxy-authorization"})
_SECRET_MEMBERS = frozenset(  # of OAuth 2.0 and OpenID Connect, where no schema marks them
    "access_token refresh_token id_token id_token_hint logout_token client_secret code_verifier client_assertion "
    "assertion password secret token_hint".split()
)
_SECRET_FIELDS = _SECRET_MEMBERS | {"code", "token"}
"""The names of secrets in forms and queries, where a code is no error code."""
_FORM = b"application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Shown:
    """An exchange that may be shown: secrets are masked in every part of it. ``path`` tells of a query only its end."""

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
class Parsed:
    """An exchange with its bodies as JSON values (a form as an object), or as text where they are none."""

    exchange: Exchange
    body: Any
    answer: Any


class Masking:
    """What is secret: values of headers, and of members that the document marks or a standard names."""

    def __init__(self, document: Document, credential_header: str) -> None:
        self._headers = {*_SECRET_HEADERS, credential_header.encode()}
        self._members = _secret_members(document) | _SECRET_MEMBERS

    def show(self, exchanges: Iterable[Exchange]) -> Iterator[Shown]:
        """The exchanges. A secret of one of them is masked in all of them."""
        kept = [parsed(one) for one in exchanges]
        secrets = {secret for one in kept for secret in self._secrets(one) if len(secret) > _SHORT}
        ordered = sorted(secrets, key=len, reverse=True)
        for one in kept:
            yield self._show(one, ordered)

    def is_secret(self, name: str) -> bool:
        """Whether a member of that name holds a secret."""
        return name in self._members

    def _secrets(self, one: Parsed) -> Iterator[str]:
        exchange = one.exchange
        for name, value in (*exchange.headers, *exchange.answer_headers):
            if name in self._headers:
                yield value.decode("latin-1")
                yield value.rpartition(b" ")[2].decode("latin-1")
            elif name == b"location":
                yield from _of_fields(value.partition(b"?")[2])
        yield from _of_fields(exchange.query)
        fields = _SECRET_FIELDS if _is_form(exchange) else frozenset()
        yield from self._found(one.body, fields)
        yield from self._found(one.answer)

    def _found(self, value: Any, also: frozenset[str] = frozenset()) -> Iterator[str]:
        if isinstance(value, dict):
            for name, member in value.items():
                if isinstance(member, str) and (name in self._members or name in also):
                    yield member
                yield from self._found(member)
        elif isinstance(value, list):
            for member in value:
                yield from self._found(member)

    def _show(self, one: Parsed, secrets: list[str]) -> Shown:
        exchange = one.exchange
        path = exchange.raw_path.decode("latin-1") + ("?" + MASK if exchange.query else "")
        fields = _SECRET_FIELDS if _is_form(exchange) else frozenset()
        return Shown(
            at=exchange.at,
            method=exchange.method,
            path=_replaced(path, secrets),
            headers=self._shown_headers(exchange.headers, secrets),
            body=self._masked(one.body, secrets, fields),
            status=exchange.status,
            answer_headers=self._shown_headers(exchange.answer_headers, secrets),
            answer=self._masked(one.answer, secrets),
            notes=tuple(_replaced(note, secrets) for note in exchange.notes),
        )

    def _shown_headers(self, headers: Headers | list[Header], secrets: list[str]) -> Mapping[str, str]:
        return {
            name.decode("latin-1"): MASK if name in self._headers else _replaced(value.decode("latin-1"), secrets)
            for name, value in headers
        }

    def _masked(self, value: Any, secrets: list[str], also: frozenset[str] = frozenset()) -> Any:
        if isinstance(value, str):
            return _replaced(value, secrets)
        if isinstance(value, dict):
            return {
                _replaced(name, secrets): MASK
                if name in self._members or name in also
                else self._masked(member, secrets)
                for name, member in value.items()
            }
        return [self._masked(member, secrets) for member in value] if isinstance(value, list) else value


def parsed(exchange: Exchange) -> Parsed:
    """An exchange with its bodies read."""
    body = dict(_pairs(exchange.body)) if _is_form(exchange) else _value(exchange.body)
    return Parsed(exchange, body, _value(exchange.answer))


def _is_form(exchange: Exchange) -> bool:
    return any(name == b"content-type" and value.lower().startswith(_FORM) for name, value in exchange.headers)


def _pairs(text: bytes) -> list[tuple[str, str]]:
    return parse_qsl(text.decode("utf-8", "replace"), keep_blank_values=True)


def _of_fields(query: bytes) -> Iterator[str]:
    yield from (value for name, value in _pairs(query) if name in _SECRET_FIELDS)


def _value(body: bytes) -> Any:
    try:
        value = orjson.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")
    return value if depth(value) <= _DEEPEST else body.decode("utf-8", "replace")


def _replaced(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text


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
