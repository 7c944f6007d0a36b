"""By hand, minutes: a call with a million enrollments stored against one with a thousand, and the memory of each."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from pathlib import Path

from client import Connection, bodies, call_bytes, per_call, start_mock


def growth(options: argparse.Namespace) -> int:
    """Measure a call with many enrollments stored against one with few, and the memory of an enrollment."""
    server, told, _ = start_mock()
    served = Connection(int(told["url"].rpartition(":")[2]))
    path = f"/v2/installs/{told['install']}/provision"
    fresh = bodies()["fresh"]
    resident = lambda: int(Path(f"/proc/{server.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")  # noqa: E731
    number, empty, few = 0, resident(), 0.0

    def measured() -> float:
        nonlocal number
        rounds = []
        for _ in range(5):
            requests = [call_bytes(path, told["token"], fresh(number + index)) for index in range(400)]
            number += 400
            rounds.append(per_call(server.pid, served, requests))
        return statistics.median(rounds)

    try:
        for _ in range(1000):
            number += 1
            served.send(call_bytes(path, told["token"], fresh(number)))
        few = measured()
        while number < options.enrollments:
            number += 1
            served.send(call_bytes(path, told["token"], fresh(number)))
        many = measured()
        memory = (resident() - empty) / number
    finally:
        server.terminate()
        server.wait()
    print(f"fresh enrollment: {few:.1f} µs at 1,000, {many:.1f} µs at {number:,}: ratio {many / few:.2f}")
    print(f"memory: {memory:.0f} bytes per user with enrollment")
    return 0 if many / few <= 1.2 else 1


def main() -> int:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(prog="scripts/bench growth", description=__doc__)
    parser.add_argument("--enrollments", type=int, default=1_000_000)
    return growth(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
