"""Names that never come twice, also from several processes that draw from one seed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from mockserver.database.connections.database import Database
from mockserver.database.kept.resources import DatabaseStore
from mockserver.state.ids import Ids


class SharedIds:
    """Names of a seed, in the order in which all processes together ask for them.

    Token ids are never those of the seed: what has one is remembered longer than a process lives.
    """

    def __init__(self, ids: Ids, database: Database, space: str) -> None:
        self._ids, self._database, self._space = ids, database, space
        self._store = DatabaseStore(database, space)
        self._place = 0

    def sid(self, prefix: str) -> str:
        with self._database.transaction():
            while True:
                made = self._next(prefix)
                if self._store.read(made) is None:  # it may have come with a snapshot
                    return made

    def _next(self, prefix: str) -> str:
        database, values = self._database, {"space": self._space}
        row = database.row(database.text.drawn, values)
        count = int(row[0]) if row else 0
        database.run(database.text.draw, values)
        if count < self._place:  # what was drawn here was given to nobody, or there was a reset
            self._ids.restart()
            self._place = 0
        while self._place < count:
            self._ids.sid(prefix)
            self._place += 1
        self._place += 1
        return self._ids.sid(prefix)

    def token_id(self) -> str:
        return secrets.token_hex(16)

    def code(self) -> str:
        return self._ids.code()

    def avoid(self, sids: Iterable[str]) -> None:
        """The store knows them."""

    def restart(self) -> None:
        self._database.run(self._database.text.undraw, {"space": self._space})
