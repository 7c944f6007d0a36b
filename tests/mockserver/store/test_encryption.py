"""Who reads a store that has a passphrase finds no key, token, link or secret in it; without it nobody starts on it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from stores import PostgresServer

from mockserver.auth.keys import Keys, make_pair
from mockserver.cli import mock
from mockserver.database.connections.failures import OpeningError
from mockserver.database.connections.opening import opened
from mockserver.database.serving import Kept

PRIVATE = b"-----BEGIN PRIVATE KEY-----"
BODY = {
    "course": {"ids": {"external": "c-1"}, "title": "Botany", "code": "B"},
    "user": {"ids": {"external": "u-1"}, "firstName": "A", "lastName": "B", "email": "a@example.com"},
    "enrollment": {"role": "learner"},
}
Started = Callable[..., Any]
Keeping = Callable[[str], Kept]


class There:
    """A place that leads to one store."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept

    def runtime(self, runtime: Any) -> Any:
        return self.kept.runtime(runtime, lambda line: None)


@pytest.fixture
def kept() -> Iterator[Keeping]:
    """The memory at an address, as one more process has it."""
    made: list[Kept] = []

    def keep(address: str) -> Kept:
        made.append(Kept(opened(address)))
        return made[-1]

    yield keep
    for one in made:
        one.database.close()


@pytest.fixture
def started(kept: Keeping, document: Any, catalogue: Any, keys: Keys, maker: Any) -> Started:
    """A mock on a store, with a passphrase or without; its keys are those of all tests."""

    def start(address: str, passphrase: str | None = None) -> Any:
        one = kept(address)
        return maker(document, catalogue, one.keys(lambda: keys.current, passphrase), There(one))

    return start


def secrets_of(client: Any) -> list[bytes]:
    """What a sign-on, its link, and a client's secret, wrong and right, leave behind in the journal."""
    integration = next(iter(client.app.installs[0].members["integrations"]))
    signon = client.ok({**BODY, "signon": {"integrationSid": integration}})["signon"]
    code = signon["redirect"].partition("code=")[2]
    client.http.get(signon["redirect"])
    secret = client.app.keys.client_secret(integration)
    for one in (secret, "a-wrong-secret-of-somebody"):
        form = {"grant_type": "client_credentials", "client_id": integration, "client_secret": one}
        client.http.post("/oidc/token", data=form)
    signature = client.token.rpartition(".")[2]
    return [one.encode() for one in (signature, signon["token"], code, secret, "a-wrong-secret-of-somebody")]


def stored(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in folder.glob("a.db*"))


def test_with_a_passphrase_no_secret_is_in_the_store(started: Started, tmp_path: Path) -> None:
    client = started(f"sqlite:{tmp_path / 'a.db'}", "a passphrase")
    secrets = secrets_of(client)
    found = stored(tmp_path)
    assert [one for one in (*secrets, PRIVATE, b"a passphrase") if one in found] == []
    assert b"-----BEGIN ENCRYPTED PRIVATE KEY-----" in found
    shown = [one["path"] for one in client.http.get("/_invigilate/journal").json()["calls"]]
    assert shown.count("/oidc/token") == 2


def test_without_one_they_are_in_a_file_of_its_owner(started: Started, tmp_path: Path) -> None:
    secrets = secrets_of(started(f"sqlite:{tmp_path / 'a.db'}"))
    found = stored(tmp_path)
    assert [one for one in (*secrets, PRIVATE) if one not in found] == []


