"""What a run may do, and how the work of a probe is shared out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from contract.journey.steps import Step


@dataclass(frozen=True, slots=True)
class Options:
    """What a run may do beyond its clauses: follow sign-on links, go on after provisioning, and how hard to try."""

    follow_signon: bool = False
    burst: int = 8
    growth: int = 120
    journey: Step | None = None
    """The last step of the journey that is walked; None: it is not walked at all."""


class Share(NamedTuple):
    """One of several equal shares of a probe's requests, which run side by side."""

    place: int = 0
    shares: int = 1
