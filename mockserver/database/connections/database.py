"""One connection, and transactions on it: each is a stretch in which nothing else of this process runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, Protocol

from mockserver.database.connections.drivers import Connection, Driver
from mockserver.database.connections.failures import StoreError, UnavailableError
from mockserver.database.schema.statements import Statements
from mockserver.database.schema.tables import VERSION

Row = tuple[Any, ...]
_PAUSE = 0.5
"""Seconds after a failure for which nobody tries again, so that a database that hangs does not hang every call."""


class Follower(Protocol):
    """What knows rows of the database by heart."""

    kind: str

    def reload(self) -> None:
        """Read them anew."""


class Database:
    """A database and the statements in its words. What is executed outside a transaction is one by itself."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.text = Statements.of(driver.dialect)
        self.followers: list[Follower] = []
        self.valued: Mapping[str, str] = {}
        """The parts of which resources are also listed by the value of a leaf, and that leaf."""
        self.afterwards: list[Callable[[], None]] = []
        """What is to be done in a transaction of its own, when the present one has ended; nobody waits for it."""
        self._connection: Connection | None = None
        self._cursor: Any = None
        self._is_open = False
        self._failure: Exception | None = None
        self._broken: StoreError | None = None
        self._until = 0.0
        self._identity: str | None = None
        self._seen = -1
        self._versions: dict[str, int] = {}
        self._changed: set[str] = set()
        self.wrote = False
        """Whether the present transaction, or the last one, was asked to write."""

    @property
    def is_open(self) -> bool:
        """Whether a transaction has begun."""
        return self._is_open

    def begin(self) -> None:
        """Begin a transaction, and know what others have changed. Raises StoreError."""
        if self._broken is not None and time.monotonic() < self._until:
            raise UnavailableError(str(self._broken))
        self._failure, self.wrote = None, False
        try:
            if self._connection is not None:
                self.driver.check()
            else:
                self._connect()
            self._perform(self.driver.begin)
            self._is_open = True
            (version,) = self._perform(self.text.version).fetchone() or (0,)
            if version != self._seen:
                self._follow(version)
        except StoreError as error:
            self._is_open = False
            self._give_up(error)
            raise
        except BaseException:
            self.rollback()
            raise
        self._broken = None

    def commit(self) -> None:
        """End the transaction, keeping what was done. Raises StoreError; then nothing was."""
        if self._failure is not None:
            failure = self._failure
            self.rollback()
            raise failure
        try:
            if self._changed:
                versions = dict(self._perform(self.text.versions).fetchall())
            self._perform("COMMIT")
        except StoreError as error:
            self._is_open = False
            self._unlearn()
            self._give_up(error)
            raise
        self._is_open = False
        if self._changed:
            self._versions, self._seen = versions, versions.get("", 0)
            self._changed.clear()
        while self.afterwards:
            act = self.afterwards.pop()
            with suppress(StoreError), self.transaction():
                act()

    def rollback(self) -> None:
        """End the transaction as if nothing had been done."""
        self._is_open = False
        self._unlearn()
        self.afterwards.clear()
        try:
            self._perform("ROLLBACK")
        except StoreError as error:
            self._give_up(error)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction, or a part of the present one. Raises StoreError."""
        if self._is_open:
            yield
            return
        self.begin()
        try:
            yield
        except BaseException:
            self.rollback()
            raise
        self.commit()

    def rows(self, statement: str, values: Mapping[str, Any]) -> list[Row]:
        """What a statement finds. Raises StoreError."""
        if self._is_open:
            found: list[Row] = self._perform(statement, values).fetchall()
            return found
        with self.transaction():
            return self.rows(statement, values)

    def row(self, statement: str, values: Mapping[str, Any]) -> Row | None:
        """The first row that a statement finds, or None. Raises StoreError."""
        if self._is_open:
            found: Row | None = self._perform(statement, values).fetchone()
            return found
        with self.transaction():
            return self.row(statement, values)

    def run(self, statement: str, values: Mapping[str, Any]) -> int:
        """Execute a statement; how many rows it touched. Raises StoreError."""
        if self._is_open:
            self.wrote = True
            return int(self._perform(statement, values).rowcount)
        with self.transaction():
            return self.run(statement, values)

    def many(self, statement: str, values: Sequence[Mapping[str, Any]]) -> None:
        """Execute a statement for each of several values. Raises StoreError."""
        if not self._is_open:
            with self.transaction():
                self.many(statement, values)
        elif len(values) == 1:
            self.run(statement, values[0])
        elif values:
            self.wrote = True
            if self._failure is not None:
                raise self._failure
            try:
                self._cursor.executemany(statement, values)
            except Exception as error:  # noqa: BLE001 - every driver has its own
                self._fail(error)

    def made(self, statement: str, values: Sequence[Mapping[str, Any]]) -> list[Row]:
        """Execute a statement for each of several values: the row that each returns. Raises StoreError."""
        if not values:  # psycopg has no result then
            return []
        if not self._is_open:
            with self.transaction():
                return self.made(statement, values)
        self.wrote = True
        if self._failure is not None:
            raise self._failure
        try:
            return self.driver.returned(self._cursor, statement, values)
        except Exception as error:  # noqa: BLE001 - every driver has its own
            self._fail(error)

    def bump(self, kind: str) -> None:
        """Let others know that what they know of a kind by heart has changed."""
        self._changed.add(kind)
        self.many(self.text.bump, [{"kind": kind}, {"kind": ""}])

    def close(self) -> None:
        """Let go of the connection, as before a process has children."""
        if self._connection is not None:
            self._connection.close()
        self._connection, self._cursor, self._is_open = None, None, False

    def _connect(self) -> None:
        """Connect, and see that it is the same database as ever: what is known of it is known of no other."""
        self._connection = self.driver.connect()
        self._cursor = self._connection.cursor()
        about = dict(self._perform(self.text.about).fetchall())
        identity = about.get("identity")
        self._identity = self._identity or identity
        if identity != self._identity:
            message = f"{self.driver.where()}: is another store than the one that the mock was started with."
            raise UnavailableError(message)
        if about.get("schema") != str(VERSION):
            message = "was brought up to date by another invigilate; start that one here as well."
            raise UnavailableError(f"{self.driver.where()}: {message}")
        self._seen, self._versions = -1, dict.fromkeys((one.kind for one in self.followers), -1)

    def _perform(self, statement: str, values: Mapping[str, Any] | None = None) -> Any:
        if self._is_open and self._failure is not None:  # nothing more is done in it, and what was first wrong is told
            raise self._failure
        try:
            return self._cursor.execute(statement, values) if values is not None else self._cursor.execute(statement)
        except Exception as error:  # noqa: BLE001 - every driver has its own
            self._fail(error)

    def _fail(self, error: Exception) -> NoReturn:
        """Raise what an exception of the driver means. A transaction in which one was raised is never kept."""
        failure = self.driver.failure(error)
        self._failure = failure or error
        if failure is None:
            raise error
        raise failure from None

    def _follow(self, version: int) -> None:
        versions = dict(self._perform(self.text.versions).fetchall())
        for one in self.followers:
            if versions.get(one.kind, 0) != self._versions.get(one.kind, 0):
                one.reload()
        self._versions, self._seen = versions, version

    def _unlearn(self) -> None:
        """Know nothing of what was changed and is not so."""
        for kind in self._changed:
            self._versions[kind] = -1
        if self._changed:
            self._seen = -1
        self._changed.clear()

    def _give_up(self, error: StoreError) -> None:
        """Forget a connection that is of no use any more; the next transaction makes another."""
        if isinstance(error, UnavailableError):
            self._broken, self._until = error, time.monotonic() + _PAUSE
            with suppress(Exception):  # a driver may refuse to close what is broken, each in its way
                self.close()
            return
        with suppress(StoreError):
            self._perform("ROLLBACK")
