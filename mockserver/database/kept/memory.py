"""The memory of a mock in a database."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping

from mockserver.database.connections.database import Database
from mockserver.database.kept.encryption import Cipher
from mockserver.database.kept.journals import DatabaseJournals
from mockserver.database.kept.names import SharedIds
from mockserver.database.kept.registries import Registry
from mockserver.database.kept.resources import DatabaseStore
from mockserver.database.kept.tickets import DatabaseTickets
from mockserver.http.masking import Masking
from mockserver.state.ids import Ids, SystemIds
from mockserver.state.keeping import Spelling, Value
from mockserver.state.store import Store
from mockserver.state.tickets import Handed, Tickets


class DatabaseMemory:
    """Everything that a mock must remember, in tables."""

    is_shared = True

    def __init__(self, database: Database) -> None:
        self.database = database
        self.cipher: Cipher | None = None
        """By what the journal is encrypted; told by the keys."""

    def store(self, space: str) -> Store:
        return DatabaseStore(self.database, space)

    def names(self, ids: Ids, space: str) -> Ids:
        """The names of a seed are drawn together; those of none never come twice anyhow."""
        return ids if isinstance(ids, SystemIds) else SharedIds(ids, self.database, space)

    def registry(self, kind: str, spelling: Spelling[Value]) -> MutableMapping[str, Value]:
        return Registry(self.database, kind, spelling)

    def tickets(self, kind: str, spelling: Spelling[Handed], most: int, remembered: float) -> Tickets[Handed]:
        return DatabaseTickets(self.database, kind, spelling, most, remembered)

    def watch(self, kind: str, changed: Callable[[], None]) -> None:
        for one in self.database.followers:
            if isinstance(one, Registry) and one.kind == kind:
                one.watching.append(changed)
                if one:
                    changed()

    def journals(self, masking: Masking, length: int, longest_body: int, most_bytes: int) -> DatabaseJournals:
        """The journal."""
        return DatabaseJournals(self.database, self.cipher, masking, length, longest_body, most_bytes)
