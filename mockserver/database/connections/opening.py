"""A store from its address: what is there is looked at, and made, brought up to date, or refused with one sentence."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from mockserver.database.connections.database import Database
from mockserver.database.connections.drivers import Connection, Driver, PostgresDriver, SqliteDriver
from mockserver.database.connections.failures import OpeningError, StoreError
from mockserver.database.schema.migrations import MIGRATIONS
from mockserver.database.schema.tables import MARK, SCHEMA, VERSION


def opened(address: str, tell: Callable[[str], None] = lambda line: None) -> Database:
    """The database of an address, ready for use, and no connection to it. Raises OpeningError.

    ``tell`` takes a line about what may take a while.
    """
    driver = _driver(address)
    try:
        driver.prepare()
        connection = driver.connect()
        try:
            driver.inspect(connection)
            _prepared(connection, driver, tell)
        finally:
            with suppress(Exception):  # one that is broken may refuse even that, and what broke it is told already
                connection.close()
    except OpeningError:
        raise
    except StoreError as error:
        raise OpeningError(f"--store: {error}") from None
    except Exception as error:
        failure = driver.failure(error)
        if failure is None:
            raise
        raise OpeningError(f"--store: {failure}") from None
    return Database(driver)


def _driver(address: str) -> Driver:
    kind, colon, rest = address.partition(":")
    if kind == "sqlite" and rest and rest != ":memory:":
        return SqliteDriver(Path(rest))
    if kind in ("postgresql", "postgres") and rest.startswith("//"):
        return PostgresDriver(address)
    forms = "memory, sqlite:PATH or postgresql://USER@HOST/DATABASE"
    shown = f"{kind}:" if colon else repr(address)  # what follows may hold a password
    raise OpeningError(f"--store is {shown}; give {forms}.")


def _prepared(connection: Connection, driver: Driver, tell: Callable[[str], None]) -> None:
    """See that the schema is ours, and of this version."""
    cursor = connection.cursor()
    for statement in driver.alone:
        cursor.execute(statement)
    try:
        tables = {name for (name,) in cursor.execute(driver.tables).fetchall()}
        if not tables:
            _create(cursor, driver.dialect)
        else:
            _adapt(cursor, driver, tables, tell)
        cursor.execute("COMMIT")
    except BaseException:
        with suppress(Exception):  # likewise: what was wrong before is what is raised
            cursor.execute("ROLLBACK")
        raise


def _create(cursor: Any, dialect: Dialect) -> None:
    for table in SCHEMA.sorted_tables:
        cursor.execute(str(CreateTable(table).compile(dialect=dialect)))
        for index in sorted(table.indexes, key=lambda one: str(one.name)):
            cursor.execute(str(CreateIndex(index).compile(dialect=dialect)))
    about = {"application": MARK, "schema": str(VERSION), "identity": secrets.token_hex(16)}
    values = ", ".join(f"('{name}', '{value}')" for name, value in about.items())
    cursor.execute(f"INSERT INTO about (name, value) VALUES {values}")  # noqa: S608 - nobody sends us these
    cursor.execute("INSERT INTO versions (kind, version) VALUES ('', 0)")


def _adapt(cursor: Any, driver: Driver, tables: set[str], tell: Callable[[str], None]) -> None:
    about = dict(cursor.execute("SELECT name, value FROM about").fetchall()) if "about" in tables else {}
    where = driver.where()
    if about.get("application") != MARK:
        other = sorted(tables)[0]
        raise OpeningError(
            f"--store: {where} belongs to something else (it has a table {other!r}); give a database of its own."
        )
    found = about.get("schema", "")
    version = int(found) if found.isdigit() else 0
    if version > VERSION:
        raise OpeningError(
            f"--store: {where} was written by a newer invigilate (schema {version}, and this one knows {VERSION}); "
            "update invigilate, or give another store."
        )
    if version in MIGRATIONS:
        tell(f"{where} is brought up to date, from schema {version} to {VERSION}; a large one takes a minute.")
    while version < VERSION:
        step = MIGRATIONS.get(version)
        if step is None:
            raise OpeningError(
                f"--store: {where} has the schema {found!r}, which cannot be brought up to date; give another store."
            )
        step(cursor, driver.dialect)
        version += 1
    if found != str(VERSION):
        cursor.execute(f"UPDATE about SET value = '{VERSION}' WHERE name = 'schema'")  # noqa: S608 - a constant
