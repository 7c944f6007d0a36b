"""Carelessness about the credentials of callers: tokens that are no good, and taken all the same."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any

import jwt

from tests.servers.answering import Answer
from tests.servers.careless.spoiling import Carelessness, Handler, Headers, Spoil, of, read
from tests.servers.credentials import api_token, public_pem
from tests.servers.independent import ONE, TWO, Independent


def trusting(believes: Callable[[str], bool]) -> Spoil:
    """A token that is no good is taken for the install's own one."""

    def spoil(server: Independent, handler: Handler) -> Handler:
        def handle(method: str, path: str, headers: Headers, body: bytes) -> Answer:
            install = TWO if TWO in path else ONE
            changed = []
            for name, value in headers:
                text = value.split(" ")[-1]
                taken = name.lower() in ("token", "authorization") and text.count(".") == 2 and believes(text)
                good = api_token(install, "RS256")
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
    return any(token.lower() == api_token(one, "RS256").lower() for one in (ONE, TWO))


def but_the_last_letter(token: str) -> bool:
    return any(token[:-1] == api_token(one, "RS256")[:-1] for one in (ONE, TWO))


def with_the_public_key(token: str) -> bool:
    """Any HMAC under the published key: the algorithm is the token's to choose."""
    digests = {"HS384": hashlib.sha384, "HS512": hashlib.sha512}
    digest = digests.get(str(header_of(token).get("alg")))
    signed, _, signature = token.rpartition(".")
    for key in (public_pem("own"), public_pem("own").strip()) if digest else ():
        mac = base64.urlsafe_b64encode(hmac.new(key, signed.encode(), digest).digest()).rstrip(b"=")
        if mac.decode() == signature:
            return True
    return False


def unsigned_in_any_case(token: str) -> bool:
    alg = str(header_of(token).get("alg"))
    return alg.lower() == "none" and alg not in ("none", "None")


def by_its_own_key(token: str) -> bool:
    """The key that the token brings along verifies it."""
    own = header_of(token).get("jwk")
    if not isinstance(own, dict):
        return False
    try:
        jwt.api_jws.decode(token, jwt.PyJWK.from_dict({**own, "alg": "RS256"}).key, algorithms=["RS256"])
    except (jwt.PyJWTError, ValueError):
        return False
    return True


TOKENS: Mapping[str, Carelessness] = {
    "signature-in-any-case": of(trusting(in_any_case), "credential-invalid-refused", "credentials"),
    "last-letter-ignored": of(trusting(but_the_last_letter), "credential-invalid-refused", "credentials"),
    "longer-hmac-with-public-key": of(trusting(with_the_public_key), "credential-invalid-refused", "credentials"),
    "none-in-any-case": of(trusting(unsigned_in_any_case), "credential-invalid-refused", "credentials"),
    "key-in-the-token": of(trusting(by_its_own_key), "credential-invalid-refused", "credentials"),
}
