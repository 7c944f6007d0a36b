"""The mock's RSA keys: the one that signs, those that signed before it, and what is derived from them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

BITS = 2048
_SECRET_LENGTH = 32


@dataclass(frozen=True, slots=True)
class KeyPair:
    """One key pair. API tokens and sign-on tokens share it and are told apart by ``typ`` and ``aud``."""

    private: rsa.RSAPrivateKey
    public: rsa.RSAPublicKey
    kid: str

    @property
    def jwk(self) -> dict[str, str]:
        """The public key as a JSON Web Key (RFC 7517)."""
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, **_numbers(self.public)}


class Retired(NamedTuple):
    """A key pair that signs no more; at ``until`` (seconds since the epoch) all that it signed is dead."""

    pair: KeyPair
    until: float


class Keys:
    """The keys of a mock. ``retired`` are those that signed before ``current``, the latest first."""

    def __init__(self, current: KeyPair, retired: Sequence[Retired] = ()) -> None:
        self.adopt(current, retired)

    def adopt(self, current: KeyPair, retired: Sequence[Retired]) -> None:
        """Be these keys from now on."""
        self.current, self.retired = current, tuple(retired)
        self._root = _root(self.retired[-1].pair if self.retired else current)

    @property
    def private(self) -> rsa.RSAPrivateKey:
        """The key that signs."""
        return self.current.private

    @property
    def public(self) -> rsa.RSAPublicKey:
        """The key that verifies what is signed now."""
        return self.current.public

    @property
    def kid(self) -> str:
        """The name of the key that signs (RFC 7515 section 4.1.4)."""
        return self.current.kid

    @property
    def jwk(self) -> dict[str, str]:
        """The key that verifies what is signed now, as a JSON Web Key."""
        return self.current.jwk

    def published(self, now: float) -> list[dict[str, str]]:
        """The JSON Web Keys with which tokens that live now can be verified, the present one first."""
        return [self.current.jwk, *(one.pair.jwk for one in self.retired if now < one.until)]

    def verifying(self, kid: object) -> Iterator[Retired]:
        """The keys that may have signed a token of this ``kid``: the one of that name, or every one."""
        every = [Retired(self.current, float("inf")), *self.retired]
        named = [one for one in every if one.pair.kid == kid]
        yield from named or every

    def rotate(self, now: float, until: float) -> None:
        """From now on a new key signs; the present one stays published until everything that it signed is dead.

        The oldest key is never forgotten, only published no longer: secrets of clients are derived from it.
        """
        before = (Retired(self.current, until), *self.retired)
        kept = [one for place, one in enumerate(before) if now < one.until or place == len(before) - 1]
        self.current, self.retired = make_pair(), tuple(kept)

    def client_secret(self, client: str) -> str:
        """The secret of a client for whom none was given: always the same one for the same keys (RFC 5869)."""
        return encoded(self.derived(b"client secret " + client.encode()))

    def derived(self, purpose: bytes) -> bytes:
        """32 bytes for one purpose, the same ones also after rotations (RFC 5869)."""
        return HKDF(hashes.SHA256(), _SECRET_LENGTH, None, purpose).derive(self._root)


def make_keys() -> Keys:
    """New keys, kept nowhere."""
    return Keys(make_pair())


def make_pair() -> KeyPair:
    """A new key pair."""
    return pair_of(rsa.generate_private_key(public_exponent=65537, key_size=BITS))


def pair_of(private: rsa.RSAPrivateKey) -> KeyPair:
    """A key pair under its thumbprint (RFC 7638)."""
    public = private.public_key()
    numbers = _numbers(public)
    thumbprint = f'{{"e":"{numbers["e"]}","kty":"RSA","n":"{numbers["n"]}"}}'.encode()
    return KeyPair(private, public, encoded(hashlib.sha256(thumbprint).digest()))


def encoded(data: bytes) -> str:
    """Bytes as base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _root(pair: KeyPair) -> bytes:
    return pair.private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _numbers(public: rsa.RSAPublicKey) -> dict[str, str]:
    numbers = public.public_numbers()
    return {"n": _integer(numbers.n), "e": _integer(numbers.e)}


def _integer(number: int) -> str:
    return encoded(number.to_bytes((number.bit_length() + 7) // 8, "big"))
