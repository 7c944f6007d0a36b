"""Rules of weather: which calls something happens to, what it is, how often, and until when."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase

from mockserver.http.scope import ServedExchange
from mockserver.state.keeping import Memory, Spelling
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
        for _ in range(self.asked):  # where another process left off
            self._chance.random()
        for _ in range(self.followed):
            self._varying.random()

    @property
    def definition(self) -> Json:
        """What it says, without what became of it."""
        return {name: value for name, value in _rule_out(self).items() if name not in ("asked", "followed")}

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

    def __init__(self, memory: Memory) -> None:
        self._is_shared = memory.is_shared
        self.rules: MutableMapping[str, WeatherRule] = memory.registry("weather", Spelling(_rule_out, _rule_in))
        self.first: list[WeatherRule] = []
        """Those with which the mock was started, which a restart brings back."""
        numbers: Spelling[int] = Spelling(int, lambda _, value: int(value))
        self._numbers: MutableMapping[str, int] = memory.registry("weather-number", numbers)

    def name(self) -> str:
        """The id of the next rule."""
        made = self._numbers["made"] = self._numbers.get("made", 0) + 1
        return f"w{made}"

    def __iter__(self) -> Iterator[WeatherRule]:
        return iter(list(self.rules.values()))

    def begin(self, first: Sequence[WeatherRule]) -> None:
        """Let the rules of the start hold. Those that another process has begun with go on as they are."""
        self.first = list(first)
        if not self._is_shared:
            self.restart()
            return
        wanted = {rule.id: rule for rule in first}
        for name in [name for name in self.rules if name.startswith(_OF_START) and name not in wanted]:
            del self.rules[name]
        for name, rule in wanted.items():
            known = self.rules.get(name)
            if known is None or known.definition != rule.definition:
                self.rules[name] = rule

    def name_of_start(self, number: int) -> str:
        """The id of a rule of the start, counted from 1: one that no other ever gets where others look as well."""
        return f"{_OF_START}{number}" if self._is_shared else self.name()

    def note(self, rule: WeatherRule) -> None:
        """Keep what became of a rule, for others who look."""
        self.rules[rule.id] = rule

    def leave(self, install: str) -> None:
        """Drop the rules that are about one install."""
        for name in [name for name, rule in self.rules.items() if rule.match.install == install]:
            del self.rules[name]

    def clear(self) -> None:
        """Drop every rule."""
        self.rules.clear()

    def restart(self) -> None:
        """Begin anew, with the rules of the start."""
        self.rules.clear()
        for rule in self.first:
            rule.restart()
            self.rules[rule.id] = rule


_OF_START = "start-"


def _rule_out(rule: WeatherRule) -> dict[str, Json]:
    names = ("times", "every", "probability", "seed", "until", "asked", "followed")
    then = {**asdict(rule.then), "headers": [list(one) for one in rule.then.headers], "faults": list(rule.then.faults)}
    match = {**asdict(rule.match), "body": dict(rule.match.body)}
    return {"match": match, "then": then, **{name: getattr(rule, name) for name in names}}


def _rule_in(name: str, view: Json) -> WeatherRule:
    then = dict(view["then"])
    headers, faults = tuple(tuple(one) for one in then.pop("headers")), tuple(then.pop("faults"))
    rest = {name: value for name, value in view.items() if name not in ("match", "then")}
    return WeatherRule(name, Matching(**view["match"]), Condition(**then, headers=headers, faults=faults), **rest)


def holds(body: Json, pointer: str, value: Json) -> bool:
    """Whether a JSON value has another one at a pointer; true and 1 are different things."""
    try:
        found = follow(body, pointer)
    except LookupError:
        return False
    return bool(found == value) and isinstance(found, bool) == isinstance(value, bool)
