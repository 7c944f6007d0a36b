"""Sign-ons: a link and a token for a user who was provisioned, handed out together and taken back once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from mockserver.auth.keys import Keys
from mockserver.auth.tokens import ISSUER_PATH, SIGNON_TYPE, Expected, TokenError, hold, sign, verify
from mockserver.http.errors import Refusal, refuse
from mockserver.settings import Settings
from mockserver.state.clock import Clocks
from mockserver.state.ids import Ids
from mockserver.state.keeping import Memory, Spelling
from mockserver.state.store import Resource
from spec.resources.installs import Install
from spec.resources.resource import Resources, Signon
from spec.source.pointer import Json

_REMEMBERED = 3600.0  # seconds for which an expired or used grant is remembered, so that its refusal can be explained
_MOST_GRANTS = 50_000
_LONGEST_SHOWN = 200  # characters of an identifier that are kept for the page of the sign-on
_PARAMETER = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Grant:
    """A sign-on that was handed out. ``sids`` are those of the parts of the call, by name.

    ``identifiers`` are those by which the call named them, shortened.
    """

    token_id: str
    code: str
    install: str
    subject: str
    audience: str
    claims: Mapping[str, Json]
    sids: Mapping[str, str]
    issued: float
    expires: float
    identifiers: Mapping[str, Mapping[str, str]]

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return self.token_id


class Issued(NamedTuple):
    """What the caller gets: a link that works once, and a token that is its equal."""

    link: str
    token: str


@dataclass(frozen=True, slots=True)
class Issuer:
    """What sign-ons are made with."""

    keys: Keys
    clock: Clocks
    ids: Ids
    settings: Settings
    memory: Memory


class SignonGrants:
    """Grants and what became of them. A link and its token share one single use.

    ``path`` is that of the operation that follows links, with its one parameter in braces.
    """

    def __init__(self, resources: Resources, path: str, issuer: Issuer) -> None:
        self.path, self.signon, self.keys = path, resources.signon, issuer.keys
        self.clock, self.ids, self.settings = issuer.clock, issuer.ids, issuer.settings
        self.sources = _sources(resources, resources.signon) if resources.signon else {}
        self.grants = issuer.memory.tickets("sign-on", Spelling(_out, _in), _MOST_GRANTS, _REMEMBERED)

    def clear(self) -> None:
        """Forget every grant: links and tokens of before work no more."""
        self.grants.forget("")

    def forget(self, install: str) -> None:
        """Forget every grant of one install."""
        self.grants.forget(install)

    def issue(
        self,
        install: Install,
        audience: str,
        resources: Mapping[str, Resource],
        base: str,
        identifiers: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
        *,
        lifetime: int | None = None,
    ) -> Issued:
        """A sign-on for the user among the resources of a call.

        ``base`` is the URL under which the caller reaches the mock: the issuer, and the start of the link.
        ``identifiers`` are those by which the call named each part; the page of the sign-on shows them. ``lifetime`` is
        in seconds; by default that of the settings.
        """
        assert self.signon is not None
        now = self.clock(install.sid)
        claims = {
            name: value for name, source in self.sources.items() if (value := source.value(resources)) is not None
        }
        grant = Grant(
            token_id=self.ids.token_id(),
            code=self.ids.code(),
            install=install.sid,
            subject=resources[self.signon.subject].sid,
            audience=audience,
            claims=claims,
            sids={name: one.sid for name, one in resources.items()},
            issued=now,
            expires=now + (self.settings.signon_ttl if lifetime is None else lifetime),
            identifiers={name: _shortened(texts) for name, texts in identifiers.items()},
        )
        self.grants.give(grant, now, grant.code)
        token = sign(
            {
                "iss": base + ISSUER_PATH,
                "aud": audience,
                "sub": grant.subject,
                "iat": int(now),
                "nbf": int(now),
                "exp": int(grant.expires),
                "jti": grant.token_id,
                "install": install.sid,
                **claims,
            },
            SIGNON_TYPE,
            self.keys,
        )
        return Issued(f"{base}{_PARAMETER.sub(install.sid, self.path)}?code={grant.code}", token)

    def follow(self, install: str, code: str, *, consume: bool = True) -> Grant:
        """The grant of a link's code. Raises Refusal, each with a sentence of its own."""
        grant = self.grants.find_alias(code)
        if grant is None:
            message = "This sign-on link is not known here: it was altered, is very old, or was made before a reset."
            raise _refused("signon-token-verified", message)
        return self._take(grant, install, "link", consume=consume)

    def present(self, install: str, token: str) -> Grant:
        """The grant of a token. Raises Refusal, each with a sentence of its own."""
        expected = Expected(SIGNON_TYPE)
        try:
            verified = verify(token, expected, self.keys, longest=self.settings.longest_credential)
            if verified.claims.get("install") != install:
                raise _foreign("token")
            hold(verified.not_before, verified.expires, self.clock(install))
        except TokenError as error:
            if error.expired:
                issued = verified.claims.get("iat", 0)
                raise _expired("token", round(verified.expires - issued)) from None
            clause = "signon-expires" if error.early else "signon-token-verified"
            raise _refused(clause, f"This sign-on token is refused: {error.reason}.") from None
        grant = self.grants.find(str(verified.claims.get("jti")))
        if grant is None:
            message = "This sign-on token is not known here any more: it was made before a restart or a reset."
            raise _refused("signon-single-use", message)
        if (grant.subject, grant.audience) != (verified.claims.get("sub"), verified.claims.get("aud")):
            message = "This sign-on token is refused: it names another user or integration than the call it is from."
            raise _refused("signon-token-verified", message)
        return self._take(grant, install, "token", consume=True)

    def _take(self, grant: Grant, install: str, what: str, *, consume: bool) -> Grant:
        if grant.install != install:
            raise _foreign(what)
        if self.grants.is_used(grant.token_id):
            raise _used(what)
        if self.clock(grant.install) >= grant.expires:
            raise _expired(what, round(grant.expires - grant.issued))
        if consume and not self.grants.use(grant.token_id):
            raise _used(what)
        return grant


