"""Carelessness about the credentials of callers: tokens that are no good, and taken all the same."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jwt

from tests.servers.answering import Answer
from tests.servers.careless.spoiling import Carelessness, Handler, Headers, Spoil, of, read
from tests.servers.credentials import api_token, public_pem
from tests.servers.independent import ONE, TWO, Independent

GOOD = tuple(api_token(one, "RS256") for one in (ONE, TWO))
DIGESTS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


def trusting(believes: Callable[[str], bool]) -> Spoil:
    """A token that is no good is taken for the install's own one."""

    def spoil(server: Independent, handler: Handler) -> Handler:
        def handle(method: str, path: str, headers: Headers, body: bytes) -> Answer:
            install = TWO if TWO in path else ONE
            changed = []
            for name, value in headers:
                text = value.split(" ")[-1]
                good = api_token(install, "RS256")
                looked_at = name.lower() in ("token", "authorization") and text.count(".") == 2
                taken = looked_at and text not in GOOD and believes(text)
                changed.append((name, (good if name.lower() == "token" else f"Bearer {good}") if taken else value))
            return handler(method, path, changed, body)

        return handle

    return spoil


def header_of(token: str) -> dict[str, Any]:
    try:
        return dict(jwt.get_unverified_header(token))
    except jwt.PyJWTError:
        pass
    piece = token.split(".")[0]
    try:
        found = read(base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4)))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def in_any_case(token: str) -> bool:
    return any(token.lower() == one.lower() for one in GOOD)


def but_the_last_letter(token: str) -> bool:
    return any(token[:-1] == one[:-1] for one in GOOD)


def begins_like_a_good_one(token: str) -> bool:
    """The signature is compared only as far as it goes."""
    return any(len(token) > 300 and one.startswith(token) for one in GOOD)


def begins_with_a_good_one(token: str) -> bool:
    """What comes after the good signature is not looked at."""
    return any(token.startswith(one) for one in GOOD)


def under(*secrets: bytes, algorithms: Sequence[str] = ("HS256",), kid: str | None = None) -> Callable[[str], bool]:
    """Any HMAC under one of these secrets: the algorithm is the token's to choose, or the secret is no secret."""

    def believes(token: str) -> bool:
        head = header_of(token)
        signed, _, signature = token.rpartition(".")
        if head.get("alg") not in algorithms or (kid is not None and kid not in str(head.get("kid"))):
            return False
        made = [hmac.new(one, signed.encode(), DIGESTS[head["alg"]]).digest() for one in secrets]
        return signature in {base64.urlsafe_b64encode(one).rstrip(b"=").decode() for one in made}

    return believes


def zeros(token: str) -> bool:
    """An elliptic signature of zeros fits everything where nobody looks whether they are zeros (CVE-2022-21449)."""
    piece = token.rpartition(".")[2]
    raw = base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4)) if re.fullmatch(r"[\w-]+", piece) else b"x"
    return header_of(token).get("alg") == "ES256" and not any(raw)


def unsigned_in_any_case(token: str) -> bool:
    alg = str(header_of(token).get("alg"))
    return alg.lower() == "none" and alg not in ("none", "None")


def by_its_own_key(*algorithms: str) -> Callable[[str], bool]:
    """The key that the token brings along verifies it."""

    def believes(token: str) -> bool:
        head = header_of(token)
        own, algorithm = head.get("jwk"), head.get("alg")
        if not isinstance(own, dict) or algorithm not in algorithms:
            return False
        try:
            jwt.api_jws.decode(token, jwt.PyJWK.from_dict({**own, "alg": algorithm}).key, algorithms=[algorithm])
        except (jwt.PyJWTError, ValueError):
            return False
        return True

    return believes


PUBLIC = (public_pem("own"), public_pem("own").strip())
TOKENS: Mapping[str, Carelessness] = {
    "signature-in-any-case": of(trusting(in_any_case), "credential-invalid-refused", "credentials"),
    "last-letter-ignored": of(trusting(but_the_last_letter), "credential-invalid-refused", "credentials"),
    "further-letters-ignored": of(trusting(begins_with_a_good_one), "credential-invalid-refused", "credentials"),
    "begun-signature-suffices": of(trusting(begins_like_a_good_one), "credential-invalid-refused", "credentials"),
    "longer-hmac-with-public-key": of(
        trusting(under(*PUBLIC, algorithms=("HS384", "HS512"))), "credential-invalid-refused", "credentials"
    ),
    "hmac-without-a-key": of(trusting(under(b"")), "credential-invalid-refused", "credentials"),
    "hmac-under-an-empty-file": of(trusting(under(b"", kid="/dev/null")), "credential-invalid-refused", "credentials"),
    "hmac-under-a-textbook-key": of(trusting(under(b"secret")), "credential-invalid-refused", "credentials"),
    "signature-of-zeros": of(trusting(zeros), "credential-invalid-refused", "credentials"),
    "none-in-any-case": of(trusting(unsigned_in_any_case), "credential-invalid-refused", "credentials"),
    **{
        f"{name}-key-in-the-token": of(trusting(by_its_own_key(name)), "credential-invalid-refused", "credentials")
        for name in ("RS256", "PS256", "ES256", "EdDSA")
    },
}
