"""By hand, minutes: what a store costs, what two workers bring, and a store with a million enrollments.

Times are processor time per call of the processes that serve, medians of rounds in which all sides take turns. That of
a database server is told apart. PostgreSQL is started here, on a free port, and ends with the measurement.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from client import ROOT, Connection, bodies, call_bytes, cpu_of, per_call, start_mock

sys.path.insert(0, str(ROOT / "tests"))

BUDGETS = {"re-call": 5.0, "fresh": 8.0}
"""The most that a call may cost in SQLite, as a multiple of what it costs in memory."""
SCALING, GROWTH = 1.7, 1.2
_STAY = 25  # calls on one connection


@contextlib.contextmanager
def postgres() -> Iterator[Any]:
    """A server, or None where none is installed."""
    from stores import PostgresServer, programs

    found = programs()
    if found is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        server = PostgresServer(Path(folder), found)
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")


def children(pid: int) -> list[int]:
    """The processes that one has started, and those that they have."""
    listed = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [*listed, *(each for one in listed for each in children(one))]


def used(server: Any) -> float:
    """Seconds of processor time of all processes of a database server."""
    head = int((server.data / "postmaster.pid").read_text().split()[0])
    return sum(cpu_of(one) for one in (head, *children(head)))


def look_ups() -> None:
    """One look-up of a row by SQLAlchemy and by the driver."""
    import sqlalchemy

    from mockserver.database.opening import opened
    from mockserver.database.tables import RESOURCES
    from mockserver.state.store import Resource, StoredChange

    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/a.db"
        database = opened(f"sqlite:{file}")
        from mockserver.database.resources import DatabaseStore

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
        print(f"{'body':<14}" + "".join(f"{name:>12}" for name in sides) + f"{'sqlite':>10}{'postgresql':>12}")
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
                print(f"{name:<14}{shown}{ratios['sqlite']:>9.2f}×{ratios.get('postgresql', 0):>11.2f}×")
                within = within and ratios["sqlite"] <= BUDGETS.get(name, float("inf"))
        finally:
            for process, _, _ in sides.values():
                process.terminate()
                process.wait()
    print("µs of processor time of the mock per call, and multiples of what it costs in memory")
    return within


def sharing(
    store: str, server: Any, workers: int, seconds: float, body: Callable[[int], bytes], start: int
) -> tuple[float, float, float]:
    """Calls of six clients for so long: µs of the workers per call, those of the database, and calls per second."""
    process, told, _ = start_mock("--store", store, "--workers", str(workers))
    pids = children(process.pid) or [process.pid]
    path = f"/v2/installs/{told['install']}/provision"
    port = int(told["url"].rpartition(":")[2])
    counts, ended = [0] * 6, threading.Event()

    def call(place: int) -> None:
        connection = Connection(port)
        while not ended.is_set():
            connection.send(call_bytes(path, told["token"], body(start + place * 10**8 + counts[place])))
            counts[place] += 1
            if counts[place] % _STAY == 0:  # so that no worker has all of them
                connection.socket.close()
                connection = Connection(port)

    threads = [threading.Thread(target=call, args=(place,)) for place in range(len(counts))]
    for one in threads:
        one.start()
    time.sleep(0.5)
    before, of_database, made, began = (
        [cpu_of(one) for one in pids],
        used(server) if server else 0.0,
        sum(counts),
        time.monotonic(),
    )
    time.sleep(seconds)
    after, database = [cpu_of(one) for one in pids], (used(server) if server else 0.0) - of_database
    calls, took = sum(counts) - made, time.monotonic() - began
    ended.set()
    for one in threads:
        one.join()
    process.terminate()
    process.wait()
    spent = [b - a for a, b in zip(before, after, strict=True)]
    shares = " ".join(f"{one / sum(spent):.2f}" for one in spent)
    print(
        f"  {workers} worker(s): {sum(spent) / calls * 1e6:.0f} µs of the mock per call (shares {shares}), "
        f"{database / calls * 1e6:.0f} µs of the database, {calls / took:.0f} calls a second"
    )
    return sum(spent) / calls * 1e6, database / calls * 1e6, calls / took


def filled(store: str, told: dict[str, Any], connection: Connection, enrollments: int) -> None:
    """Store so many enrollments, each of a user of its own, beside what one call makes."""
    from mockserver.database.opening import opened
    from mockserver.database.resources import DatabaseStore
    from mockserver.state.store import StoredChange

    path = f"/v2/installs/{told['install']}/provision"
    answer = json.loads(connection.send(call_bytes(path, told["token"], bodies()["fresh"](10**8))))
    kept = DatabaseStore(opened(store), "")
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

    for start in range(0, enrollments, 1000):
        kept.commit([one for index in range(start, min(start + 1000, enrollments)) for one in change(index)])


def scaling(server: Any, seconds: float, enrollments: int, rounds: int = 3) -> bool:
    """What a second worker brings: twice the processors, less what it costs that they meet."""
    within = True
    store = server.new()
    process, told, _ = start_mock("--store", store)
    filled(store, told, Connection(int(told["url"].rpartition(":")[2])), enrollments)
    process.terminate()
    process.wait()
    for place, (name, body) in enumerate(bodies().items()):
        print(f"{name}, six clients, PostgreSQL with {enrollments:,} enrollments:")
        gains, calls = [], []
        for turn in range(rounds):
            starts = [10**9 * (10 * place + 2 * turn + workers) for workers in (1, 2)]
            one = sharing(store, server, 1, seconds, body, starts[0])
            two = sharing(store, server, 2, seconds, body, starts[1])
            gains.append(2 * one[0] / two[0])
            calls.append(two[2] / one[2])
        gain = statistics.median(gains)
        print(f"  by their processor time two workers can answer {gain:.2f} × the calls of one;", end=" ")
        print(
            f"here, where clients and database need processors as well, they answered {statistics.median(calls):.2f} ×"
        )
        within = within and gain >= SCALING
    return within


def grown(store: str, enrollments: int, rounds: int) -> bool:
    """A call on a store with so many enrollments against one with a thousand."""
    process, told, _ = start_mock("--store", store)
    connection = Connection(int(told["url"].rpartition(":")[2]))
    path = f"/v2/installs/{told['install']}/provision"
    fresh, number = bodies()["fresh"], 0

    def measured() -> float:
        nonlocal number
        found = []
        for _ in range(rounds):
            sent = [call_bytes(path, told["token"], fresh(number + index)) for index in range(400)]
            number += 400
            found.append(per_call(process.pid, connection, sent))
        return statistics.median(found)

    try:
        filled(store, told, connection, 1000)
        measured()
        few = measured()
        filled(store, told, connection, enrollments)
        measured()  # what was written is brought into the file now
        many = measured()
    finally:
        process.terminate()
        process.wait()
    kind = store.partition(":")[0]
    print(f"{kind}: fresh enrollment {few:.0f} µs at 1,000, {many:.0f} µs at {enrollments:,}: ratio {many / few:.2f}")
    return many / few <= GROWTH


def main() -> int:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(prog="scripts/bench store", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--enrollments", type=int, default=1_000_000, help="0: leave that out")
    options = parser.parse_args()
    look_ups()
    with postgres() as server, tempfile.TemporaryDirectory() as folder:
        within = costs(server, options.rounds, options.requests)
        if server is None:
            print("PostgreSQL is not installed: nothing is said of it")
        else:
            within = scaling(server, options.seconds, 30_000) and within
        if options.enrollments:
            stores = [f"sqlite:{folder}/grown.db", *([server.new()] if server is not None else [])]
            fits = [grown(store, options.enrollments, 5) for store in stores]
            within = all(fits) and within
    print("within the budget" if within else f"OVER the budget (SQLite {BUDGETS}, workers {SCALING}, growth {GROWTH})")
    return 0 if within else 1


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    sys.exit(main())