def test_who_knows_the_passphrase_goes_on(started: Started, tmp_path: Path) -> None:
    address = f"sqlite:{tmp_path / 'a.db'}"
    first = started(address, "a passphrase")
    sid = first.ok(BODY)["course"]["sid"]
    second = started(address, "a passphrase")
    assert second.app.keys.kid == first.app.keys.kid
    assert second.ok(BODY)["course"] == {"sid": sid, "result": "Found Existing"}
    paths = [[one["path"] for one in each.http.get("/_invigilate/journal").json()["calls"]] for each in (first, second)]
    assert paths[0] == paths[1]
    second.app.keys.rotate(0, 1e12)
    first.ok(BODY)
    assert first.app.keys.kid == second.app.keys.kid
    assert PRIVATE not in stored(tmp_path)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "are encrypted, and no passphrase is given; set INV"),
        ("another", "cannot be decrypted with the passphrase"),
    ],
)
def test_a_passphrase_that_is_missing_or_wrong(
    kept: Keeping, tmp_path: Path, given: str | None, said: str, keys: Keys
) -> None:
    address = f"sqlite:{tmp_path / 'a.db'}"
    kept(address).keys(lambda: keys.current, "a passphrase")
    with pytest.raises(OpeningError) as caught:
        kept(address).keys(lambda: keys.current, given)
    message = str(caught.value)
    assert message.startswith(f"--store: {tmp_path / 'a.db'} has keys that ")
    assert said in message
    assert "set INVIGILATE_STORE_PASSPHRASE, or give --store-passphrase-file" in message
    assert "another" not in message
    assert "\n" not in message


def test_keys_that_were_there_before_are_encrypted_and_what_was_recorded_is_forgotten(
    started: Started, tmp_path: Path
) -> None:
    address = f"sqlite:{tmp_path / 'a.db'}"
    before = started(address)
    before.ok(BODY)
    after = started(address, "a passphrase")
    assert after.app.keys.kid == before.app.keys.kid
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        ((text,),) = connection.execute("SELECT value FROM registry WHERE kind = 'keys'")
        assert not list(connection.execute("SELECT 1 FROM exchanges"))
    assert b"ENCRYPTED" in text
    assert after.ok(BODY)["course"]["result"] == "Found Existing"
    refused = before.post(BODY)  # which does not know it, and cannot go on
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert after.ok(BODY)["course"]["result"] == "Found Existing"


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "No such file or directory"), (b"\nx", "its first line is empty"), (b"\xff\xfe", "is no text in UTF-8")],
)
def test_a_file_that_holds_no_passphrase(
    content: bytes | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "passphrase"
    if content is not None:
        file.write_bytes(content)
    for store in (f"sqlite:{tmp_path / 'a.db'}", "memory"):
        assert mock(["--port", "0", "--store", store, "--store-passphrase-file", str(file)]) == 2
        told = capsys.readouterr().err
        assert (said if store != "memory" else "leave it out, or give --store.") in told
        assert told.count("\n") == 1


@pytest.mark.outside
def test_the_password_of_the_database_is_the_passphrase_where_none_is_given(
    kept: Keeping, postgres: PostgresServer, keys: Keys
) -> None:
    import psycopg

    address, opening = postgres.new(), "INVIGILATE_STORE_PASSPHRASE"
    kid = kept(address).keys(lambda: keys.current).kid
    with psycopg.connect(address) as connection:
        ((text,),) = connection.execute("SELECT value FROM registry WHERE kind = 'keys'").fetchall()
    assert b"-----BEGIN ENCRYPTED PRIVATE KEY-----" in text
    assert kept(address).keys(make_pair).kid == kid
    # one that is given does not lock out what was made without it
    assert kept(address).keys(make_pair, "a passphrase").kid == kid
    trusted = postgres.trusting(address)
    with pytest.raises(OpeningError, match=f"are encrypted, and no passphrase is given; set {opening}"):
        kept(trusted).keys(make_pair)
    assert kept(trusted).keys(make_pair, postgres.password).kid == kid


@pytest.mark.outside
def test_a_database_that_asks_for_no_password_wants_a_passphrase(
    kept: Keeping, postgres: PostgresServer, keys: Keys
) -> None:
    address = postgres.trusting(postgres.new())
    with pytest.raises(OpeningError, match="asks for no password, so whoever reaches it could read the keys"):
        kept(address).keys(lambda: keys.current)
    kid = kept(address).keys(lambda: keys.current, "a passphrase").kid
    assert kept(address).keys(make_pair, "a passphrase").kid == kid
