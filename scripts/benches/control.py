"""By hand, minutes: what an install of one's own costs, that tests do not meet, and whether memory grows with calls."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from client import Connection, bodies, call_bytes, cpu_of, start_mock


def resident(pid: int) -> float:
    """Megabytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


class Caller:
    """A client of the control plane and of installs.

    It keeps its connection alive, and takes a new one when it has been idle: a server may end it (RFC 9112 9.3).
    """

    IDLE = 1.0  # seconds; well before the mock ends a connection that nobody uses

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.used = time.monotonic()

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        text = None if body is None else json.dumps(body)
        if time.monotonic() - self.used > self.IDLE:
            self.connection.close()  # the next request connects again
        self.connection.request(method, path, text, {"Content-Type": "application/json", **headers})
        answer = self.connection.getresponse()
        status, told = answer.status, json.loads(answer.read())
        self.used = time.monotonic()
        return status, told


def installs(pid: int, call: Caller, count: int) -> bool:
    """Make so many installs, and say what each cost."""
    call("POST", "/_invigilate/installs")  # the control plane is made now
    memory, spent = resident(pid), cpu_of(pid)
    made = [call("POST", "/_invigilate/installs")[1] for _ in range(count)]
    each, empty = (cpu_of(pid) - spent) / count * 1e3, resident(pid) - memory
    body = json.loads(bodies()["re-call"](0))
    for one in made:
        call("POST", f"/v2/installs/{one['install']}/provision", body, token=one["token"])
    used = resident(pid) - memory
    print(
        f"{count} installs: {each:.2f} ms of processor time each; {empty:.1f} MB in all, "
        f"{used:.1f} MB after a call of each"
    )
    for sid in (one["install"] for one in made):
        call("DELETE", f"/_invigilate/installs/{sid}")
    return each <= 5 and used <= 50 * count / 200


def calls_of_every_kind(told: dict[str, Any]) -> list[bytes]:
    """Calls that store nothing more: re-calls, updates there and back, refusals, and looks at the control plane."""
    path, token = f"/v2/installs/{told['install']}/provision", told["token"]
    body = json.loads(bodies()["re-call"](0))
    course = body["course"]
    other = {**body, "course": {**course, "title": "Another title"}}
    without = {**body, "course": {name: value for name, value in course.items() if name != "title"}}
    again, update, refused = (call_bytes(path, token, json.dumps(one).encode()) for one in (body, other, without))
    found = json.dumps({"match": {"operation": "provision"}, "atLeast": 1}).encode()
    looks = call_bytes("/_invigilate/verify", token, found)
    return (
        [again] * 500
        + [update, again] * 245
        + [refused, call_bytes(path, "none", json.dumps(body).encode())] * 4
        + [
            looks,
            call_bytes(f"/v2/installs/{told['install']}/nothing", token, b"{}"),
        ]
    )


def grows(pid: int, connection: Connection, calls: list[bytes], marks: list[int], most: float) -> bool:
    """Make calls over and over, and say what the server holds at each mark: from the second on, at ``most`` more."""
    seen = []
    for number in range(1, marks[-1] + 1):
        connection.send(calls[number % len(calls)], only=None)
        if number in marks:
            seen.append(resident(pid))
            print(f"  {number:>9,} calls: {seen[-1]:.1f} MB", flush=True)
    return seen[-1] - seen[1] <= most


def flat(pid: int, told: dict[str, Any], port: int, calls: int) -> bool:
    """Whether memory stays where it was after a tenth of the calls; sign-ons are remembered up to a number."""
    marks = [max(calls // share, 1) for share in (100, 10, 2, 1)]
    print("memory, calls of every kind that store nothing more (journal on):")
    kept = grows(pid, Connection(port), calls_of_every_kind(told), marks, 5)
    print("memory, sign-ons (50,000 are remembered):")
    path = f"/v2/installs/{told['install']}/provision"
    signon = [call_bytes(path, told["token"], bodies()["with sign-on"](0))]
    marks = [max(calls * share // 100, 1) for share in (1, 10, 15)]
    return grows(pid, Connection(port), signon, marks, 5) and kept


def one_test(call: Caller, name: str) -> str:
    """A test with an install of its own: state, weather, time and journal are as if nobody else were there."""
    _, made = call("POST", "/_invigilate/installs")
    install = made["install"]
    path, mine = f"/v2/installs/{install}/provision", f"install={install}"
    body = {"course": {"ids": {"lms": "the-same"}, "title": name, "code": None}}
    rule = {"match": {"install": install}, "then": {"status": 503}, "times": 1}
    told = [
        call("POST", path, body, token=made["token"])[1]["course"]["result"],
        call("POST", "/_invigilate/weather", rule)[0],
        call("POST", path, body, token=made["token"])[0],
        call("POST", path, body, token=made["token"])[1]["course"]["result"],
        call("POST", f"/_invigilate/clock/advance?{mine}", {"days": 2})[0],
        call("POST", path, body, token=made["token"])[0],
        call("GET", f"/_invigilate/journal/count?{mine}")[1]["count"],
        call("GET", f"/_invigilate/state?{mine}")[1]["resources"][0]["attributes"]["title"],
        call("DELETE", f"/_invigilate/installs/{install}")[0],
    ]
    expected = ["Created", 201, 503, "Found Existing", 200, 403, 4, name, 200]
    return "" if told == expected else f"{name}: {told}"


def apart(port: int, workers: int, tests: int, runs: int) -> bool:
    """Let workers run tests side by side on one server, each with an install of its own."""

    def worker(number: int) -> list[str]:
        call, failed = Caller(port), []
        for index in range(tests):
            try:
                said = one_test(call, f"test {number}-{index}")
            except (OSError, http.client.HTTPException, LookupError) as error:
                said, call = f"test {number}-{index}: {error!r}", Caller(port)
            failed += [said] if said else []
        return failed

    failed = []
    for run in range(1, runs + 1):
        with ThreadPoolExecutor(workers) as pool:
            failed += [f"run {run}: {said}" for one in pool.map(worker, range(workers)) for said in one]
    print(f"{runs} runs of {workers} workers × {tests} tests: {runs * workers * tests:,} tests, {len(failed)} failed")
    print(*failed[:10], sep="\n", end="\n" if failed else "")
    return not failed


def main() -> int:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(prog="scripts/bench control", description=__doc__)
    parser.add_argument("--only", choices=["installs", "apart", "memory"], help="one of the three, not all")
    parser.add_argument("--installs", type=int, default=200)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--tests", type=int, default=100)
    parser.add_argument("--runs", type=int, default=50)
    options = parser.parse_args()
    kept = []
    for name in [options.only] if options.only else ["installs", "apart", "memory"]:
        server, told, _ = start_mock()  # a fresh one, so that no measure stands on what another left
        port = int(told["url"].rpartition(":")[2])
        measures = {
            "installs": partial(installs, server.pid, Caller(port), options.installs),
            "apart": partial(apart, port, options.workers, options.tests, options.runs),
            "memory": partial(flat, server.pid, told, port, options.calls),
        }
        try:
            kept.append(measures[name]())
            print(f"  the mock used {cpu_of(server.pid):.0f} s of processor time", flush=True)
        finally:
            server.terminate()
            server.wait()
    print("within the budget" if all(kept) else "OVER the budget")
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
