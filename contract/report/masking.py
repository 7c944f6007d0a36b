"""Taking secrets and terminal tricks out of everything that a report shows.

Secrets are found by value (whole, in halves, percent-encoded), by header, by form (anything that looks like a JWT), by
the start of a sign-on link and, in answers, by the document's ``writeOnly``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import quote, quote_plus

from contract.http.access import Access
from contract.http.exchange import Exchange
from contract.probes.credentials.entry import bad_credentials
from contract.probes.credentials.issuing import by_basic
from contract.report.links import link_pattern
from spec.openapi.document import Document
from spec.source.pointer import Json

MASKED = "[masked]"
CLIENT_SECRET = "$CLIENT_SECRET"  # noqa: S105 - what stands for it
_JWT = re.compile(r"(?:eyJ|eyA|ewo|ew0|ewk)[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?")
_CREDENTIAL_HEADER = re.compile(
    r"auth|token|key|secret|cookie|credential|session|signature|password|jwt|csrf|xsrf", re.IGNORECASE
)
_HARMLESS_HEADER = re.compile(
    r"(?:accept|content|user-agent|cache-control|host|origin|referer|traceparent|x-request-id|x-forwarded|prefer)",
    re.IGNORECASE,
)
_SHORTEST = 6
_SECRET_FIELD = re.compile(  # of the forms of OAuth 2.0 and OpenID Connect
    r"((?:^|&)(?:client_secret|code|code_verifier|refresh_token|id_token_hint|password|token|(?:client_)?assertion)=)[^&\s]+"
)
_FORM = "application/x-www-form-urlencoded"
_FRAGMENT = 12
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]"
)


def neutral(text: str) -> str:
    """A text without control characters, direction overrides and lone surrogates; their codes stand in their place."""
    return _UNPRINTABLE.sub(lambda found: _code(found[0]), text)


def _code(letter: str) -> str:
    number = ord(letter)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


class Masker:
    """Masks what it was told is secret. ``named`` maps a secret to the placeholder that stands for it."""

    def __init__(
        self,
        named: Mapping[str, str],
        *,
        tampered: Mapping[tuple[str, str], str] | None = None,
        write_only: frozenset[str] = frozenset(),
        private_requests: bool = False,
        links: re.Pattern[str] | None = None,
    ) -> None:
        self.links = links
        self.named = {value: name for value, name in named.items() if value}
        self.tampered = dict(tampered or {})
        self.write_only = write_only
        self.private_requests = private_requests
        replacements: dict[str, str] = {}
        for value, name in self.named.items():
            if len(value) >= _SHORTEST:
                replacements[value] = name
                replacements[quote(value, safe="")] = name
                replacements[quote_plus(value)] = name
                replacements[json.dumps(value)[1:-1]] = name
            for piece in _pieces(value):
                replacements.setdefault(piece, MASKED)
        ordered = sorted(replacements, key=len, reverse=True)
        self._replacements = replacements
        self._known = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def text(self, text: str) -> str:
        """A text without secrets."""
        if self._known is not None:
            text = self._known.sub(lambda found: self._replacements[found[0]], text)
        if self.links is not None:
            text = self.links.sub(
                lambda found: next(one for one in found.groups()[::2] if one is not None) + MASKED, text
            )
        return _JWT.sub(MASKED, text)

    def header(self, name: str, value: str) -> str:
        """The value of a header: a placeholder for a secret, MASKED if it looks like one, or the value."""
        scheme = (
            re.match(r"(?:Bearer|Basic|Token) +", value, re.IGNORECASE) if name.lower() == "authorization" else None
        )
        start, rest = (value[: scheme.end()], value[scheme.end() :]) if scheme else ("", value)
        if rest in self.named:
            return start + self.named[rest]
        shown = self.text(value)
        if shown == value:
            return value if not self.private_requests or not looks_secret(name) else MASKED
        label = self.tampered.get((name.lower(), value))
        return f"$BAD_CREDENTIAL({label})" if label else MASKED

    def request_body(self, text: str) -> str:
        """The body of a request; it stays as it is, apart from secrets (and private members of recorded traffic)."""
        if not self.private_requests:
            return self.text(text)
        return self.answer_body(_SECRET_FIELD.sub(rf"\1{MASKED}", text) if text[:1] not in "{[" else text)

    def answer_body(self, text: str) -> str:
        """The body of an answer, without secrets and without members that the document calls ``writeOnly``."""
        if self.write_only and any(f'"{name}"' in text for name in self.write_only):
            try:
                value = json.loads(text)
            except (ValueError, RecursionError):
                value = None
            if value is None:
                names = "|".join(map(re.escape, sorted(self.write_only)))
                text = re.sub(rf'("(?:{names})"\s*:\s*)"(?:[^"\\]|\\.)*"?', rf'\1"{MASKED}"', text)
            elif (changed := self._without(value)) != value:
                text = json.dumps(changed, ensure_ascii=False)
        return self.text(text)

    def _without(self, value: Json, depth: int = 0) -> Json:
        if depth > 100:
            return MASKED
        if isinstance(value, dict):
            return {
                name: MASKED if name in self.write_only and isinstance(one, str) else self._without(one, depth + 1)
                for name, one in value.items()
            }
        return [self._without(one, depth + 1) for one in value] if isinstance(value, list) else value


def _pieces(secret: str) -> list[str]:
    """Long parts of a secret that an altered copy of it still has."""
    half = len(secret) // 2
    cut = [secret[:half], secret[half + 1 :], *secret.split(".")]
    for segment in secret.split("."):
        middle = len(segment) // 2
        cut += [segment[:middle], segment[middle + 1 :]]
    return [piece for piece in cut if len(piece) >= _FRAGMENT]


def looks_secret(header: str) -> bool:
    """Whether a header usually carries a credential."""
    return _CREDENTIAL_HEADER.search(header) is not None


def placeholders(access: Access) -> dict[str, str]:
    """Every secret of an access with the placeholder that stands for it in reports and replays."""
    named = {access.token: "$TOKEN"}
    if access.client is not None:
        # a token endpoint gets the secret in a form or by HTTP Basic, with every letter of it encoded as well
        named[access.client.secret] = CLIENT_SECRET
        for name, encoded in (("$CLIENT_BASIC", False), ("$CLIENT_BASIC_ENCODED", True)):
            ((_, header),) = by_basic(access.client, encoded=encoded).headers
            named[header.partition(" ")[2]] = name
    for value, name in ((access.other_token, "$OTHER_TOKEN"), (access.expired_token, "$EXPIRED_TOKEN")):
        if value:
            named.setdefault(value, name)
    for header, value in access.headers:
        if not _HARMLESS_HEADER.match(header):
            named.setdefault(value, f"$HEADER_{re.sub('[^A-Z0-9]', '_', header.upper())}")
    return {value: name for value, name in named.items() if value}


def labelled(access: Access, published_keys: list[str]) -> dict[str, tuple[tuple[str, str], ...]]:
    """The headers of every tampered credential, under a label that is unique."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for label, headers in bad_credentials(access, published_keys):
        name, count = label, 1
        while name in found:
            count += 1
            name = f"{label} #{count}"
        found[name] = headers
    return found


