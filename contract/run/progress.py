"""Progress on standard error: a bar on a terminal, elsewhere a line every ten seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from contract.http.exchange import Exchange
from contract.http.lines import guarded
from contract.run.runner import Stage, Watch

EVERY = 10.0
"""Seconds between two lines off a terminal."""


@contextmanager
def progress(title: str) -> Iterator[Watch]:
    """A watcher that tells how far a run is."""
    if not sys.stderr.isatty():
        yield lines(title, sys.stderr)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[step]}", markup=False),
        TextColumn("{task.fields[requests]} requests"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(title, total=None, step="knock", requests=0)

        def see(exchange: Exchange, stage: Stage) -> None:
            shown.update(task, completed=stage.done, total=stage.total, step=str(stage), requests=exchange.index)

        yield see


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
