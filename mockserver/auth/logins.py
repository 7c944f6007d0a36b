"""Logins of the user flow: codes that work once, refresh tokens that change at each use, and what ends with them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, replace
from math import inf

from mockserver.auth.authorization import AuthorizationRequest
from mockserver.auth.oauth import OAuthError
from mockserver.auth.revocations import Revocations, TokenIdentity
from mockserver.state.clock import Clocks
from mockserver.state.ids import Ids
from mockserver.state.keeping import Memory, Spelling
from spec.source.pointer import Json

CODE_LIFETIME = 600.0
"""Seconds, as published."""
REFRESH_LIFETIME = 7 * 86_400.0
"""Seconds, as published."""
_MOST_LOGINS = 10_000
_MOST_TOKENS = 1000


@dataclass(frozen=True, slots=True)
class Login:
    """A user whom a client of an install has signed in. ``tokens`` are its access tokens, the last of them."""

    key: str
    install: str
    client: str
    subject: str
    scope: str
    nonce: str | None
    tokens: tuple[TokenIdentity, ...] = ()
    ended: bool = False
    expires: float = inf


@dataclass(frozen=True, slots=True)
class Code:
    """A code that was handed out, and for what. ``login`` is the key of its login."""

    key: str
    install: str
    expires: float
    login: str
    client: str
    redirect: str
    challenge: str


@dataclass(frozen=True, slots=True)
class Refresh:
    """A refresh token that was handed out. ``login`` is the key of its login."""

    key: str
    install: str
    expires: float
    login: str
    client: str


class Logins:
    """Who is signed in where, by the clock of each install.

    Codes and refresh tokens are remembered after their use, so that a second is noticed.
    """

    def __init__(self, clock: Clocks, ids: Ids, revocations: Revocations, memory: Memory) -> None:
        self.clock, self.ids, self.revocations = clock, ids, revocations
        self.logins = memory.tickets("login", Spelling(_login_out, _login_in), _MOST_LOGINS, inf)
        self.codes = memory.tickets("authorization-code", Spelling(_code_out, _code_in), _MOST_LOGINS, inf)
        self.refreshes = memory.tickets("refresh-token", Spelling(_refresh_out, _refresh_in), _MOST_LOGINS, inf)

    def clear(self) -> None:
        """Forget every login."""
        self.forget("")

    def forget(self, install: str) -> None:
        """Forget every login of one install."""
        for kind in (self.logins, self.codes, self.refreshes):
            kind.forget(install)

    def code(self, request: AuthorizationRequest, subject: str) -> str:
        """A code for a user who was chosen."""
        client, now = request.client, self.clock(request.client.install)
        login = Login(self.ids.code(), client.install, client.id, subject, request.scope, request.nonce)
        self.logins.give(login, now)
        expires = now + CODE_LIFETIME
        code = Code(self.ids.code(), client.install, expires, login.key, client.id, request.redirect, request.challenge)
        self.codes.give(code, now)
        return code.key

    def redeem(self, code: str, client: str, redirect: str | None, verifier: str) -> Login:
        """The login of a code (RFC 6749 section 4.1.3). Raises OAuthError; a second use ends what the first began."""
        known = self.codes.find(code)
        login = self.logins.find(known.login) if known is not None and known.client == client else None
        if known is None or login is None:
            message = "The code is not known here: it was altered, or made before a reset or a restart."
            raise _no_grant("code-single-use", message)
        if self.codes.is_used(code):
            self._end(login)
            raise _no_grant("code-single-use", "The code was used before; every token that it gave is dead now.")
        if self.clock(known.install) >= known.expires:
            raise _no_grant("code-expires", f"The code has expired; one lives for {CODE_LIFETIME:.0f} seconds.")
        if redirect != known.redirect:
            raise _no_grant("code-bound", "redirect_uri is not the one of the authorization request; send the same.")
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if not hmac.compare_digest(digest, known.challenge):
            raise _no_grant("code-bound", "code_verifier is not what code_challenge was made from (RFC 7636).")
        self.codes.use(code)
        return login

    def note(self, login: Login, token: TokenIdentity) -> None:
        """Remember an access token that was given for a login."""
        self.logins.put(replace(login, tokens=(*login.tokens[1 - _MOST_TOKENS :], token)))

    def refresh_token(self, login: Login) -> str:
        """A new refresh token."""
        now = self.clock(login.install)
        made = Refresh(self.ids.code(), login.install, now + REFRESH_LIFETIME, login.key, login.client)
        self.refreshes.give(made, now)
        return made.key

    def refreshed(self, token: str, client: str) -> Login:
        """The login of a refresh token, which is used up (RFC 9700 section 4.14.2). Raises OAuthError."""
        known = self.refreshes.find(token)
        login = self.logins.find(known.login) if known is not None and known.client == client else None
        if known is None or login is None or login.ended:
            raise _no_grant("refresh-rotates", "The refresh token is not known here, or its login has ended.")
        if self.refreshes.is_used(token):
            self._end(login)
            raise _no_grant("refresh-rotates", "The refresh token was used before; its whole login has ended now.")
        if self.clock(known.install) >= known.expires:
            raise _no_grant("refresh-expires", "The refresh token has expired; let the user sign in again.")
        self.refreshes.use(token)
        return login

    def end(self, subject: str, client: str) -> int:
        """End the logins of a user at a client; answers how many there were."""
        living = [one for one in self.logins if (one.subject, one.client) == (subject, client) and not one.ended]
        for one in living:
            self._end(one)
        return len(living)

    def _end(self, login: Login) -> None:
        self.logins.put(replace(login, ended=True))
        for identity in login.tokens:
            self.revocations.add(identity)


def _login_out(login: Login) -> Json:
    view = {name: getattr(login, name) for name in ("key", "install", "client", "subject", "scope", "nonce", "ended")}
    return {**view, "tokens": [list(one) for one in login.tokens]}


def _login_in(_: str, view: Json) -> Login:
    tokens = tuple(TokenIdentity(*one) for one in view.pop("tokens"))
    return Login(tokens=tokens, **view)


def _code_out(code: Code) -> Json:
    return {name: getattr(code, name) for name in Code.__slots__ if name != "key"}


def _code_in(key: str, view: Json) -> Code:
    return Code(key, **view)


def _refresh_out(refresh: Refresh) -> Json:
    return {name: getattr(refresh, name) for name in Refresh.__slots__ if name != "key"}


def _refresh_in(key: str, view: Json) -> Refresh:
    return Refresh(key, **view)


def _no_grant(clause: str, description: str) -> OAuthError:
    return OAuthError("invalid_grant", clause, description)
