"""What the engine does with bodies, seen through answers: matching, results, updates, refusals that change nothing."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from spec.resources.installs import Install
from spec.resources.resource import Resources

from .conftest import kept_of

kept = kept_of("memory", "sqlite")  # and PostgreSQL under --all: what all else rests on

COURSE = {"ids": {"external": "c-1"}, "title": "Title", "code": None}
USER = {"ids": {"api": "u-1"}, "firstName": "A", "lastName": "B", "email": "a@example.com"}
CONFIGURATION = {
    "url": "https://exams.example.com/1",
    "access": {"open": "2026-01-01T00:00:00Z", "close": "2036-01-01T00:00:00Z"},
    "duration": 60,
    "password": "secret-word",
    "proctorTypes": {"TS4b894875d26194988853e490dfb9bc41": {}},
}
EXAM = {"ids": {"external": "e-1"}, "title": "Exam", "configuration": CONFIGURATION}


def body(**parts: Any) -> Any:
    return copy.deepcopy({"course": COURSE, **parts})


def results(answer: dict[str, Any]) -> dict[str, str]:
    return {name: one["result"] for name, one in answer.items() if "result" in one}


def sids(answer: dict[str, Any]) -> dict[str, str]:
    return {name: one["sid"] for name, one in answer.items() if "sid" in one}


@pytest.mark.parametrize("name", ["course-only", "create-course-and-exam", "enroll-student", "everything"])
def test_an_example_is_created_and_then_found(client: Any, examples: dict[str, Any], name: str) -> None:
    first, second = client.ok(examples[name]), client.ok(examples[name])
    assert sids(first) == sids(second)
    assert set(results(second).values()) == {"Found Existing"}
    assert set(results(first).values()) <= {"Created", "Found Existing"}


def test_only_what_was_asked_for_is_answered(client: Any) -> None:
    assert set(client.ok(body())) == {"course"}
    assert set(client.ok(body(user=USER))) == {"course", "user", "enrollment"}
    assert set(client.ok(body(exam=EXAM))) == {"course", "exam", "configuration"}


@pytest.mark.parametrize("other", ["C-1", " c-1", "c-1 ", "c\u20111"])
def test_identifiers_are_compared_letter_by_letter(client: Any, other: str) -> None:
    first = client.ok(body())
    again = client.ok({"course": {**COURSE, "ids": {"external": other}}})
    assert again["course"]["result"] == "Created"
    assert again["course"]["sid"] != first["course"]["sid"]


def test_kinds_of_identifier_are_apart(client: Any) -> None:
    made = {
        client.ok({"course": {**COURSE, "ids": {kind: "x"}}})["course"]["sid"] for kind in ("api", "lms", "external")
    }
    assert len(made) == 3


def test_exams_are_scoped_to_their_course(client: Any) -> None:
    first = client.ok(body(exam=EXAM))
    other = client.ok({"course": {**COURSE, "ids": {"external": "c-2"}}, "exam": EXAM})
    assert other["exam"]["sid"] != first["exam"]["sid"]
    by_sid = {
        "course": {"ids": {"external": "c-2"}, "title": "t", "code": None},
        "exam": {"ids": {"sid": first["exam"]["sid"]}},
    }
    refused = client.post(by_sid)
    assert refused.status_code == 404
    assert refused.json()["errors"] == [
        {**refused.json()["errors"][0], "pointer": "/exam/ids/sid", "clause": "exam-in-course"}
    ]


def test_a_changed_value_is_updated_once(client: Any) -> None:
    client.ok(body(user=USER))
    changed = body(user={**USER, "lastName": "C"})
    assert results(client.ok(changed)) == {
        "course": "Found Existing",
        "user": "Updated",
        "enrollment": "Found Existing",
    }
    assert results(client.ok(changed))["user"] == "Found Existing"


def test_null_clears_or_restores_the_default_of_the_install(client: Any) -> None:
    client.ok(body(user={**USER, "timeZone": "Europe/London"}))
    assert results(client.ok(body(user={**USER, "timeZone": None})))["user"] == "Updated"
    assert results(client.ok(body(user={**USER, "timeZone": "America/New_York"})))["user"] == "Found Existing"
    client.ok({"course": {**COURSE, "code": "X"}})
    assert results(client.ok(body()))["course"] == "Updated"
    assert results(client.ok(body()))["course"] == "Found Existing"


def test_an_empty_string_means_not_set_only_where_the_document_says_so(client: Any) -> None:
    with_system = {**EXAM, "deliverySystem": "canvas"}
    client.ok(body(exam=with_system))
    assert results(client.ok(body(exam={**EXAM, "deliverySystem": ""})))["exam"] == "Found Existing"
    assert results(client.ok(body(exam=with_system)))["exam"] == "Found Existing"
    assert results(client.ok({"course": {**COURSE, "title": ""}}))["course"] == "Updated"


def test_defaults_apply_at_creation_only(client: Any) -> None:
    client.ok(body(exam={**EXAM, "practice": True}))
    assert results(client.ok(body(exam=EXAM)))["exam"] == "Found Existing"
    assert results(client.ok(body(exam={**EXAM, "practice": True})))["exam"] == "Found Existing"
    assert results(client.ok(body(exam={**EXAM, "practice": False})))["exam"] == "Updated"


def test_an_omitted_enrollment_never_demotes(client: Any) -> None:
    client.ok(body(user=USER, enrollment={"role": "instructor"}))
    for parts in ({}, {"enrollment": {}}, {"enrollment": {"role": "instructor"}}):
        assert results(client.ok(body(user=USER, **parts)))["enrollment"] == "Found Existing"
    assert results(client.ok(body(user=USER, enrollment={"role": "learner"})))["enrollment"] == "Updated"


def test_dates_compare_as_instants_and_numbers_as_numbers(client: Any) -> None:
    client.ok(body(exam=EXAM))
    moved = {
        **CONFIGURATION,
        "duration": 60.0,
        "access": {**CONFIGURATION["access"], "open": "2026-01-01T01:00:00+01:00"},
    }
    assert results(client.ok(body(exam={**EXAM, "configuration": moved})))["configuration"] == "Found Existing"


def test_what_is_replaced_whole_loses_what_is_left_out(client: Any) -> None:
    items = {"notes": {"notes": "n"}, "calculator": {"notes": "c"}}
    client.ok(body(exam={**EXAM, "configuration": {**CONFIGURATION, "permittedItems": items}}))
    fewer = body(exam={**EXAM, "configuration": {**CONFIGURATION, "permittedItems": {"notes": {"notes": "n"}}}})
    assert results(client.ok(fewer))["configuration"] == "Updated"
    assert results(client.ok(fewer))["configuration"] == "Found Existing"
    strange = copy.deepcopy(fewer)
    strange["exam"]["configuration"]["permittedItems"]["notes"]["xStrange"] = 1
    assert results(client.ok(strange))["configuration"] == "Found Existing"


def test_a_nameless_configuration_is_the_one_of_its_kind(client: Any) -> None:
    first = client.ok(body(exam=EXAM, user=USER))
    accommodation = {**EXAM, "configuration": {**CONFIGURATION, "type": "accommodation"}}
    second = client.ok(body(exam=accommodation, user=USER))
    third = client.ok(body(exam=accommodation, user={**USER, "ids": {"api": "u-2"}}))
    nobody = client.ok(body(exam=accommodation))
    made = [one["configuration"]["sid"] for one in (first, second, third, nobody)]
    assert len(set(made)) == 4
    assert client.ok(body(exam=accommodation, user=USER))["configuration"] == {
        "sid": made[1],
        "result": "Found Existing",
    }
    assert client.ok(body(exam=EXAM))["configuration"]["sid"] == made[0]


def test_the_configuration_is_needed_for_a_new_exam_only(client: Any) -> None:
    bare = {"ids": {"external": "e-1"}, "title": "Exam"}
    refused = client.post(body(exam=bare))
    assert refused.status_code == 400
    assert [(one["pointer"], one["clause"]) for one in refused.json()["errors"]] == [
        ("/exam/configuration", "exam-configuration-required")
    ]
    client.ok(body(exam=EXAM))
    assert set(client.ok(body(exam=bare))) == {"course", "exam"}


def test_all_faults_are_told_at_once(client: Any) -> None:
    wrong = {
        "course": {"ids": {"api": "", "lms": "x"}},
        "user": {**USER, "email": "nobody"},
        "exam": {"ids": {"external": "e"}, "title": "t"},
        "signon": {},
    }
    answer = client.post(wrong)
    assert answer.status_code == 400
    assert {(one["pointer"], one["clause"]) for one in answer.json()["errors"]} >= {
        ("/course/ids", "ids-at-most-one"),
        ("/course/ids/api", "ids-non-empty"),
        ("/course/title", "course-title-required"),
        ("/course/code", "course-code-required"),
        ("/user/email", "user-email-form"),
        ("/signon/integrationSid", "signon-integration-required"),
    }
    mixed = client.post(body(exam={"ids": {"external": "e"}, "title": 5}))
    assert {one["pointer"] for one in mixed.json()["errors"]} == {"/exam/title", "/exam/configuration"}


def test_all_references_are_told_at_once_and_nothing_is_kept(client: Any) -> None:
    before = len(client.app.store)
    nowhere = "0" * 32
    answer = client.post(
        {
            "course": {"ids": {"sid": "CU" + nowhere}},
            "user": {"ids": {"sid": "US" + nowhere}},
            "exam": {"ids": {"sid": "EX" + nowhere}},
            "signon": {"integrationSid": "II" + nowhere},
        }
    )
    assert answer.status_code == 404
    assert answer.json()["code"] == "RESOURCENOTFOUND"
    assert {one["pointer"] for one in answer.json()["errors"]} >= {"/course/ids/sid", "/user/ids/sid", "/exam/ids/sid"}
    assert client.post({**body(user=USER), "signon": {"integrationSid": "II" + nowhere}}).status_code == 404
    assert len(client.app.store) == before


def test_installs_share_nothing(client: Any) -> None:
    first, other = client.ok(body()), client.app.installs[1].sid
    answer = client.http.post(client.path(other), json=body(), headers={"token": client.mint(other)})
    assert answer.json()["course"]["result"] == "Created"
    by_sid = {"course": {"ids": {"sid": first["course"]["sid"]}}}
    assert client.http.post(client.path(other), json=by_sid, headers={"token": client.mint(other)}).status_code == 404


def test_planning_changes_nothing(client: Any, examples: dict[str, Any]) -> None:
    engine, install = client.app.engine, client.app.installs[0]
    before = list(client.app.store)
    plan = engine.plan(client.app.store, install, examples["everything"])
    assert list(client.app.store) == before
    assert plan == engine.plan(client.app.store, install, examples["everything"])


@pytest.mark.parametrize(
    "junk", [None, [], "x", 5, {}, {"course": 5}, {"course": {"ids": 5}}, {"user": {}}, {"exam": {"ids": {}}}]
)
def test_planning_takes_any_junk(client: Any, junk: Any) -> None:
    client.app.engine.plan(client.app.store, client.app.installs[0], junk)


def test_a_part_without_its_owner_is_told(client: Any) -> None:
    plan = client.app.engine.plan(client.app.store, client.app.installs[0], {"exam": EXAM})
    assert [one.pointer for one in plan.violations] == ["/exam"]


def test_existing_resources_have_their_defaults(client: Any) -> None:
    resources: Resources = client.app.engine.resources
    install: Install = client.app.installs[0]
    existing = client.app.store.read(install.existing[0].sid)
    assert existing is not None
    assert existing.part == resources.parts[0].name
    named = {"course": {**install.existing[0].attributes, "ids": dict(install.existing[0].identifiers)}}
    assert client.ok(json.loads(json.dumps(named)))["course"] == {"sid": existing.sid, "result": "Found Existing"}
