"""How many a list has is kept with it: no call counts what is listed, and every change keeps it right."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from stores import Place

from mockserver.database.connections.database import Database
from mockserver.database.connections.opening import opened
from mockserver.database.kept.resources import DatabaseStore
from mockserver.state.listing import Chosen
from mockserver.state.memory import MemoryStore
from mockserver.state.store import Key, Naming, Resource, StoredChange

STATUSES = ["Needs Proctor", "Scheduled", "Closed"]
HOMES = ["here", "there"]


@pytest.fixture
def database(place: Place, address: str) -> Iterator[Database]:
    database = opened(address)
    place.ended.callback(database.close)
    database.valued = {"session": "/status"}
    return database


def session(number: int, status: str) -> StoredChange:
    """A session of an exam, listed by a deployment."""
    home = HOMES[number % 2]
    keys = [
        Key("session", f"EX{home}", Naming.JOINED, "", str(number), (f"EN{number}",)),
        Key("session", home, Naming.JOINED, "", f"ES{number}", (home,)),
    ]
    return StoredChange(Resource(f"ES{number}", "session", f"EX{home}", {"/status": status}), keys)


def moved(number: int, status: str) -> StoredChange:
    return StoredChange(session(number, status).resource)


def totals(store: DatabaseStore | MemoryStore) -> list[int]:
    """Of each deployment: all of its sessions, those by each status, and those by two."""
    chosen = [None, *(Chosen("/status", [one]) for one in STATUSES), Chosen("/status", STATUSES[:2])]
    return [store.listed(home, "session", 0, 0, one).total for home in HOMES for one in chosen]


def test_totals_are_kept_and_right(database: Database) -> None:
    store, other, plain = DatabaseStore(database, ""), DatabaseStore(database, "apart"), MemoryStore()
    drawn = random.Random(11)
    exams = [StoredChange(Resource(f"EX{home}", "exam", home, {}), []) for home in HOMES]
    for one in (store, other, plain):
        one.commit(exams)
        one.commit([session(0, STATUSES[0]), moved(0, STATUSES[1])])
    for number in range(1, 120):
        changes = [session(number, drawn.choice(STATUSES))]
        changes += [moved(one, drawn.choice(STATUSES)) for one in drawn.sample(range(number), min(number, 3))]
        for one in (store, plain):
            one.commit(changes)
    assert totals(store) == totals(plain)
    assert totals(store)[0] == 60
    counted: list[str] = []
    row = database.row
    database.row = lambda text, values: counted.append(text) or row(text, values)  # type: ignore[method-assign, func-returns-value]
    assert totals(store)[5] == 60
    assert store._text.count_related not in counted
    del database.row
    for one in (store, plain):
        one.forget("here")
    assert totals(store) == totals(plain)
    assert sum(totals(other)) > 0
    store.clear()
    assert totals(store) == [0] * 10
    assert sum(totals(other)) > 0
    other.forget("here")
    with database.transaction():
        left = database.rows("SELECT count FROM tallies", {})
    assert [int(one[0]) for one in left] == [], "nothing is left of what is forgotten"


def test_what_could_not_be_kept_counts_nothing(database: Database) -> None:
    store = DatabaseStore(database, "")
    store.commit([session(2, STATUSES[0])])
    before = totals(store)

    database.begin()
    store.commit([session(4, STATUSES[0]), moved(2, STATUSES[1])])
    assert totals(store) != before
    database.rollback()
    assert totals(store) == before


def test_what_is_listed_by_no_deployment_is_counted(database: Database) -> None:
    store = DatabaseStore(database, "")
    store.commit([session(2, STATUSES[0]), session(4, STATUSES[0])])
    assert store.listed("EXhere", "session", 0, 0).total == 2
