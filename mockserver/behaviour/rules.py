"""Rules of weather: which calls something happens to, what it is, how often, and until when."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from mockserver.http.scope import ServedExchange
from spec.openapi.document import Operation
from spec.source.pointer import Json, follow

MOST = 1000
"""Rules at once."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What happens to a call. Times are seconds, ``cut`` is bytes.

    With a ``status`` the call is answered so instead of being served, or (``served``) after it was. ``close`` ends the
    connection without an answer, ``before-commit`` or ``after-commit``. ``cut`` ends it in the body of the answer,
    ``drip`` takes so long over it, and ``malformed`` leaves half of it out. ``faults`` are promises that are broken.
    """

    status: int = 0
    code: str = ""
    message: str = ""
    retry_after: str = ""
    served: bool = False
    delay: float = 0.0
    jitter: float = 0.0
    drip: float = 0.0
    close: str = ""
    cut: int = -1
    malformed: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matching:
    """Which calls a rule is about; without an operation and a path, those of operations that need a credential.

    ``path`` may hold ``*``; ``body`` maps JSON pointers to the values that must be there.
    """

    operation: str = ""
    method: str = ""
    path: str = ""
    install: str = ""
    body: Mapping[str, Json] = field(default_factory=dict)

    def meets(self, exchange: ServedExchange, operation: Operation, install: str, body: Json) -> bool:
        """Whether it is about a call of an operation."""
        if self.operation:
            if self.operation != operation.id:
                return False
        elif not self.path and not operation.security:
            return False
        if (self.method and self.method != exchange.method) or (self.install and self.install != install):
            return False
        if self.path and not fnmatchcase(exchange.raw_path.decode("latin-1"), self.path):
            return False
        return all(holds(body, pointer, value) for pointer, value in self.body.items())


@dataclass(slots=True)
class WeatherRule:
    """A rule, and how often it was asked and followed.

    It is followed for the first ``times`` calls, or ``every`` so many, or with a ``probability``: which calls those are
    follows from the seed. After ``until`` (seconds since 1970, by the clock of the install) it is followed no more.
    """

    id: str
    match: Matching
    then: Condition
    times: int = 0
    every: int = 0
    probability: float = 1.0
    seed: int = 0
    until: float = 0.0
    asked: int = 0
    followed: int = 0
    _chance: random.Random = field(init=False, repr=False)
    _varying: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # reproducible on purpose, and no secret; two of them, so that what varies does not change which calls are hit
        self._chance = random.Random(f"weather {self.seed}")  # noqa: S311
        self._varying = random.Random(f"jitter {self.seed}")  # noqa: S311

    def is_due(self, now: float) -> bool:
        """Whether this call, which the rule is about, is one to which it happens. Every call is asked about once."""
        self.asked += 1
        drawn = self._chance.random()
        due = drawn < self.probability and self.asked % max(self.every, 1) == 0
        if not due or self.is_over(now):
            return False
        self.followed += 1
        return True

    def is_over(self, now: float) -> bool:
        """Whether it will be followed no more."""
        return bool((self.times and self.followed >= self.times) or (self.until and now >= self.until))

    def draw(self) -> float:
        """A number from 0 to 1, for what varies."""
        return self._varying.random()

    def restart(self) -> None:
        """Begin anew, as if it had just been made."""
        self.asked = self.followed = 0
        self.__post_init__()


class Forecast:
    """The rules of a mock, in the order in which they are asked. Of those that are due the first is followed."""

    def __init__(self) -> None:
        self.rules: dict[str, WeatherRule] = {}
        self.first: list[WeatherRule] = []
        """Those with which the mock was started, which a restart brings back."""
        self._made = 0

    def name(self) -> str:
        """The id of the next rule."""
        self._made += 1
        return f"w{self._made}"

    def __iter__(self) -> Iterator[WeatherRule]:
        return iter(list(self.rules.values()))

    def leave(self, install: str) -> None:
        """Drop the rules that are about one install."""
        self.rules = {name: rule for name, rule in self.rules.items() if rule.match.install != install}

    def clear(self) -> None:
        """Drop every rule."""
        self.rules.clear()

    def restart(self) -> None:
        """Begin anew, with the rules of the start."""
        self.rules = {rule.id: rule for rule in self.first}
        for rule in self.first:
            rule.restart()


def holds(body: Json, pointer: str, value: Json) -> bool:
    """Whether a JSON value has another one at a pointer; true and 1 are different things."""
    try:
        found = follow(body, pointer)
    except LookupError:
        return False
    return bool(found == value) and isinstance(found, bool) == isinstance(value, bool)
