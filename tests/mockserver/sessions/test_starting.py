"""Who has a session: by itself, by assignment, and who has none."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from journey import COURSE, Traveller, exam, refused, user


@pytest.mark.parametrize("limited", [False, True])
def test_learners_before_and_after_an_exam_have_a_session_unless_its_scope_is_limited(
    walker: Traveller, limited: bool
) -> None:
    early = walker.provision(user=user("early"))
    made = walker.provision(exam=exam("e", limited=limited))
    late = walker.provision(user=user("late"))
    for sids in (early, late):
        assert len(walker.listed({**made, **sids})) == (not limited)


def test_a_session_shows_what_it_belongs_to(walker: Traveller, client: Any) -> None:
    sids = walker.provision(user=user("u"), exam=exam("e"))
    told = walker.read(walker.session(sids))
    parents = {name: told[f"{name}Sid"] for name in ("course", "user", "enrollment", "exam")}
    assert parents == {name: sids[name] for name in parents}
    assert (told["installSid"], told["status"], told["duration"]) == (client.install, "Needs Proctor", 90)
    assert told["createdDate"] == told["editDate"] == "2027-01-15T08:00:00.000Z"
    assert told["appointmentDate"] is told["dateScheduled"] is told["statusReason"] is None


def test_instructors_have_none_until_they_are_learners(walker: Traveller) -> None:
    sids = walker.provision(user=user("u"), enrollment={"role": "instructor"}, exam=exam("e"))
    assert walker.listed(sids) == []
    walker.provision(user=user("u"), enrollment={"role": "learner"})
    session = walker.session(sids)
    walker.provision(user=user("u"), enrollment={"role": "instructor"})
    assert walker.session(sids) == session


def test_a_scope_that_is_limited_no_more_lets_everybody_in(walker: Traveller) -> None:
    sids = walker.provision(user=user("u"), exam=exam("e", limited=True))
    assert walker.listed(sids) == []
    walker.provision(exam=exam("e", limited=False))
    session = walker.session(sids)
    walker.provision(exam=exam("e", limited=True))
    assert walker.session(sids) == session


def test_a_refused_call_starts_nothing_and_a_repeated_one_nothing_more(walker: Traveller, client: Any) -> None:
    body = {"course": COURSE, "user": user("u"), "exam": exam("e")}
    wrong = copy.deepcopy(body)
    wrong["exam"]["configuration"]["duration"] = 0
    before = len(client.app.store)
    assert client.post(wrong).status_code == 400
    assert len(client.app.store) == before
    client.ok(body)
    after = len(client.app.store)
    client.ok(body)
    assert len(client.app.store) == after == before + 6  # course, user, enrollment, exam, configuration, session


def test_an_assignment_is_done_whole_or_not_at_all(walker: Traveller) -> None:
    sids = walker.enrolled(limited=True)
    other = walker.provision(user=user("other"))
    stranger = "EN" + "0" * 32
    answer = walker.assign(sids["exam"], added=[sids["enrollment"], stranger, sids["user"][:2] + stranger[2:]])
    assert answer.status_code == 400  # a SID of a user is no SID of an enrollment
    answer = walker.assign(sids["exam"], added=[sids["enrollment"], stranger], removed=["EN" + "1" * 32])
    refused(answer, 404, "assignment-enrollment-known")
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/added/1", "/removed/0"]
    assert walker.listed(sids) == []
    assert walker.assign(sids["exam"], added=[sids["enrollment"], other["enrollment"]]).json() == "Successful"
    assert len(walker.listed(sids)) == len(walker.listed({**sids, **other})) == 1
    assert walker.assign(sids["exam"]).status_code == 200
    assert walker.assign(sids["exam"], removed=[other["enrollment"]]).status_code == 200
    assert walker.assign(sids["exam"], removed=[other["enrollment"]]).status_code == 200  # nothing is left to cancel
    assert [one["status"] for one in walker.listed({**sids, **other})] == ["Cancelled"]


def test_an_enrollment_of_another_course_is_none_of_this_exam(walker: Traveller, client: Any) -> None:
    sids = walker.enrolled(limited=True)
    elsewhere = Traveller(client, {"ids": {"external": "elsewhere"}, "title": "t", "code": None})
    stranger = elsewhere.provision(user=user("u"))
    answer = walker.assign(sids["exam"], added=[stranger["enrollment"]])
    refused(answer, 404, "assignment-enrollment-known")
    assert answer.json()["errors"][0]["pointer"] == "/added/0"
    answer = walker.sessions({**sids, **stranger, "exam": sids["exam"]})
    refused(answer, 404, "path-sid-known")
    assert "is no exam of the enrollment in the path" in answer.json()["message"]


def test_an_instructor_is_not_assigned(walker: Traveller) -> None:
    sids = walker.provision(user=user("u"), enrollment={"role": "instructor"}, exam=exam("e", limited=True))
    refused(walker.assign(sids["exam"], added=[sids["enrollment"]]), 409, "session-learners-only")


@pytest.mark.parametrize(
    ("sides", "pointer"),
    [
        ({"add": [{"enrollmentSid": "EN1"}]}, "/add"),
        ({"remove": []}, "/remove"),
        ({"added": "EN1"}, "/added"),
        ({"added": [{"enrollmentSid": "EN1"}]}, "/added/0"),
        ({"removed": ["EN1"]}, "/removed/0"),
    ],
)
def test_the_spelling_of_the_guide_is_told_the_right_one(walker: Traveller, sides: Any, pointer: str) -> None:
    answer = walker.assign(walker.enrolled(limited=True)["exam"], **sides)
    refused(answer, 400, "assignment-shape")
    assert answer.json()["errors"][0]["pointer"] == pointer
    if pointer[1:] in ("add", "remove"):
        assert f"{pointer[1:]}{'d' if pointer == '/remove' else 'ed'}" in answer.json()["message"]
