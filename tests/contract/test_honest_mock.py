"""The honest mock keeps every clause that a black box can be judged on, and every such clause is exercised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from contract.journey.calls import journey_contract
from contract.journey.steps import Step
from contract.judging.findings import ClauseOutcome
from contract.run.runner import RunReport
from mockserver.app import Mock
from spec.resources.annotations import resources

UNSEEN: set[str] = set()
JOURNEY = "journey"


def told(report: RunReport) -> list[str]:
    return [f"{one.clause}: {one.cause}: {one.expected} / {one.received} ({one.probe})" for one in report.findings()]


def test_nothing_is_found_and_everything_is_exercised(
    mock: Callable[..., Mock], judged: Callable[..., RunReport]
) -> None:
    report = judged(mock())
    assert told(report) == []
    assert report.cannot is None
    unseen = {name for name, one in report.results.items() if one.outcome() is ClauseOutcome.NOT_EXERCISED}
    left = {
        name for name, one in report.results.items() if one.clause.judged_by == "mock" or JOURNEY in one.clause.needs
    }
    assert unseen == UNSEEN | left
    assert report.exit_code(strict=True) == 0
    contract = journey_contract(report.document, resources(report.document.operations["provision"]))
    assert contract is not None
    calls = Counter("" if (call := contract.call(one.request)) is None else call.id for one in report.exchanges)
    assert set(calls) == {""}, "without --journey nothing of it is asked for"


def test_the_journey_is_exercised_as_well_and_nothing_is_found(
    mock: Callable[..., Mock], judged: Callable[..., RunReport]
) -> None:
    report = judged(mock(), journey=Step.READ)
    assert told(report) == []
    assert report.cannot is None
    exercised = {name for name, one in report.results.items() if one.outcome() is ClauseOutcome.PASSED}
    assert {name for name, one in report.results.items() if JOURNEY in one.clause.needs} <= exercised


@pytest.mark.outside
def test_generated_sequences_find_nothing_either(mock: Callable[..., Mock], judged: Callable[..., RunReport]) -> None:
    for seed in (2, 3):
        assert told(judged(mock(), examples=25, seed=seed)) == []


@pytest.mark.outside
def test_what_was_created_is_listed(mock: Callable[..., Mock], judged: Callable[..., RunReport]) -> None:
    report = judged(mock())
    assert len({one.sid for one in report.created}) == len(report.created) > 500
