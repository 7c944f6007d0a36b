"""How far the journey is walked."""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """A step of the journey, in the order in which a client takes them."""

    TOKEN = "token"  # noqa: S105  # the step of asking for one
    SESSIONS = "sessions"
    ASSIGN = "assign"
    SCHEDULE = "schedule"
    ONBOARD = "onboard"
    READ = "read"

    def reaches(self, other: Step) -> bool:
        """Whether who goes as far as this takes another step, too."""
        steps = list(Step)
        return steps.index(other) <= steps.index(self)
