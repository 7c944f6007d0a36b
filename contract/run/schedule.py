"""In which order probes run, and what runs side by side: each on a workbench and under names of its own."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from zlib import crc32

from contract.generation.chance import Seeded
from contract.http.target import HaltedError
from contract.oracle.expectation import Admissibility
from contract.probes.ladder import LADDER
from contract.probes.options import Share
from contract.probes.workbench import Workbench

FIRST = ("recall", "pace")
"""Probes that come before all others, alone: whether anything works, and how long it takes when there is little."""
LAST = ("journey-report", "growth", "memory", "signon-keys")
"""Probes that come after all others, alone: what has become of the beginning."""
TELLING = ("subsets", "signon", "kinds", "bursts", "by-sid", "unknown-sids", "implied")
"""Probes that tell most with least."""
MANY = ("spellings", "odd-values", "omissions", "broken-updates", "broken", "credentials", "crossings", "changes")
"""Probes of many requests, which would be the last to end if they did not begin early."""
SHARED = ("broken", "broken-updates", "credentials")
"""Probes whose requests do not depend on each other, so that they can be shared out."""


class NothingAcceptedError(Exception):
    """The target refuses everything that every reading accepts; going on would mean nothing."""


def climb(bench: Workbench, only: frozenset[str] | None = None, *, jobs: int = 1) -> None:
    """Run every probe of the ladder (or those of ``only``), up to ``jobs`` of them at the same time."""
    chosen = [name for name in LADDER if only is None or name in only]
    for name in (one for one in FIRST if one in chosen):
        _run(name, bench)
    must, did = bench.tally[Admissibility.MUST_ACCEPT]
    if must >= 3 and did == 0:
        raise NothingAcceptedError
    between = [one for one in (*TELLING, *MANY) if one in chosen]
    between += [one for one in chosen if one not in (*between, *FIRST, *LAST)]
    if jobs > 1:
        _side_by_side([task for name in between for task in _tasks(name, bench, jobs)], bench, jobs)
    else:
        for name in between:
            _run(name, bench)
    for name in (one for one in LAST if one in chosen):
        _run(name, bench)


def _run(name: str, bench: Workbench) -> None:
    with bench.probe(name):
        LADDER[name](bench)


def _tasks(name: str, bench: Workbench, jobs: int) -> Iterator[Callable[[], None]]:
    shares = (jobs + 1) // 2 if name in SHARED else 1

    def one(share: Share) -> None:
        with _apart(name, bench) as fork:
            fork.share = share
            _run(name, fork)

    for place in range(shares):
        share = Share(place, shares)
        yield lambda share=share: one(share)  # type: ignore[misc]


def _side_by_side(tasks: Sequence[Callable[[], None]], bench: Workbench, jobs: int) -> None:
    """Do things on threads; the first that cannot go on, or an interruption, stops all others."""
    with ThreadPoolExecutor(jobs, thread_name_prefix="probe") as pool:
        futures: list[Future[None]] = [pool.submit(task) for task in tasks]
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            bench.target.halted = any(one.exception() is not None for one in done)
        except BaseException:
            bench.target.halted = True
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=bench.target.halted)
            bench.target.halted = False
    errors = [error for one in futures if not one.cancelled() and (error := one.exception()) is not None]
    for error in sorted(errors, key=lambda one: isinstance(one, HaltedError)):
        raise error


_LOCK = threading.Lock()


@contextmanager
def _apart(name: str, bench: Workbench) -> Iterator[Workbench]:
    """A workbench for one task, whose choices depend on the seed and the name alone."""
    fork = bench.fork(f"iv-{secrets.token_hex(5)}")
    fork.chance = Seeded(crc32(name.encode(), bench.seed))
    try:
        yield fork
    finally:
        with _LOCK:
            for verdict, (asked, accepted) in fork.tally.items():
                before = bench.tally[verdict]
                bench.tally[verdict] = before[0] + asked, before[1] + accepted
            bench.seen_findings += fork.seen_findings
            bench.shown |= fork.shown
            bench.unfollowed = bench.unfollowed or fork.unfollowed
