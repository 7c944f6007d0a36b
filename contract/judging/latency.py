"""Whether calls become slower as more is provisioned, told apart from a machine that has other things to do.

Calls are measured in pairs with a control call that touches no state, both as the least of a small group: whatever
else the machine does makes single calls late, and hardly ever a whole group of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from contract.judging.findings import ExchangeJudgement

CLAUSE = "latency-flat"
LEAST = 0.001
"""Seconds; a smaller rise is nobody's concern."""
FEWEST = 5
"""Groups below which nothing is told."""


class Trend(StrEnum):
    """What two series of measurements say."""

    FLAT = "flat"
    SLOWER = "slower"
    NOISY = "too noisy to tell"


@dataclass(frozen=True, slots=True)
class TimedPair:
    """The least seconds of a group of calls that create something, and of the control calls between them."""

    work: float
    control: float

    @property
    def cost(self) -> float:
        """Seconds that only the work takes."""
        return max(self.work - self.control, 0.0)


def trend(early: Sequence[TimedPair], late: Sequence[TimedPair]) -> Trend:
    """Compare measurements from the beginning and the end of a run.

    Slower is what more than doubled, beyond what the control calls of the same moments tell about the machine.
    """
    before, after = median(one.cost for one in early), median(one.cost for one in late)
    controls = sorted(one.control for one in (*early, *late))
    noise = controls[-1 - len(controls) // 10] - controls[0]
    machine = median(one.control for one in late) / max(median(one.control for one in early), 1e-6)
    rise = after - before * max(machine, 1.0)
    bar = max(before, LEAST)
    if rise > bar + 2 * noise:
        return Trend.SLOWER
    # where the machine alone may have made the calls so much later, or hidden that they are, nobody can tell
    hidden = 2 * noise > 3 * bar and after - before > bar
    return Trend.NOISY if rise > bar or hidden else Trend.FLAT


def judge_latency(
    early: Sequence[TimedPair], late: Sequence[TimedPair], confirmed: Sequence[TimedPair]
) -> tuple[Trend, ExchangeJudgement]:
    """The trend, and the findings: a rise counts if it is there again after a pause (``confirmed``)."""
    judgement = ExchangeJudgement()
    if min(len(early), len(late)) < FEWEST:
        return Trend.FLAT, judgement
    found = trend(early, late)
    if found is Trend.SLOWER:
        found = trend(early, confirmed) if len(confirmed) >= FEWEST else Trend.NOISY
    if found is Trend.NOISY:
        return found, judgement
    judgement.touch(CLAUSE)
    if found is Trend.SLOWER:
        before, after = median(one.cost for one in early), median(one.cost for one in confirmed)
        received = f"{before * 1000:.1f} ms at first, {after * 1000:.1f} ms at last, beyond what a control call takes"
        judgement.find(CLAUSE, "slower and slower", "a flat latency", received)
    return found, judgement
