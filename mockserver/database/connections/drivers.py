"""The two kinds of database: how one is connected to, how a transaction begins, and what its failures mean."""

from __future__ import annotations

import logging
import os
import re
import sqlite3
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.interfaces import Dialect

from mockserver.database.connections.failures import ConflictError, OpeningError, StoreError, UnavailableError

_MAGIC = b"SQLite format 3\0"
_LARGEST_INSPECTED = 64 * 2**20
"""Bytes up to which a file is looked through at the start; damage in a larger one is told when it is met."""
_BUSY = 15.0
"""Seconds for which a call waits until another process has written."""

_REMEDIES = {
    sqlite3.SQLITE_CORRUPT: "; bring back a copy of it, or delete it",
    sqlite3.SQLITE_NOTADB: "; bring back a copy of it, or delete it",
    sqlite3.SQLITE_FULL: "; make room for it",
    sqlite3.SQLITE_READONLY: "; let the mock write it",
}
"""What helps, by SQLite's primary result codes."""


_HALF_ENCODED = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNENCODED = re.compile(r"[a-z]+://(?:[^/]*@[^/?]*@|[^/@]*/.*@)", re.DOTALL)
"""Addresses in which a part before the host has one of the letters that end it. What was meant is not known."""
_ENCODE = "in a user or a password write % as %25, @ as %40 and / as %2F"
_QUOTED = re.compile(r'"[^"]*"')
_PORTS = re.compile(r"[0-9,]*")


class Connection(Protocol):
    """What every driver brings (PEP 249)."""

    def cursor(self) -> Any:
        """A cursor."""

    def close(self) -> None:
        """End it."""


