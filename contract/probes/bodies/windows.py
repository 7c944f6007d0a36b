"""Probes of windows whose two ends are written in different offsets: it is their instants that follow each other."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from contract.model.identity import value_at
from contract.probes.changes import put
from contract.probes.workbench import Workbench

_EAST, _WEST = timezone(timedelta(hours=12)), timezone(timedelta(hours=-11))
_APART = timedelta(hours=6)
_FAR = ("2038-01-19T03:14:08Z", "2106-02-07T06:28:16Z", "9999-12-31T23:59:59Z")
"""The first seconds that 32 bits do not hold, with and without a sign, and the last one of four digits."""


def windows(bench: Workbench) -> None:
    """A window that closes after it opens, though its wall clocks say otherwise; one of which only they say so; and one
    that closes in the far future.

    Kept beside the strategies: wall clocks and instants that contradict each other are not drawn.
    """
    for part in bench.resources.parts:
        for leaf in part.leaves:
            after = leaf.schema.get("x-after")
            base = bench.body()
            path = (*part.path, *leaf.path)
            if after is None or not isinstance(value_at(base, path), str):
                continue
            earlier = datetime.fromisoformat(value_at(base, (*path[:-1], after))).replace(microsecond=0)
            later = earlier + _APART
            for opens, closes in (
                (earlier.astimezone(_EAST), later.astimezone(_WEST)),
                (later.astimezone(_WEST), earlier.astimezone(_EAST)),
            ):
                body = put(put(bench.renamed(base), (*path[:-1], after), opens.isoformat()), path, closes.isoformat())
                with bench.probe(f"windows: {opens.isoformat()} to {closes.isoformat()} at {leaf.key} of {part.name}"):
                    bench.provision(body)
            with bench.probe(f"windows: far away at {leaf.key} of {part.name}"):
                for closes_at in _FAR:
                    bench.provision(put(base, path, closes_at))
