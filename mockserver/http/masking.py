"""What may be shown of an exchange: everything, with every secret masked in every part of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from secrets import token_bytes
from urllib.parse import parse_qsl, urlencode

import orjson

from mockserver.http.decoding import exact
from mockserver.http.errors import Header, Headers
from mockserver.http.scope import ServedExchange
from spec.openapi.document import Document, Schema
from spec.source.depth import deeper_than
from spec.source.pointer import Json

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
_JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")
_TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?")
_CODE = re.compile(rf"([?&](?:{'|'.join(sorted(_SECRET_FIELDS))})=)[^&\s\"'#]+")
_SIGNATURE = "bWFza2Vk"  # "masked": a token is none without its signature
_FORM = b"application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class MaskedExchange:
    """An exchange that may be shown: secrets are masked in every part of it. ``path`` tells of a query only its end."""

    at: float
    method: str
    path: str
    headers: Mapping[str, str]
    body: Json
    status: int
    answer_headers: Mapping[str, str]
    answer: Json
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parsed:
    """An exchange with its bodies as JSON values (a form as an object), or as text where they are none."""

    exchange: ServedExchange
    body: Json
    answer: Json


@dataclass(frozen=True, slots=True)
class SecretReplacement:
    """What stands for each secret, and what is put in the place of a member that is secret."""

    replaced: Mapping[str, Json]
    hide: Callable[[Json], Json]

    def text(self, text: str) -> str:
        """A text without the secrets in it."""
        for secret, other in self.replaced.items():
            text = text.replace(secret, str(other))
        return text


class Masking:
    """What is secret: values of headers, and of members that the document marks or a standard names."""

    def __init__(self, document: Document, credential_header: str) -> None:
        self._key = token_bytes(16)
        self._headers = {*_SECRET_HEADERS, credential_header.encode()}
        self._members = _secret_members(document) | _SECRET_MEMBERS
        self._fields = _SECRET_FIELDS | _write_only(document, forms=True)

    def show(self, exchanges: Iterable[ServedExchange], *, alike: bool = False) -> Iterator[MaskedExchange]:
        """The exchanges. A secret of one of them is masked in all of them.

        With ``alike`` a secret is replaced by something of its form, the same for the same secret as long as the
        process runs: so it can be judged which are alike, which are links and what tokens say, and nobody can use them.
        """
        kept = [parsed(one) for one in exchanges]
        secrets = {secret for one in kept for secret in self._secrets(one) if len(secret) > _SHORT}
        hide = self._alike if alike else _hidden
        replaced = {one: hide(one) for one in sorted(secrets, key=len, reverse=True)}
        for one in kept:
            yield self._show(one, SecretReplacement(replaced, hide))

    def foreign(self, value: Json) -> Json:
        """A value of somebody else without what looks like a secret: in headers and members, tokens, codes in links."""
        if isinstance(value, str):
            return _CODE.sub(rf"\\1{MASK}", _TOKEN.sub(MASK, value))
        if isinstance(value, dict):
            return {name: MASK if name in self._members else self.foreign(one) for name, one in value.items()}
        if not isinstance(value, list):
            return value
        if (
            len(value) == 2
            and isinstance(value[0], str)
            and value[0].lower().encode("utf-8", "replace") in self._headers
        ):
            return [value[0], MASK]
        return [self.foreign(one) for one in value]

    def _alike(self, secret: Json) -> Json:
        """Something of the form of a secret, which is none."""
        if not isinstance(secret, str):
            return 0 if isinstance(secret, int | float) and not isinstance(secret, bool) else secret
        if secret.startswith(("http://", "https://")):
            address, question, query = secret.partition("?")
            fields = [(name, self._alike(value)) for name, value in parse_qsl(query, keep_blank_values=True)]
            return f"{address}{question}{urlencode(fields)}"
        if _JWT.match(secret):
            return f"{secret.rpartition('.')[0]}.{_SIGNATURE}"
        digest = hashlib.blake2b(secret.encode("utf-8", "surrogatepass"), key=self._key, digest_size=6).hexdigest()
        return f"masked-{digest}" if secret else secret

    def _secrets(self, one: Parsed) -> Iterator[str]:
        exchange = one.exchange
        for name, value in (*exchange.headers, *exchange.answer_headers):
            if name in self._headers:
                yield value.decode("latin-1")
                yield value.rpartition(b" ")[2].decode("latin-1")
            elif name == b"location":
                yield from _of_fields(value.partition(b"?")[2])
        yield from _of_fields(exchange.query)
        fields = self._fields if is_form(exchange) else frozenset()
        yield from self._found(one.body, fields)
        yield from self._found(one.answer)
        yield from _of_links(one.answer)

    def _found(self, value: Json, also: frozenset[str] = frozenset()) -> Iterator[str]:
        if isinstance(value, dict):
            for name, member in value.items():
                if isinstance(member, str) and (name in self._members or name in also):
                    yield member
                yield from self._found(member)
        elif isinstance(value, list):
            for member in value:
                yield from self._found(member)

    def _show(self, one: Parsed, secrets: SecretReplacement) -> MaskedExchange:
        exchange = one.exchange
        path = exchange.raw_path.decode("latin-1") + ("?" + MASK if exchange.query else "")
        fields = self._fields if is_form(exchange) else frozenset()
        return MaskedExchange(
            at=exchange.at,
            method=exchange.method,
            path=secrets.text(path),
            headers=self._shown_headers(exchange.headers, secrets),
            body=self._masked(one.body, secrets, fields),
            status=exchange.status,
            answer_headers=self._shown_headers(exchange.answer_headers, secrets),
            answer=self._masked(one.answer, secrets),
            notes=tuple(secrets.text(note) for note in exchange.notes),
        )

    def _shown_headers(self, headers: Headers | list[Header], secrets: SecretReplacement) -> Mapping[str, str]:
        return {
            name.decode("latin-1"): self._credential(value.decode("latin-1"), secrets)
            if name in self._headers
            else secrets.text(value.decode("latin-1"))
            for name, value in headers
        }

    def _credential(self, value: str, secrets: SecretReplacement) -> str:
        """The value of a header that is secret; where what is alike is to stay alike, its scheme stays."""
        if secrets.hide is _hidden:
            return MASK
        scheme, space, credential = value.partition(" ")
        return f"{scheme} {secrets.hide(credential)}" if space else str(secrets.hide(value))

    def _masked(self, value: Json, secrets: SecretReplacement, also: frozenset[str] = frozenset()) -> Json:
        if isinstance(value, str):
            return secrets.text(value)
        if isinstance(value, dict):
            return {
                secrets.text(name): secrets.hide(member)
                if name in self._members or name in also
                else self._masked(member, secrets)
                for name, member in value.items()
            }
        return [self._masked(member, secrets) for member in value] if isinstance(value, list) else value


def parsed(exchange: ServedExchange) -> Parsed:
    """An exchange with its bodies read."""
    body = dict(_pairs(exchange.body)) if is_form(exchange) else _value(exchange.body)
    return Parsed(exchange, body, _value(exchange.answer))


def is_form(exchange: ServedExchange) -> bool:
    """Whether the body of a call is a form."""
    return any(name == b"content-type" and value.lower().startswith(_FORM) for name, value in exchange.headers)


def _pairs(text: bytes) -> list[tuple[str, str]]:
    return parse_qsl(text.decode("utf-8", "replace"), keep_blank_values=True)


def _of_fields(query: bytes) -> Iterator[str]:
    yield from (value for name, value in _pairs(query) if name in _SECRET_FIELDS)


def _of_links(value: Json) -> Iterator[str]:
    """What is secret in the links that an answer hands over, under whatever names."""
    if isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _of_links(member)
    elif isinstance(value, str) and value.startswith(("http://", "https://")) and "?" in value:
        yield from _of_fields(value.partition("?")[2].encode("utf-8", "replace"))


def _value(body: bytes) -> Json:
    try:
        value = orjson.loads(body)
        return exact(body, value) if deeper_than(_DEEPEST, value) is None else body.decode("utf-8", "replace")
    except ValueError:
        return body.decode("utf-8", "replace")


def _hidden(secret: Json) -> Json:
    return MASK


def _secret_members(document: Document) -> frozenset[str]:
    """The names of members that may hold a secret: write-only ones, what an answer hands over for sign-on, and what the
    document calls a password (the format of OpenAPI for what is not to be shown).
    """
    names = set(_write_only(document, forms=False))
    for schema in document.tree.get("components", {}).get("schemas", {}).values():
        members = schema.get("properties", {}) if isinstance(schema, dict) else {}
        names |= {name for name, one in members.items() if isinstance(one, dict) and one.get("format") == "password"}
    return frozenset(names)


def _write_only(document: Document, *, forms: bool) -> frozenset[str]:
    """The names of what is secret in the forms of a document, or in its other bodies; ``code`` is in forms alone."""
    names: set[str] = set()
    for operation in document.operations.values():
        for media, schema in operation.body.content.items() if operation.body else ():
            if media.encode().startswith(_FORM) == forms:
                _add_write_only(schema, names)
    return frozenset(names)


def _add_write_only(schema: Schema, names: set[str]) -> None:
    for name, member in schema.get("properties", {}).items():
        if member.get("writeOnly"):
            names.add(name)
        if "x-signon" in member:
            names |= {member["x-signon"]["redirect"], member["x-signon"]["token"]}
        _add_write_only(member, names)
