"""Violations: every clause that a body can break, its pointer, and that both engines agree."""

from __future__ import annotations

from typing import Any

import pytest
from broken_bodies import BODY, CASES, FULL, OPERATION, changed
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.generation.breakages import breakages
from contract.generation.chance import Seeded
from contract.generation.composition import Composer
from spec.resources.annotations import resources
from spec.resources.installs import load_installs
from spec.schema.members import members
from spec.schema.second_opinion import reference_validator
from spec.schema.telling.messages import received
from spec.schema.validation import Rules, Violation, outermost

assert BODY is not None
RULES = Rules(BODY.json, request=True)
REFERENCE = reference_validator(BODY.json)
PARTS = resources(OPERATION)
LISTS = load_installs(PARTS)[0].members


@pytest.mark.parametrize(("place", "value", "pointer", "clause"), CASES, ids=lambda one: str(one)[:40])
def test_a_broken_body_names_place_and_clause(place: str, value: Any, pointer: str, clause: str) -> None:
    found = RULES.violations(changed(place, value), LISTS)
    assert (pointer, clause) in {(one.pointer, one.clause) for one in found}
    assert all(one.message.endswith(".") for one in found)


def clauses(found: list[Violation], pointer: str) -> set[str]:
    return {one.clause for one in found if one.pointer == pointer}


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        ("/exam/configuration/duration", "60", {"lossless-text"}),
        ("/exam/practice", "true", {"lossless-text"}),
        ("/exam/configuration/duration", "0", {"lossless-text", "configuration-duration-positive"}),
        ("/exam/configuration/duration", str(2**53 + 1), {"lossless-text", "numbers-exact"}),
        ("/exam/configuration/duration", "1" * 70, {"schema"}),
        ("/exam/configuration/access/open", "2026-02-30T00:00:00Z", {"calendar-day", "date-time-offset"}),
        ("/exam/configuration/access/open", "2026-02-32T00:00:00Z", {"date-form", "date-time-offset"}),
    ],
)
def test_only_adopted_clauses_decide_what_some_readers_take(place: str, value: str, expected: set[str]) -> None:
    assert clauses(RULES.violations(changed(place, value), LISTS), place) == expected


def test_an_answer_has_its_types_however_text_might_convert() -> None:
    body = changed("/exam/configuration/duration", "60")
    assert clauses(Rules(BODY.json).violations(body), "/exam/configuration/duration") == {"schema"}


@pytest.mark.parametrize(
    ("schema", "text", "clause"),
    [
        ({"type": "number"}, "1.5", "lossless-text"),
        ({"type": "number"}, "-.5e3", "lossless-text"),
        ({"type": "number"}, "0.1", "lossless-text"),
        ({"type": "number"}, "0.1000000000000000055511151231257827", "schema"),
        ({"type": "number"}, "1e999", "lossless-text"),
        ({"type": "number"}, "NaN", "schema"),
        ({"type": "number"}, "0x10", "schema"),
        ({"type": "number"}, "٣", "schema"),
        ({"type": ["boolean", "null"]}, "null", "schema"),
        ({"enum": [1, 2]}, "2", "lossless-text"),
        ({"enum": [1, 2]}, "3", "schema"),
        ({"const": True}, "true", "lossless-text"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "7", "lossless-text"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "seven", "schema"),
        ({"type": "object"}, "{}", "schema"),
    ],
)
def test_text_that_converts_in_any_document(schema: dict[str, Any], text: str, clause: str) -> None:
    rules = Rules({"properties": {"list": {"items": schema}}}, request=True)
    assert [one.clause for one in rules.violations({"list": [text]})] == [clause]


MESSAGES: list[tuple[str, Any, str]] = [
    ("/course/ids", {"api": "x", "lms": "y"}, '\'ids\' has the members "api" and "lms"; send only one of sid, api'),
    ("/course/ids", {}, "'ids' has no members; send one of the members sid, api"),
    ("/course/ids", 5, "'ids' is 5; send an object."),
    ("/exam/configuration/duration", "60", "'duration' is \"60\"; send an integer, without quotation marks."),
    ("/exam/configuration/duration", "an hour", "'duration' is \"an hour\"; send an integer."),
    ("/exam/configuration/proctorTypes", {}, "'proctorTypes' has no members; it needs at least 1 member."),
    ("/exam/configuration/scheduling/open", "soon", "send an empty text or an RFC 3339 date-time with an offset"),
    ("/exam/configuration/scheduling/open", "2026-01-01T00:00:00+0000", "its offset needs a colon"),
    ("/exam/configuration/access/open", "2026-01-01T00:00:00+0000", "needs a colon: send 2026-01-01T00:00:00+00:00"),
    ("/exam/configuration/access/open", "2026-01-01 00:00:00Z", "it needs a T between date and time: send 2026-01-01T"),
    ("/exam/configuration/access/open", "2026-01-01T00:00:00", "it lacks an offset: send 2026-01-01T00:00:00Z, if UTC"),
    ("/exam/configuration/access/open", "2026-02-30T00:00:00Z", "February 2026 has 28 days"),
    ("/exam/configuration/access/open", "soon", "send an ISO 8601 date-time, such as"),
    ("/exam/type", 5, 'send one of "online", "written"'),
    ("/user/email", "nobody", "send an e-mail address, with a local part, an @ and a domain"),
    ("/user/email", "a..b@example.com", "send an e-mail address, such as"),
    ("/user/currencyCode", "usd", "codes are written in capitals, so send USD"),
    ("/user/timeZone", "america/new york", "send America/New_York"),
    ("/user/timeZone", "Mars", "send an IANA time zone"),
]


