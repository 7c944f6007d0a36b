"""Probes of how long calls take: fresh things at the beginning and at the end of a run, beside calls without effect."""

from __future__ import annotations

from contract.judging.latency import CLAUSE, FEWEST, TimedPair, Trend, judge_latency, trend
from contract.probes.workbench import Workbench

_GROUP = 4
_PAUSE = 1.0
_SLOW = 0.05
"""Seconds of a call from which on fewer calls have to do."""


def pace(bench: Workbench) -> None:
    """Fresh things early in the run: how long they take.

    Kept beside the strategies: sequences are not timed.
    """
    bench.pace = _measured(bench)


def growth(bench: Workbench) -> None:
    """Fresh things late in the run: they take no longer than the early ones. A rise is measured again.

    Kept beside the strategies: sequences are not timed.
    """
    if len(bench.pace) < FEWEST:
        return
    late = _measured(bench)
    again: list[TimedPair] = []
    if len(late) >= FEWEST and trend(bench.pace, late) is not Trend.FLAT:
        bench.target.sleep(_PAUSE)
        again = _measured(bench)
    found, judgement = judge_latency(bench.pace, late, again)
    if found is Trend.NOISY:
        bench.ledger.results[CLAUSE].reason = "the machine was too noisy to tell; run it alone"
    bench.record(judgement)


def _measured(bench: Workbench) -> list[TimedPair]:
    """Groups of calls that create, each with a control call that is refused before it could have any effect."""
    pairs = bench.options.growth // 3
    made: list[TimedPair] = []
    group = _GROUP
    while pairs >= group and len(made) < 2 * FEWEST:
        work: list[float] = []
        control: list[float] = []
        for _ in range(group):
            created, refused = bench.provision(bench.body()), bench.provision({})
            for exchange, seconds in ((created, work), (refused, control)):
                if exchange.response is None or exchange.earlier:
                    return made
                seconds.append(exchange.seconds)
            if created.response is None or not created.response.ok or refused.response is None or refused.response.ok:
                return made
        made.append(TimedPair(min(work), min(control)))
        pairs -= group
        if min(work) > _SLOW:
            group = 2
            pairs = min(pairs, group * (FEWEST - len(made)))
    return made
