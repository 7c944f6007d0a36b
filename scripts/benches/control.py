"""By hand, minutes: what an install of one's own costs, whether memory grows with calls, and that tests do not meet."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from client import Connection, bodies, call_bytes, cpu_of, start_mock


def resident(pid: int) -> float:
    """Megabytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


class Caller:
    """A kept-alive client of the control plane and of installs."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        text = None if body is None else json.dumps(body)
        self.connection.request(method, path, text, {"Content-Type": "application/json", **headers})
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())


def installs(pid: int, call: Caller, count: int) -> bool:
    """Make so many installs, and say what each cost."""
    call("POST", "/_invigilate/installs")  # the control plane is made now
    memory, spent = resident(pid), cpu_of(pid)
    made = [call("POST", "/_invigilate/installs")[1]["install"] for _ in range(count)]
    each, grown = (cpu_of(pid) - spent) / count * 1e3, resident(pid) - memory
    print(f"{count} installs: {each:.2f} ms of processor time each, {grown:.1f} MB in all")
    for sid in made:
        call("DELETE", f"/_invigilate/installs/{sid}")
    return each <= 5 and grown <= 50 * count / 200


def flat(pid: int, told: dict[str, Any], connection: Connection, calls: int) -> bool:
    """Make so many calls, and say what memory did after the first tenth."""
    path = f"/v2/installs/{told['install']}/provision"
    request = call_bytes(path, told["token"], bodies()["re-call"](0))
    seen = []
    for number in range(calls):
        connection.send(request)
        if (number + 1) % max(calls // 10, 1) == 0:
            seen.append(resident(pid))
    print(f"{calls:,} calls: {seen[0]:.1f} MB after a tenth, {seen[-1]:.1f} MB at the end")
    return seen[-1] - seen[0] <= 5


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
        call = Caller(port)
        return [said for index in range(tests) if (said := one_test(call, f"test {number}-{index}"))]

    failed = []
    for _ in range(runs):
        with ThreadPoolExecutor(workers) as pool:
            failed += [said for one in pool.map(worker, range(workers)) for said in one]
    print(f"{runs} runs of {workers} workers × {tests} tests: {len(failed)} failed {failed[:3]}")
    return not failed


def main() -> int:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(prog="scripts/bench control", description=__doc__)
    parser.add_argument("--installs", type=int, default=200)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--tests", type=int, default=100)
    parser.add_argument("--runs", type=int, default=50)
    options = parser.parse_args()
    server, told, _ = start_mock()
    port = int(told["url"].rpartition(":")[2])
    began = time.perf_counter()
    try:
        kept = [
            installs(server.pid, Caller(port), options.installs),
            apart(port, options.workers, options.tests, options.runs),
            flat(server.pid, told, Connection(port), options.calls),
        ]
    finally:
        server.terminate()
        server.wait()
    print(f"{'within' if all(kept) else 'OVER'} the budget, after {time.perf_counter() - began:.0f} s")
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
