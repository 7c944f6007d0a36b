"""What is encrypted in a store: the keys by a passphrase, and by what is derived from them the journal."""

from __future__ import annotations

import hashlib
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mockserver.auth.keyfile import KeysError, as_pem, of_pem
from mockserver.auth.keys import Keys
from mockserver.database.connections.drivers import Driver
from mockserver.database.connections.failures import OpeningError
from spec.source.pointer import Json

_NONCE = 12
_GIVE = "set INVIGILATE_STORE_PASSPHRASE, or give --store-passphrase-file"


class Cipher:
    """AES-256-GCM (NIST SP 800-38D) with a random nonce before each text."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def encrypted(self, text: bytes) -> bytes:
        """A text that only this key reads."""
        nonce = os.urandom(_NONCE)
        return nonce + self._aead.encrypt(nonce, text, None)

    def decrypted(self, text: bytes) -> bytes:
        """The text that was encrypted."""
        return self._aead.decrypt(text[:_NONCE], text[_NONCE:], None)


class KeysEncryption:
    """How the keys of one store are written and read: as PEM, encrypted if there is a passphrase.

    ``passphrase`` is what the user has given. Without one it is the password of the database, which is not in the
    database; a file that is only its owner's may do without. ``salt`` is of the store.
    """

    def __init__(self, driver: Driver, passphrase: str | None, salt: str) -> None:
        self._driver, self._is_given = driver, passphrase is not None
        self._passphrases = [_stretched(one, salt) for one in (passphrase, driver.password) if one]
        self._known = self._passphrases[0] if self._passphrases else None
        self.was_plain = False
        """Whether the keys that were read last were not encrypted."""

    @property
    def encrypts(self) -> bool:
        """Whether what is written is encrypted."""
        return self._known is not None

    def written(self, keys: Keys) -> Json:
        """Keys as text. Raises OpeningError where others could read it, and nothing would protect it."""
        if self._known is None and not self._driver.is_private:
            message = "asks for no password, so whoever reaches it could read the keys of this mock"
            raise OpeningError(f"--store: {self._driver.where()} {message}; {_GIVE}, and they are encrypted with it.")
        return as_pem(keys, self._known).decode("ascii")

    def read(self, _: str, text: Json) -> Keys:
        """Keys from their text. Raises OpeningError if no passphrase is the right one."""
        data, place = str(text).encode("ascii"), "the keys of the store"
        self.was_plain = b"ENCRYPTED" not in data
        if self.was_plain:
            return of_pem(data, place)
        for one in self._passphrases:
            try:
                keys = of_pem(data, place, one)
            except KeysError:
                continue
            self._known = one
            return keys
        raise OpeningError(f"--store: {self._driver.where()} has keys that {self._tried()}")

    def _tried(self) -> str:
        first = "the one with which the store was made (if none was given then, the password that the database had)"
        if not self._passphrases:
            return f"are encrypted, and no passphrase is given; {_GIVE}: {first}."
        used = "the passphrase that is given" if self._is_given else "the password of the database"
        return f"cannot be decrypted with {used}; {_GIVE}: {first}."


def _stretched(passphrase: str, salt: str) -> bytes:
    """A passphrase of 32 bytes, which is costly to guess (RFC 7914): what is guessed may be a password."""
    made = hashlib.scrypt(
        passphrase.encode("utf-8", "surrogateescape"), salt=salt.encode(), n=2**14, r=8, p=1, dklen=32
    )
    return made.hex().encode()
