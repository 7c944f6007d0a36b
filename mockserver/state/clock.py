"""Time as the server sees it: a function that answers seconds since the epoch, so that tests bring their own."""

from __future__ import annotations

import time
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import TypeAlias

from mockserver.state.keeping import Memory, ProcessMemory, Spelling

Clock: TypeAlias = Callable[[], float]

system_clock: Clock = time.time

LATEST = 253_402_300_799.0
"""The last second that a date of four digits can name, which is as far as time can be moved."""


@dataclass(slots=True)
class Motion:
    """How a clock differs from the one that it follows: seconds ahead of it, or where it stands still."""

    ahead: float = 0.0
    frozen: float | None = None


_MOTIONS: Spelling[Motion] = Spelling(lambda one: [one.ahead, one.frozen], lambda _, value: Motion(*value))


class Clocks:
    """Time for each install, which can be moved and stopped. Without a name it is the time of the whole mock.

    The clock of an install follows that of the mock until it is frozen, and both follow ``base``.
    """

    def __init__(self, base: Clock, memory: Memory | None = None) -> None:
        self._base = base
        self._motions: MutableMapping[str, Motion] = (memory or ProcessMemory()).registry("clock", _MOTIONS)

    def __call__(self, install: str = "") -> float:
        """What ``now`` says."""
        return self.now(install)

    def now(self, install: str = "") -> float:
        """The time of an install. A method by its name is called in a third of the time that an object takes."""
        if not self._motions:
            return self._base()
        now = self._base()
        for name in ("", install) if install else ("",):
            motion = self._motions.get(name)
            if motion is not None:
                now = motion.frozen if motion.frozen is not None else now + motion.ahead
        return now

    def is_frozen(self, install: str = "") -> bool:
        """Whether the clock of an install (or that of the mock) was stopped by itself."""
        motion = self._motions.get(install)
        return motion is not None and motion.frozen is not None

    def freeze(self, install: str = "") -> None:
        """Stop a clock where it is."""
        self.put(self(install), install, frozen=True)

    def put(self, at: float, install: str = "", *, frozen: bool | None = None) -> None:
        """Set a clock; it goes on from there, or stands if it stood or is to be ``frozen``. Raises OverflowError."""
        if not 0 <= at <= LATEST:
            raise OverflowError(f"{at:.0f} is no second that this clock can show; it goes from 0 to {LATEST:.0f}.")
        stands = self.is_frozen(install) if frozen is None else frozen
        self._motions.pop(install, None)
        self._motions[install] = Motion(at - self(install), at if stands else None)

    def advance(self, seconds: float, install: str = "") -> None:
        """Move a clock by so many seconds. Raises OverflowError."""
        self.put(self(install) + seconds, install)

    def resume(self, install: str = "") -> None:
        """Let a clock go on from where it stands."""
        self.put(self(install), install, frozen=False)

    def restore(self, install: str = "") -> None:
        """Let a clock show again what the one that it follows shows."""
        self._motions.pop(install, None)
