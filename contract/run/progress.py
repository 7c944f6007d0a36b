"""Progress on a terminal: the phase and the number of requests. Elsewhere nothing is shown."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from contract.http.exchange import Exchange
from contract.run.runner import Watch


@contextmanager
def progress(title: str) -> Iterator[Watch | None]:
    """A watcher that shows every request on standard error, or None if that is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TextColumn("{task.fields[phase]}", markup=False),
        TextColumn("{task.completed:.0f} requests"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(title, total=None, phase="knock")

        def see(exchange: Exchange, phase: str) -> None:
            shown.update(task, advance=1, phase=phase)

        yield see
