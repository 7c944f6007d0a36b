"""Registries: dictionaries that every process has in its own memory, and that follow what others do to theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic

from mockserver.database.connections.database import Database
from mockserver.database.kept.written import read, written
from mockserver.state.keeping import Spelling, Value

_ABSENT = object()


class Registry(dict[str, Value], Generic[Value]):
    """Looked at, it is a dictionary. Changed, it is changed in the database as well."""

    def __init__(self, database: Database, kind: str, spelling: Spelling[Value]) -> None:
        super().__init__()
        self.database, self.kind, self.spelling = database, kind, spelling
        self.watching: list[Callable[[], None]] = []
        with database.transaction():
            self.reload()
        database.followers.append(self)

    def reload(self) -> None:
        """Be as the database is, and let those know who watch."""
        rows = self.database.rows(self.database.text.registered, {"kind": self.kind})
        super().clear()
        super().update({name: self.spelling.read(name, read(value)) for name, value in rows})
        for changed in self.watching:
            changed()

    def __setitem__(self, name: str, value: Value) -> None:
        with self.database.transaction():
            spelled = written(self.spelling.write(value))
            self.database.run(self.database.text.register, {"kind": self.kind, "name": name, "value": spelled})
            self.database.bump(self.kind)
            super().__setitem__(name, value)

    def __delitem__(self, name: str) -> None:
        with self.database.transaction():
            super().__delitem__(name)
            self.database.run(self.database.text.unregister, {"kind": self.kind, "name": name})
            self.database.bump(self.kind)

    def pop(self, name: str, default: Any = _ABSENT) -> Any:
        """Take one away, or answer a default."""
        with self.database.transaction():
            if name not in self and default is not _ABSENT:
                return default
            value = self[name]
            del self[name]
            return value

    def clear(self) -> None:
        """Take all away."""
        with self.database.transaction():
            if self:
                super().clear()
                self.database.run(self.database.text.unregister_all, {"kind": self.kind})
                self.database.bump(self.kind)