@dataclass(frozen=True, slots=True)
class _ClaimSource:
    """Where a claim comes from: the SID of a part, or a stored leaf of it."""

    part: str
    leaf: str

    def value(self, resources: Mapping[str, Resource]) -> Json:
        resource = resources.get(self.part)
        if resource is None:
            return None
        return resource.attributes.get(self.leaf) if self.leaf else resource.sid


def _sources(resources: Resources, signon: Signon) -> Mapping[str, _ClaimSource]:
    longest_first = sorted(resources.parts, key=lambda part: -len(part.path))
    sources: dict[str, _ClaimSource] = {}
    for claim, pointer in signon.claims.items():
        for part in longest_first:
            if pointer == part.pointer or pointer.startswith(part.pointer + "/"):
                sources[claim] = _ClaimSource(part.name, pointer[len(part.pointer) :])
                break
    return sources


def _out(grant: Grant) -> Json:
    """A grant as JSON, without the code, which is a secret."""
    return {name: getattr(grant, name) for name in Grant.__slots__ if name != "code"}


def _in(_: str, view: Json) -> Grant:
    return Grant(code="", **view)


def _shortened(texts: Mapping[str, str]) -> Mapping[str, str]:
    return {kind: text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…" for kind, text in texts.items()}


def _refused(clause: str, message: str) -> Refusal:
    return refuse("signon-refused", clause, f"{message} Ask for a new one with another call to provision.")


def _used(what: str) -> Refusal:
    message = f"This sign-on {what} was used before; each works once, and the link and its token share that use."
    return _refused("signon-single-use", message)


def _foreign(what: str) -> Refusal:
    return _refused("signon-install-bound", f"This sign-on {what} was made for another install and works only there.")


def _expired(what: str, lifetime: int) -> Refusal:
    return _refused("signon-expires", f"This sign-on {what} has expired; one lives for {_seconds(lifetime)}.")


def _seconds(number: int) -> str:
    return "1 second" if number == 1 else f"{number} seconds"
