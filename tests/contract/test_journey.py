"""The judge walks the journey of an implementation that shares no line with the mock, legal variants and faults of it."""

from __future__ import annotations

from collections import Counter

import pytest
from tests_support import some_fast

from contract.journey.calls import journey_contract
from contract.journey.steps import Step
from contract.judging.findings import ClauseOutcome, Reproduced
from contract.probes.ladder import JOURNEY
from contract.run.runner import RunReport
from spec.resources.annotations import resources
from tests.servers.behaviour import HONEST, Behaviour
from tests.servers.harness import document, failed, found, judged
from tests.servers.journey.breakages import BROKEN_JOURNEYS
from tests.servers.journey.variants import JOURNEYS

CONTRACT = journey_contract(document(), resources(document().operations["provision"]))


def walked(behaviour: Behaviour = HONEST, step: Step | None = Step.READ) -> RunReport:
    """The verdict of the probes of the journey, as far as a step."""
    return judged(behaviour, *JOURNEY, journey=step)


def calls(report: RunReport) -> Counter[str]:
    """How often each operation of the journey was called."""
    assert CONTRACT is not None
    return Counter(call.id for one in report.exchanges if (call := CONTRACT.call(one.request)) is not None)


def test_the_honest_implementation_keeps_everything() -> None:
    report = walked()
    assert (report.cannot, failed(report)) == (None, [])
    due = {name for name, one in report.results.items() if "journey" in one.clause.needs}
    assert len(due) == 41
    unseen = [name for name in due if report.results[name].outcome() is ClauseOutcome.NOT_EXERCISED]
    assert unseen == []
    assert {one.part for one in report.created} >= {"session", "exam"}


@pytest.mark.parametrize("name", some_fast(JOURNEYS, every=100))
def test_no_alarm_on_a_legal_journey(name: str) -> None:
    report = walked(JOURNEYS[name])
    assert (report.cannot, failed(report)) == (None, [])


@pytest.mark.parametrize("name", some_fast(BROKEN_JOURNEYS, every=25))
def test_a_broken_journey_is_found_and_shown_again(name: str) -> None:
    report = walked(BROKEN_JOURNEYS[name].behaviour)
    assert BROKEN_JOURNEYS[name].clauses & found(report)
    findings = [one for one in report.findings() if one.clause in BROKEN_JOURNEYS[name].clauses]
    assert {one.reproduced for one in findings} & {Reproduced.SEQUENCE, Reproduced.PROBE}


def test_nothing_is_asked_for_that_lies_behind_the_last_step() -> None:
    assert calls(walked(step=None)) == Counter()
    asked = calls(walked(step=Step.SCHEDULE))
    assert set(asked) == {"assignExam", "listSessions", "readSession", "scheduleSession", "rescheduleSession"}
    assert set(calls(walked(step=Step.SESSIONS))) == {"listSessions", "readSession"}
    assert set(calls(walked(step=Step.TOKEN))) == {"listSessions"}


def test_every_step_goes_further_than_the_one_before() -> None:
    assert [step.reaches(Step.SCHEDULE) for step in Step] == [False, False, False, True, True, True]
