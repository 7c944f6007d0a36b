"""What the judge was given to get in: the install, its credential, and further ones for particular clauses."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from contract.http.exchange import SentRequest
from contract.http.jwt import respelled

_TELLING = re.compile(r"auth|token|key|secret|cookie|signature|password", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """The id and the secret of an OAuth client (RFC 6749 section 2.3.1)."""

    id: str
    secret: str = field(repr=False)


class Credential(StrEnum):
    """What the credential of a request is, as far as the judge knows."""

    GOOD = "good"
    MISSING = "missing"
    INVALID = "invalid"
    EXPIRED = "expired"
    FOREIGN = "foreign"
    CONFLICT = "conflict"
    RESPELLED = "respelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Access:
    """Tokens and facts of the installs under judgement. ``known`` maps a list of ``x-install-member`` to its values.

    ``auth`` is how the token is sent: ``token`` (header) or ``bearer``. ``passive`` traffic is judged without
    knowing which tokens are good.
    """

    install: str
    token: str = field(repr=False)
    auth: str = "token"
    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    expired_token: str | None = field(default=None, repr=False)
    other_install: str | None = None
    other_token: str | None = field(default=None, repr=False)
    client: ClientCredentials | None = None
    headers: tuple[tuple[str, str], ...] = ()
    passive: bool = False
    guessed: frozenset[str] = frozenset()
    """The lists of ``known`` that nobody told: whether the install has what is in them is found out at first."""

    def credential_headers(self, token: str | None = None, auth: str | None = None) -> tuple[tuple[str, str], ...]:
        """The header that carries a token (the good one by default) in the way that was chosen."""
        value = self.token if token is None else token
        if (auth or self.auth) == "bearer":
            return (("Authorization", f"Bearer {value}".rstrip()),)
        return (("token", value),)

    def credential(self, request: SentRequest, install: str) -> Credential:
        """What the credential of a request for an install is."""
        if self.passive:
            return Credential.UNKNOWN
        sent = sent_tokens(self._without_given(request))
        if not sent:
            return Credential.MISSING
        if len(set(sent)) > 1:
            return Credential.CONFLICT
        token = sent[0]
        if self.expired_token and _same(token, self.expired_token):
            return Credential.EXPIRED
        good = {self.install: self.token, **({self.other_install: self.other_token} if self.other_install else {})}
        # one token may be good for both installs, and whoever holds a good one may ask for an install that is unknown
        rights = [owner for owner, value in good.items() if value and _same(token, value)]
        if install in rights or (rights and install not in good):
            return Credential.GOOD
        if rights:
            return Credential.FOREIGN
        own = good.get(install)
        # what came under another scheme has a blank in it, and is no spelling of a token
        read = respelled(token) if own and own.count(".") == 2 and " " not in token else None
        return Credential.RESPELLED if read is not None and _same(read, str(own)) else Credential.INVALID

    def _without_given(self, request: SentRequest) -> SentRequest:
        """A request without the headers that go with every one: a gateway's credential is none of the install's."""
        given = {(name.lower(), value) for name, value in self.headers}
        kept = tuple(pair for pair in request.headers if (pair[0].lower(), pair[1]) not in given)
        return replace(request, headers=kept)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every value that may appear in no output."""
        headers = (value for name, value in self.headers if _TELLING.search(name))
        secret = self.client.secret if self.client is not None else None
        values = (self.token, self.expired_token, self.other_token, secret, *headers)
        return tuple(value for value in values if value and len(value) >= 8)


def sent_tokens(request: SentRequest) -> list[str]:
    """The credentials that a request carries where credentials belong; a scheme other than Bearer counts as one."""
    found = []
    for name, value in request.headers:
        if name.lower() == "token":
            found.append(value.strip())
        elif name.lower() == "authorization":
            scheme, _, rest = value.strip().partition(" ")
            # without its scheme even a good token is in the wrong place
            found.append(rest.strip() if scheme.lower() == "bearer" else f"{scheme} {rest}")
    return found


def _same(one: str, other: str) -> bool:
    return secrets.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))
