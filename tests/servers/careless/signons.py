"""Carelessness about the tokens that sign somebody on: times, names, keys that change, and keys that anybody has."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import count
from random import Random
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.servers.answering import Answer
from tests.servers.careless.spoiling import Carelessness, Handler, Headers, Spoil, of, read
from tests.servers.credentials import encode, key_set, private_key, public_pem
from tests.servers.independent import Independent

Claims = dict[str, Any]
JWKS = "/oidc/jwks"
ALGORITHMS = {"PS256": rsa, "ES256": ec, "EdDSA": ed25519}


@cache
def key_of(family: str, name: str) -> Any:
    """A private key of this process for a family of algorithms."""
    if family == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    if family == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return private_key(name)


def published(*keys: tuple[str, str, Any]) -> bytes:
    """A key set of (kid, algorithm, private key)."""
    listed = []
    for kid, algorithm, key in keys:
        made = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key())
        entry = json.loads(made) if isinstance(made, str) else dict(made)
        listed.append({**entry, "kid": kid, "use": "sig", "alg": algorithm})
    return json.dumps({"keys": listed}).encode()


def resigned(
    sign: Callable[[Claims, str], str],
    keys: Callable[[], bytes] = lambda: key_set(("own", "ec")),
    caching: Mapping[str, str] | None = None,
) -> Callable[[Independent, Handler], Handler]:
    """Every sign-on token is made anew by ``sign``, which gets the claims and the user's SID; ``keys`` are published,
    with what ``caching`` says of caches.
    """

    def spoil(server: Independent, handler: Handler) -> Handler:
        def handle(method: str, path: str, headers: Headers, body: bytes) -> Answer:
            if path == JWKS:
                return 200, {"Content-Type": "application/json", **(caching or {})}, keys()
            status, named, answer = handler(method, path, headers, body)
            value = read(answer)
            shown = value.get("signon") if isinstance(value, dict) else None
            if not isinstance(shown, dict) or not isinstance(value, dict):
                return status, named, answer
            claims = jwt.decode(shown["token"], options={"verify_signature": False})
            shown["token"] = sign(claims, value["user"]["sid"])
            return status, named, json.dumps(value).encode()

        return handle

    return spoil


def with_own_key(claims: Claims, kid: str = "own", name: str = "own") -> str:
    return jwt.encode(claims, private_key(name), algorithm="RS256", headers={"kid": kid})


def claiming(change: Callable[[Claims, str], Claims]) -> Spoil:
    """The claims are others; a claim of None is missing."""

    def sign(claims: Claims, user: str) -> str:
        changed = {**claims, **change(claims, user)}
        # the library refuses to write a claim of the wrong type, a careless server does not
        kept = {name: value for name, value in changed.items() if value is not None}
        return jwt.api_jws.encode(json.dumps(kept).encode(), private_key("own"), "RS256", {"kid": "own"})

    return resigned(sign)


class Rotation:
    """Keys that change after some sign-ons. ``sign`` and ``keys`` say by how much they come too late or too early."""

    def __init__(self, sign: Callable[[Claims, bool], str], keys: Callable[[bool], bytes], after: int = 4) -> None:
        self.made, self.sign_by, self.keys_by, self.after = 0, sign, keys, after

    def sign(self, claims: Claims, user: str) -> str:
        self.made += 1
        return self.sign_by(claims, self.made > self.after)

    def keys(self) -> bytes:
        return self.keys_by(self.made >= self.after)


def rotating(sign: Callable[[Claims, bool], str], keys: Callable[[bool], bytes]) -> Spoil:
    def spoil(server: Independent, handler: Handler) -> Handler:
        rotation = Rotation(sign, keys)
        return resigned(rotation.sign, rotation.keys)(server, handler)

    return spoil


def next_key(claims: Claims, changed: bool) -> str:
    return with_own_key(claims, "next", "next") if changed else with_own_key(claims)


def next_key_under_the_same_name(claims: Claims, changed: bool) -> str:
    return with_own_key(claims, "own", "next" if changed else "own")


def both_keys(changed: bool) -> bytes:
    return key_set(("own", "next") if changed else ("own",))


def keys_under_one_name(changed: bool) -> bytes:
    return published(("own", "RS256", private_key("next" if changed else "own")))


def only_the_next_key(changed: bool) -> bytes:
    return key_set(("next",) if changed else ("own",))


def by_turns(nodes: Sequence[str] = ("own", "next")) -> Spoil:
    """Several machines, each with a key of its own: whoever answers signs with it, or publishes it and no other."""

    def spoil(server: Independent, handler: Handler) -> Handler:
        balance = Random(len(nodes))

        def sign(claims: Claims, user: str) -> str:
            name = balance.choice(nodes)
            return with_own_key(claims, name, name)

        return resigned(sign, lambda: key_set((balance.choice(nodes),)))(server, handler)

    return spoil


def published_late(after: int, caching: Mapping[str, str] | None = None) -> Spoil:
    """The page of keys is written anew some visits after the key was changed, and is said to be cached perhaps."""

    def spoil(server: Independent, handler: Handler) -> Handler:
        rotation, visits = Rotation(next_key, both_keys), count()

        def keys() -> bytes:
            changed = rotation.made > rotation.after and next(visits) >= after
            return both_keys(changed)

        return resigned(rotation.sign, keys, caching)(server, handler)

    return spoil


ROTATIONS: Mapping[str, Spoil] = {
    "a-further-key": rotating(next_key, both_keys),
    "another-key": rotating(next_key, only_the_next_key),
    "another-key-of-the-same-name": rotating(next_key_under_the_same_name, keys_under_one_name),
    "one-key-at-a-time": by_turns(),
    "three-keys-one-at-a-time": by_turns(("own", "next", "third")),
    "published-late": published_late(3),
    "published-later": published_late(9),
    "published-by-a-cache": published_late(10_000, {"Age": "120", "Cache-Control": "max-age=86400"}),
}
"""Legal ways of changing keys: every token verifies with what is published, at some time or by some machine."""


def in_family(algorithm: str, *, right: bool) -> Spoil:
    """Tokens of a family of algorithms, signed by the published key or by another."""

    def sign(claims: Claims, user: str) -> str:
        key = key_of(algorithm, "own" if right else "foreign")
        return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": algorithm})

    return resigned(sign, lambda: published((algorithm, algorithm, key_of(algorithm, "own"))))


FAMILIES: Mapping[str, Spoil] = {f"signed-{name}": in_family(name, right=True) for name in ALGORITHMS}
"""Other algorithms, rightly used: a decision that is ours, and nothing that fails."""


def hmac_signed(secret: bytes) -> Callable[[Claims, str], str]:
    def sign(claims: Claims, user: str) -> str:
        head = encode(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
        signed = f"{head}.{encode(json.dumps(claims).encode())}"
        return f"{signed}.{encode(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"

    return sign


def numbered() -> Callable[[Claims, str], Claims]:
    numbers: Iterator[int] = count(1)
    return lambda claims, user: {"jti": next(numbers)}


def now() -> int:
    return int(time.time())


SIGNONS: Mapping[str, Carelessness] = {
    "not-before-tomorrow": of(claiming(lambda c, u: {"nbf": now() + 86_000}), "signon-token-claims", "signon"),
    "issued-tomorrow": of(claiming(lambda c, u: {"iat": now() + 3600}), "signon-token-claims", "signon"),
    "issued-in-milliseconds": of(claiming(lambda c, u: {"iat": now() * 1000}), "signon-token-claims", "signon"),
    "issued-long-ago": of(claiming(lambda c, u: {"iat": now() - 864_000}), "signon-token-claims", "signon"),
    "not-before-as-text": of(
        claiming(lambda c, u: {"nbf": time.strftime("%Y-%m-%dT%H:%M:%SZ")}), "signon-token-claims", "signon"
    ),
    "one-name-for-all-tokens": of(claiming(lambda c, u: {"jti": "token"}), "signon-token-claims", "signon"),
    "user-as-name-of-the-token": of(claiming(lambda c, u: {"jti": u}), "signon-token-claims", "signon"),
    "number-as-name-of-the-token": of(claiming(numbered()), "signon-token-claims", "signon"),
    "without-name-of-the-token": of(claiming(lambda c, u: {"jti": None}), "signon-token-claims", "signon"),
    "further-key-wrongly-used": of(
        rotating(lambda c, changed: with_own_key(c, "next" if changed else "own", "own"), both_keys),
        "signon-token-signed",
        "signon signon-keys",
    ),
    "key-withdrawn-and-used": of(
        rotating(lambda c, changed: with_own_key(c), only_the_next_key), "signon-token-signed", "signon signon-keys"
    ),
    "next-key-never-published": of(
        rotating(next_key, lambda changed: key_set(("own",))), "signon-token-signed", "signon signon-keys"
    ),
    **{
        f"{name}-by-another-key": of(in_family(name, right=False), "signon-token-signed", "signon")
        for name in ALGORITHMS
    },
    "signed-with-the-published-key": of(resigned(hmac_signed(public_pem("own"))), "signon-token-signed", "signon"),
    "signed-with-no-key": of(resigned(hmac_signed(b"")), "signon-token-signed", "signon"),
    "signed-with-a-textbook-key": of(resigned(hmac_signed(b"secret")), "signon-token-signed", "signon"),
}
