"""Kills a mock again and again, at any moment, and looks whether an acknowledged call was lost or done twice.

Clients call without a pause. A worker, or all processes of the mock, are killed with SIGKILL. Then every call of the
round that was answered must find what it made, under the same SID; what was not answered is sent again, twice, and must
be told of one and the same. A sign-on link that was followed leads in no more. At the end each identifier has exactly
one resource.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from callers import Caller
from client import ROOT
from killing import CHANCE, Mock

sys.path.insert(0, str(ROOT / "tests"))
_SHARE = 4  # of so many kills one is of all processes
_SELDOM = 100  # kills after which it is told how far it is


@dataclass
class Tally:
    """What a soak came to."""

    kills: int = 0
    of_all: int = 0
    answered: int = 0
    doubtful: int = 0
    refused: int = 0
    links: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, caller: Caller) -> None:
        """Count a round of a caller, whose answers are looked at."""
        self.answered += len(caller.answered)
        self.doubtful += len(caller.doubtful)
        self.links += len(caller.used)
        self.refused, caller.refused = self.refused + caller.refused, 0
        self.wrong += caller.check()
        caller.forget()


def soak(mock: Mock, kills: int, clients: int) -> Tally:
    """Kill so often."""
    tally = Tally()
    callers = [Caller(mock, f"soak-{os.getpid()}-{number}") for number in range(clients)]
    numbers = [iter(range(10**9)) for _ in callers]
    mock.start()
    for number in range(kills):
        is_of_all = mock.workers == 1 or number % _SHARE == 0
        with ThreadPoolExecutor(clients) as threads:
            ended = threading.Event()
            working = [threads.submit(one.work, count, ended) for one, count in zip(callers, numbers, strict=True)]
            try:
                time.sleep(CHANCE.uniform(0.0, 0.1))
                mock.kill_all() if is_of_all else mock.kill_one()
            finally:
                ended.set()
            for one in working:
                one.result()
        if is_of_all:
            mock.start()
        tally.kills, tally.of_all = tally.kills + 1, tally.of_all + is_of_all
        if tally.kills % _SELDOM == 0:
            print(f"{tally.kills} kills, {tally.answered} calls answered", file=sys.stderr, flush=True)
        for caller in callers:
            tally.add(caller)
        if tally.wrong:
            break
    return tally


def once(mock: Mock, expected: int) -> list[str]:
    """What of all that was made is there more than once, or less."""
    caller = Caller(mock, "end")
    wrong = []
    for part in ("course", "user"):
        seen: dict[str, int] = {}
        for one in caller.call("GET", f"/_invigilate/state?kind={part}")[1]["resources"]:
            name = one["identifiers"].get("external", f"{one['sid']}, which has no identifier,")
            seen[name] = seen.get(name, 0) + 1
        soaked = {name: count for name, count in seen.items() if name.startswith("soak-") or "no identifier" in name}
        wrong += [
            f"{part} {name} is there {count} times" for name, count in soaked.items() if count > 1 or "no " in name
        ]
        if len(soaked) != expected:
            wrong.append(f"there are {len(soaked)} of {part}, and {expected} were made")
    return wrong


def main() -> int:
    """Read the options and soak."""
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    parser.add_argument(
        "--store",
        help="sqlite:PATH or postgresql://…; 'postgresql': a server of our own (default: a file in a new folder)",
    )
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--clients", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    CHANCE.seed(options.seed)
    began = time.monotonic()
    with contextlib.ExitStack() as ended:
        folder = ended.enter_context(tempfile.TemporaryDirectory(prefix="soak-"))
        store = options.store or f"sqlite:{folder}/mock.db"
        if store == "postgresql":
            from stores import programs, started_postgres

            found = programs()
            if found is None:
                parser.error("PostgreSQL is not installed here: apt-get install postgresql")
            store = ended.enter_context(started_postgres(found)).new()
        mock = Mock(store, options.workers, Path(folder))
        try:
            tally = soak(mock, options.kills, options.clients)
            tally.wrong += once(mock, tally.answered + tally.doubtful)
        finally:
            if mock.process is not None and mock.process.poll() is None:
                mock.process.terminate()
                mock.process.wait()
    seconds = time.monotonic() - began
    print(f"{tally.kills} kills ({tally.of_all} of every process) in {seconds:.0f} s")
    print(f"{tally.answered} calls answered and looked at again, {tally.doubtful} without an answer sent again")
    print(f"{tally.links} links followed, {tally.refused} calls answered with 503")
    for one in tally.wrong[:20]:
        print(f"WRONG: {one}")
    print("nothing was lost, nothing was done twice" if not tally.wrong else f"{len(tally.wrong)} things are wrong")
    return 1 if tally.wrong or not tally.answered else 0


if __name__ == "__main__":
    sys.exit(main())
