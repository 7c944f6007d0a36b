"""The table of faults, the seams they sit in, and each of them over a real socket, as it is described."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mockserver.app import Mock
from mockserver.behaviour.faults import FAULTS, behaviour_of, listing
from mockserver.behaviour.seams import HONEST, Behaviour, combined
from spec.catalogue.clauses import Catalogue


def test_every_clause_that_a_black_box_can_judge_has_a_fault(catalogue: Catalogue) -> None:
    named = {clause for fault in FAULTS.values() for clause in fault.caught_by}
    assert named <= set(catalogue)
    assert {one.id for one in catalogue.values() if one.judged_by == "check"} <= named


def test_what_follows_is_not_what_is_caught() -> None:
    assert all(not set(fault.caught_by) & set(fault.entails) for fault in FAULTS.values())
    assert all(fault.caught_by or not fault.entails for fault in FAULTS.values())


def test_there_is_weather() -> None:
    assert sum(not fault.caught_by for fault in FAULTS.values()) >= 5


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_applies(mock: Callable[..., Mock], name: str) -> None:
    assert FAULTS[name].id == name
    assert FAULTS[name].behaviour() != HONEST
    assert mock(None, name).routes


def test_faults_combine_and_none_of_them_is_honesty() -> None:
    assert behaviour_of([]) == HONEST
    both = behaviour_of(["compares-literally", "merges-objects"])
    assert [one.__name__ for one in both.planner.__mro__[1:3]] == ["Merging", "Literal"]
    assert len(behaviour_of(["busy", "unavailable"]).reset) == 2
    assert combined([Behaviour(), Behaviour(reusable_links=True)]).reusable_links
    with pytest.raises(KeyError):
        behaviour_of(["no-such-fault"])


def test_the_listing_names_them_all() -> None:
    assert [line.split()[0] for line in listing().splitlines()] == list(FAULTS)
