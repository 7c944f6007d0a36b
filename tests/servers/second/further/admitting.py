"""Faults in who is let in, and in what is handed out for signing on."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs

import jwt
from servers.second.departures import Departure
from servers.second.server.installs import Install
from servers.second.server.messages import Received, RefusedError
from servers.second.server.signons import Signons
from servers.second.server.tokens import Credentials, Tokens


class RightByPrefix(Credentials):
    """Installs of a customer begin with the same digits; whoever may use one may use all that begin so."""

    def may(self, claims: dict[str, Any], install: str, request: Received) -> bool:
        return any(install[:20] == one[:20] for one in claims.get("installs", ()))


class LastHeaderWins(Credentials):
    """Of two tokens the one in Authorization is taken."""

    def claims(self, request: Received) -> dict[str, Any]:
        bearers = [self.bearer(value) for value in request.all("authorization")]
        if request.all("token") and bearers and bearers[-1] != request.one("token"):
            kept = tuple((name, value) for name, value in request.headers if name != "authorization")
            return super().claims(Received(request.method, request.target, kept, request.body))
        return super().claims(request)


class BearerForEver(Credentials):
    """The library that reads Authorization was told not to look at the expiry, once, for a test."""

    def verified(self, token: str, request: Received) -> dict[str, Any]:
        if request.one("authorization") is None:
            return super().verified(token, request)
        options = {"verify_exp": False}
        key = self.tokens.key.public_key()
        claims: dict[str, Any] = jwt.decode(token, key, algorithms=["RS256"], audience="provision", options=options)
        return claims


class QueryToken(Credentials):
    """Whoever cannot set headers writes the token into the query."""

    def claims(self, request: Received) -> dict[str, Any]:
        found = parse_qs(request.target.partition("?")[2]).get("access_token", [])
        if found and not request.all("token") and not request.all("authorization"):
            headers = (*request.headers, ("token", found[0]))
            return super().claims(Received(request.method, request.target, headers, request.body))
        return super().claims(request)


class BadRequests(Credentials):
    """What is wrong with a credential is wrong with the request."""

    def unauthenticated(self, message: str, invalid: bool) -> RefusedError:
        return RefusedError(400, "AUTHENTICATIONFAILED", message)


class FirstAudience(Signons):
    """The audience of every token is the first integration of the install."""

    def claims(self, install: Install, integration: str, user: str) -> dict[str, Any]:
        return super().claims(install, install.integrations[0], user)


class MinutesOfExpiry(Signons):
    """The expiry is written in minutes."""

    def claims(self, install: Install, integration: str, user: str) -> dict[str, Any]:
        return super().claims(install, integration, user) | {"exp": int(time.time()) // 60 + 5}


class KeptTokens(Tokens):
    """What was signed within a minute for the same user is not signed again."""

    def sign(self, claims: dict[str, Any]) -> str:
        kept: dict[Any, str] = self.__dict__.setdefault("kept", {})
        user = (
            claims["sub"],
            claims.get("aud"),
            claims["iat"] // 60,
            tuple(claims.get("installs", ())),
            claims["exp"] // 600,
        )
        return kept.setdefault(user, super().sign(claims))


FAULTS = (
    Departure(
        *("right-by-prefix", "Whoever may use an install may use those with the same first digits.", (RightByPrefix,)),
        *(("credential-foreign-refused",), ("installs-apart",)),
    ),
    Departure(
        *("last-header-wins", "Of two tokens that differ one is taken.", (LastHeaderWins,)),
        *(("credential-conflict-refused",), ("credential-invalid-refused", "credential-refusal-stores-nothing")),
    ),
    Departure(
        *("bearer-for-ever", "The expiry of a Bearer token is not looked at.", (BearerForEver,)),
        *(("credential-expired-refused",), ("credential-refusal-stores-nothing",)),
    ),
    Departure(
        *("query-token", "A token in the query is taken.", (QueryToken,)),
        *(("credential-not-in-url",), ("credential-status",)),
    ),
    Departure(
        *("bad-credentials-400", "A call without a good credential is answered with 400.", (BadRequests,)),
        *(
            ("credential-missing-refused", "credential-invalid-refused"),
            ("credential-status", "credential-expired-refused", "credential-conflict-refused", "error-code-symbolic"),
        ),
    ),
    Departure(
        *("first-audience", "Every sign-on is for the first integration.", (FirstAudience,)),
        *(("signon-token-claims",), ()),
    ),
    Departure(
        *("minutes-of-expiry", "The expiry of a sign-on is written in minutes.", (MinutesOfExpiry,)),
        *(("signon-token-unexpired",), ()),
    ),
    Departure(
        *("tokens-kept", "Within a minute everybody gets the same token again.", (KeptTokens,)),
        *(("signon-token-fresh",), ("signon-token-claims",)),
    ),
)
