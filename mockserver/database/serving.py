"""A runtime whose memory is a database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from starlette.middleware import Middleware

from mockserver.auth.keys import Keys
from mockserver.auth.revocations import Revocations
from mockserver.database.database import Database
from mockserver.database.keys import KeysOfDatabase
from mockserver.database.memory import DatabaseMemory
from mockserver.database.middleware import Transacting
from mockserver.runtime import Runtime


def kept_in(database: Database, runtime: Runtime, tell: Callable[[str], None]) -> Runtime:
    """The same runtime with everything that it must remember in a database. Raises StoreError.

    ``tell`` takes a line for whoever runs the mock.
    """
    memory = DatabaseMemory(database)
    return replace(
        runtime,
        ids=memory.names(runtime.ids, ""),
        store=memory.store(""),
        revocations=Revocations(memory),
        memory=memory,
        journals=memory.journals,
        around=(Middleware(Transacting, database, tell),),
    )


def keys_of(database: Database) -> Keys:
    """The keys that a database keeps; made, if it has none. Raises StoreError."""
    return KeysOfDatabase(DatabaseMemory(database))
