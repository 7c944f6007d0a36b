"""A store is made, brought up to date, or refused with one sentence that says how to go on."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from stores import PostgresServer

from mockserver.cli import mock
from mockserver.database.connections import opening
from mockserver.database.connections.failures import OpeningError
from mockserver.database.connections.opening import opened
from mockserver.database.schema.tables import VERSION
from mockserver.database.serving import Kept
from spec.openapi.document import Document


def refused(address: str) -> str:
    with pytest.raises(OpeningError) as caught:
        opened(address)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_new_file_is_for_its_owner_and_another_start_finds_it(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    for _ in range(2):
        opened(f"sqlite:{file}").close()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_others_may_read(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    opened(f"sqlite:{file}")
    file.chmod(0o644)
    assert refused(f"sqlite:{file}") == f"{file}: others may read this store (mode 0644); run: chmod 600 {file}"


def test_a_file_that_is_something_else(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    file.write_text("{}" * 1000)
    file.chmod(0o600)
    assert "is no SQLite database" in refused(f"sqlite:{file}")
    assert file.read_text() == "{}" * 1000
    assert "No such file or directory" in refused(f"sqlite:{tmp_path}/none/a.db")


def test_the_database_of_something_else(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE orders (number INTEGER)")
    file.chmod(0o600)
    assert "belongs to something else (it has a table 'orders')" in refused(f"sqlite:{file}")


def test_a_store_of_a_newer_version(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    opened(f"sqlite:{file}")
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE about SET value = '99' WHERE name = 'schema'")
    assert f"was written by a newer invigilate (schema 99, and this one knows {VERSION})" in refused(f"sqlite:{file}")


def test_a_store_of_an_older_version_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.db"
    opened(f"sqlite:{file}")
    monkeypatch.setattr(opening, "VERSION", VERSION + 2)
    assert "cannot be brought up to date" in refused(f"sqlite:{file}")
    steps = {VERSION: "ALTER TABLE about ADD COLUMN note VARCHAR(9)", VERSION + 1: "UPDATE about SET note = 'two'"}
    monkeypatch.setattr(
        opening, "MIGRATIONS", {old: lambda cursor, _, step=step: cursor.execute(step) for old, step in steps.items()}
    )
    opened(f"sqlite:{file}")
    with sqlite3.connect(file) as connection:
        assert dict(connection.execute("SELECT name, value FROM about WHERE note = 'two'"))["schema"] == str(
            VERSION + 2
        )


def test_a_step_that_fails_leaves_everything_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.db"
    opened(f"sqlite:{file}")
    monkeypatch.setattr(opening, "VERSION", VERSION + 1)

    def step(cursor: sqlite3.Cursor, _: object) -> None:
        cursor.execute("DROP TABLE tickets")
        cursor.execute("SELECT * FROM absent")

    monkeypatch.setattr(opening, "MIGRATIONS", {VERSION: step})
    assert "no such table: absent" in refused(f"sqlite:{file}")
    monkeypatch.undo()
    opened(f"sqlite:{file}")


def test_a_damaged_file(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    opened(f"sqlite:{file}").close()
    data = bytearray(file.read_bytes())
    data[4096 * 3 : 4096 * 9] = os.urandom(4096 * 6)
    file.write_bytes(data)
    message = refused(f"sqlite:{file}")
    assert "is damaged" in message
    file.write_bytes(data[:5000])
    messages = message, refused(f"sqlite:{file}")
    assert "malformed" in messages[1]
    assert all(one.endswith("; bring back a copy of it, or delete it.") for one in messages)


@pytest.mark.skipif(os.name != "posix", reason="no pipes here")
def test_what_is_no_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in (f"{tmp_path}/pipe", "/dev/null", str(tmp_path)):
        assert refused(f"sqlite:{name}") == f"{name}: the store is no regular file; name another one."


@pytest.mark.parametrize(
    "address", ["oracle://x:secret@y", "sqlite:", "sqlite::memory:", "secret", "mysql://secret", "postgres:secret"]
)
def test_what_is_no_address(address: str) -> None:
    message = refused(address)
    assert "give memory, sqlite:PATH or postgresql://USER@HOST/DATABASE" in message
    assert address == "secret" or "secret" not in message


def test_a_server_that_is_not_there_and_a_password_that_nobody_sees() -> None:
    message = refused("postgresql://somebody:pssst@127.0.0.1:1/mock")
    assert "mock at 127.0.0.1:1" in message
    assert "pssst" not in message
    assert "pssst" not in refused("postgresql://somebody:pssst@127.0.0.1:port/mock")


@pytest.mark.parametrize("password", ["pa@sst", "p%zzsst", "pa/sst", "pa@/?sst", "1/sst@x", "%sst", "pa?s@sst"])
def test_a_password_that_is_not_written_as_an_address_wants_it(password: str) -> None:
    """No part of it is shown."""
    message = refused(f"postgresql://u:{password}@127.0.0.1:1/db")
    assert "sst" not in message
    assert message.endswith("in a user or a password write % as %25, @ as %40 and / as %2F.")
    if "@" not in password:
        assert "sst" not in refused(f"postgresql://u:{password}/db")  # whoever has forgotten the host


def test_a_password_that_is_written_so() -> None:
    for password in ("%25%40%2F%3F%23%3Asst", "a?#:sst"):
        message = refused(f"postgresql://u:{password}@127.0.0.1:1/db?application_name=a@b")
        assert "db at 127.0.0.1:1: connection failed" in message
        assert "sst" not in message


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--workers", "2"], "give --store sqlite:PATH"),
        (["--store", "sqlite:PATH", "--reload"], "fresh state"),
        (["--store", "sqlite:PATH", "--keys", "k"], "leave out --keys"),
        (["--store", "sqlite:PATH", "--workers", "2", "--fault", "busy"], "counts calls"),
        (["--store", "nowhere"], "--store is 'nowhere'"),
    ],
)
def test_options_that_cannot_be_together(
    options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [one.replace("PATH", str(tmp_path / "a.db")) for one in options]
    assert mock(["--port", "0", *given]) == 2
    told = capsys.readouterr().err
    assert told.startswith("invigilate mock: ")
    assert said in told
    assert told.count("\n") == 1


def test_a_store_of_another_document(tmp_path: Path, document: Document, variant: Callable[..., Document]) -> None:
    database = opened(f"sqlite:{tmp_path / 'a.db'}")
    Kept(database).fit(document)

    def worded(tree: dict[str, Any]) -> None:
        tree["info"]["title"] = "Another title"

    def grown(tree: dict[str, Any]) -> None:
        tree["components"]["schemas"]["Course"]["properties"]["campus"] = {"type": "string"}

    Kept(database).fit(variant(worded))
    with pytest.raises(OpeningError, match="was made for a document with other parts, identifiers or members"):
        Kept(database).fit(variant(grown))
    database.close()


@pytest.mark.skipif(os.name != "posix", reason="no modes of files here")
def test_a_file_that_may_not_be_written(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    opened(f"sqlite:{file}").close()
    file.chmod(0o400)
    tmp_path.chmod(0o755)
    before, nobody = os.geteuid(), 65_534
    if before == 0:  # who may do anything
        os.chown(file, nobody, nobody)
        for folder in (tmp_path, *tmp_path.parents[:2]):
            folder.chmod(0o755)
        os.seteuid(nobody)
    try:
        message = refused(f"sqlite:{file}")
    finally:
        os.seteuid(before)
    assert message == f"{file}: the store cannot be opened: Permission denied."


@pytest.mark.outside
def test_a_schema_of_something_else_on_a_server(postgres: PostgresServer) -> None:
    import psycopg

    address = postgres.new()
    opened(address)
    opened(address)
    other = postgres.new()
    with psycopg.connect(other, autocommit=True) as connection:
        connection.execute("CREATE TABLE orders (number INTEGER)")
    assert "belongs to something else (it has a table 'orders')" in refused(other)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("UPDATE about SET value = '99' WHERE name = 'schema'")
    assert "was written by a newer invigilate" in refused(address)
