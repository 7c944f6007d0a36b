"""Tokens that are no good: a good one with one thing wrong, and forgeries of every family of algorithms."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from contract.http.jwt import BASE64URL, UnverifiedToken, take_apart
from spec.source.pointer import Json

GARBAGE = "not-a-credential-at-all"
TEXTBOOK = b"secret"
DIGESTS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
_LATE = 4_000_000_000
"""An expiry that nobody gave, in seconds since 1970."""


class BadToken(NamedTuple):
    """A token that is no good, and what is wrong with it."""

    label: str
    value: str


@lru_cache(maxsize=8)
def bad_tokens(token: str, keys: tuple[str, ...]) -> tuple[BadToken, ...]:
    """Bad tokens made from a good one; ``keys`` are public keys as text. The same for the same, within a process."""
    made = [BadToken("empty", ""), BadToken("garbage", GARBAGE), BadToken("garbage of three parts", "aaaa.bbbb.cccc")]
    known = take_apart(token)
    if known is None:
        half = len(token) // 2
        nobody = {"sub": "somebody", "exp": _LATE}
        made += _unsigned({"typ": "JWT"}, nobody)
        made.append(BadToken("one letter changed", token[:half] + _far(token[half : half + 1]) + token[half + 1 :]))
        return tuple(made)
    raised = {**known.claims, "exp": _LATE, "admin": True}
    made += _unsigned(known.header, known.claims)
    made += _altered(token, raised)
    made += _signed_by_anybody(known, raised)
    made += _signed_with_no_secret(known.header, raised, keys)
    return tuple(made)


def _unsigned(header: Mapping[str, Json], claims: Mapping[str, Json]) -> Iterator[BadToken]:
    """Tokens that say they need no signature (RFC 8725 section 3.1)."""
    for label, algorithm, signature in (
        ("alg none", "none", ""),
        ("alg nOnE", "nOnE", ""),
        ("alg None with a signature", "None", "c2lnbmVk"),
    ):
        yield BadToken(label, f"{_signed_part({**header, 'alg': algorithm}, claims)}.{signature}")


def _altered(token: str, raised: Mapping[str, Json]) -> Iterator[BadToken]:
    """The good token with another signature, another spelling of it, or other claims.

    Those that only spell the signature otherwise are as good as before to a reader who is not strict.
    """
    signed, _, signature = token.rpartition(".")
    half, end = len(signature) // 2, len(signature) % 4
    other = {
        "signature changed": signature[:half] + _far(signature[half : half + 1]) + signature[half + 1 :],
        "signature in other letters": signature.swapcase(),
        "last letter changed": signature[:-1] + _far(signature[-1:]),
        "signature taken away": "",
        "signature only begun": signature[: len(signature) - end - 4],
        "signature and three bytes more": f"{signature}AAAA",
        "signature padded": signature + "=" * (4 - end),
        "signature with a foreign letter": f"{signature[:half]}!{signature[half:]}",
    }
    if end in (2, 3):
        other["unused bits changed"] = signature[:-1] + BASE64URL[BASE64URL.find(signature[-1]) ^ 1]
    for label, text in other.items():
        if text != signature:
            yield BadToken(label, f"{signed}.{text}")
    header = signed.partition(".")[0]
    yield BadToken("payload changed", f"{header}.{_encoded(raised)}.{signature}")


def _signed_by_anybody(known: UnverifiedToken, raised: Mapping[str, Json]) -> Iterator[BadToken]:
    """Tokens under fresh keys, which stand in their own headers (RFC 7515 section 4.1.3), and one under zeros."""
    for algorithm in ("RS256", "PS256", "ES256", "EdDSA"):
        key, family = _fresh_key(algorithm), jwt.get_algorithm_by_name(algorithm)
        public = family.to_jwk(key.public_key(), as_dict=True)
        signed = _signed_part({**known.header, "alg": algorithm, "jwk": public}, raised)
        label = "signed with a key that it brings along"
        value = f"{signed}.{_base64url(family.sign(signed.encode(), key))}"
        yield BadToken(label if algorithm == "RS256" else f"{label}, {algorithm}", value)
    elliptic = _signed_part({**known.header, "alg": "ES256"}, raised)
    yield BadToken("ES256 with a signature of zeros", f"{elliptic}.{_base64url(bytes(64))}")


def _signed_with_no_secret(
    header: Mapping[str, Json], raised: Mapping[str, Json], keys: tuple[str, ...]
) -> Iterator[BadToken]:
    """Tokens under what everybody knows: a published key (RFC 8725 section 2.1), nothing, the word of textbooks."""
    for key in keys:
        for algorithm in DIGESTS:
            yield _hmac(f"{algorithm} under the published key", {**header, "alg": algorithm}, raised, key.encode())
    symmetric = {**header, "alg": "HS256"}
    yield _hmac("HS256 under an empty key", symmetric, raised, b"")
    yield _hmac("HS256 under an empty file", {**symmetric, "kid": "../../../../dev/null"}, raised, b"")
    yield _hmac("HS256 under a textbook key", symmetric, raised, TEXTBOOK)


def _hmac(label: str, header: Mapping[str, Json], claims: Mapping[str, Json], secret: bytes) -> BadToken:
    signed = _signed_part(header, claims)
    mac = hmac.new(secret, signed.encode(), DIGESTS[header["alg"]]).digest()
    return BadToken(label, f"{signed}.{_base64url(mac)}")


@cache
def _fresh_key(algorithm: str) -> Json:
    """A private key that nobody else knows, the same for a whole run."""
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _far(letter: str) -> str:
    """Another letter of base64url, one that changes bits which count."""
    return BASE64URL[(BASE64URL.find(letter) + 32) % 64]


def _signed_part(header: Mapping[str, Json], claims: Mapping[str, Json]) -> str:
    return f"{_encoded(header)}.{_encoded(claims)}"


def _encoded(value: Mapping[str, Json]) -> str:
    return _base64url(json.dumps(dict(value)).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
