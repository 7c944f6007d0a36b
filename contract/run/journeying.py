"""Rules of the state machine for what comes after provisioning: assignments, sessions, appointments, onboarding.

What exists is drawn from the bundles of provisioning, and everybody provisions again in between. Like the machine
itself these rules know no part by name: who takes part, and in what, is said by the document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, rule

from contract.journey.calls import ASSIGNS, ONBOARDS, RESCHEDULES, SCHEDULES
from contract.journey.judge import JourneyJudge
from contract.journey.steps import Step
from contract.probes.journey.walk import STEPS, Walk
from contract.probes.workbench import Workbench
from spec.source.pointer import Json

DAYS = (20, 20.02, 45, 90, 700)
"""In so many days appointments are made: two of them overlap, and one lies outside of every window."""
WANTED = ("includeActive=true", "", "status=Closed", "includeActive=true&sortOrder=DESC&limit=1")
MOST = 5
"""How many things happen to a pair in one step of the machine."""


class Execution(Protocol):
    """One execution of the machine."""

    bench: Workbench

    def watched(self) -> None:
        """Tell whoever watches that a call was made."""

    def call(self, body: Any, **how: Any) -> Any:
        """Provision."""


class Happening(NamedTuple):
    """Something that is done about a pair: its name, and what it needs besides."""

    name: str
    days: float = 30
    query: str = WANTED[0]


def _appointment(operation: str) -> Callable[[Walk, dict[str, str], Happening], Json]:
    return lambda walk, sids, done: walk.call(operation, sids, walk.appointment(done.days))


DOING: Mapping[str, tuple[str, Callable[[Walk, dict[str, str], Happening], Json]]] = {
    "assign": (ASSIGNS, lambda walk, sids, _: walk.assign(sids, added=[sids[walk.journey.kind.who]])),
    "remove": (ASSIGNS, lambda walk, sids, _: walk.assign(sids, removed=[sids[walk.journey.kind.who]])),
    "schedule": (SCHEDULES, _appointment(SCHEDULES)),
    "reschedule": (RESCHEDULES, _appointment(RESCHEDULES)),
    "onboard": (ONBOARDS, lambda walk, sids, _: walk.onboard(sids)),
}
"""What can be done, by which operation: the last three to a session, which is read after that."""
_TO_SESSIONS = frozenset({"schedule", "reschedule", "onboard"})


def rules_of_journey(
    journey: JourneyJudge, last: Step, bundles: Mapping[str, Bundle[Any]]
) -> Iterator[tuple[str, Any]]:
    """The rules for calls of the journey, as far as a step: some things happen to somebody, of the same call as what
    they take part in, or of another one, or who is new and is assigned if that is what it takes.
    """
    who, scope = journey.kind.joins
    known = [name for name, (operation, _) in DOING.items() if last.reaches(STEPS[operation])]
    names = st.sampled_from([*known, *(one for one in known if one in _TO_SESSIONS), "look", "again"])
    drawn = st.lists(
        st.builds(Happening, names, st.sampled_from(DAYS), st.sampled_from(WANTED)), min_size=2, max_size=MOST
    )

    @rule(one=bundles[who], done=drawn)
    def go_on(self: Execution, one: Any, done: list[Happening]) -> None:
        _happens(self, one, one, done)

    @rule(one=bundles[who], other=bundles[scope], done=drawn)
    def go_on_elsewhere(self: Execution, one: Any, other: Any, done: list[Happening]) -> None:
        _happens(self, one, other, done)

    @rule(limited=st.booleans(), done=drawn)
    def begin_and_go_on(self: Execution, limited: bool, done: list[Happening]) -> None:  # drawn by name
        if self.bench.journey is not None:
            walk = Walk(self.bench, self.bench.journey)
            body = walk.body(limited=limited)
            sids = self.bench.sids(self.call(body))
            first = [Happening("assign")] if limited and "assign" in known else []
            _go_on(self, body, {**sids}, [*first, *done])

    def _happens(self: Execution, one: Any, other: Any, done: list[Happening]) -> None:
        if who in one.sids and scope in other.sids:
            _go_on(self, other.body, {**other.sids, who: one.sids[who]}, done)

    def _go_on(self: Execution, body: Any, sids: dict[str, str], done: list[Happening]) -> None:
        if self.bench.journey is None or who not in sids or scope not in sids:
            return
        walk = Walk(self.bench, self.bench.journey)
        for each in done:
            if each.name == "again":
                self.call(body)
            elif each.name == "look":
                walk.listed(sids, each.query)
            elif each.name in _TO_SESSIONS:
                _to_session(self, walk, sids, each)
            else:
                DOING[each.name][1](walk, sids, each)
                self.watched()
                walk.listed(sids)
            self.watched()

    yield "go_on", go_on
    yield "go_on_further", go_on
    yield "go_on_elsewhere", go_on_elsewhere
    yield "begin_and_go_on", begin_and_go_on


def _to_session(self: Execution, walk: Walk, sids: dict[str, str], done: Happening) -> None:
    """Something is done to the active session of a pair, if there is one, which is read then."""
    session = walk.session(sids)
    self.watched()
    if session is not None:
        named = {**sids, walk.journey.kind.name: session}
        DOING[done.name][1](walk, named, done)
        self.watched()
        walk.read(named)
