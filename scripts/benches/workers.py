"""What a second worker brings on PostgreSQL."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, NamedTuple

from client import Connection, bodies, call_bytes, children, cpu_of, start_mock
from filling import filled, used

SCALING = 1.7
_STAY = 25  # calls on one connection


class Share(NamedTuple):
    """What calls cost: µs of processor time of the workers and of the database for each, and calls in a second."""

    mock: float
    database: float
    calls: float


def sharing(store: str, server: Any, workers: int, seconds: float, body: Callable[[int], bytes], start: int) -> Share:
    """Calls of six clients for so long."""
    process, told, _ = start_mock("--store", store, "--workers", str(workers))
    pids = children(process.pid) or [process.pid]
    path = f"/v2/installs/{told['install']}/provision"
    port = int(told["url"].rpartition(":")[2])
    counts, ended = [0] * 6, Event()

    def call(place: int) -> None:
        connection = Connection(port)
        while not ended.is_set():
            connection.send(call_bytes(path, told["token"], body(start + place * 10**8 + counts[place])))
            counts[place] += 1
            if counts[place] % _STAY == 0:  # so that no worker has all of them
                connection.socket.close()
                connection = Connection(port)

    with ThreadPoolExecutor(len(counts)) as threads:
        calling = [threads.submit(call, place) for place in range(len(counts))]
        time.sleep(0.5)
        before, of_database = [cpu_of(one) for one in pids], used(server)
        made, began = sum(counts), time.monotonic()
        time.sleep(seconds)
        after, database = [cpu_of(one) for one in pids], used(server) - of_database
        calls, took = sum(counts) - made, time.monotonic() - began
        ended.set()
        for one in calling:
            one.result()
    process.terminate()
    process.wait()
    spent = [b - a for a, b in zip(before, after, strict=True)]
    shares = " ".join(f"{one / sum(spent):.2f}" for one in spent)
    print(
        f"  {workers} worker(s): {sum(spent) / calls * 1e6:.0f} µs of the mock per call (shares {shares}), "
        f"{database / calls * 1e6:.0f} µs of the database, {calls / took:.0f} calls a second"
    )
    return Share(sum(spent) / calls * 1e6, database / calls * 1e6, calls / took)


def scaling(server: Any, seconds: float, enrollments: int, rounds: int = 3) -> bool:
    """What a second worker brings: twice the processors, less what it costs that they meet."""
    within = True
    store = server.new()
    process, told, _ = start_mock("--store", store)
    filled(store, told, Connection(int(told["url"].rpartition(":")[2])), 0, enrollments)
    process.terminate()
    process.wait()
    for place, (name, body) in enumerate(bodies().items()):
        print(f"{name}, six clients, PostgreSQL with {enrollments:,} enrollments:")
        gains, calls = [], []
        for turn in range(rounds):
            starts = [10**9 * (10 * place + 2 * turn + workers) for workers in (1, 2)]
            one = sharing(store, server, 1, seconds, body, starts[0])
            two = sharing(store, server, 2, seconds, body, starts[1])
            gains.append(2 * one.mock / two.mock)
            calls.append(two.calls / one.calls)
        gain = statistics.median(gains)
        print(f"  by their processor time two workers can answer {gain:.2f} × the calls of one;", end=" ")
        print(
            f"here, where clients and database need processors as well, they answered {statistics.median(calls):.2f} ×"
        )
        within = within and gain >= SCALING
    return within
