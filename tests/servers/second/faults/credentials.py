"""Faults in who may call, and in who is signed on."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

import jwt
from servers.second.departures import Departure
from servers.second.faults.requests import trip
from servers.second.server.application import Application
from servers.second.server.messages import Received, Sent
from servers.second.server.provisioning import Call, Provisioning
from servers.second.server.signons import Signons
from servers.second.server.tokens import ISSUER, Credentials, Tokens, key


class RememberedRight(Credentials):
    def may(self, claims: dict[str, Any], install: str, request: Received) -> bool:
        allowed = request.connection.get("allowed") or super().may(claims, install, request)
        request.connection["allowed"] = allowed
        return bool(allowed)


class RememberedTokens(Credentials):
    def __init__(self, tokens: Tokens) -> None:
        super().__init__(tokens)
        self.remembered: dict[str, dict[str, Any]] = {}

    def verified(self, token: str, request: Received) -> dict[str, Any]:
        signed = token.rpartition(".")[0]
        if signed not in self.remembered:
            self.remembered[signed] = super().verified(token, request)
        return self.remembered[signed]


class ExpiryInMilliseconds(Tokens):
    def verify(self, token: str, audience: str | None = None) -> dict[str, Any]:
        options = {"verify_exp": False, "verify_aud": audience is not None}
        public = self.key.public_key()
        try:
            claims: dict[str, Any] = jwt.decode(
                token, public, algorithms=["RS256"], issuer=ISSUER, audience=audience, options=options
            )
        except (ValueError, TypeError) as error:
            raise jwt.InvalidTokenError(str(error)) from error
        if claims["exp"] * 1000 < time.time():
            raise jwt.ExpiredSignatureError
        return claims


class SchemeAsWritten(Credentials):
    def bearer(self, value: str) -> str | None:
        return value.removeprefix("Bearer ").strip() if value.startswith("Bearer ") else None


class EchoedScheme(Credentials):
    def bearer(self, value: str) -> str | None:
        token = super().bearer(value)
        if token is None:
            raise self.unauthenticated(f"Unsupported authorization: {value}", True)
        return token


class SubjectByEmail(Provisioning):
    def subject(self, call: Call) -> str:
        query = 'SELECT sid FROM "user" WHERE deployment = ? AND email = (SELECT email FROM "user" WHERE sid = ?) ORDER BY rowid'
        row = call.database.execute(query, (call.install.deployment, call.sids["user"])).fetchone()
        return str(row["sid"])


class KeysPublishedOnce(Tokens):
    signed = 0

    def sign(self, claims: dict[str, Any]) -> str:
        self.signed += 1
        if self.signed < 25:
            return super().sign(claims)
        return jwt.encode(claims, key(1), algorithm="RS256", headers={"kid": "second-1"})


class LateMark(Signons):
    def mark(self, database: sqlite3.Connection, code: str) -> None:
        """The application marks it, once the page is made."""


class MarkingApplication(Application):
    def follow(self, request: Received, install: str) -> Sent:
        sent = super().follow(request, install)
        trip()
        with self.pool.transaction() as database:
            database.execute("UPDATE signon SET used = 1 WHERE instr(?, code)", (request.target,))
        return sent


FAULTS = (
    Departure(
        *(
            "right-remembered",
            "That a caller may use an install is remembered for the connection, whoever calls next.",
            (RememberedRight,),
        ),
        *(("credential-foreign-refused",), ("credential-refusal-stores-nothing", "installs-apart")),
    ),
    Departure(
        *(
            "tokens-remembered",
            "Verified tokens are remembered by what is signed, without the signature.",
            (RememberedTokens,),
        ),
        *(("credential-invalid-refused",), ("credential-refusal-stores-nothing",)),
    ),
    Departure(
        *("expiry-in-milliseconds", "The expiry of a token is taken for milliseconds.", (ExpiryInMilliseconds,)),
        *(("credential-expired-refused",), ("credential-refusal-stores-nothing",)),
    ),
    Departure(
        *(
            "scheme-as-written",
            "The scheme of Authorization is only known as it is written in the handbook.",
            (SchemeAsWritten,),
        ),
        *(("valid-accepted", "http-spelling"), ("credential-status",)),  # http-spelling is younger than the fault
    ),
    Departure(
        *(
            "scheme-echoed",
            "An unknown scheme is repeated in the error, with the credential behind it.",
            (EchoedScheme,),
        ),
        *(("credential-not-echoed",), ("error-shape",)),
    ),
    Departure(
        *(
            "subject-by-email",
            "The user of a sign-on is looked up by e-mail address, and the oldest is taken.",
            (SubjectByEmail,),
        ),
        *(("signon-token-subject",), ("signon-link-works", "signon-token-claims")),
    ),
    Departure(
        *("keys-published-once", "After a change of keys the old ones are still published.", (KeysPublishedOnce,)),
        *(("signon-token-signed",), ()),
    ),
    Departure(
        *(
            "code-marked-late",
            "A link is marked as used when its page is made: two visitors at once are both let in.",
            (LateMark, MarkingApplication),
        ),
        *(("signon-single-use",), ()),
    ),
)
