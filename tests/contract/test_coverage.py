"""Coverage of the document: what was sent for each member, and which combinations of members that a condition connects."""

from __future__ import annotations

from typing import Any

import pytest

from contract.generation.coverage import Coverage, State
from spec.load import load

SCHEMA = load().operations["provision"].body.json  # type: ignore[union-attr]
COURSE = {"ids": {"api": "some course"}, "title": "a title", "code": "a code"}


def states(path: str, *bodies: Any) -> set[State]:
    coverage = Coverage(SCHEMA)
    for body in bodies:
        coverage.observe(body)
    return coverage.members.get(tuple(path.split("/")), set())


@pytest.mark.parametrize(
    ("path", "value", "state"),
    [
        ("course/title", "", State.LEAST),
        ("course/title", "x" * 300, State.MOST),
        ("course/title", "a title", State.PLAIN),
        ("course/title", " padded ", State.ODD),
        ("course/title", 5, State.ODD),
        ("course/title", "\ud800", State.ODD),
        ("course/code", None, State.NULL),
        ("course/title", None, State.ODD),
        ("enrollment/role", "learner", State.LEAST),
        ("enrollment/role", "instructor", State.MOST),
        ("exam/practice", False, State.LEAST),
        ("exam/practice", True, State.MOST),
        ("exam/configuration/duration", 1, State.LEAST),
        ("exam/configuration/duration", 2**53 - 1, State.MOST),
        ("exam/configuration/duration", 60, State.PLAIN),
        ("exam/configuration/duration", 0, State.ODD),
        ("exam/configuration/permittedItems", {}, State.LEAST),
        ("exam/configuration/permittedItems", {"notes": {}, "calculator": {}, "textbook": {}}, State.MOST),
        ("exam/configuration/proctorTypes", {}, State.ODD),
    ],
)
def test_the_state_of_a_member(path: str, value: Any, state: State) -> None:
    body: dict[str, Any] = {"course": {}, "enrollment": {}, "exam": {"configuration": {}}}
    holder = body
    *above, last = path.split("/")
    for name in above:
        holder = holder[name]
    holder[last] = value
    assert states(path, body) == {state}
    holder.pop(last)
    assert states(path, body) == {State.ABSENT}


def test_a_member_without_its_holder_says_nothing() -> None:
    assert states("user/email", {"course": COURSE}) == set()


def test_only_what_makes_sense_is_wanted() -> None:
    wanted = {"/".join(member.path): set(each) for member, each in Coverage(SCHEMA).wanted.items()}
    assert wanted["course/title"] == {State.ABSENT, State.LEAST, State.MOST, State.ODD, State.PLAIN}
    assert State.NULL in wanted["course/code"]
    assert wanted["exam/practice"] == {State.ABSENT, State.LEAST, State.MOST, State.ODD}
    assert wanted["user/email"] == {State.ABSENT, State.ODD, State.PLAIN}


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
