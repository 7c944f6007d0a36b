"""A store of an earlier version of the schema is brought up to date, and everything in it is found as before."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from stores import PostgresServer

from mockserver.database.connections.database import Database
from mockserver.database.connections.failures import UnavailableError
from mockserver.database.connections.opening import opened
from mockserver.database.kept.resources import DatabaseStore
from mockserver.database.schema.tables import VERSION
from mockserver.state.listing import Chosen
from mockserver.state.store import Key, Naming, Resource, StoredChange

DATA = Path(__file__).resolve().parents[2] / "data" / "store"


def written_before(file: Path) -> sqlite3.Connection:
    """A file as version 1 has left it."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.executescript((DATA / "version-1.sql").read_text())
    file.chmod(0o600)
    return connection


def led(connection: Any) -> dict[str, list[tuple[Any, ...]]]:
    """What led to resources in version 1."""
    return {
        "names": connection.execute("SELECT space, key, sid FROM names ORDER BY number").fetchall(),
        "relations": connection.execute("SELECT digest, sid FROM relations ORDER BY number").fetchall(),
        "resources": connection.execute("SELECT * FROM resources ORDER BY number").fetchall(),
    }


def leads(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """The same, now."""
    names = "SELECT space, key, sid FROM names JOIN resources ON resource = resources.number ORDER BY names.number"
    with database.transaction():
        return {
            "names": database.rows(names, {}),
            "relations": database.rows("SELECT digest, sid FROM relations ORDER BY digest, resource", {}),
            "resources": database.rows("SELECT * FROM resources ORDER BY number", {}),
        }


def by_digest(found: list[tuple[Any, ...]]) -> dict[bytes, list[bytes]]:
    lists: dict[bytes, list[bytes]] = {}
    for digest, sid in found:
        lists.setdefault(bytes(digest), []).append(bytes(sid))
    return lists


def is_as_before(before: dict[str, list[tuple[Any, ...]]], database: Database) -> None:
    """Everything is found as before, and what is created now comes after it."""
    now = leads(database)
    assert len(before["names"]) > 10
    assert (now["names"], now["resources"]) == (before["names"], before["resources"])
    lists = by_digest(now["relations"])
    assert {one: lists.get(one) for one in by_digest(before["relations"])} == by_digest(before["relations"])
    store = DatabaseStore(database, "")
    lists_by_value_are_filled(database, store)
    keys = list(store.named())
    assert all(store.find(key) == store.read(sid) and key in store.keys_of(sid) for key, sid in keys)
    course = next(one for one in store if one.part == "course")
    known = store.related(course.scope, "course")
    key = Key("course", course.scope, Naming.IDENTIFIER, "external", "new")
    store.commit([StoredChange(Resource("CU1", "course", course.scope, {}), [key])])
    assert store.related(course.scope, "course") == [*known, "CU1"]
    assert list(store.named()) == [*keys, (key, "CU1")]
    store.forget(course.scope)
    assert [*store.named(), *(one for one in store if one.scope == course.scope)] == []
    assert leads(database)["relations"] == [one for one in now["relations"] if one[1] in _others(before, "")]
    database.close()


def lists_by_value_are_filled(database: Database, store: DatabaseStore) -> None:
    """What version 1 knew of no list by value is found there as looking through everything finds it."""
    session = next(one for one in store if one.part == "session")
    home = next(key.scope for key in store.keys_of(session.sid) if key.joined == (key.scope,))
    statuses = sorted({str(one.attributes["/status"]) for one in store if one.part == "session"})
    pages = [Chosen("/status", values) for values in (statuses, statuses[:1], ["unheard of"])]
    owners = (home, session.scope)
    looked_through = {owner: [store.listed(owner, "session", 0, 50, one) for one in pages] for owner in owners}
    assert all(found[0].total for found in looked_through.values())
    counted = {owner: store.listed(owner, "session", 0, 50) for owner in owners}
    database.valued = {"session": "/status"}
    assert {owner: store.listed(owner, "session", 0, 50) for owner in owners} == counted
    for owner in owners:
        found = [store.listed(owner, "session", 0, 50, one) for one in pages]
        assert [(total, [*sids]) for total, sids in found] == [
            (total, [*sids]) for total, sids in looked_through[owner]
        ]


def _others(before: dict[str, list[tuple[Any, ...]]], space: str) -> set[bytes]:
    return {row[2] for row in before["resources"] if row[1] != space}


def shape(file: Path) -> list[Any]:
    """Every table and index of a file, with its columns."""
    with sqlite3.connect(file) as connection:
        names = connection.execute("SELECT type, name, tbl_name FROM sqlite_master ORDER BY name").fetchall()
        found: list[Any] = [connection.execute("SELECT name, wr FROM pragma_table_list ORDER BY name").fetchall()]
        for kind, name, _ in names:
            words = "PRAGMA table_info" if kind == "table" else "PRAGMA index_xinfo"
            found.append((kind, name, connection.execute(f"{words}({name})").fetchall()))
    return found


def test_a_file_of_version_1(tmp_path: Path) -> None:
    before = led(written_before(tmp_path / "a.db"))
    told: list[str] = []
    database = opened(f"sqlite:{tmp_path / 'a.db'}", told.append)
    (line,) = told
    assert f"is brought up to date, from schema 1 to {VERSION}" in line
    opened(f"sqlite:{tmp_path / 'new.db'}", told.append)
    opened(f"sqlite:{tmp_path / 'a.db'}", told.append)
    assert told == [line]
    assert shape(tmp_path / "a.db") == shape(tmp_path / "new.db")
    is_as_before(before, database)


@pytest.mark.outside
def test_a_server_with_version_1(postgres: PostgresServer, tmp_path: Path) -> None:
    import psycopg

    written = written_before(tmp_path / "a.db")
    address, new = postgres.new(), postgres.new()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute((DATA / "version-1-postgresql.sql").read_text())
        for (table,) in written.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%KEY%'"):
            cursor = written.execute(f"SELECT * FROM {table}")
            columns = [one[0] for one in cursor.description]
            with (
                connection.cursor() as copying,
                copying.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
            ):
                for row in cursor:
                    copy.write_row(row)
            if columns[0] == "number":
                counted = (
                    f"SELECT setval('{table}_number_seq', (SELECT coalesce(max(number), 0) + 1 FROM {table}), false)"
                )
                connection.execute(counted)
        before = led(connection)
    database = opened(address)
    opened(new)
    looked = []
    for one in (address, new):
        with psycopg.connect(one) as connection:
            columns = (
                "SELECT table_name, column_name, data_type, is_nullable, ordinal_position, split_part(column_default, '(', 1) "
                "FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY 1, 2"
            )
            indexes = "SELECT replace(indexdef, schemaname, '') FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1"
            sequences = "SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema() ORDER BY 1"
            looked.append([connection.execute(words).fetchall() for words in (columns, indexes, sequences)])
    assert looked[0] == looked[1]
    is_as_before(before, database)


def test_a_mock_that_runs_while_another_version_brings_the_store_up_to_date(tmp_path: Path) -> None:
    database = opened(f"sqlite:{tmp_path / 'a.db'}")
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("UPDATE about SET value = '99' WHERE name = 'schema'")
    with pytest.raises(UnavailableError, match="was brought up to date by another invigilate; start that one here"):
        database.begin()
