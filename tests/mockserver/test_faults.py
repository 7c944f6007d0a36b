"""The table of faults: known clauses, every judged clause broken by at least one, and every fault can be applied."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mockserver.app import Mock
from mockserver.behaviour.faults import FAULTS, listing
from mockserver.behaviour.seams import HONEST
from spec.catalogue.clauses import Catalogue


def test_every_clause_that_a_black_box_can_judge_has_a_fault(catalogue: Catalogue) -> None:
    named = {clause for fault in FAULTS.values() for clause in fault.caught_by}
    assert named <= set(catalogue)
    assert {one.id for one in catalogue.values() if one.judged_by == "check"} <= named


def test_there_is_weather() -> None:
    assert sum(not fault.caught_by for fault in FAULTS.values()) >= 5


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_applies(mock: Callable[..., Mock], name: str) -> None:
    fault = FAULTS[name]
    assert fault.id == name
    assert fault.apply(HONEST) != HONEST
    bent = mock(fault=fault.apply)
    assert not bent.runtime.behaviour.honest or bent.runtime.behaviour != HONEST


def test_the_listing_names_them_all() -> None:
    assert [line.split()[0] for line in listing().splitlines()] == list(FAULTS)
