"""Access tokens: JWTs that speak for an install, as a client gets them at the token endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from mockserver.auth.clients import OAuthClient
from mockserver.auth.keys import Keys
from mockserver.auth.revocations import TokenIdentity
from mockserver.auth.tokens import API_AUDIENCE, API_TYPE, sign
from spec.source.pointer import Json


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token before it is signed; times are whole seconds since the epoch."""

    client: OAuthClient
    issuer: str
    token_id: str
    issued: int
    scope: str | None = None
    user: str | None = None
    """The SID of the user whom the client has signed in; None where the client speaks for itself."""

    @property
    def expires(self) -> int:
        """When it dies. Using it changes nothing about that."""
        return self.issued + self.client.lifetime

    @property
    def identity(self) -> TokenIdentity:
        """By what it can be revoked."""
        return TokenIdentity(self.token_id, self.expires)

    def claims(self) -> dict[str, Json]:
        """Its claims (RFC 9068 section 2.2)."""
        claims: dict[str, Json] = {
            "iss": self.issuer,
            "aud": API_AUDIENCE,
            "sub": self.user or self.client.id,
            "client_id": self.client.id,
            "install": self.client.install,
            "iat": self.issued,
            "exp": self.expires,
            "jti": self.token_id,
        }
        if self.scope is not None:
            claims["scope"] = self.scope
        return claims

    def answer(self, claims: dict[str, Json], keys: Keys) -> dict[str, Json]:
        """What the token endpoint answers (RFC 6749 section 5.1, and ``expires_at`` as published)."""
        expires = datetime.fromtimestamp(self.expires, UTC)
        return {
            "access_token": sign(claims, API_TYPE, keys),
            "token_type": "Bearer",
            "expires_in": self.client.lifetime,
            "expires_at": expires.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        }
