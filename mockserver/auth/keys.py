"""The mock's RSA key: made at start or kept in a file that only its owner may read, never part of the repository."""

from __future__ import annotations

import base64
import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
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
    """The key pair of a file, which is made (mode 0600) if there is none, or an empty one. Raises KeysError.

    The file is written aside and linked under its name in one step: whoever else looks, or starts at the same moment
    with the same file, sees no file or a whole one. An empty file (made by ``mktemp``, or left by a process that was
    killed) is replaced, by one process of all that find it.
    """
    path = Path(os.path.realpath(path))
    if _is_made(path):
        return read_keys(path)
    keys = make_keys()
    try:
        aside = _write_aside(path, keys)
        try:
            os.link(aside, path)
        except FileExistsError:
            if not _replace_empty(path, aside):
                return read_keys(path)
        except OSError:  # a file system without hard links: an empty file takes the place, and is then replaced
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
            if not _replace_empty(path, aside):
                return read_keys(path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise KeysError(f"{path}: the keys file cannot be created: {error.strerror}.") from None
    return keys


def _is_made(path: Path) -> bool:
    """Whether there is something to read: anything but an empty regular file, which stands for none."""
    try:
        found = path.stat()
    except OSError:
        return False
    return not stat.S_ISREG(found.st_mode) or found.st_size > 0


def _write_aside(path: Path, keys: Keys) -> Path:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)  # mode 0600
    with os.fdopen(descriptor, "wb") as file:
        file.write(
            keys.private.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        file.flush()
        os.fsync(descriptor)
    return Path(name)


def _replace_empty(path: Path, aside: Path) -> bool:
    """Put a file in the place of an empty one, unless another process has just done so."""
    with path.open("rb") as empty:
        _lock(empty.fileno())
        if _is_made(path) or not os.path.samestat(os.fstat(empty.fileno()), path.stat()):
            return False
        os.replace(aside, path)
    return True


def _lock(descriptor: int) -> None:
    try:
        import fcntl
    except ImportError:  # no POSIX: two that find the same empty file at the same moment are not told apart
        return
    fcntl.flock(descriptor, fcntl.LOCK_EX)  # let go when the file is closed, also by a kill


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
    if not data:
        raise KeysError(f"{path}: the keys file is empty; 'invigilate mock --keys {path}' makes the keys.")
    try:
        private = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
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
