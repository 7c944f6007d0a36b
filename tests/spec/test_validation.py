"""Violations: every clause that a body can break, its pointer, and that both engines agree."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.generation.breakages import breakages
from contract.generation.chance import Seeded
from contract.generation.composition import Composer
from spec.load import load
from spec.resources.annotations import resources
from spec.resources.installs import load_installs
from spec.resources.resource import ABSENT
from spec.schema.members import members
from spec.schema.messages import received
from spec.schema.second_opinion import reference_validator
from spec.schema.validation import Rules

OPERATION = load().operations["provision"]
BODY = OPERATION.body
assert BODY is not None
RULES = Rules(BODY.json)
REFERENCE = reference_validator(BODY.json)
PARTS = resources(OPERATION)
LISTS = load_installs(PARTS)[0].members
FULL: dict[str, Any] = json.loads(json.dumps(BODY.examples["create-course-and-exam"]))
FULL["user"] = copy.deepcopy(BODY.examples["enroll-student"]["user"])
FULL["enrollment"] = {"role": "learner"}
FULL["signon"] = copy.deepcopy(BODY.examples["enroll-student"]["signon"])


def changed(pointer: str, value: Any) -> dict[str, Any]:
    body = copy.deepcopy(FULL)
    *path, last = pointer.strip("/").split("/")
    holder = body
    for name in path:
        holder = holder[name]
    if value is ABSENT:
        del holder[last]
    else:
        holder[last] = value
    return body


CASES: list[tuple[str, Any, str, str]] = [
    ("/course", ABSENT, "/course", "course-required"),
    ("/course/ids", ABSENT, "/course/ids", "ids-required"),
    ("/course/ids", {}, "/course/ids", "ids-at-least-one"),
    ("/course/ids", {"campus": "x"}, "/course/ids", "ids-at-least-one"),
    ("/course/ids", {"api": "x", "lms": "y"}, "/course/ids", "ids-at-most-one"),
    ("/course/ids/api", "", "/course/ids/api", "ids-non-empty"),
    ("/course/ids", {"sid": "CU" + "A" * 32}, "/course/ids/sid", "sid-form"),
    ("/course/ids", {"sid": "CU" + "a" * 32 + "\n"}, "/course/ids/sid", "sid-form"),
    ("/course/title", ABSENT, "/course/title", "course-title-required"),
    ("/course/title", 3, "/course/title", "schema"),
    ("/course/code", ABSENT, "/course/code", "course-code-required"),
    ("/user", ABSENT, "/user", "enrollment-needs-user"),
    ("/user/firstName", ABSENT, "/user/firstName", "user-name-required"),
    ("/user/email", ABSENT, "/user/email", "user-email-required"),
    ("/user/email", "nobody", "/user/email", "user-email-form"),
    ("/user/email", "a..b@example.com", "/user/email", "user-email-valid"),
    ("/user/currencyCode", "usd", "/user/currencyCode", "user-currency-known"),
    ("/user/timeZone", "Mars", "/user/timeZone", "user-time-zone-known"),
    ("/enrollment/role", "administrator", "/enrollment/role", "enrollment-role-known"),
    ("/exam/title", ABSENT, "/exam/title", "exam-title-required"),
    ("/exam/type", "Online", "/exam/type", "exam-type-known"),
    ("/exam/deliverySystem", "chalk", "/exam/deliverySystem", "exam-delivery-system-known"),
    ("/exam/configuration/ids", "config-1", "/exam/configuration/ids", "configuration-ids"),
    ("/exam/configuration/type", "other", "/exam/configuration/type", "configuration-type-known"),
    ("/exam/configuration/url", ABSENT, "/exam/configuration/url", "configuration-members-required"),
    ("/exam/configuration/url", "exams", "/exam/configuration/url", "configuration-url-form"),
    ("/exam/configuration/password", "", "/exam/configuration/password", "configuration-password-non-empty"),
    ("/exam/configuration/access/open", ABSENT, "/exam/configuration/access/open", "configuration-access-required"),
    ("/exam/configuration/access/open", "2026-13-01T00:00:00Z", "/exam/configuration/access/open", "date-form"),
    ("/exam/configuration/access/open", "2026-01-01T00:00:00", "/exam/configuration/access/open", "date-time-offset"),
    ("/exam/configuration/access/close", "2020-01-01T00:00:00Z", "/exam/configuration/access/close", "access-order"),
    ("/exam/configuration/scheduling/open", "soon", "/exam/configuration/scheduling/open", "scheduling-date-form"),
    ("/exam/configuration/duration", 0, "/exam/configuration/duration", "configuration-duration-positive"),
    ("/exam/configuration/duration", 2**60, "/exam/configuration/duration", "numbers-exact"),
    ("/exam/configuration/duration", 1.5, "/exam/configuration/duration", "schema"),
    ("/exam/configuration/attempts", -1, "/exam/configuration/attempts", "configuration-attempts-positive"),
    ("/exam/configuration/proctorTypes", {}, "/exam/configuration/proctorTypes", "proctor-types-some"),
    ("/exam/configuration/proctorTypes", {"junk": {}}, "/exam/configuration/proctorTypes/junk", "proctor-type-form"),
    (
        "/exam/configuration/proctorTypes",
        {"TS" + "0" * 32: {}},
        "/exam/configuration/proctorTypes/TS" + "0" * 32,
        "proctor-types-enabled",
    ),
    (
        "/exam/configuration/permittedItems",
        {"ruler": {}},
        "/exam/configuration/permittedItems/ruler",
        "permitted-items-known",
    ),
    ("/signon/integrationSid", ABSENT, "/signon/integrationSid", "signon-integration-required"),
    ("/signon/integrationSid", "II0", "/signon/integrationSid", "signon-integration-form"),
    ("/signon/integrationSid", "II" + "0" * 32, "/signon/integrationSid", "signon-integration-known"),
]


@pytest.mark.parametrize(("place", "value", "pointer", "clause"), CASES, ids=lambda one: str(one)[:40])
def test_a_broken_body_names_place_and_clause(place: str, value: Any, pointer: str, clause: str) -> None:
    found = RULES.violations(changed(place, value), LISTS)
    assert (pointer, clause) in {(one.pointer, one.clause) for one in found}
    assert all(one.message.endswith(".") for one in found)


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
