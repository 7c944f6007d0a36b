"""In which order probes run, and which of them side by side: each on a workbench and under names of its own."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from zlib import crc32

from contract.generation.chance import Seeded
from contract.oracle.expectation import Verdict
from contract.probes.ladder import LADDER
from contract.probes.workbench import Workbench

FIRST = ("recall", "pace")
"""Probes that come before all others, alone: whether anything works, and how long it takes when there is little."""
LAST = ("growth", "memory")
"""Probes that come after all others, alone: what has become of the beginning."""
MANY = ("broken", "odd-values", "omissions", "changes", "credentials")
"""Probes of many requests. Those that would be the last to end begin early."""
TELLING = ("subsets", "signon", "kinds", "bursts", "by-sid", "unknown-sids", "implied")
"""Probes that tell most with least."""


class NothingAcceptedError(Exception):
    """The target refuses everything that every reading accepts; going on would mean nothing."""


def climb(bench: Workbench, only: frozenset[str] | None = None, *, jobs: int = 1) -> None:
    """Run every probe of the ladder (or those of ``only``), up to ``jobs`` of them at the same time."""
    chosen = [name for name in LADDER if only is None or name in only]
    for name in (one for one in FIRST if one in chosen):
        _run(name, bench)
    must, did = bench.tally[Verdict.MUST_ACCEPT]
    if must >= 3 and did == 0:
        raise NothingAcceptedError
    between = [one for one in (*TELLING, *MANY) if one in chosen]
    between += [one for one in chosen if one not in (*between, *FIRST, *LAST)]
    if jobs > 1:
        _side_by_side(between, bench, jobs)
    else:
        for name in between:
            _run(name, bench)
    for name in (one for one in LAST if one in chosen):
        _run(name, bench)


def _run(name: str, bench: Workbench) -> None:
    with bench.probe(name):
        LADDER[name](bench)


def _side_by_side(names: list[str], bench: Workbench, jobs: int) -> None:
    """Run probes on threads; the first that cannot go on stops those that have not begun."""
    lock = threading.Lock()

    def one(name: str) -> None:
        with _apart(name, bench, lock) as fork:
            _run(name, fork)

    with ThreadPoolExecutor(jobs, thread_name_prefix="probe") as pool:
        futures: list[Future[None]] = [pool.submit(one, name) for name in names]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    for future in futures:
        if not future.cancelled():
            future.result()


@contextmanager
def _apart(name: str, bench: Workbench, lock: threading.Lock) -> Iterator[Workbench]:
    """A workbench for one probe, whose choices depend on the seed and the probe alone."""
    fork = bench.fork(f"iv-{secrets.token_hex(5)}")
    fork.chance = Seeded(crc32(name.encode(), bench.seed))
    try:
        yield fork
    finally:
        with lock:
            for verdict, (asked, accepted) in fork.tally.items():
                before = bench.tally[verdict]
                bench.tally[verdict] = before[0] + asked, before[1] + accepted
            bench.seen_findings += fork.seen_findings
            bench.unfollowed = bench.unfollowed or fork.unfollowed
