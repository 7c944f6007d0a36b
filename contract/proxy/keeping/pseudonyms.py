"""Pseudonyms for secrets in recordings: equal secrets stay equal and different ones different, so that what is recorded
can still be judged, but nobody can get in with it. The key is forgotten with the process.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from contract.proxy.keeping.passed import Headers, Passed
from contract.report.masking import looks_secret
from spec.source.pointer import Json

PREFIX = "masked-"
_JWT = re.compile(r"(?<![A-Za-z0-9_-])(ey[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{4,}\.)([A-Za-z0-9_-]+)")
_SHORTEST = 8
_MOST = 4096
"""How many secrets are remembered, to find them wherever they stand; the oldest are forgotten first."""


class Pseudonyms:
    """Masks what passed. ``members`` are names of JSON members that hold secrets, ``links`` those that hold links whose
    last part is one. A JWT keeps its header and claims; its signature, without which it opens nothing, is masked.
    """

    def __init__(self, members: frozenset[str], links: frozenset[str] = frozenset()) -> None:
        self.members, self.links = members, links
        self._key = secrets.token_bytes(32)
        self._known: dict[str, str] = {}
        self._starts: dict[str, set[str]] = {}  # the secrets that are known, by their first characters
        names = "|".join(map(re.escape, sorted(members | links, key=len, reverse=True)))
        self._member = re.compile(rf'("({names})"\s*:\s*)"((?:[^"\\]|\\.)+)"') if names else None

    def of(self, secret: str) -> str:
        """The pseudonym of a secret: 20 letters of the alphabet of base64url (RFC 4648 section 5)."""
        if secret.startswith(PREFIX):
            return secret
        return PREFIX + hmac.new(self._key, secret.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:13]

    def masked(self, passed: Passed) -> Passed:
        """The same with pseudonyms for every secret that is known of or has the form of one."""
        headers, answer_headers = self._headers(passed.headers), self._headers(passed.answer_headers)
        bodies = [None if one is None else self.body(one) for one in (passed.body, passed.answer)]
        if passed.body is not None and bodies[0] is not None and len(bodies[0]) != len(passed.body):
            headers = _of_length(headers, len(bodies[0]))
        return replace(
            passed,
            url=self.text(passed.url),
            headers=headers,
            body=bodies[0],
            size=passed.size if bodies[0] is None else len(bodies[0]),
            answer_headers=answer_headers,
            answer=bodies[1],
            answer_size=passed.answer_size if bodies[1] is None else len(bodies[1]),
            failure=self.text(passed.failure),
        )

    def learn(self, passed: Passed) -> None:
        """Remember the secrets of what passed, so that they are found wherever they stand."""
        self.masked(passed)

    def text(self, text: str) -> str:
        """A text without the secrets that are remembered, and without the signatures of tokens."""
        windows = (text[place : place + _SHORTEST] for place in range(len(text) - _SHORTEST + 1))
        if begun := self._starts.keys() & windows:
            held = sorted((one for start in begun for one in self._starts[start]), key=len, reverse=True)
            text = re.sub("|".join(map(re.escape, held)), lambda found: self._known[found[0]], text)
        return _JWT.sub(lambda found: found[1] + self.of(found[2]), text)

    def body(self, body: bytes) -> bytes:
        """A body without secrets; every other byte of it stays."""
        text = body.decode("utf-8", "surrogateescape")
        if self._member is not None:
            text = self._member.sub(self._of_member, text)
            if "\\u" in text:
                text = self._escaped_names(text)
        return self.text(text).encode("utf-8", "surrogateescape")

    def _of_member(self, found: re.Match[str]) -> str:
        try:
            value = str(json.loads(f'"{found[3]}"'))
        except ValueError:
            value = found[3]
        return f"{found[1]}{json.dumps(self._of_value(found[2], value))}"

    def _of_value(self, name: str, value: str) -> str:
        if name in self.links:
            return self._of_link(value)
        if _JWT.fullmatch(value):
            return _JWT.sub(lambda found: found[1] + self._remembered(found[2]), value)
        if value.count(".") == 2 and value.endswith("."):  # a token without signature opens nothing
            return value
        return self._remembered(value)

    def _of_link(self, link: str) -> str:
        """A link whose query, or else the last segment of its path, is a pseudonym."""
        try:
            parts = urlsplit(link)
        except ValueError:
            return self._remembered(link)
        if parts.query or parts.fragment:
            start = min(place for mark in "?#" if (place := link.find(mark)) >= 0) + 1
        else:
            start = link.rfind("/") + 1
        return link[:start] + self._remembered(link[start:]) if link[start:] else link

    def _remembered(self, secret: str) -> str:
        found = self.of(secret)
        if len(secret) >= _SHORTEST and not secret.startswith(PREFIX) and secret not in self._known:
            if len(self._known) >= _MOST:
                self._forget(next(iter(self._known)))
            self._known[secret] = found
            self._starts.setdefault(secret[:_SHORTEST], set()).add(secret)
        return found

    def _forget(self, secret: str) -> None:
        del self._known[secret]
        start = secret[:_SHORTEST]
        self._starts[start].discard(secret)
        if not self._starts[start]:
            del self._starts[start]

    def _escaped_names(self, text: str) -> str:
        """Names that are written with escapes are found in the value only."""
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return text
        if all(self._of_value(name, one) == one for name, one in self._held(value)):
            return text
        return json.dumps(self._without(value), ensure_ascii=False)

    def _held(self, value: Json) -> Iterator[tuple[str, str]]:
        stack, names = [value], self.members | self.links
        while stack:
            one = stack.pop()
            if isinstance(one, dict):
                yield from (
                    (name, text) for name, text in one.items() if name in names and isinstance(text, str) and text
                )
                stack += one.values()
            elif isinstance(one, list):
                stack += one

    def _without(self, value: Json) -> Json:
        if isinstance(value, dict):
            return {
                name: self._of_value(name, one)
                if name in self.members | self.links and isinstance(one, str) and one
                else self._without(one)
                for name, one in value.items()
            }
        return [self._without(one) for one in value] if isinstance(value, list) else value

    def _headers(self, headers: Headers) -> Headers:
        shown = []
        for name, value in headers:
            if looks_secret(name):
                scheme, space, rest = value.partition(" ")
                value = f"{scheme} {self._remembered(rest)}" if space and rest else self._remembered(value)
            shown.append((name, value))
        return tuple((name, self.text(value)) for name, value in shown)


def _of_length(headers: Headers, length: int) -> Headers:
    return tuple((name, str(length) if name.lower() == "content-length" else value) for name, value in headers)
