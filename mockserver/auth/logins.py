"""Logins of the user flow: codes that work once, refresh tokens that change at each use, and what ends with them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from mockserver.auth.authorization import AuthorizationRequest
from mockserver.auth.oauth import OAuthError
from mockserver.auth.revocations import Revocations, TokenIdentity
from mockserver.state.clock import Clocks
from mockserver.state.ids import Ids

CODE_LIFETIME = 600.0
"""Seconds, as published."""
REFRESH_LIFETIME = 7 * 86_400.0
"""Seconds, as published."""
_MOST_LOGINS = 10_000
_MOST_TOKENS = 1000


@dataclass(slots=True)
class Login:
    """A user whom a client of an install has signed in. ``tokens`` are its access tokens, the last of them."""

    install: str
    client: str
    subject: str
    scope: str
    nonce: str | None
    tokens: deque[TokenIdentity] = field(default_factory=lambda: deque(maxlen=_MOST_TOKENS))
    ended: bool = False


class Code(NamedTuple):
    """A code that was handed out, and for what."""

    login: Login
    redirect: str
    challenge: str
    expires: float


class Refresh(NamedTuple):
    """A refresh token that was handed out."""

    login: Login
    expires: float


class Logins:
    """Who is signed in where, by the clock of each install.

    Codes and refresh tokens are remembered after their use, so that a second is noticed.
    """

    def __init__(self, clock: Clocks, ids: Ids, revocations: Revocations) -> None:
        self.clock, self.ids, self.revocations = clock, ids, revocations
        self.codes: dict[str, Code] = {}
        self.refreshes: dict[str, Refresh] = {}
        self.used: set[str] = set()

    def clear(self) -> None:
        """Forget every login."""
        self.codes.clear()
        self.refreshes.clear()
        self.used.clear()

    def forget(self, install: str) -> None:
        """Forget every login of one install."""
        codes = [name for name, one in self.codes.items() if one.login.install == install]
        refreshes = [name for name, one in self.refreshes.items() if one.login.install == install]
        for name in codes:
            del self.codes[name]
        for name in refreshes:
            del self.refreshes[name]
        self.used.difference_update(codes, refreshes)

    def code(self, request: AuthorizationRequest, subject: str) -> str:
        """A code for a user who was chosen."""
        client = request.client
        login = Login(client.install, client.id, subject, request.scope, request.nonce)
        code, expires = self.ids.code(), self.clock(client.install) + CODE_LIFETIME
        while len(self.codes) >= _MOST_LOGINS:
            self.used.discard(oldest := next(iter(self.codes)))
            del self.codes[oldest]
        self.codes[code] = Code(login, request.redirect, request.challenge, expires)
        return code

    def redeem(self, code: str, client: str, redirect: str | None, verifier: str) -> Login:
        """The login of a code (RFC 6749 section 4.1.3). Raises OAuthError; a second use ends what the first began."""
        known = self.codes.get(code)
        if known is None or known.login.client != client:
            raise _no_grant("code-single-use", "The code is not known here: it was altered, or made before a restart.")
        if code in self.used:
            self._end(known.login)
            raise _no_grant("code-single-use", "The code was used before; every token that it gave is dead now.")
        if self.clock(known.login.install) >= known.expires:
            raise _no_grant("code-expires", f"The code has expired; one lives for {CODE_LIFETIME:.0f} seconds.")
        if redirect != known.redirect:
            raise _no_grant("code-bound", "redirect_uri is not the one of the authorization request; send the same.")
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if not hmac.compare_digest(digest, known.challenge):
            raise _no_grant("code-bound", "code_verifier is not what code_challenge was made from (RFC 7636).")
        self.used.add(code)
        return known.login

    def refresh_token(self, login: Login) -> str:
        """A new refresh token."""
        token = self.ids.code()
        while len(self.refreshes) >= _MOST_LOGINS:
            self.used.discard(oldest := next(iter(self.refreshes)))
            del self.refreshes[oldest]
        self.refreshes[token] = Refresh(login, self.clock(login.install) + REFRESH_LIFETIME)
        return token

    def refreshed(self, token: str, client: str) -> Login:
        """The login of a refresh token, which is used up (RFC 9700 section 4.14.2). Raises OAuthError."""
        known = self.refreshes.get(token)
        if known is None or known.login.client != client or known.login.ended:
            raise _no_grant("refresh-rotates", "The refresh token is not known here, or its login has ended.")
        if token in self.used:
            self._end(known.login)
            raise _no_grant("refresh-rotates", "The refresh token was used before; its whole login has ended now.")
        if self.clock(known.login.install) >= known.expires:
            raise _no_grant("refresh-expires", "The refresh token has expired; let the user sign in again.")
        self.used.add(token)
        return known.login

    def end(self, subject: str, client: str) -> int:
        """End the logins of a user at a client; answers how many there were."""
        found = {id(one): one for one in self._every() if (one.subject, one.client) == (subject, client)}
        living = [one for one in found.values() if not one.ended]
        for one in living:
            self._end(one)
        return len(living)

    def _end(self, login: Login) -> None:
        login.ended = True
        for identity in login.tokens:
            self.revocations.add(identity)

    def _every(self) -> Iterator[Login]:
        yield from (one.login for one in self.codes.values())
        yield from (one.login for one in self.refreshes.values())


def _no_grant(clause: str, description: str) -> OAuthError:
    return OAuthError("invalid_grant", clause, description)
