"""The keys of this process, the tokens that callers use, and the check of a call's credential."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.servers.behaviour import Behaviour

ISSUER = "https://issuer.example.com"
INSTALLS = ("AI00d3f0a1c5b94e7f8a6b2c4d6e8f0a12", "AI7b1e2d3c4f5a46978899aabbccddeeff")
SHARED = "a shared secret of more than thirty-two bytes, for HS256"


@cache
def private_key(name: str) -> Any:
    """A key of this process; ``ec`` is an elliptic one, every other name gives an RSA key of its own."""
    if name == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def public_pem(name: str) -> bytes:
    found: bytes = private_key(name).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return found


@cache
def key_set(names: tuple[str, ...]) -> bytes:
    keys = []
    for name in names:
        if name == "odd":
            keys += [
                {"kty": "OKP", "crv": "X448", "x": "AA", "kid": "x"},
                {"kty": "unheard"},
                {"kid": 7, "kty": "RSA", "n": 5},
            ]
            continue
        algorithm = jwt.algorithms.ECAlgorithm if name == "ec" else jwt.algorithms.RSAAlgorithm
        entry = json.loads(algorithm.to_jwk(private_key(name).public_key()))
        keys.append({**entry, "kid": name, "use": "sig", "alg": "ES256" if name == "ec" else "RS256"})
    return json.dumps({"keys": keys}).encode()


@cache
def api_token(install: str, kind: str = "RS256", *, lifetime: int = 86_400) -> str:
    """A token with which an install may be called."""
    if kind == "opaque":
        return hashlib.sha256(f"{install} {lifetime}".encode()).hexdigest() + "-key"
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": install, "install": install, "iat": now - 7200, "exp": now + lifetime}
    key = {"RS256": private_key("own"), "ES256": private_key("ec"), "HS256": SHARED}[kind]
    return jwt.encode(claims, key, algorithm=kind, headers={"kid": "ec" if kind == "ES256" else "own"})


def unsigned(claims: dict[str, Any]) -> str:
    head = encode(json.dumps({"alg": "none", "typ": "JWT"}).encode())
    return f"{head}.{encode(json.dumps(claims).encode())}."


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass(frozen=True)
class Refused:
    """A call that is refused for its credential."""

    status: int
    message: str
    code: str = "AUTHENTICATIONFAILED"
    challenge: str = 'Bearer realm="provision"'
    oauth: str = "invalid_token"


def check(headers: dict[str, list[str]], install: str, behaviour: Behaviour) -> Refused | None:
    """Why a call is refused for its credential, or None. ``headers`` have lower-case names."""
    accepts, found = behaviour.accepts, []
    if "token" in headers and "token" in behaviour.schemes:
        found.append(("token", headers["token"][0].strip()))
    for value in headers.get("authorization", ()):
        scheme, _, rest = value.strip().partition(" ")
        if scheme.lower() != "bearer":
            found.append(("bearer", ""))
        elif "bearer" in behaviour.schemes:
            found.append(("bearer", rest.strip()))
    if not found:
        return None if "none" in accepts else Refused(behaviour.missing_status, "No credential.", oauth="")
    if len({token for _, token in found}) > 1 and "conflict" not in accepts:
        return Refused(behaviour.missing_status, "Two different credentials.")
    reasons = [problem(token, install, behaviour) for _, token in found]
    if None in reasons:
        return None
    reason = reasons[0] or ""
    if reason == "foreign":
        message = f"Not allowed to provision in {install}."
        return Refused(behaviour.foreign_status, message, "FORBIDDEN", oauth="insufficient_scope")
    scheme = found[0][0]
    status = behaviour.bearer_status if scheme == "bearer" else behaviour.invalid_status
    challenge = 'Bearer realm="provision", error="invalid_token"'
    message = f"The credential is not valid: {reason}."
    if "echo-token" in behaviour.quirks:
        message += f" Received: {found[0][1]}"
    return Refused(status, message, challenge=challenge)


def problem(token: str, install: str, behaviour: Behaviour) -> str | None:
    """What is wrong with a token, or None."""
    accepts = behaviour.accepts
    if "anything" in accepts:
        return None
    if not token:
        return None if "empty" in accepts else "empty"
    pieces = token.split(".")
    if behaviour.credential == "opaque":
        known = {api_token(one, "opaque"): one for one in INSTALLS}
        return None if known.get(token) == install else "foreign" if token in known else "unknown"
    if "three-parts" in accepts and len(pieces) == 3:
        return None
    options: dict[str, Any] = {"verify_aud": False, "verify_exp": "expired" not in accepts, "verify_iat": False}
    try:
        header = jwt.get_unverified_header(token)
        if header["alg"] == "none" and "none-algorithm" in accepts:
            claims = jwt.decode(token, options={"verify_signature": False})
        elif "half-signature" in accepts and len(pieces[2]) > 40:
            claims = _by_half(token, pieces)
        elif "unverified" in accepts:
            claims = jwt.decode(token, options={"verify_signature": False, "verify_exp": True})
        elif header["alg"] == "HS256" and "hmac" in accepts:
            claims = _symmetric(token, pieces)
        else:
            kind = behaviour.credential
            public = SHARED if kind == "HS256" else private_key("ec" if kind == "ES256" else "own").public_key()
            claims = _decoded(token, public, kind, options, behaviour)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, UnicodeError) as error:
        return f"{type(error).__name__}"
    if claims.get("install") != install and "foreign" not in accepts:
        return "foreign"
    return None


def _decoded(token: str, public: Any, kind: str, options: dict[str, Any], behaviour: Behaviour) -> Any:
    """The claims of a token of the account manager, or of the token endpoint (whatever key that has)."""
    if "clients-are-unknown" not in behaviour.quirks:
        for key, algorithm in ((private_key("own"), "RS256"), (private_key("new"), "RS256"), (SHARED, "HS256")):
            try:
                verifier = key if isinstance(key, str) else key.public_key()
                claims = jwt.decode(token, verifier, algorithms=[algorithm], options=options)
            except jwt.PyJWTError:
                continue
            if str(claims.get("sub")).startswith("II"):
                return claims
    return jwt.decode(token, public, algorithms=[kind], options=options, issuer=ISSUER)


def _by_half(token: str, pieces: list[str]) -> Any:
    """A comparison that stops early: only the first half of the signature counts."""
    claims = jwt.decode(token, options={"verify_signature": False, "verify_exp": True})
    right = api_token(claims.get("install", ""), "RS256").split(".")
    if pieces[:2] != right[:2] or pieces[2][:160] != right[2][:160]:
        raise jwt.InvalidSignatureError("Signature verification failed")
    return claims


def _symmetric(token: str, pieces: list[str]) -> Any:
    """The classic mistake: whatever algorithm the token names is computed with the published key."""
    signed = f"{pieces[0]}.{pieces[1]}".encode()
    for secret in (public_pem("own"), public_pem("own").strip()):
        if hmac.compare_digest(encode(hmac.new(secret, signed, hashlib.sha256).digest()), pieces[2]):
            return jwt.decode(token, options={"verify_signature": False})
    raise jwt.InvalidSignatureError("Signature verification failed")