class Driver(Protocol):
    """A kind of database."""

    dialect: Dialect
    begin: str
    """The statement with which a transaction begins that may write."""
    alone: tuple[str, ...]
    """Those with which one begins that no other process is in, for changes of the schema."""
    tables: str
    """The statement that finds the names of all tables there are."""
    is_private: bool
    """Whether nobody reads what is stored but the user as whom this process runs."""
    password: str
    """The password with which the last connection was made, if any. It is not in what is stored."""

    def connect(self) -> Connection:
        """A connection on which no transaction has begun. Raises StoreError."""

    def check(self) -> None:
        """Raise UnavailableError if what the connection is to is not there any more."""

    def returned(self, cursor: Any, statement: str, values: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        """Execute a statement that returns one row, for each of several values: the rows."""

    def failure(self, error: Exception) -> StoreError | None:
        """What an exception of the driver means; None if it is a defect of ours."""

    def where(self) -> str:
        """How to name the database to whoever runs the mock, without secrets."""

    def prepare(self) -> None:
        """See that there is something to connect to, perhaps empty. Raises OpeningError."""

    def inspect(self, connection: Connection) -> None:
        """Raise OpeningError for what is damaged."""


class SqliteDriver:
    """A file on this machine, for any number of processes. It is made for its owner only."""

    begin = "BEGIN IMMEDIATE"
    alone: tuple[str, ...] = (begin,)
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    is_private, password = True, ""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.dialect: Dialect = sqlite.dialect(paramstyle="named")
        self._file: os.stat_result | None = None

    def connect(self) -> sqlite3.Connection:
        try:
            found = os.stat(self.path)
            # mode=rw: one that has gone is not made anew in silence
            connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode=rw",
                _BUSY,
                isolation_level=None,
                check_same_thread=False,
                uri=True,
            )
        except OSError as error:
            raise UnavailableError(f"{self.path}: {error.strerror}.") from None
        except sqlite3.Error as error:
            raise self.failure(error) or UnavailableError(str(error)) from None
        try:
            # NORMAL: what was committed outlives every process, and no power failure damages the file
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-16000", "temp_store=MEMORY"):
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error as error:
            connection.close()
            raise self.failure(error) or UnavailableError(str(error)) from None
        self._file = found
        return connection

    def check(self) -> None:
        try:
            found = os.stat(self.path)
        except OSError as error:
            raise UnavailableError(f"{self.path}: {error.strerror}.") from None
        if self._file is None or not os.path.samestat(found, self._file):
            raise UnavailableError(f"{self.path}: is another file than before.")

    def returned(self, cursor: Any, statement: str, values: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        return [row for one in values for row in cursor.execute(statement, one)]

    def failure(self, error: Exception) -> StoreError | None:
        if isinstance(error, sqlite3.IntegrityError):
            return ConflictError(f"{self.path}: {error}.")
        if isinstance(error, sqlite3.ProgrammingError | sqlite3.InterfaceError | sqlite3.DataError):
            return None
        if not isinstance(error, sqlite3.Error):
            return None
        remedy = _REMEDIES.get((getattr(error, "sqlite_errorcode", None) or 0) & 0xFF, "")  # without what extends it
        return UnavailableError(f"{self.path}: {error}{remedy}.")

    def where(self) -> str:
        return str(self.path)

    def prepare(self) -> None:
        path = self.path
        try:
            if path.exists() and not path.is_file():  # one that is read may never answer
                raise OpeningError(f"{path}: the store is no regular file; name another one.")
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            found = path.stat()
            with path.open("rb") as file:
                start = file.read(len(_MAGIC))
        except OSError as error:
            raise OpeningError(f"{path}: the store cannot be opened: {error.strerror}.") from None
        if os.name == "posix" and stat.S_IMODE(found.st_mode) & 0o077:
            mode = stat.S_IMODE(found.st_mode)
            raise OpeningError(f"{path}: others may read this store (mode {mode:04o}); run: chmod 600 {path}")
        if start and start != _MAGIC:
            raise OpeningError(f"{path}: is no SQLite database; name another file, or delete this one.")

    def inspect(self, connection: Connection) -> None:
        if self.path.stat().st_size > _LARGEST_INSPECTED:
            return
        cursor = connection.cursor()
        found = cursor.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            reason = " ".join(str(found).split())[:200]
            raise OpeningError(f"{self.path}: is damaged ({reason}); bring back a copy of it, or delete it.")


class PostgresDriver:
    """A server, for processes on any number of machines."""

    begin = "BEGIN ISOLATION LEVEL SERIALIZABLE"
    alone: tuple[str, ...] = ("BEGIN", "SELECT pg_advisory_xact_lock(4843269)")
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    is_private, password = False, ""

    def __init__(self, address: str) -> None:
        try:
            import psycopg
            from sqlalchemy.dialects.postgresql import psycopg as dialects
        except ImportError:
            message = "--store postgresql: needs the driver psycopg; run: pip install 'invigilate[postgres]'"
            raise OpeningError(message) from None
        logging.getLogger("psycopg").setLevel(logging.CRITICAL)  # what it warns of is raised as well
        self._psycopg = psycopg
        self.address = address
        self.dialect: Dialect = dialects.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy has no types there
        self._parts: Mapping[str, Any] = {}
        try:
            if _HALF_ENCODED.search(address) or _UNENCODED.match(address):
                raise OpeningError(f"--store: this is no address of PostgreSQL: {_ENCODE}.")
            self._parts = psycopg.conninfo.conninfo_to_dict(address)
        except psycopg.Error as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            shown = _QUOTED.sub("…", reason)  # what it quotes may be a part of a password
            raise OpeningError(f"--store: this is no address of PostgreSQL: {shown}; {_ENCODE}.") from None
        if not _PORTS.fullmatch(str(self._parts.get("port", ""))):
            raise OpeningError(f"--store: this is no address of PostgreSQL: its port is no number; {_ENCODE}.")

    def connect(self) -> Connection:
        limits = {"connect_timeout": 3, "tcp_user_timeout": 5000, "application_name": "invigilate"}
        try:
            connection = self._psycopg.connect(**{**limits, **self._parts}, autocommit=True)
            connection.execute("SET statement_timeout = 30000")
            connection.execute("SET lock_timeout = 15000")
            # small tables are read by their index as well: a scan of a whole one conflicts with every writer
            connection.execute("SET enable_seqscan = off")
            self.password = connection.info.password  # as the address, PGPASSWORD or a password file has it
        except self._psycopg.Error as error:
            raise self.failure(error) or UnavailableError(str(error)) from None
        return connection

    def check(self) -> None:
        """The next statement will tell."""

    def returned(self, cursor: Any, statement: str, values: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        if len(values) == 1:
            return list(cursor.execute(statement, values[0]).fetchall())
        cursor.executemany(statement, values, returning=True)  # sent together, and waited for once
        found = []
        while True:
            found.append(cursor.fetchone())
            if not cursor.nextset():
                return found

    def failure(self, error: Exception) -> StoreError | None:
        errors = self._psycopg.errors
        first = self._public(str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__)
        if isinstance(error, errors.SerializationFailure | errors.DeadlockDetected | errors.UniqueViolation):
            return ConflictError(f"{self.where()}: {first}.")
        if isinstance(error, self._psycopg.ProgrammingError | self._psycopg.DataError):
            others = errors.InsufficientPrivilege | errors.UndefinedTable | errors.UndefinedColumn
            is_ours = not isinstance(error, others)
            return None if is_ours else UnavailableError(f"{self.where()}: {first}.")
        return UnavailableError(f"{self.where()}: {first}.") if isinstance(error, self._psycopg.Error) else None

    def prepare(self) -> None:
        """A server is there or not."""

    def inspect(self, connection: Connection) -> None:
        """A server looks after its files by itself."""

    def where(self) -> str:
        parts = self._parts
        return f"{parts.get('dbname', 'the database')} at {parts.get('host', 'localhost')}:{parts.get('port', 5432)}"

    def _public(self, text: str) -> str:
        """A text without the password."""
        password = self._parts.get("password")
        return text.replace(str(password), "…") if password else text
