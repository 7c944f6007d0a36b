"""``invigilate check --self-test`` as a command: every fault is found, and what it cannot follow is told."""

from __future__ import annotations

import pytest

import invigilate
from mockserver.behaviour.faults import judged
from spec.catalogue.clauses import Catalogue


def lines(capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    return [one.split() for one in capsys.readouterr().out.splitlines()]


def test_a_clause_of_the_journey_is_judged_with_the_faults_that_break_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert invigilate.main(["check", "--self-test", "--journey", "--only", "session-once,session-rescheduled"]) == 0
    *rows, last = lines(capsys)
    assert [one[:2] for one in rows[:1]] == [["✓", "honest-journey"]]
    assert {one[1]: one[-1] for one in rows[1:]} == {
        "starts-sessions-again": "session-once", "moves-nothing": "session-rescheduled",
    }  # fmt: skip
    assert " ".join(last) == f"{len(rows)} of {len(rows)} as they should be."


@pytest.mark.outside
def test_every_fault_of_the_journey_is_found(capsys: pytest.CaptureFixture[str], catalogue: Catalogue) -> None:
    walked = [name for name, one in catalogue.items() if "journey" in one.needs]
    assert invigilate.main(["check", "--self-test", "--journey", "--only", ",".join(walked)]) == 0
    *rows, last = lines(capsys)
    faults = {one.id for one in judged(catalogue).values() if {*one.caught_by} & {*walked}}
    assert {one[1] for one in rows} == faults | {"honest-journey"}
    assert last[0] == last[2] == str(len(faults) + 1)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--only", "session-onse", "--journey"], "Did you mean session-once"),
        (["--only", "session-once"], "no fault breaks session-once before the journey; add --journey."),
        (["http://127.0.0.1:1"], "leave out url"),
        (["--ready-file", "x", "--journey"], "leave out --ready-file"),
        (["--jurney"], "there is no option --jurney"),
    ],
)
def test_what_it_cannot_follow_is_told(options: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code = invigilate.main(["check", "--self-test", *options])
    except SystemExit as ended:
        code = int(ended.code or 0)
    printed = capsys.readouterr()
    assert (code, printed.out) == (2, "")
    assert sentence in printed.err