@pytest.mark.parametrize(("place", "value", "words"), MESSAGES, ids=lambda one: str(one)[:40])
def test_one_wrong_value_is_one_fault_that_says_what_to_send(place: str, value: Any, words: str) -> None:
    told = [one.message for one in outermost(RULES.violations(changed(place, value), LISTS))]
    assert len(told) == 1
    assert words in told[0]


def test_what_is_wrong_twice_is_told_twice() -> None:
    body = changed("/exam/configuration/duration", "0")
    body["course"] = {"ids": {"api": "", "lms": "x"}, "title": 5}
    told = [(one.pointer, one.clause) for one in outermost(RULES.violations(body, LISTS))]
    assert told == [
        ("/course/code", "course-code-required"),
        ("/course/ids", "ids-at-most-one"),
        ("/course/ids/api", "ids-non-empty"),
        ("/course/title", "schema"),
        ("/exam/configuration/duration", "configuration-duration-positive"),
        ("/exam/configuration/duration", "lossless-text"),
    ]


def test_many_faults_are_told_in_time_that_grows_with_them() -> None:
    body = changed("/exam/configuration/permittedItems", {f"item-{index}": {} for index in range(20_000)})
    assert len(outermost(RULES.violations(body, LISTS))) == 20_000


def test_good_bodies_have_no_violations() -> None:
    assert RULES.violations(FULL, LISTS) == []
    for example in BODY.examples.values():
        assert RULES.violations(example, LISTS) == []


@pytest.mark.parametrize("value", [None, [], "x", 3, True])
def test_a_body_that_is_no_object(value: Any) -> None:
    assert "body-object" in {one.clause for one in RULES.violations(value)}


def test_secrets_are_not_shown() -> None:
    body = changed("/exam/configuration/password", ["hunter2-hunter2"])
    assert "hunter2" not in str(RULES.violations(body, LISTS))


def test_missing_references_are_marked() -> None:
    body = changed("/signon/integrationSid", "II" + "0" * 32)
    assert [one.missing for one in RULES.violations(body, LISTS)] == [True]
    assert RULES.violations(body) == []


def test_long_values_are_shortened_and_stay_ascii() -> None:
    assert len(received("x" * 10_000)) < 120
    assert received("\u202e\n\x1b[31m").isascii()
    assert received([1]) == "an array"
    assert received(None) == "null"


def test_every_breakage_is_judged_alike_by_both_engines() -> None:
    known = {name: list(values) for name, values in LISTS.items()}
    body = Composer(BODY.json, PARTS, known, "test").body(Seeded(1), *(part.name for part in PARTS.parts))
    count = 0
    for breakage in breakages(BODY.json, body):
        broken = breakage.apply(body)
        assert RULES.fits_schema(broken) is REFERENCE.is_valid(broken), breakage.label
        count += 1
    assert count > 150


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda children: st.dictionaries(
        st.sampled_from(["ids", "sid", "api", "title", "open", "x"]), children, max_size=3
    ),
    max_leaves=6,
)


@given(
    st.sampled_from(["/course", "/user/ids", "/exam/configuration/access", "/exam/configuration/proctorTypes"]), JUNK
)
@settings(max_examples=200, deadline=None)
def test_both_engines_agree_on_junk_in_any_place(pointer: str, value: Any) -> None:
    body = changed(pointer, value)
    assert RULES.fits_schema(body) is REFERENCE.is_valid(body)


@given(st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_composed_bodies_fit_both_engines(seed: int) -> None:
    known = {name: list(values) for name, values in LISTS.items()}
    chance = Seeded(seed)
    body = Composer(BODY.json, PARTS, known, "test").body(chance, *(part.name for part in PARTS.parts))
    assert RULES.violations(body, LISTS) == []
    assert REFERENCE.is_valid(body)


def test_unknown_members_are_found_at_any_depth_and_can_be_dropped() -> None:
    known = members(BODY.json)
    assert known is not None
    body = changed("/exam/configuration/access/zone", "UTC")
    body["campus"] = {"a": 1}
    body["course"]["ids"]["sis"] = "x"
    body["exam"]["configuration"]["proctorTypes"][next(iter(FULL["exam"]["configuration"]["proctorTypes"]))][
        "level"
    ] = 3
    found = known.unknown(body)
    assert "/campus" in found
    assert "/course/ids/sis" in found
    assert "/exam/configuration/access/zone" in found
    assert any(pointer.endswith("/level") for pointer in found)
    assert len(found) == 4
    assert known.known(body) == FULL
    assert known.unknown([1]) == []
    assert known.known("x") == "x"
