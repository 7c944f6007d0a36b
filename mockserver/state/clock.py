"""Time as the server sees it: a function that answers seconds since the epoch, so that tests bring their own."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeAlias

Clock: TypeAlias = Callable[[], float]

system_clock: Clock = time.time
