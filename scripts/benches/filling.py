"""A store that holds many enrollments, what a call costs on it, and the database server's own part of that.

The store is filled with the rows that it would write itself, by the fastest means of its database: COPY, or one large
transaction.
"""

from __future__ import annotations

import itertools
import json
import random
import statistics
import time
from collections.abc import Iterator
from typing import Any

from client import Connection, bodies, call_bytes, children, cpu_of, per_call, start_mock

GROWTH, FEW = 1.2, 1000
_FREE = 1000  # the first number of a resource that is filled in; the few that the mock has made are below
_BATCH = 10_000  # enrollments whose rows are in memory at once


def used(server: Any) -> float:
    """Seconds of processor time of all processes of a database server, if there is one."""
    if server is None:
        return 0.0
    head = int((server.data / "postmaster.pid").read_text().split()[0])
    return sum(cpu_of(one) for one in (head, *children(head)))


def filled(store: str, told: dict[str, Any], connection: Connection, first: int, end: int) -> None:
    """Store enrollments of these numbers, each of a user of its own, beside what one call makes."""
    from mockserver.database.connections.drivers import PostgresDriver
    from mockserver.database.connections.opening import opened
    from mockserver.database.kept.resources import DatabaseStore
    from mockserver.state.store import StoredChange

    path = f"/v2/installs/{told['install']}/provision"
    answer = json.loads(connection.send(call_bytes(path, told["token"], bodies()["fresh"](10**8))))
    database = opened(store)
    kept = DatabaseStore(database, "")
    user, enrollment = (kept.read(answer[part]["sid"]) for part in ("user", "enrollment"))
    assert user is not None
    assert enrollment is not None
    keys = kept.keys_of(user.sid), kept.keys_of(enrollment.sid)

    def change(index: int) -> list[StoredChange]:
        sids = [f"{one.sid[:2]}{random.getrandbits(96):024x}{index:08x}" for one in (user, enrollment)]
        swap = {user.sid: sids[0], enrollment.sid: sids[1]}
        names = [one._replace(text=f"filled-{index}") if one.text.startswith("bench-") else one for one in keys[0]]
        joins = [one._replace(joined=tuple(swap.get(each, each) for each in one.joined)) for one in keys[1]]
        scope = swap.get(enrollment.scope, enrollment.scope)
        return [
            StoredChange(user._replace(sid=sids[0]), names),
            StoredChange(enrollment._replace(sid=sids[1], scope=scope), joins),
        ]

    numbers = itertools.count(_FREE)

    def batch(start: int) -> dict[str, list[dict[str, Any]]]:
        """The rows of so many enrollments, by table."""
        changes = [one for index in range(start, min(start + _BATCH, end)) for one in change(index)]
        made = {sid: {"number": next(numbers), **row} for sid, row in kept.resources(changes).items()}
        leading = kept.leading(changes, {sid: row["number"] for sid, row in made.items()})
        return {"resources": list(made.values()), **leading._asdict()}

    batches = (batch(start) for start in range(first, end, _BATCH))
    database.close()
    (copied if isinstance(database.driver, PostgresDriver) else inserted)(database.driver.connect(), batches)


def copied(connection: Any, batches: Iterator[dict[str, list[dict[str, Any]]]]) -> None:
    """Rows into PostgreSQL. What it does by itself when many have come, it does now."""
    for batch in batches:
        with connection.transaction(), connection.cursor() as cursor:
            for table, rows in batch.items():
                columns = ", ".join(rows[0])
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(tuple(row.values()))
    counted = "SELECT setval('resources_number_seq', (SELECT max(number) FROM resources))"
    for statement in (counted, "VACUUM ANALYZE", "CHECKPOINT"):
        connection.execute(statement)
    connection.close()


def inserted(connection: Any, batches: Iterator[dict[str, list[dict[str, Any]]]]) -> None:
    """Rows into SQLite."""
    connection.execute("PRAGMA cache_size = -1000000")
    connection.execute("BEGIN IMMEDIATE")
    for batch in batches:
        for table, rows in batch.items():
            columns, values = ", ".join(rows[0]), ", ".join(f":{name}" for name in rows[0])
            statement = f"INSERT INTO {table} ({columns}) VALUES ({values})"  # noqa: S608 - names of our schema
            connection.executemany(statement, rows)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


class Filled:
    """A mock on a store of so many enrollments."""

    def __init__(self, store: str, enrollments: int) -> None:
        self.process, self.told, _ = start_mock("--store", store)
        self.path, self._number = f"/v2/installs/{self.told['install']}/provision", 0
        filled(store, self.told, self.connection(), 0, enrollments)

    def connection(self) -> Connection:
        """A new one: one that was idle for long has ended."""
        return Connection(int(self.told["url"].rpartition(":")[2]))

    def cost(self, server: Any, calls: int = 400) -> float:
        """µs of processor time of a call with a new user, of the mock and of a database server."""
        number, self._number = self._number, self._number + calls
        fresh, token, connection = bodies()["fresh"], self.told["token"], self.connection()
        sent = [call_bytes(self.path, token, fresh(number + index)) for index in range(calls)]
        before = used(server)
        of_mock = per_call(self.process.pid, connection, sent)
        return of_mock + (used(server) - before) / calls * 1e6


def grown(kind: str, few: str, many: str, server: Any, enrollments: int, rounds: int) -> bool:
    """A call on a store with so many enrollments against one with a thousand, in turns."""
    sides: list[Filled] = []
    began = time.monotonic()
    try:
        for store, count in ((few, FEW), (many, enrollments)):
            sides.append(Filled(store, count))
        seconds = time.monotonic() - began
        turns = [[one.cost(server) for one in sides] for _ in range(rounds + 2)][2:]  # at first nothing is at hand
    finally:
        for one in sides:
            one.process.terminate()
            one.process.wait()
    costs = [statistics.median(turn[place] for turn in turns) for place in range(2)]
    ratio = statistics.median(second / first for first, second in turns)
    print(f"{kind}: {enrollments:,} enrollments stored in {seconds:.0f} s; a fresh one costs", end=" ")
    print(f"{costs[0]:.0f} µs at {FEW:,}, {costs[1]:.0f} µs at {enrollments:,}: ratio {ratio:.2f}")
    return ratio <= GROWTH
