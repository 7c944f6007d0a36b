"""The state machine of the judge goes on after provisioning: as far as it may, and it finds a row that is broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from hypothesis.stateful import Bundle

from contract.journey.calls import ASSIGNS, LISTS, ONBOARDS, READS, RESCHEDULES, SCHEDULES, journey_contract
from contract.journey.steps import Step
from contract.run import runner
from contract.run.journeying import DOING, Happening, rules_of_journey
from contract.run.machine import KnownThing
from contract.run.runner import RunReport
from mockserver.app import Mock, create_app
from mockserver.auth.keys import Keys
from mockserver.behaviour.seams import Behaviour
from mockserver.runtime import Runtime
from mockserver.sessions.events import SessionEvents
from mockserver.settings import Settings
from mockserver.state.clock import system_clock
from mockserver.state.ids import SeededIds
from mockserver.state.memory import MemoryStore
from spec.catalogue.clauses import Catalogue
from spec.load import load
from spec.openapi.document import Document
from spec.resources.annotations import resources
from spec.resources.installs import load_installs
from spec.resources.sessions import Lifecycle, SessionKind, Transition, session_kind
from tests.servers.behaviour import HONEST
from tests.servers.harness import document as judged_document
from tests.servers.harness import failed, generated

CONTRACT = journey_contract(judged_document(), resources(judged_document().operations["provision"]))
EXAMPLES = 12


def calls(report: RunReport) -> Counter[str]:
    """How often each operation of the journey was called."""
    assert CONTRACT is not None
    return Counter(call.id for one in report.exchanges if (call := CONTRACT.call(one.request)) is not None)


def test_an_honest_implementation_is_walked_through_and_nothing_is_found() -> None:
    report = generated(HONEST, examples=EXAMPLES, journey=Step.READ)
    assert (report.cannot, failed(report)) == (None, [])
    assert set(calls(report)) == {ASSIGNS, LISTS, READS, SCHEDULES, RESCHEDULES, ONBOARDS}
    assert {one.part for one in report.created} >= {"session"}


@pytest.mark.outside
@pytest.mark.parametrize(
    ("step", "beyond"),
    [(Step.SESSIONS, {ASSIGNS, SCHEDULES, RESCHEDULES, ONBOARDS}), (Step.ASSIGN, {SCHEDULES, RESCHEDULES, ONBOARDS})],
    ids=lambda one: one.value if isinstance(one, Step) else "",
)
def test_what_lies_behind_the_last_step_is_not_done(step: Step, beyond: set[str]) -> None:
    asked = calls(generated(HONEST, examples=EXAMPLES, journey=step))
    assert not beyond & set(asked)
    assert asked[LISTS] > 0
    assert calls(generated(HONEST, examples=3, journey=None)) == Counter()


def test_every_thing_that_is_done_is_a_call_of_a_known_operation() -> None:
    assert CONTRACT is not None
    assert {operation for operation, _ in DOING.values()} <= set(CONTRACT.operations)


@dataclass(slots=True)
class Watched:
    """An execution that has no journey, and counts what it does."""

    bench: Any
    done: int = 0

    def watched(self) -> None:
        self.done += 1

    def call(self, body: Any, **how: Any) -> Any:
        self.done += 1


def test_nothing_is_done_about_what_the_target_did_not_show() -> None:
    kind = session_kind(load().operations)
    assert kind is not None
    journey: Any = SimpleNamespace(kind=kind)
    rules = dict(rules_of_journey(journey, Step.READ, {name: Bundle(name) for name in kind.joins}))
    assert set(rules) == {"go_on", "go_on_further", "go_on_elsewhere", "begin_and_go_on"}
    refused, execution = KnownThing({}, {}), Watched(SimpleNamespace(journey=journey))
    drawn = [Happening(name) for name in (*DOING, "look", "again")]
    del rules["begin_and_go_on"]
    for rule in rules.values():
        plain = rule.hypothesis_stateful_rule.function
        names = {"other": refused} if "other" in plain.__code__.co_varnames else {}
        plain(execution, one=refused, done=drawn, **names)
    assert execution.done == 0


# --- a row that is broken


def bent(row: Transition, lifecycle: Lifecycle) -> Lifecycle:
    """The table with one row wrong: what is refused is done, what is done leaves the status, what begins does not."""
    others = tuple(one for one in lifecycle.transitions if one != row)
    if row.status is None:
        return Lifecycle(others, lifecycle.ended)
    broken = replace(row, next=row.status, reason=None) if row.next != row.status else replace(row, next=None)
    return Lifecycle((broken, *others), lifecycle.ended)


def with_broken(row: Transition) -> type[SessionEvents]:
    """Events that go by a table with that row broken."""

    class Bent(SessionEvents):
        def __init__(self, kind: SessionKind, *more: Any) -> None:
            super().__init__(replace(kind, lifecycle=bent(row, kind.lifecycle)), *more)

    return Bent


@cache
def seen() -> dict[str, Transition]:
    """The rows that a caller of the API can see without following a URL, by name."""
    kind = session_kind(load().operations)
    assert kind is not None
    of_callers = {"enroll", "assign", "remove", "schedule", "reschedule", "onboard"}
    reached = {None, "Needs Proctor", "Scheduled"}  # what is over is no session that is looked for
    return {
        f"{one.status or 'none'}-{one.event}": one
        for one in kind.lifecycle.transitions
        if one.event in of_callers
        and one.status in reached
        and (one.event != "assign" or one.status is None)  # the mock looks at no row for who has a session
    }


@pytest.fixture
def broken(document: Document, catalogue: Catalogue, keys: Keys) -> Callable[[Transition], Mock]:
    """Makes a mock whose table has a broken row."""

    def make(row: Transition) -> Mock:
        installs = load_installs(resources(document.operations["provision"]))
        behaviour = Behaviour(sessions=(with_broken(row),))
        settings = Settings(public_url="https://testserver")
        runtime = Runtime(system_clock, SeededIds(1), keys, MemoryStore(), settings, behaviour)
        return create_app(document, catalogue, installs, runtime)

    return make


KNOWN_OPEN = {
    "Scheduled-remove": "found in some runs of two hundred sequences, and not in four others; the ladder finds it"
}
"""What sequences alone do not find for certain."""


@pytest.mark.outside
@pytest.mark.parametrize("name", [name for name in seen() if name not in KNOWN_OPEN])
def test_a_broken_row_is_found_by_sequences_alone(
    name: str, broken: Callable[[Transition], Mock], judged: Callable[..., RunReport]
) -> None:
    row = seen()[name]
    # what is removed had to be made, assigned or scheduled, and left alone before: a search does not always come to it,
    # and whoever runs the judge every day sees it sooner or later
    seen_in: list[str] = []
    with mock.patch.object(runner, "climb", return_value=None):
        for seed in range(1, 5 if name.endswith("-remove") else 2):
            examples = 200 if name.endswith("-remove") else 60
            report = judged(broken(row), examples=examples, seed=seed, journey=Step.READ)
            assert report.cannot is None
            seen_in += [one.clause for one in report.findings()]
            if row.clause in seen_in:
                break
    assert row.clause in seen_in
