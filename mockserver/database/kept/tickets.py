"""Tickets in a database, found by digests: who reads the file finds no code that works."""

from __future__ import annotations

from collections.abc import Iterator
from math import isinf
from typing import Any, Generic

from mockserver.database.connections.database import Database
from mockserver.database.kept.written import digest, read, written
from mockserver.state.keeping import Spelling
from mockserver.state.tickets import Handed

_SELDOM = 64
"""Tickets after which it is looked whether there are too many, or old ones."""
_NEVER = 1e15


class DatabaseTickets(Generic[Handed]):
    """The tickets of one kind: at most ``most`` (and a few more), each for ``remembered`` seconds after its end."""

    def __init__(self, database: Database, kind: str, spelling: Spelling[Handed], most: int, remembered: float) -> None:
        self.database, self.kind, self.spelling, self.text = database, kind, spelling, database.text
        self.most, self.remembered = most, remembered
        self._given = 0

    def give(self, ticket: Handed, now: float, alias: str = "") -> None:
        expires = min(ticket.expires, _NEVER)
        self.database.run(
            self.text.give,
            {
                "kind": self.kind, "key": digest(ticket.key), "alias": digest(alias) if alias else None,
                "install": ticket.install, "expires": expires, "used": 0, "value": self._spelled(ticket),
            },
        )  # fmt: skip
        self._given += 1
        if self._given % _SELDOM == 0:
            self._tidy(ticket.install, now)

    def find(self, key: str) -> Handed | None:
        return self._ticket(key, self.database.row(self.text.ticket, self._named(key)))

    def find_alias(self, alias: str) -> Handed | None:
        values = {"kind": self.kind, "alias": digest(alias)}
        return self._ticket("", self.database.row(self.text.ticket_of_alias, values))

    def is_used(self, key: str) -> bool:
        row = self.database.row(self.text.ticket, self._named(key))
        return row is not None and bool(row[1])

    def use(self, key: str) -> bool:
        return self.database.run(self.text.use, self._named(key)) == 1

    def put(self, ticket: Handed) -> None:
        self.database.run(self.text.put, {**self._named(ticket.key), "content": self._spelled(ticket)})

    def forget(self, install: str) -> None:
        if install:
            self.database.run(self.text.forget_tickets_of, {"kind": self.kind, "install": install})
        else:
            self.database.run(self.text.forget_tickets, {"kind": self.kind})

    def __len__(self) -> int:
        row = self.database.row(self.text.count_tickets, {"kind": self.kind})
        return int(row[0]) if row else 0

    def __iter__(self) -> Iterator[Handed]:
        for (value,) in self.database.rows(self.text.tickets, {"kind": self.kind}):
            yield self._read("", value)

    def _named(self, key: str) -> dict[str, Any]:
        return {"kind": self.kind, "key": digest(key)}

    def _spelled(self, ticket: Handed) -> bytes:
        return written(self.spelling.write(ticket))

    def _ticket(self, key: str, row: tuple[Any, ...] | None) -> Handed | None:
        return None if row is None else self._read(key, row[0])

    def _read(self, key: str, value: bytes) -> Handed:
        return self.spelling.read(key, read(value))

    def _tidy(self, install: str, now: float) -> None:
        if not isinf(self.remembered):
            before = now - self.remembered
            values = {"kind": self.kind, "install": install, "before": before}
            self.database.afterwards.append(lambda: self._drop(self.text.drop_old_tickets, values))
        most = {"kind": self.kind, "most": self.most}
        self.database.afterwards.append(lambda: self._drop(self.text.drop_most_tickets, most))

    def _drop(self, statement: str, values: dict[str, Any]) -> None:
        self.database.run(statement, values)
