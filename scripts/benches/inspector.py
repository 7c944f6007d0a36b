"""By hand, a minute: what an open inspector costs the calls, as processor time of the server; one stream is read."""

from __future__ import annotations

import argparse
import statistics
import sys
import threading
from urllib.request import ProxyHandler, build_opener

from client import Connection, bodies, call_bytes, per_call, settle, start_mock

BUDGET = 1.05


def listen(url: str, ready: threading.Event, ended: threading.Event, heard: list[int]) -> None:
    """Read the stream of the inspector, as an open page does, until it is to end."""
    with build_opener(ProxyHandler({})).open(f"{url}/_invigilate/calls/events") as stream:
        while not ended.is_set():
            line = stream.readline()
            heard[0] += line.startswith(b"data: <tr")
            ready.set()


def main() -> int:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(prog="scripts/bench inspector", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--requests", type=int, default=4000)
    options = parser.parse_args()
    process, told, _ = start_mock()
    body = bodies()["re-call"](0)
    calls = [call_bytes(f"/v2/installs/{told['install']}/provision", told["token"], body)] * options.requests
    connection = Connection(int(told["url"].rpartition(":")[2]))
    settle(process.pid)
    closed, opened, heard = [], [], [0]
    try:
        for turn in range(options.rounds + 1):
            without = per_call(process.pid, connection, calls)
            ended, ready = threading.Event(), threading.Event()
            reader = threading.Thread(target=listen, args=(told["url"], ready, ended, heard))
            reader.start()
            ready.wait()
            cost = per_call(process.pid, connection, calls)
            ended.set()
            connection.send(calls[0])  # its row is the last one that the reader waits for
            reader.join()
            if turn:  # the first round warms up
                closed.append(without)
                opened.append(cost)
    finally:
        process.terminate()
        process.wait()
    ratio = statistics.median(b / a for a, b in zip(closed, opened, strict=True))
    print(f"re-call {statistics.median(closed):.1f} µs, with the inspector open {statistics.median(opened):.1f} µs")
    print(f"ratio {ratio:.3f} (median of the rounds; budget {BUDGET}); {heard[0]:,} rows were shown")
    return 0 if ratio <= BUDGET else 1


if __name__ == "__main__":
    sys.exit(main())
