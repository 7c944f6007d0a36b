"""A runtime whose memory is a database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from starlette.middleware import Middleware

from mockserver.auth.keys import KeyPair, Keys, make_pair
from mockserver.auth.revocations import Revocations
from mockserver.database.database import Database
from mockserver.database.keys import KeysOfDatabase
from mockserver.database.memory import DatabaseMemory
from mockserver.database.middleware import Transacting
from mockserver.runtime import Runtime
from mockserver.state.ids import Ids


class Kept:
    """A database for one mock. ``ids`` are the names that the mock was started with."""

    def __init__(self, database: Database) -> None:
        self.database, self.memory = database, DatabaseMemory(database)
        self.ids: Ids | None = None

    def keys(self, make: Callable[[], KeyPair] = make_pair) -> Keys:
        """The keys that it keeps; made, if it has none. Raises StoreError."""
        return KeysOfDatabase(self.memory, make)

    def runtime(self, runtime: Runtime, tell: Callable[[str], None]) -> Runtime:
        """The same runtime with everything that it must remember in the database. Raises StoreError.

        ``tell`` takes a line for whoever runs the mock.
        """
        memory, self.ids = self.memory, runtime.ids
        return replace(
            runtime,
            ids=memory.names(runtime.ids, ""),
            store=memory.store(""),
            revocations=Revocations(memory),
            memory=memory,
            journals=memory.journals,
            around=(Middleware(Transacting, self.database, tell),),
        )
