"""JWTs, made and verified strictly (RFC 7519, RFC 8725): one algorithm, canonical encoding, nothing twice.

PyJWT signs and checks signatures; whatever it would be lenient about is refused before it sees a token. Times are
compared with the clock of the caller, never with PyJWT's.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

import jwt

from mockserver.auth.keys import Keys
from spec.source.pointer import Json

API_TYPE = "at+jwt"
SIGNON_TYPE = "signon+jwt"
API_AUDIENCE = "invigilate-api"
ISSUER_PATH = "/oidc"
"""What every issuer ends in: a mock issues under each URL by which it is reached, and its key is what counts."""
LOCAL_ISSUER = f"http://127.0.0.1:8400{ISSUER_PATH}"
"""The issuer of tokens that are made where no mock is running."""

_PART = re.compile(r"[A-Za-z0-9_-]+\Z")
_LETTERS = re.compile(r"[A-Za-z0-9_-]")
_LATEST = 2**53  # seconds that every JSON reader holds exactly; no clock gets there


class TokenError(Exception):
    """A token is refused; the message says why and repeats nothing of it.

    ``expired``, ``early``: only time did it. ``withdrawn``: it was good, and was taken back before its time.
    """

    def __init__(self, reason: str, *, expired: bool = False, early: bool = False, withdrawn: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.expired, self.early, self.withdrawn = reason, expired, early, withdrawn


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must be: its ``typ``, and how its ``iss`` ends and its ``aud``, unless the caller judges those."""

    kind: str
    issuer_path: str | None = None
    audience: str | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """The claims of a token whose signature and form are right, and the times between which it holds.

    It holds no longer than the key that signed it is published.
    """

    claims: Mapping[str, Json]
    not_before: float
    expires: float


def hold(not_before: float, expires: float, now: float) -> None:
    """Raise TokenError unless a token holds now."""
    if (error := out_of_time(not_before, expires, now)) is not None:
        raise error


def out_of_time(not_before: float, expires: float, now: float) -> TokenError | None:
    """Why a token does not hold now, if it does not. There is no leeway: the clock that made it looks at it."""
    if now >= expires:
        return TokenError("it has expired", expired=True)
    return TokenError("it is not valid yet", early=True) if now < not_before else None


def api_claims(
    install: str, *, issued: float, starts: float, expires: float, token_id: str, issuer: str = LOCAL_ISSUER
) -> dict[str, Json]:
    """The claims of an API token for an install; times are seconds since the epoch."""
    return {
        "iss": issuer,
        "aud": API_AUDIENCE,
        "sub": install,
        "iat": int(issued),
        "nbf": int(starts),
        "exp": int(expires),
        "jti": token_id,
    }


def sign(claims: Mapping[str, Json], kind: str, keys: Keys) -> str:
    """A signed token."""
    return jwt.encode(dict(claims), keys.private, algorithm="RS256", headers={"typ": kind, "kid": keys.kid})


def verify(token: str, expected: Expected, keys: Keys, *, longest: int = 8192) -> Verified:
    """The claims of a token that is what it should be, whatever the time. Raises TokenError."""
    if len(token) > longest:
        raise TokenError(f"it is longer than {longest} characters")
    parts = token.split(".")
    if len(parts) != 3:
        raise TokenError("it is not a JWT of three parts")
    header, claims = _members(parts[0], "header"), _members(parts[1], "claims")
    _canonical(parts[2], "signature")
    if header.get("alg") != "RS256":
        raise TokenError("its algorithm is not RS256")
    if header.get("typ") != expected.kind:
        raise TokenError(f"its type is not {expected.kind}")
    if "crit" in header or "b64" in header:
        raise TokenError("its header asks for an extension that is not known here")
    until = _signed_until(token, header.get("kid"), keys)
    _check_claims(claims, expected)
    return Verified(claims, max(claims.get("nbf", 0), 0), min(claims["exp"], until))


def _signed_until(token: str, kid: Json, keys: Keys) -> float:
    """Until when the key holds that signed a token. jku, jwk and x5u are never looked at, and kid only chooses."""
    for one in keys.verifying(kid):
        try:
            jwt.api_jws.decode(token, one.pair.public, algorithms=["RS256"])
        except jwt.PyJWTError:
            continue
        return one.until
    raise TokenError("its signature does not verify")


def respelled(token: str) -> str:
    """A token as readers spell it who are not strict: foreign letters, padding and unused bits are left out."""
    parts = []
    for part in token.split("."):
        letters = "".join(_LETTERS.findall(part))
        try:
            data = base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
        except (binascii.Error, ValueError):
            return token
        parts.append(base64.urlsafe_b64encode(data).rstrip(b"=").decode())
    return ".".join(parts)


def _check_claims(claims: Mapping[str, Json], expected: Expected) -> None:
    if expected.issuer_path is not None and not str(claims.get("iss")).endswith(expected.issuer_path):
        raise TokenError("it was issued by somebody else")
    if expected.audience is not None and claims.get("aud") != expected.audience:
        raise TokenError("it was made for another audience")
    if not isinstance(claims.get("sub"), str):
        raise TokenError("it names no subject")
    if "exp" not in claims:
        raise TokenError("it carries no expiry")
    for name in ("exp", "nbf", "iat"):
        value = claims.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not -_LATEST <= value <= _LATEST:
            raise TokenError(f"its {name} is not a number of seconds since 1970 that a clock can show")


def _canonical(part: str, name: str) -> bytes:
    if _PART.match(part):
        try:
            data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        except (binascii.Error, ValueError):
            data = b""
        if base64.urlsafe_b64encode(data).rstrip(b"=").decode() == part:
            return data
    raise TokenError(f"its {name} is not canonical base64url")


def _members(part: str, name: str) -> dict[str, Json]:
    def unique(pairs: list[Json]) -> dict[str, Json]:
        members = dict(pairs)
        if len(members) != len(pairs):
            raise ValueError("a member occurs twice")
        return members

    try:
        value = json.loads(_canonical(part, name).decode(), object_pairs_hook=unique, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise TokenError(f"its {name} is not a JSON object with distinct members") from None
    if not isinstance(value, dict):
        raise TokenError(f"its {name} is not a JSON object with distinct members")
    return value


def _refuse(word: str) -> Json:
    raise ValueError(word)
