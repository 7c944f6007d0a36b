"""By hand, minutes: what a store costs, what two workers bring, and a store with a million enrollments.

Times are processor time per call of the processes that serve, medians of rounds in which all sides take turns. That of
a database server is told apart. PostgreSQL is started here, on a free port, and ends with the measurement.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from client import ROOT, Connection, bodies, call_bytes, per_call, start_mock
from filling import GROWTH, grown
from workers import SCALING, scaling

sys.path.insert(0, str(ROOT / "tests"))
BUDGETS = {"re-call": 5.0, "fresh": 8.0}
"""The most that a call may cost in SQLite, as a multiple of what it costs in memory."""
MEASUREMENTS = ("cost", "workers", "growth")


def look_ups() -> None:
    """One look-up of a row by SQLAlchemy and by the driver."""
    import sqlalchemy

    from mockserver.database.connections.opening import opened
    from mockserver.database.schema.tables import RESOURCES
    from mockserver.state.store import Resource, StoredChange

    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/a.db"
        database = opened(f"sqlite:{file}")
        from mockserver.database.kept.resources import DatabaseStore

        DatabaseStore(database, "").commit([StoredChange(Resource("CU1", "course", "d", {"/title": "t"}))])
        columns = RESOURCES.c
        wanted = (columns.space == sqlalchemy.bindparam("space")) & (columns.sid == sqlalchemy.bindparam("sid"))
        select = sqlalchemy.select(columns.sid, columns.part, columns.scope, columns.attributes).where(wanted)
        values = {"space": "", "sid": b"CU1"}

        def cost(look: Callable[[], Any], count: int = 3000) -> float:
            rounds = []
            for _ in range(7):
                began = time.process_time()
                for _ in range(count):
                    look()
                rounds.append((time.process_time() - began) / count * 1e6)
            return statistics.median(rounds)

        with sqlalchemy.create_engine(f"sqlite:///{file}").connect() as connection:
            core = cost(lambda: connection.execute(select, values).fetchone())
        with database.transaction():
            driver = cost(lambda: database.row(database.text.read, values))
        database.close()
    print(
        f"one look-up of a row: {core:.1f} µs by SQLAlchemy, {driver:.1f} µs by the driver ({core / driver:.1f} times)"
    )


def costs(server: Any, rounds: int, requests: int) -> bool:
    """A call in memory, in SQLite, and in PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder:
        stores = {"memory": "memory", "sqlite": f"sqlite:{folder}/a.db"}
        if server is not None:
            stores["postgresql"] = server.new()
        sides = {}
        for name, store in stores.items():
            process, told, _ = start_mock("--store", store)
            sides[name] = process, told, Connection(int(told["url"].rpartition(":")[2]))
        number, within = 0, True
        print(
            f"{'body':<14}"
            + "".join(f"{name:>12}" for name in sides)
            + "".join(f"{name:>12}" for name in list(sides)[1:])
        )
        try:
            for name, body in bodies().items():
                found: dict[str, list[float]] = {side: [] for side in sides}
                for turn in range(rounds + 1):
                    sent = [body(number + index) for index in range(requests)]
                    number += requests
                    for side, (process, told, connection) in sides.items():
                        path = f"/v2/installs/{told['install']}/provision"
                        cost = per_call(process.pid, connection, [call_bytes(path, told["token"], one) for one in sent])
                        if turn:
                            found[side].append(cost)
                ratios = {
                    side: statistics.median(b / a for a, b in zip(found["memory"], found[side], strict=True))
                    for side in found
                }
                shown = "".join(f"{statistics.median(found[side]):>12.1f}" for side in sides)
                print(f"{name:<14}{shown}" + "".join(f"{ratios[side]:>11.2f}×" for side in list(sides)[1:]))
                within = within and ratios["sqlite"] <= BUDGETS.get(name, float("inf"))
        finally:
            for process, _, _ in sides.values():
                process.terminate()
                process.wait()
    print("µs of processor time of the mock per call, and multiples of what it costs in memory")
    return within


def main() -> int:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(prog="scripts/bench store", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--enrollments", type=int, default=1_000_000)
    parser.add_argument("--only", choices=MEASUREMENTS, action="append", help="leave out the others")
    options = parser.parse_args()
    only = options.only or MEASUREMENTS
    from stores import programs, started_postgres

    found, within = programs(), True
    if found is None:
        print("PostgreSQL is not installed: nothing is said of it")
    postgres = started_postgres(found) if found is not None else nullcontext()
    with postgres as server, tempfile.TemporaryDirectory() as folder:
        if "cost" in only:
            look_ups()
            within = costs(server, options.rounds, options.requests)
        if "workers" in only and server is not None:
            within = scaling(server, options.seconds, 30_000) and within
        if "growth" in only:
            files = (f"sqlite:{folder}/few.db", f"sqlite:{folder}/many.db")
            within = grown("SQLite", *files, None, options.enrollments, options.rounds) and within
            if server is not None:
                schemas = (server.new(), server.new())
                within = grown("PostgreSQL", *schemas, server, options.enrollments, options.rounds) and within
    print("within the budget" if within else f"OVER the budget (SQLite {BUDGETS}, workers {SCALING}, growth {GROWTH})")
    return 0 if within else 1


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    sys.exit(main())
