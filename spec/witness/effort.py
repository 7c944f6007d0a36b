"""How much may be tried before a search gives up: counted, not timed, so that the same input gives the same answer."""

from __future__ import annotations

WHOLE = 1_000_000  # steps: a value made, or a fiftieth of a body judged; some seconds of one core


class Effort:
    """Steps that are left. What is tried without an effort of its own has as much as it takes."""

    def __init__(self, steps: int = WHOLE) -> None:
        self.whole = self.left = steps

    def spend(self, steps: int = 1) -> bool:
        """Take steps; False once none are left."""
        self.left -= steps
        return self.left > 0

    @property
    def is_spent(self) -> bool:
        """True once no step is left."""
        return self.left <= 0
