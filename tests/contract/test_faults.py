"""Faults test the tester: the clauses that each breaks are found, and nothing that does not follow from it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contract.run.selftest import SelfTestRow, Subject, examine, matrix
from mockserver.auth.keys import Keys
from mockserver.behaviour.fault import Fault
from mockserver.behaviour.faults import FAULTS, judged
from mockserver.embedded import embedded
from spec.catalogue.clauses import Catalogue, load_clauses

BREAKING = judged(load_clauses())


def subject(keys: Keys, fault: Fault) -> Subject:
    def start() -> tuple[object, object]:
        mock = embedded(keys, fault.id)
        return mock.app, mock.ready

    clauses = load_clauses()
    journey = any("journey" in clauses[one].needs for one in fault.caught_by)
    return Subject(fault.id, frozenset(fault.caught_by), start, frozenset(fault.entails), journey)


@pytest.mark.outside
@pytest.mark.parametrize("name", BREAKING)
def test_a_fault_is_found_as_what_it_is(name: str, keys: Keys) -> None:
    row = examine(subject(keys, BREAKING[name]))
    assert (row.missed, row.strange) == (frozenset(), frozenset())


def test_every_clause_that_a_black_box_can_judge_has_a_fault(catalogue: Catalogue) -> None:
    broken = {clause for fault in BREAKING.values() for clause in fault.caught_by}
    assert {name for name, clause in catalogue.items() if clause.judged_by == "check"} <= broken
    assert broken | {clause for fault in FAULTS.values() for clause in fault.entails} <= set(catalogue)


def test_the_matrix_says_what_was_missed_and_what_else_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    written: list[str] = []
    write: Callable[[str], None] = written.append
    right = SelfTestRow("right", frozenset({"a"}), frozenset({"a", "follows"}), None, 0.1, None, frozenset({"follows"}))
    wrong = SelfTestRow("wrong", frozenset({"a"}), frozenset({"b"}), None, 0.1)
    assert matrix([right], write) == 0
    assert matrix([right, wrong], write) == 1
    text = "".join(written)
    assert "MISSED a; ALSO b" in text
    assert "1 of 2 as they should be." in text
