"""Keys in a file that only its owner may read: PEM private keys, the one that signs first, then those before it."""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from mockserver.auth.keys import BITS, KeyPair, Keys, Retired, make_pair, pair_of

_LARGEST = 2**20
_BLOCK = re.compile(
    rb"(?:retired until (?P<until>[0-9]{1,15})\r?\n)?(?P<key>-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----)",
    re.DOTALL,
)


class KeysError(Exception):
    """A keys file cannot be used; the message is one line that says why and how to go on."""


class KeptKeys(Keys):
    """Keys that a file keeps, also after a rotation."""

    def __init__(self, path: Path, current: KeyPair, retired: Sequence[Retired] = ()) -> None:
        super().__init__(current, retired)
        self.path = path

    def rotate(self, now: float, until: float) -> None:
        """Rotate, and keep it. Raises OSError if the file cannot be written; then nothing was rotated."""
        before = self.current, self.retired
        super().rotate(now, until)
        try:
            os.replace(_write_aside(self.path, self), self.path)
        except OSError:
            self.current, self.retired = before
            raise


def keep_keys(path: Path) -> Keys:
    """The keys of a file, which is made (mode 0600) if there is none, or an empty one. Raises KeysError.

    The file is written aside and linked under its name in one step: whoever else looks, or starts at the same moment
    with the same file, sees no file or a whole one. An empty file (made by ``mktemp``, or left by a process that was
    killed) is replaced, by one process of all that find it.
    """
    path = Path(os.path.realpath(path))
    if _is_made(path):
        return read_keys(path)
    keys = KeptKeys(path, make_pair())
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
        file.write(as_pem(keys))
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
    """The keys of an existing file. Raises KeysError if it is missing, open to others or no RSA key."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            data = file.read(_LARGEST)
    except OSError as error:
        raise KeysError(f"{path}: the keys file cannot be read: {error.strerror}.") from None
    if os.name == "posix" and mode & 0o077:
        raise KeysError(f"{path}: others may read this keys file (mode {mode:04o}); run: chmod 600 {path}")
    if not data:
        raise KeysError(f"{path}: the keys file is empty; 'invigilate mock --keys {path}' makes the keys.")
    found = of_pem(data, path)
    return KeptKeys(Path(os.path.realpath(path)), found.current, found.retired)


def as_pem(keys: Keys, passphrase: bytes | None = None) -> bytes:
    """Keys as PEM, the one that signs first, each encrypted if there is a passphrase (RFC 7468 section 11)."""
    retired = (f"\nretired until {one.until:.0f}\n".encode() + _pem(one.pair, passphrase) for one in keys.retired)
    return _pem(keys.current, passphrase) + b"".join(retired)


def of_pem(data: bytes, place: Path | str, passphrase: bytes | None = None) -> Keys:
    """Keys from their PEM. Raises KeysError, which names the place."""
    found = list(_BLOCK.finditer(data))
    current = _pair(place, found[0]["key"] if found else data, passphrase)
    retired = [Retired(_pair(place, one["key"], passphrase), float(one["until"] or 0)) for one in found[1:]]
    return Keys(current, retired)


def _pair(path: Path | str, data: bytes, passphrase: bytes | None) -> KeyPair:
    try:
        private = serialization.load_pem_private_key(data, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeysError(f"{path}: is not an unencrypted PEM private key; delete it to have a new one made.") from None
    if not isinstance(private, rsa.RSAPrivateKey) or private.key_size < BITS:
        raise KeysError(f"{path}: is not an RSA key of {BITS} bits or more; delete it to have a new one made.")
    return pair_of(private)


def _pem(pair: KeyPair, passphrase: bytes | None) -> bytes:
    encryption = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    return pair.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
