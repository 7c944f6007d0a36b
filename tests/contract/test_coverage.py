"""Coverage of the document: what was sent for each member, and which combinations of members that a condition connects."""

from __future__ import annotations

from typing import Any

import pytest

from contract.generation.coverage import Coverage, SentState
from spec.load import load

SCHEMA = load().operations["provision"].body.json  # type: ignore[union-attr]
COURSE = {"ids": {"api": "some course"}, "title": "a title", "code": "a code"}


def states(path: str, *bodies: Any) -> set[SentState]:
    coverage = Coverage(SCHEMA)
    for body in bodies:
        coverage.observe(body)
    return coverage.members.get(tuple(path.split("/")), set())


@pytest.mark.parametrize(
    ("path", "value", "state"),
    [
        ("course/title", "", SentState.LEAST),
        ("course/title", "x" * 300, SentState.MOST),
        ("course/title", "a title", SentState.PLAIN),
        ("course/title", " padded ", SentState.ODD),
        ("course/title", 5, SentState.ODD),
        ("course/title", "\ud800", SentState.ODD),
        ("course/code", None, SentState.NULL),
        ("course/title", None, SentState.ODD),
        ("enrollment/role", "learner", SentState.LEAST),
        ("enrollment/role", "instructor", SentState.MOST),
        ("exam/practice", False, SentState.LEAST),
        ("exam/practice", True, SentState.MOST),
        ("exam/configuration/duration", 1, SentState.LEAST),
        ("exam/configuration/duration", 2**53 - 1, SentState.MOST),
        ("exam/configuration/duration", 60, SentState.PLAIN),
        ("exam/configuration/duration", 0, SentState.ODD),
        ("exam/configuration/permittedItems", {}, SentState.LEAST),
        ("exam/configuration/permittedItems", {"notes": {}, "calculator": {}, "textbook": {}}, SentState.MOST),
        ("exam/configuration/proctorTypes", {}, SentState.ODD),
    ],
)
def test_the_state_of_a_member(path: str, value: Any, state: SentState) -> None:
    body: dict[str, Any] = {"course": {}, "enrollment": {}, "exam": {"configuration": {}}}
    holder = body
    *above, last = path.split("/")
    for name in above:
        holder = holder[name]
    holder[last] = value
    assert states(path, body) == {state}
    holder.pop(last)
    assert states(path, body) == {SentState.ABSENT}


def test_a_member_without_its_holder_says_nothing() -> None:
    assert states("user/email", {"course": COURSE}) == set()


def test_only_what_makes_sense_is_wanted() -> None:
    wanted = {"/".join(member.path): set(each) for member, each in Coverage(SCHEMA).wanted.items()}
    assert wanted["course/title"] == {SentState.ABSENT, SentState.LEAST, SentState.MOST, SentState.ODD, SentState.PLAIN}
    assert SentState.NULL in wanted["course/code"]
    assert wanted["exam/practice"] == {SentState.ABSENT, SentState.LEAST, SentState.MOST, SentState.ODD}
    assert wanted["user/email"] == {SentState.ABSENT, SentState.ODD, SentState.PLAIN}


def test_combinations_are_counted_and_the_rest_is_told() -> None:
    coverage = Coverage(SCHEMA)
    nothing = list(coverage.unseen())
    assert "/course/code not sent, /course/title sent" in nothing
    assert any(line.startswith("/course/title: absent") for line in nothing)
    assert coverage.pairs_seen == 0
    for body in (
        {"course": {**COURSE}},
        {"course": {"title": "a title"}},
        {"course": {"code": "a code"}},
        {"course": {}},
    ):
        coverage.observe(body)
    told = list(coverage.unseen())
    assert not [line for line in told if line.startswith("/course/code ") and line.endswith("/course/title sent")]
    assert "/enrollment sent, /user not sent" in told
    assert 0 < coverage.pairs_seen < coverage.pairs_wanted
    assert 0 < coverage.states_seen < coverage.states_wanted


def test_what_is_no_body_is_not_counted() -> None:
    coverage = Coverage(SCHEMA)
    for junk in (None, [], "course", 5):
        coverage.observe(junk)
    assert coverage.states_seen == coverage.pairs_seen == 0
