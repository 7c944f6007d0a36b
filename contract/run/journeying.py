"""Rules of the state machine for what comes after provisioning: assignments, sessions, appointments, onboarding.

What exists is drawn from the bundles of provisioning, and everybody provisions again in between. Like the machine
itself these rules know no part by name: who takes part, and in what, is said by the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, multiple, rule

from contract.journey.calls import ADDED, ASSIGNS, REMOVED
from contract.journey.judge import JourneyJudge
from contract.journey.steps import Step
from contract.probes.journey.walk import Walk
from contract.probes.workbench import Workbench

DAYS = (20, 20.02, 45, 90, 700)
"""In so many days appointments are made: two of them overlap, and one lies outside of every window."""
WANTED = ("includeActive=true", "", "status=Closed", "includeActive=true&sortOrder=DESC&limit=1")


class Execution(Protocol):
    """One execution of the machine."""

    bench: Workbench

    def watched(self) -> None:
        """Tell whoever watches that a call was made."""


class MetSession(NamedTuple):
    """A session that a list showed, with the SIDs of what it belongs to, by part."""

    sids: Mapping[str, str]


def rules_of_journey(
    journey: JourneyJudge, last: Step, bundles: Mapping[str, Bundle[Any]]
) -> Iterator[tuple[str, Any]]:
    """The rules for calls of the journey, as far as a step."""
    who, scope = journey.kind.joins
    met: Bundle[MetSession] = Bundle(journey.kind.name)

    def pair(self: Execution, one: Any, other: Any) -> tuple[Walk, dict[str, str]] | None:
        if self.bench.journey is None or who not in one.sids or scope not in other.sids:
            return None
        return Walk(self.bench, self.bench.journey), {**other.sids, who: one.sids[who]}

    @rule(target=met, one=bundles[who], other=bundles[scope], query=st.sampled_from(WANTED))
    def look(self: Execution, one: Any, other: Any, query: str) -> Any:
        found = pair(self, one, other)
        if found is None:
            return multiple()
        listed = found[0].listed(found[1], query)
        self.watched()
        return multiple(*(MetSession({**found[1], journey.kind.name: sid}) for sid, _ in listed))

    yield "look_at_sessions", look
    if last.reaches(Step.ASSIGN):

        @rule(one=bundles[who], other=bundles[scope], side=st.sampled_from((ADDED, ADDED, REMOVED)))
        def assign(self: Execution, one: Any, other: Any, side: str) -> None:
            found = pair(self, one, other)
            if found is not None:
                found[0].call(ASSIGNS, found[1], {side: [found[1][who]]})
                self.watched()

        yield "assign", assign
    if last.reaches(Step.SCHEDULE):

        @rule(session=met, days=st.sampled_from(DAYS), again=st.booleans())
        def schedule(self: Execution, session: MetSession, days: float, again: bool) -> None:  # drawn by name
            if self.bench.journey is not None:
                walk = Walk(self.bench, self.bench.journey)
                (walk.reschedule if again else walk.schedule)(session.sids, days=days)
                self.watched()
                walk.read(session.sids)
                self.watched()

        yield "schedule", schedule
    if last.reaches(Step.ONBOARD):

        @rule(session=met)
        def onboard(self: Execution, session: MetSession) -> None:
            if self.bench.journey is not None:
                walk = Walk(self.bench, self.bench.journey)
                walk.onboard(session.sids)
                self.watched()
                walk.read(session.sids)
                self.watched()

        yield "onboard", onboard
