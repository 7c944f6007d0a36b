"""Keys that a database keeps, for every process that shares it."""

from __future__ import annotations

from collections.abc import Callable

from mockserver.auth.keyfile import as_pem, of_pem
from mockserver.auth.keys import KeyPair, Keys, Retired, make_pair
from mockserver.database.kept.memory import DatabaseMemory
from mockserver.state.keeping import Spelling
from spec.source.pointer import Json

_NAME = "keys"


class KeysOfDatabase(Keys):
    """The keys of a database; they are made if it has none."""

    def __init__(self, memory: DatabaseMemory, make: Callable[[], KeyPair] = make_pair) -> None:
        self._kept = memory.registry("keys", Spelling(_out, _in))
        with memory.database.transaction():
            made = self._kept.get(_NAME)
            if made is None:
                made = self._kept[_NAME] = Keys(make())
        super().__init__(made.current, made.retired)
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


def _out(keys: Keys) -> Json:
    return as_pem(keys).decode("ascii")


def _in(_: str, text: Json) -> Keys:
    return of_pem(str(text).encode("ascii"), "the keys of the store")
