"""The honest mock keeps every clause that a black box can be judged on, and every such clause is exercised."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contract.judging.findings import ClauseOutcome
from contract.run.runner import RunReport
from mockserver.app import Mock

UNSEEN: set[str] = set()


def told(report: RunReport) -> list[str]:
    return [f"{one.clause}: {one.cause}: {one.expected} / {one.received} ({one.probe})" for one in report.findings()]


def test_nothing_is_found_and_everything_is_exercised(
    mock: Callable[..., Mock], judged: Callable[..., RunReport]
) -> None:
    report = judged(mock())
    assert told(report) == []
    assert report.cannot is None
    unseen = {name for name, one in report.results.items() if one.outcome() is ClauseOutcome.NOT_EXERCISED}
    assert unseen == UNSEEN | {name for name, one in report.results.items() if one.clause.judged_by == "mock"}
    assert report.exit_code(strict=True) == 0


@pytest.mark.outside
def test_generated_sequences_find_nothing_either(mock: Callable[..., Mock], judged: Callable[..., RunReport]) -> None:
    for seed in (2, 3):
        assert told(judged(mock(), examples=25, seed=seed)) == []


@pytest.mark.outside
def test_what_was_created_is_listed(mock: Callable[..., Mock], judged: Callable[..., RunReport]) -> None:
    report = judged(mock())
    assert len({one.sid for one in report.created}) == len(report.created) > 500
