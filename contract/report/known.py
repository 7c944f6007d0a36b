"""One entry of a baseline: a finding that is known, and why it does not count for now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class BaselineEntry:
    """A finding that is known, with a reason and who answers for it. From the day after ``expires`` on it counts again.

    ``examples`` is how many generated sequences it took to find it; 0 if the fixed probes did.
    """

    fingerprint: str
    clause: str
    reason: str
    pointer: str = ""
    received: str = ""
    owner: str = ""
    expires: date | None = None
    examples: int = 0
