"""Keys, and the tokens that are made and verified with them."""

from __future__ import annotations

import json
import re
import time
import uuid
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from servers.second.server.messages import Received, RefusedError

ISSUER = "https://second.example.com"
CHALLENGE = (
    'Bearer realm="smarterservices", error="invalid_token", '
    'error_description="The access token is invalid or has expired"'
)
LETTER_FOR_LETTER = re.compile(r"[\w-]+\.[\w-]+\.[\w-]*[AQgw]", re.ASCII)
"""Three parts of base64url without padding; the last of the 342 letters of a signature holds two bits that count."""


@lru_cache(maxsize=2)
def key(number: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Tokens:
    """The tokens of callers and of sign-ons."""

    def __init__(self) -> None:
        self.key = key(0)

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "second-0"})

    def verify(self, token: str, audience: str | None = None) -> dict[str, Any]:
        """The claims of a token of ours. Raises jwt.InvalidTokenError, whatever is wrong with it."""
        if not LETTER_FOR_LETTER.fullmatch(token):
            raise jwt.InvalidTokenError("more than base64url")
        try:
            return jwt.decode(
                token,
                self.key.public_key(),
                algorithms=["RS256"],
                issuer=ISSUER,
                audience=audience,
                options={"require": ["exp", "iat", "iss"], "verify_aud": audience is not None},
            )
        except (ValueError, TypeError) as error:
            raise jwt.InvalidTokenError(str(error)) from error

    def published(self) -> dict[str, Any]:
        document = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        wanted = {name: document[name] for name in ("kty", "n", "e")}
        return {"keys": [wanted | {"kid": "second-0", "use": "sig", "alg": "RS256"}]}

    def for_caller(self, *installs: str, lasts: int = 86_400) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": "caller",
            "installs": installs,
            "iat": now - 7200,
            "exp": now + lasts,
            "jti": uuid.uuid4().hex,
        }
        return self.sign(claims | {"aud": "provision"})


class Credentials:
    """Who calls, and whether they may."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens

    def claims(self, request: Received) -> dict[str, Any]:
        headers = request.all("token")
        bearers = [self.bearer(value) for value in request.all("authorization")]
        sent = {value for value in (*headers, *bearers) if value is not None}
        if len(sent) != 1 or None in bearers:
            raise self.unauthenticated(
                "Send one token, in the header 'token' or as 'Authorization: Bearer'.", bool(bearers)
            )
        try:
            return self.verified(sent.pop(), request)
        except jwt.InvalidTokenError as error:
            if bearers:
                raise self.unauthenticated("The access token is invalid or has expired.", True) from error
            raise RefusedError(403, "AUTHENTICATIONFAILED", "The token is invalid or has expired.") from error

    def bearer(self, value: str) -> str | None:
        scheme, _, token = value.partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    def verified(self, token: str, request: Received) -> dict[str, Any]:
        return self.tokens.verify(token, "provision")

    def unauthenticated(self, message: str, invalid: bool) -> RefusedError:
        challenge = CHALLENGE if invalid else 'Bearer realm="smarterservices"'
        return RefusedError(401, "AUTHENTICATIONFAILED", message, headers=(("WWW-Authenticate", challenge),))

    def may(self, claims: dict[str, Any], install: str, request: Received) -> bool:
        return install in claims.get("installs", ())

    def authorise(self, claims: dict[str, Any], install: str, request: Received) -> None:
        if not self.may(claims, install, request):
            sentence = (
                f"Forbidden: Insufficient permissions for action 'provision:create' on resource 'install {install}'"
            )
            raise RefusedError(403, "FORBIDDEN", sentence)
