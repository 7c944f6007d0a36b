"""Keys that a database keeps, for every process that shares it."""

from __future__ import annotations

from collections.abc import Callable

from mockserver.auth.keys import KeyPair, Keys, Retired, make_pair
from mockserver.database.kept.encryption import Cipher, KeysEncryption
from mockserver.database.kept.memory import DatabaseMemory
from mockserver.state.keeping import Spelling

_NAME = "keys"


class KeysOfDatabase(Keys):
    """The keys of a database; they are made if it has none. Raises StoreError."""

    def __init__(
        self, memory: DatabaseMemory, make: Callable[[], KeyPair] = make_pair, passphrase: str | None = None
    ) -> None:
        database = memory.database
        with database.transaction():
            about: dict[str, str] = dict(database.rows(database.text.about, {}))
            encryption = KeysEncryption(database.driver, passphrase, about["identity"])
            self._kept = memory.registry("keys", Spelling(encryption.written, encryption.read))
            found = self._kept.get(_NAME)
            if found is None or (encryption.was_plain and (encryption.encrypts or not database.driver.is_private)):
                database.run(database.text.clear_exchanges, {})  # what was recorded before was not encrypted
                self._kept[_NAME] = found or Keys(make())
        made = self._kept[_NAME]
        super().__init__(made.current, made.retired)
        if encryption.encrypts:
            memory.cipher = Cipher(self.derived(b"the journal of the store"))
        memory.watch("keys", self._follow)

    def rotate(self, now: float, until: float) -> None:
        """Rotate, and let the others know. Raises StoreError; then nothing was rotated."""
        super().rotate(now, until)
        self._kept[_NAME] = Keys(self.current, self.retired)

    def _follow(self) -> None:
        kept = self._kept[_NAME]
        current: KeyPair = kept.current
        retired: tuple[Retired, ...] = kept.retired
        if current.kid != self.current.kid or retired != self.retired:
            self.adopt(current, retired)
