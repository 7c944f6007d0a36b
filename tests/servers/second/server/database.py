"""Tables, how members of a body map to their columns, and the pool of connections."""

from __future__ import annotations

import json
import queue
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

from servers.second.server.rules import cleaned
from servers.second.server.times import seconds


class Kind(Enum):
    """What a column holds, and so how two values of it compare."""

    TEXT = "TEXT"
    INTEGER = "INTEGER"
    BOOLEAN = "BOOLEAN"
    INSTANT = "INSTANT"
    DOCUMENT = "DOCUMENT"


class Column(NamedTuple):
    """A column and the place of its member in the part (``access.open``)."""

    path: str
    kind: Kind = Kind.TEXT
    default: Any = None
    install_default: bool = False
    empty_is_unset: bool = False

    @property
    def name(self) -> str:
        return self.path.replace(".", "_")


class Table(NamedTuple):
    """A part of the body, the prefix of its SIDs, and its columns."""

    part: str
    prefix: str
    columns: tuple[Column, ...]


COURSE = Table("course", "CU", (Column("title"), Column("code")))
USER = Table(
    "user",
    "US",
    (
        *(Column("firstName"), Column("lastName"), Column("email")),
        *(Column("currencyCode", install_default=True), Column("timeZone", install_default=True)),
    ),
)
ENROLLMENT = Table("enrollment", "EN", (Column("role", default="learner"),))
EXAM = Table(
    "exam",
    "EX",
    (
        *(Column("title"), Column("description"), Column("type", default="online")),
        *(Column("practice", Kind.BOOLEAN, False), Column("limitedScope", Kind.BOOLEAN, False)),
        Column("deliverySystem", empty_is_unset=True),
    ),
)
CONFIGURATION = Table(
    "configuration",
    "EC",
    (
        *(Column("type", default="primary"), Column("url"), Column("password")),
        *(Column("access.open", Kind.INSTANT), Column("access.close", Kind.INSTANT)),
        Column("scheduling.open", Kind.INSTANT, empty_is_unset=True),
        Column("scheduling.close", Kind.INSTANT, empty_is_unset=True),
        *(Column("duration", Kind.INTEGER), Column("attempts", Kind.INTEGER, 1)),
        *(Column("notes.student"), Column("notes.proctor")),
        *(Column("proctorTypes", Kind.DOCUMENT), Column("permittedItems", Kind.DOCUMENT)),
    ),
)
TABLES = (COURSE, USER, ENROLLMENT, EXAM, CONFIGURATION)


class Records:
    """How parts are written to their tables, read and compared."""

    def members(self, table: Table, part: dict[str, Any]) -> dict[Column, Any]:
        """The columns that a part speaks of. An empty text that means "not set" says nothing."""
        found = {}
        for column in table.columns:
            value: Any = part
            for name in column.path.split("."):
                value = value[name] if isinstance(value, dict) and name in value else ...
            if value is not ... and not (value == "" and column.empty_is_unset):
                found[column] = value
        return found

    def default(self, column: Column, defaults: dict[str, str]) -> Any:
        return defaults[column.path] if column.install_default else column.default

    def stored(self, column: Column, value: Any, defaults: dict[str, str]) -> Any:
        """What is written for a member; null restores the default."""
        if value is None:
            value = self.default(column, defaults)
        if value is None:
            return None
        if column.kind is Kind.DOCUMENT:
            return json.dumps(cleaned(value, column.path), sort_keys=True)
        return int(value) if column.kind in (Kind.INTEGER, Kind.BOOLEAN) else value

    def same(self, column: Column, old: Any, new: Any) -> bool:
        """Whether two stored values are one value."""
        if column.kind is Kind.INSTANT and old is not None and new is not None:
            moments = seconds(old), seconds(new)
            return old == new if None in moments else moments[0] == moments[1]
        return bool(old == new)

    def insert(self, database: sqlite3.Connection, table: Table, row: dict[str, Any]) -> None:
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" * len(row))
        database.execute(f'INSERT INTO "{table.part}" ({names}) VALUES ({marks})', tuple(row.values()))

    def row(self, database: sqlite3.Connection, table: Table, sid: str) -> dict[str, Any]:
        found = database.execute(f'SELECT * FROM "{table.part}" WHERE sid = ?', (sid,)).fetchone()
        return dict(found)

    def create(
        self,
        database: sqlite3.Connection,
        table: Table,
        keys: dict[str, Any],
        part: dict[str, Any],
        defaults: dict[str, str],
    ) -> None:
        sent = self.members(table, part)
        values = {column.name: self.stored(column, sent.get(column), defaults) for column in table.columns}
        self.insert(database, table, keys | values)

    def update(
        self, database: sqlite3.Connection, table: Table, sid: str, part: dict[str, Any], defaults: dict[str, str]
    ) -> bool:
        """Write what differs, and say whether anything did."""
        row = self.row(database, table, sid)
        changed = {}
        for column, value in self.members(table, part).items():
            new = self.stored(column, value, defaults)
            if not self.same(column, row[column.name], new):
                changed[column.name] = new
        if changed:
            self.write(database, table, sid, changed)
        return bool(changed)

    def write(self, database: sqlite3.Connection, table: Table, sid: str, changed: dict[str, Any]) -> None:
        assignments = ", ".join(f'"{name}" = ?' for name in changed)
        database.execute(f'UPDATE "{table.part}" SET {assignments} WHERE sid = ?', (*changed.values(), sid))


class Pool:
    """Connections to one database that are handed out and taken back; a transaction is one use of one of them."""

    def __init__(self, size: int = 4) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="second-")
        self.path = str(Path(self.folder.name) / "database")
        self.free: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self.all = [self.connect() for _ in range(size)]
        for statement in self.statements():
            self.all[0].execute(statement)
        for connection in self.all:
            self.free.put(connection)

    def connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        for pragma in ("journal_mode = WAL", "synchronous = OFF"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def statements(self) -> Iterator[str]:
        keys = {
            "course": "deployment",
            "user": "deployment",
            "enrollment": "user, course",
            "exam": "course",
            "configuration": "exam",
        }
        for table in TABLES:
            scope = keys[table.part]
            columns = ", ".join(f'"{column.name}" {self.affinity(column)}' for column in table.columns)
            unique = f", UNIQUE ({scope})" if table is ENROLLMENT else ""
            yield f'CREATE TABLE "{table.part}" (sid TEXT PRIMARY KEY, {scope}, {columns}{unique})'
        yield self.identifiers()
        yield "CREATE TABLE signon (code TEXT PRIMARY KEY, jti TEXT UNIQUE, install, expires REAL, used INTEGER, claims)"

    def affinity(self, column: Column) -> str:
        return "INTEGER" if column.kind in (Kind.INTEGER, Kind.BOOLEAN) else "TEXT"

    def identifiers(self) -> str:
        return "CREATE TABLE identifier (part TEXT, scope TEXT, kind TEXT, name TEXT, sid TEXT, UNIQUE (part, scope, kind, name))"

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self.free.get()
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        finally:
            self.free.put(connection)

    def close(self) -> None:
        for connection in self.all:
            connection.close()
        self.folder.cleanup()
