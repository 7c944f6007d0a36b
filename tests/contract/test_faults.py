"""Faults test the tester: for each, exactly the clauses that it breaks are found; for the honest mock, none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests_support import some_fast

from contract.run.selftest import Row, Subject, examine, matrix
from mockserver.auth.keys import Keys
from mockserver.behaviour.faults import FAULTS
from mockserver.embedded import embedded
from spec.catalogue.clauses import Catalogue

BREAKING = {name: fault for name, fault in FAULTS.items() if fault.caught_by}


def subject(keys: Keys, fault: str | None, expected: tuple[str, ...]) -> Subject:
    def start() -> tuple[object, object]:
        mock = embedded(keys, fault)
        return mock.app, mock.ready

    return Subject(fault or "honest", frozenset(expected), start)


@pytest.mark.parametrize("name", some_fast(BREAKING))
def test_a_fault_is_found_as_what_it_is(name: str, keys: Keys) -> None:
    row = examine(subject(keys, name, BREAKING[name].caught_by))
    assert row.found == row.expected


def test_every_clause_that_a_black_box_can_judge_has_a_fault(catalogue: Catalogue) -> None:
    broken = {clause for fault in BREAKING.values() for clause in fault.caught_by}
    assert {name for name, clause in catalogue.items() if clause.judged_by == "check"} <= broken
    assert broken <= set(catalogue)


def test_the_matrix_says_what_was_missed_and_what_else_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    written: list[str] = []
    write: Callable[[str], None] = written.append
    right = Row("right", frozenset({"a"}), frozenset({"a"}), None, 0.1)
    wrong = Row("wrong", frozenset({"a"}), frozenset({"b"}), None, 0.1)
    assert matrix([right], write) == 0
    assert matrix([right, wrong], write) == 1
    text = "".join(written)
    assert "MISSED a; ALSO b" in text
    assert "1 of 2 as they should be." in text
