"""The mock's RSA key: made at start or kept in a file that only its owner may read, never part of the repository."""

from __future__ import annotations

import base64
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

_BITS = 2048


class KeysError(Exception):
    """A keys file cannot be used; the message is one line that says why and how to go on."""


@dataclass(frozen=True, slots=True)
class Keys:
    """One key pair. API tokens and sign-on tokens share it and are told apart by ``typ`` and ``aud``."""

    private: rsa.RSAPrivateKey
    public: rsa.RSAPublicKey
    kid: str

    @property
    def jwk(self) -> dict[str, str]:
        """The public key as a JSON Web Key (RFC 7517)."""
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, **_numbers(self.public)}


def make_keys() -> Keys:
    """A new key pair."""
    return _keys(rsa.generate_private_key(public_exponent=65537, key_size=_BITS))


def keep_keys(path: Path) -> Keys:
    """The key pair of a file, which is created (mode 0600) if there is none. Raises KeysError."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read_keys(path)
    except OSError as error:
        raise KeysError(f"{path}: the keys file cannot be created: {error.strerror}.") from None
    keys = make_keys()
    with os.fdopen(descriptor, "wb") as file:
        file.write(
            keys.private.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    return keys


def read_keys(path: Path) -> Keys:
    """The key pair of an existing file. Raises KeysError if it is missing, open to others or no RSA key."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            data = file.read(65_536)
    except OSError as error:
        raise KeysError(f"{path}: the keys file cannot be read: {error.strerror}.") from None
    if os.name == "posix" and mode & 0o077:
        raise KeysError(f"{path}: others may read this keys file (mode {mode:04o}); run: chmod 600 {path}")
    try:
        private = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError):
        raise KeysError(f"{path}: is not an unencrypted PEM private key; delete it to have a new one made.") from None
    if not isinstance(private, rsa.RSAPrivateKey) or private.key_size < _BITS:
        raise KeysError(f"{path}: is not an RSA key of {_BITS} bits or more; delete it to have a new one made.")
    return _keys(private)


def _keys(private: rsa.RSAPrivateKey) -> Keys:
    public = private.public_key()
    numbers = _numbers(public)
    thumbprint = f'{{"e":"{numbers["e"]}","kty":"RSA","n":"{numbers["n"]}"}}'.encode()  # RFC 7638
    return Keys(private, public, _text(hashlib.sha256(thumbprint).digest()))


def _numbers(public: rsa.RSAPublicKey) -> dict[str, str]:
    numbers = public.public_numbers()
    return {"n": _integer(numbers.n), "e": _integer(numbers.e)}


def _integer(number: int) -> str:
    return _text(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
