"""The keys that a target publishes: to verify its sign-on tokens, and to try whether it confuses them with secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contract.http.jwt import take_apart

_ASYMMETRIC = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


class KeySet:
    """A JSON Web Key Set (RFC 7517), as far as its keys can be read."""

    def __init__(self, document: Any) -> None:
        listed = document.get("keys") if isinstance(document, dict) else None
        self.keys: list[tuple[str | None, Any]] = []
        for entry in listed if isinstance(listed, list) else ():
            try:
                self.keys.append((entry.get("kid"), jwt.PyJWK.from_dict(_usable(entry)).key))
            except (jwt.PyJWTError, ValueError, TypeError, AttributeError, KeyError):
                continue

    def complaint(self, text: str) -> str | None:
        """Why a token does not verify, or None if it does or nobody can tell (another key, a symmetric algorithm)."""
        token = take_apart(text)
        if token is None or not self.keys or token.header.get("alg") not in _ASYMMETRIC:
            return None
        kid = token.header.get("kid")
        candidates = [key for name, key in self.keys if kid is None or name == kid]
        if not candidates:
            return None
        for key in candidates:
            try:
                jwt.api_jws.decode(text, key, algorithms=[token.header["alg"]])
            except (jwt.PyJWTError, ValueError, TypeError):
                continue
            return None
        return f"no published key verifies it (kid {kid!r})"

    def doubt(self, text: str) -> str | None:
        """Why a token cannot be verified with a published key, or None if it can."""
        token = take_apart(text)
        if token is None:
            return "it is no JWT"
        if not self.keys:
            return "no key is published"
        if token.header.get("alg") not in _ASYMMETRIC:
            return f"its algorithm is {token.header.get('alg')!r}, for which no key can be published"
        kid = token.header.get("kid")
        if kid is not None and kid not in [name for name, _ in self.keys]:
            return f"its key {kid!r} is not published"
        return self.complaint(text)

    def texts(self) -> list[str]:
        """The published RSA keys as text, in the forms that are mistaken for shared secrets."""
        found = []
        for _, key in self.keys:
            if isinstance(key, RSAPublicKey):
                pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
                found += [pem, pem.strip(), key.public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()]
        return found


def _usable(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name in ("kty", "n", "e", "crv", "x", "y", "alg")}


def read_keys(body: bytes) -> KeySet:
    """The key set of a response body; empty if it is none."""
    try:
        return KeySet(json.loads(body))
    except (ValueError, RecursionError):
        return KeySet(None)
