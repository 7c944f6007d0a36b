"""A store that holds many enrollments, what a call costs on it, and the database server's own part of that."""

from __future__ import annotations

import json
import random
import statistics
from typing import Any

from client import Connection, bodies, call_bytes, children, cpu_of, per_call, start_mock

GROWTH, FEW = 1.2, 1000


def used(server: Any) -> float:
    """Seconds of processor time of all processes of a database server, if there is one."""
    if server is None:
        return 0.0
    head = int((server.data / "postmaster.pid").read_text().split()[0])
    return sum(cpu_of(one) for one in (head, *children(head)))


def filled(store: str, told: dict[str, Any], connection: Connection, first: int, end: int) -> None:
    """Store enrollments of these numbers, each of a user of its own, beside what one call makes."""
    from mockserver.database.connections.opening import opened
    from mockserver.database.kept.resources import DatabaseStore
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

    for start in range(first, end, 1000):
        kept.commit([one for index in range(start, min(start + 1000, end)) for one in change(index)])


def grown(store: str, server: Any, enrollments: int, rounds: int) -> bool:
    """A call on a store with so many enrollments against one with a thousand: the mock's part and the server's."""
    process, told, _ = start_mock("--store", store)
    path, port = f"/v2/installs/{told['install']}/provision", int(told["url"].rpartition(":")[2])
    fresh, number = bodies()["fresh"], 0

    def measured() -> float:
        nonlocal number
        found, connection = [], Connection(port)  # one that was idle while the store was filled has ended
        for _ in range(rounds):
            sent = [call_bytes(path, told["token"], fresh(number + index)) for index in range(400)]
            number += len(sent)
            before = used(server)
            of_mock = per_call(process.pid, connection, sent)
            found.append(of_mock + (used(server) - before) / len(sent) * 1e6)
        return statistics.median(found)

    try:
        filled(store, told, Connection(port), 0, FEW)
        measured()
        few = measured()
        filled(store, told, Connection(port), FEW, enrollments)
        measured()  # what was written is brought into the file now
        many = measured()
    finally:
        process.terminate()
        process.wait()
    kind = store.partition(":")[0]
    print(f"{kind}: fresh enrollment {few:.0f} µs at {FEW:,}, {many:.0f} µs at {enrollments:,}: ratio {many / few:.2f}")
    return many / few <= GROWTH
