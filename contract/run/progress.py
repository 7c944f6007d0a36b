"""Progress on standard error: a line that moves on a terminal, elsewhere a line every ten seconds."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from contract.http.exchange import Exchange
from contract.http.lines import guarded
from contract.run.runner import Stage, Watch

WIDTH = 20
_CLEAR = "\r\x1b[K"
EVERY = 10.0
"""Seconds between two lines off a terminal."""


@contextmanager
def progress(title: str) -> Iterator[Watch]:
    """A watcher that tells how far a run is."""
    if not sys.stderr.isatty():
        yield lines(title, sys.stderr)
        return
    try:
        yield one_line(title, sys.stderr)
    finally:
        sys.stderr.write(_CLEAR)
        sys.stderr.flush()


def one_line(title: str, out: TextIO, clock: Callable[[], float] = time.monotonic) -> Watch:
    """A watcher for a terminal: one line that is written anew, at most ten times a second."""
    began = clock()
    due = began

    def see(exchange: Exchange, stage: Stage) -> None:
        nonlocal due
        now = clock()
        if now >= due:
            due = now + 0.1
            done = min(stage.done, stage.total) * WIDTH // max(stage.total, 1)
            bar = "━" * done + "─" * (WIDTH - done)
            text = f"{title} {bar} {stage}, {exchange.index} requests, {now - began:.0f} s"
            out.write(_CLEAR + guarded(text)[: shutil.get_terminal_size().columns - 1])
            out.flush()

    return see


def lines(title: str, out: TextIO, clock: Callable[[], float] = time.monotonic) -> Watch:
    """A watcher that writes a line every ten seconds: what is done, of how much."""
    due = clock() + EVERY

    def see(exchange: Exchange, stage: Stage) -> None:
        nonlocal due
        if clock() >= due:
            due = clock() + EVERY
            out.write(guarded(f"invigilate: {title}: {stage}, {exchange.index} requests") + "\n")
            out.flush()

    return see