def masker_for(
    access: Access, document: Document, published_keys: list[str], exchanges: Iterable[Exchange] = ()
) -> Masker:
    """The masker of a run; sign-on links are those of the answers in ``exchanges``."""
    tampered: dict[tuple[str, str], str] = {}
    if not access.passive:
        for label, headers in labelled(access, published_keys).items():
            for name, value in headers:
                tampered.setdefault((name.lower(), value), label)
    return Masker(
        placeholders(access),
        tampered=tampered,
        write_only=write_only(document),
        private_requests=access.passive,
        links=link_pattern(exchanges, document),
    )


def recorded_masker(exchanges: Sequence[Exchange], document: Document) -> Masker:
    """The masker of recorded traffic: whatever stands in a header that usually carries a credential is secret."""
    found: dict[str, str] = {}
    for exchange in exchanges:
        for name, value in exchange.request.headers:
            if looks_secret(name):
                for one in (value, value.partition(" ")[2].strip()):
                    if len(one) >= _SHORTEST:
                        found.setdefault(one, MASKED)
    links = link_pattern(exchanges, document)
    return Masker(found, write_only=write_only(document), private_requests=True, links=links)


def write_only(document: Document) -> frozenset[str]:
    """The names of all members that a document calls ``writeOnly``, or a password, but for what only forms have.

    A name may be secret in a form alone: the ``code`` of OAuth 2.0 is, that of a refusal is not.
    """
    references = list(_references(document.tree))
    shared = {reference for reference, in_form in references if not in_form}
    names: set[str] = set()
    stack: list[Json] = [document.tree]
    schemas = document.tree.get("components", {}).get("schemas", {})
    of_forms = [schemas.get(one.rpartition("/")[2]) for one, in_form in references if in_form and one not in shared]
    while stack:
        value = stack.pop()
        if any(value is one for one in of_forms):
            continue
        if isinstance(value, dict):
            for name, member in (value.get("properties") or {}).items() if "properties" in value else ():
                if isinstance(member, dict) and (member.get("writeOnly") is True or member.get("format") == "password"):
                    names.add(name)
            stack += [member for name, member in value.items() if name != _FORM]
        elif isinstance(value, list):
            stack += value
    return frozenset(names)


def _references(value: Json, *, in_form: bool = False) -> Iterator[tuple[str, bool]]:
    """Every reference of a document, and whether it stands in the content of a form."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"], in_form
        for name, member in value.items():
            yield from _references(member, in_form=in_form or name == _FORM)
    elif isinstance(value, list):
        for member in value:
            yield from _references(member, in_form=in_form)
