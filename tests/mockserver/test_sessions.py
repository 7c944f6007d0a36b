"""Sessions: who has one, what becomes of it row by row of the document, lists, reads, and where an install's view ends."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from journey import AT, CLOSE, COURSE, LATER, OPEN, PASSWORD, Traveller, exam, user

from spec.catalogue.clauses import Catalogue
from spec.load import build, load
from spec.openapi.document import Document
from spec.resources.sessions import Transition, session_kind
from spec.schema.validation import Rules

STATUSES = ("Needs Proctor", "Scheduled", "Onboarding", "In Progress", "Closed", "Cancelled")


@pytest.fixture
def walker(client: Any) -> Traveller:
    return Traveller(client)


def refused(answer: Any, status: int, clause: str) -> None:
    assert (answer.status_code, answer.json()["errors"][0]["clause"]) == (status, clause), answer.text
    assert answer.json()["status"] == status


# who has a session


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
    refused(walker.sessions({**sids, **stranger, "exam": sids["exam"]}), 404, "path-sid-known")


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


# what becomes of it


def reach(walker: Traveller, status: str) -> tuple[Any, str]:
    """A session of an exam of limited scope in a status: the SIDs of its parents, and its path."""
    sids = walker.assigned()
    session = walker.session(sids)
    if status in ("In Progress", "Closed"):
        walker.begun(session)
    if status == "Closed":
        assert walker.goes_on(session, "finish").status_code == 200
    if status in ("Scheduled", "Onboarding"):
        assert walker.schedule(session, appointmentDateTime=AT).status_code == 200
    if status == "Onboarding":
        assert walker.follow(walker.onboard(session).json()["url"]).status_code == 200
    if status == "Cancelled":
        assert walker.assign(sids["exam"], removed=[sids["enrollment"]]).status_code == 200
    assert walker.read(session)["status"] == status
    return sids, session


EVENTS: dict[str, Callable[[Traveller, Any, str], Any]] = {
    "assign": lambda walker, sids, _: walker.assign(sids["exam"], added=[sids["enrollment"]]),
    "remove": lambda walker, sids, _: walker.assign(sids["exam"], removed=[sids["enrollment"]]),
    "schedule": lambda walker, _, session: walker.schedule(session, appointmentDateTime=LATER),
    "reschedule": lambda walker, _, session: walker.reschedule(session, appointmentDateTime=LATER),
    "onboard": lambda walker, _, session: walker.onboard(session),
}
OF_OTHERS = ("begin", "finish", "miss")
EVENTS |= {name: lambda walker, _, session, name=name: walker.goes_on(session, name) for name in OF_OTHERS}


def rows(document: Document) -> Iterator[Transition]:
    kind = session_kind(document.operations)
    assert kind is not None
    yield from kind.lifecycle.transitions


TABLE = [one for one in rows(load()) if one.status is not None and one.event in EVENTS]
"""The rows but for those of who follows a URL."""


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.status}-{row.event}")
def test_every_row_of_the_table(walker: Traveller, row: Transition) -> None:
    assert row.status is not None
    sids, session = reach(walker, row.status)
    answer = EVENTS[row.event](walker, sids, session)
    told = walker.read(session)
    if row.next is None:
        refused(answer, 409, row.clause)
        assert told["status"] == row.status
        assert repr(row.status) in answer.json()["message"]
    else:
        assert answer.status_code == 200, answer.text
        assert (told["status"], told["statusReason"]) == (row.next, row.reason)
    assert len(walker.listed(sids)) == 1


def test_every_status_that_is_reached_has_a_row_for_every_event_of_callers() -> None:
    known = {(one.status, one.event) for one in TABLE}
    silent = {
        (over, event) for over in ("Cancelled", "Closed") for event in ("assign", "remove")
    }  # none is active then
    of_callers = [event for event in EVENTS if event not in OF_OTHERS]
    assert known | silent >= {(status, event) for status in STATUSES for event in of_callers}


# what nobody can call


def test_a_client_that_waits_sees_the_end(walker: Traveller) -> None:
    session = walker.scheduled()
    refused(walker.goes_on(session, "finish"), 409, "session-over")
    walker.begun(session)
    answer = walker.goes_on(session, "finish")
    sid = session.rpartition("/")[2]
    assert answer.json() == {"sid": sid, "status": "Closed", "reason": "exam-completed", "following": []}
    assert (walker.read(session)["status"], walker.read(session)["statusReason"]) == ("Closed", "exam-completed")


def test_whoever_has_attempts_left_gets_another_session_by_itself(walker: Traveller) -> None:
    sids = walker.enrolled(attempts=2)
    (following,) = walker.goes_on(walker.begun(walker.session(sids)), "finish").json()["following"]
    second = walker.session(sids)
    assert second.endswith(following)
    assert walker.goes_on(walker.begun(second), "finish").json()["following"] == []
    assert [one["status"] for one in walker.listed(sids)] == ["Closed", "Closed"]


def test_a_session_that_was_missed_spends_no_attempt(walker: Traveller) -> None:
    session = walker.scheduled()
    answer = walker.goes_on(session, "miss").json()
    assert (answer["status"], answer["reason"], len(answer["following"])) == ("Closed", "no-show", 1)


def test_attempts_of_exams_of_limited_scope_are_assigned(walker: Traveller) -> None:
    sids = walker.enrolled(limited=True, attempts=2)
    for _ in range(2):
        assert walker.assign(sids["exam"], added=[sids["enrollment"]]).status_code == 200
        assert walker.goes_on(walker.begun(walker.session(sids)), "finish").json()["following"] == []
    answer = walker.assign(sids["exam"], added=[sids["enrollment"]])
    refused(answer, 409, "attempts-left")
    assert "has finished 2 of 2" in answer.json()["message"]
    walker.provision(exam=exam_of(sids, walker, attempts=3))
    assert walker.assign(sids["exam"], added=[sids["enrollment"]]).status_code == 200


def exam_of(sids: Any, walker: Traveller, **configuration: Any) -> Any:
    """The same exam by its SID, with a configuration that was changed."""
    made = exam("unused", limited=True, **configuration)
    return {**made, "ids": {"sid": sids["exam"]}}


def test_a_session_that_is_none_does_not_go_on(walker: Traveller) -> None:
    assert walker.goes_on("/exams/x/sessions/ES1", "begin").status_code == 404
    session = walker.scheduled()
    assert walker.goes_on(session, "close").status_code == 400
    assert walker.goes_on(walker.enrolled()["exam"], "begin").status_code == 404


def test_a_url_of_a_session_that_was_cancelled_leads_nowhere(walker: Traveller) -> None:
    sids, session = reach(walker, "Scheduled")
    url = walker.onboard(session).json()["url"]
    walker.assign(sids["exam"], removed=[sids["enrollment"]])
    refused(walker.follow(url), 409, "session-over")
    walker.assign(sids["exam"], added=[sids["enrollment"]])
    assert [one["status"] for one in walker.listed(sids)] == ["Cancelled", "Needs Proctor"]


def test_a_schedule_is_kept_and_shown_but_for_its_secrets(walker: Traveller, client: Any) -> None:
    session = walker.session(walker.enrolled())
    body = {"type": "b-virtual", "appointmentDateTime": AT, "externalAppointmentId": "x-1", "notes": "quiet room",
            "amount": 12.5, "currency": "USD", "cardToken": "card-secret-1", "voucherCode": "voucher-1"}  # fmt: skip
    told = walker.schedule(session, **body).json()
    assert (told["sessionType"], told["appointmentDate"], told["notes"]) == ("b-virtual", AT, "quiet room")
    assert (told["appointmentEndDate"], told["dateScheduled"]) == ("2080-06-15T15:30:00.000Z", told["editDate"])
    assert walker.read(session) == told
    stored = client.app.store.read(session.rpartition("/")[2]).attributes
    assert stored["/asked/amount"] == 12.5
    assert "card-secret-1" not in str(stored)
    assert "voucher-1" not in str(stored)
    assert "card-secret-1" not in str(list(client.app.journal))


def test_a_session_is_scheduled_without_anything_and_moved_by_either_name(walker: Traveller) -> None:
    session = walker.session(walker.enrolled())
    assert walker.schedule(session).json()["appointmentDate"] is None
    assert walker.reschedule(session, appointmentStartDateTime=AT).json() == "Successful"
    assert walker.read(session)["appointmentDate"] == AT
    assert walker.reschedule(session, appointmentStartDateTime=AT, appointmentDateTime=LATER).status_code == 200
    assert walker.read(session)["appointmentDate"] == LATER
    assert walker.reschedule(session, appointmentDateTime=AT, appointmentEndDateTime=LATER).status_code == 200
    assert walker.read(session)["appointmentEndDate"] == LATER
    refused(walker.reschedule(session, appointmentDateTime=LATER, appointmentEndDateTime=AT), 409, "appointment-window")
    refused(walker.reschedule(session, type="automated"), 400, "schedule-type-known")


@pytest.mark.parametrize(
    ("body", "clause", "told"),
    [
        ({"currencyCode": "USD"}, "schedule-currency", "send 'currency'"),
        ({"currency": "DOLLAR"}, "schedule-currency", "at most 3 characters"),
        ({"proctorLocationSid": "PT" + "0" * 32}, "schedule-location", "PL and 32 hexadecimal digits"),
        ({"proctorLocationSid": "LT" + "0" * 32}, "schedule-location", "a type of location"),
        ({"appointmentDateTime": "2080-06-15T14:00:00+02:00"}, "schedule-date-utc", "UTC"),
        ({"appointmentDateTime": "soonZ"}, "schedule-date-utc", "ISO 8601"),
        ({"appointmentDateTime": "2081-02-29T14:00:00Z"}, "calendar-day", "a day"),
        ({"type": "by-pigeon"}, "schedule-type-known", "b-virtual"),
        ({"amount": -1}, "schema", "at least 0"),
    ],
)
def test_what_is_wrong_with_a_schedule_is_told(walker: Traveller, body: Any, clause: str, told: str) -> None:
    session = walker.session(walker.enrolled())
    answer = walker.schedule(session, **body)
    refused(answer, 400, clause)
    assert told in answer.json()["message"]
    assert walker.read(session)["status"] == "Needs Proctor"


# windows


def test_borders_of_the_windows(walker: Traveller, client: Any) -> None:
    opens, closes = "2027-01-15T08:10:00Z", "2027-01-15T10:00:00Z"
    configuration = {"access": {"open": opens, "close": closes}, "scheduling": {"open": "2027-01-15T08:05:00Z"}}
    session = walker.session(walker.enrolled(**configuration))
    refused(walker.schedule(session, appointmentDateTime=opens), 409, "scheduling-window")
    client.clock.now += 300
    refused(walker.schedule(session, appointmentDateTime="2027-01-15T08:09:59Z"), 409, "appointment-window")
    refused(walker.schedule(session, appointmentDateTime="2027-01-15T08:30:01Z"), 409, "appointment-window")
    assert walker.schedule(session, appointmentDateTime="2027-01-15T08:30:00Z").status_code == 200
    assert walker.reschedule(session, appointmentDateTime=opens).status_code == 200
    client.clock.now += 7200
    refused(walker.reschedule(session, appointmentDateTime=opens), 409, "scheduling-window")


@pytest.mark.parametrize("ids", [{}, {"ids": {"api": "more-time"}}])
def test_an_accommodation_goes_before_the_rule_for_everybody(walker: Traveller, ids: Any) -> None:
    first, second = (walker.provision(user=user(name), exam=exam("e")) for name in ("u1", "u2"))
    longer = {"duration": 135, "type": "accommodation", **ids}
    walker.provision(user=user("u2"), exam=exam("e", **longer))
    assert [walker.read(walker.session({**first, **one}))["duration"] for one in (first, second)] == [90, 135]


def test_appointments_of_a_user_may_touch_and_not_overlap(walker: Traveller) -> None:
    sids = [walker.provision(user=user("busy"), exam=exam(f"e{number}", duration=120)) for number in range(3)]
    first, second, third = (walker.session(one) for one in sids)
    assert walker.schedule(first, appointmentDateTime=AT).status_code == 200
    answer = walker.schedule(second, appointmentDateTime="2080-06-15T15:59:00Z")
    refused(answer, 409, "appointments-apart")
    assert first.rpartition("/")[2] in answer.json()["message"]
    assert walker.schedule(second, appointmentDateTime=LATER).status_code == 200
    assert walker.schedule(third).status_code == 200
    refused(walker.reschedule(third, appointmentDateTime=AT), 409, "appointments-apart")


# onboarding


def test_onboarding_urls(walker: Traveller, client: Any) -> None:
    session = walker.scheduled()
    urls = [walker.onboard(session).json()["url"] for _ in range(3)]
    assert len(set(urls)) == 3
    assert client.http.head(urls[0]).status_code == 200
    assert walker.read(session)["status"] == "Scheduled"
    page = client.http.get(urls[0], headers={"accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert session.rpartition("/")[2] in page.text
    assert walker.read(session)["status"] == "Onboarding"
    refused(walker.follow(urls[0]), 403, "onboard-single-use")
    told = client.http.get(urls[1], headers={"accept": "application/json"}).json()
    assert told["status"] == "Onboarding"
    client.clock.now += 300
    refused(walker.follow(urls[2]), 403, "onboard-expires")
    assert walker.follow(f"{urls[2]}x").status_code == 403
    assert walker.follow(urls[2].partition("?")[0]).status_code == 400
    why = client.http.get(urls[2], headers={"accept": "text/html"})
    assert "has expired" in why.text
    shown = str(list(client.app.journal))
    assert not [url for url in urls if url.partition("code=")[2] in shown]


def test_an_onboarding_url_belongs_to_its_install(walker: Traveller, client: Any) -> None:
    url = walker.onboard(walker.scheduled()).json()["url"]
    other = url.replace(client.install, client.app.installs[1].sid)
    refused(walker.follow(other), 403, "onboard-single-use")
    client.http.post("/_invigilate/reset")
    refused(walker.follow(url), 403, "onboard-single-use")


# lists and reads


def test_a_list_is_walked_by_its_links(walker: Traveller, client: Any) -> None:
    sids = walker.enrolled(limited=True)
    for _ in range(5):
        client.clock.now += 1
        walker.assign(sids["exam"], added=[sids["enrollment"]])
        walker.assign(sids["exam"], removed=[sids["enrollment"]])
    walker.assign(sids["exam"], added=[sids["enrollment"]])
    page = walker.sessions(sids, "includeActive=true&limit=2&sortOrder=DESC").json()
    dates: list[str] = []
    for _ in range(3):
        assert (page["total"], page["count"]) == (6, 2)
        dates += [one["createdDate"] for one in page["results"]]
        last = page["next"] is None
        page = client.http.get(page["next"] or page["first"], headers=walker.headers).json()
    assert last
    assert page["prev"] is None
    assert dates == sorted(dates, reverse=True)
    assert len(walker.listed(sids)) == 6
    assert len(walker.listed(sids, "")) == 5
    assert [one["status"] for one in walker.listed(sids, "status[]=Needs%20Proctor&status=Closed")] == ["Needs Proctor"]
    for query in ("offset=100", "limit=0"):
        told = walker.sessions(sids, f"includeActive=true&{query}").json()
        assert (told["total"], told["count"], told["results"], told["next"]) == (6, 0, [], None)


def test_active_sessions_that_are_left_out_are_told_of(walker: Traveller) -> None:
    answer = walker.sessions(walker.enrolled(), "")
    assert answer.json()["results"] == []
    assert "send includeActive=true" in answer.headers["invigilate-warning"]


@pytest.mark.parametrize(
    ("query", "clause", "told"),
    [
        ("status=active", "session-list-filter", "includeActive=true"),
        ("status=Cancelled", "session-list-filter", '"Closed"'),
        ("sortOrder=up", "session-list-order", '"DESC"'),
        ("sortKeys=sid", "session-list-order", '"createdDate"'),
        ("limit=-1", "page-form", "at least 0"),
        ("limit=1001", "page-form", "at most 1000"),
        ("offset=ES1", "page-form", "an integer"),
        ("offset=1&offset=2", "page-form", "sent twice"),
        ("includeActive=perhaps", "session-list-active", "true or false"),
    ],
)
def test_what_is_wrong_with_a_query_is_told(walker: Traveller, query: str, clause: str, told: str) -> None:
    answer = walker.sessions(walker.enrolled(), query)
    refused(answer, 400, clause)
    assert told in answer.json()["message"]


def test_reads_show_what_was_stored(walker: Traveller) -> None:
    sids = walker.enrolled(permittedItems={"calculator": {"notes": "simple"}}, ids={"api": "rules-1"}, attempts=3)
    profile = walker.call("GET", "/v1", f"/users/{sids['user']}/profile").json()
    assert (profile["firstName"], profile["currencyCode"], profile["timezone"]) == (
        "Ada",
        "USD",
        {"name": "America/New_York"},
    )
    path = f"/courses/{sids['course']}/exams/{sids['exam']}/configurations/{sids['configuration']}"
    told = walker.call("GET", "/v1", path)
    shown = told.json()
    assert (shown["examOpenDate"], shown["examCloseDate"], shown["scheduleOpenDate"]) == (OPEN, CLOSE, None)
    assert (shown["apiExamId"], shown["duration"], shown["attempts"]) == ("rules-1", 90, 3)
    assert (shown["permittedCalculator"], shown["permittedCalculatorInformation"]) == (True, "simple")
    assert (shown["permittedNotes"], shown["password"]) == (False, None)
    assert PASSWORD not in told.text
    settings = walker.call("GET", "/v1", "/settings").json()
    assert settings["defaultCurrencyCode"] == "USD"
    assert {
        "sid": "TS6d6011935f4646848ea4f7a29b4f61a5",
        "title": "Virtual Test Center",
        "status": "enabled",
    } in settings["proctorTypes"]
    session = walker.scheduled()
    report = walker.call("GET", "/v1", "/reports/appointments?status=Scheduled").json()
    assert [one["sid"] for one in report["results"]] == [session.rpartition("/")[2]]
    assert report["results"][0]["exam"]["title"] == "Exam"
    assert walker.call("GET", "/v1", "/reports/appointments").json()["total"] == 4  # two learners, two exams


def test_every_answer_keeps_its_schema(walker: Traveller, client: Any) -> None:
    session = walker.scheduled()
    sids = walker.provision(user=user("s"), exam=exam("s"))
    calls = {
        "readSession": walker.read(session),
        "listSessions": walker.sessions(sids).json(),
        "onboardSession": walker.onboard(session).json(),
        "readProfile": walker.call("GET", "/v1", f"/users/{sids['user']}/profile").json(),
        "readConfiguration": walker.call(
            "GET", "/v1", f"/courses/{sids['course']}/exams/{sids['exam']}/configurations/{sids['configuration']}"
        ).json(),
        "readSettings": walker.call("GET", "/v1", "/settings").json(),
        "listAppointments": walker.call("GET", "/v1", "/reports/appointments").json(),
    }
    for name, answer in calls.items():
        schema = client.app.document.operations[name].responses["200"].content["application/json"]
        assert Rules(schema).violations(answer) == [], name
        assert set(answer) == set(schema["properties"]), name


# bounds


def test_what_an_install_sees_ends_at_its_deployment(walker: Traveller, client: Any) -> None:
    session = walker.scheduled()
    other = client.app.installs[1].sid
    url = f"/v1/installs/{other}{session}"
    assert client.http.get(url, headers=walker.headers).status_code == 403
    refused(client.http.get(url, headers={"token": client.mint(other)}), 404, "path-sid-known")
    assert client.http.get(url).status_code == 401
    assert client.http.get(f"/v1/installs/AI1{session}", headers=walker.headers).status_code == 400
    report = f"/v1/installs/{other}/reports/appointments"
    assert client.http.get(report, headers={"token": client.mint(other)}).json()["total"] == 0


def test_sids_of_a_path_have_a_form_and_a_kind(walker: Traveller) -> None:
    sids = walker.enrolled()
    refused(walker.call("GET", "/v1", "/users/US1/profile"), 400, "path-sid-form")
    refused(walker.call("GET", "/v1", f"/users/{sids['exam']}/profile"), 400, "path-sid-form")
    refused(walker.call("GET", "/v1", f"/users/US{'0' * 32}/profile"), 404, "path-sid-known")


def test_bodies_are_read_as_everywhere(walker: Traveller, client: Any) -> None:
    session = walker.session(walker.enrolled())
    url = f"/v1/installs/{client.install}{session}"
    for content, headers, status in [
        (b"{}", {}, 415),
        (b"{", {"content-type": "application/json"}, 400),
        (b"[]", {"content-type": "application/json"}, 400),
        (b"", {"content-type": "application/json"}, 400),
        (b'{"notes": 5}', {"content-type": "application/json"}, 400),
    ]:
        answer = client.http.post(url, content=content, headers={**walker.headers, **headers})
        assert answer.status_code == status, answer.text
    told = walker.schedule(session, comment="x")
    assert told.headers["invigilate-warning"] == "unknown-members-ignored; /comment"


def test_sessions_are_in_state_snapshots_and_resets(walker: Traveller, client: Any) -> None:
    session = walker.scheduled(notes="kept")
    sid = session.rpartition("/")[2]
    plane = lambda method, path, body=None: client.http.request(method, f"/_invigilate{path}", json=body)  # noqa: E731
    (shown,) = plane("GET", "/state?kind=session").json()["resources"]
    assert (shown["sid"], shown["attributes"]["asked"]["notes"]) == (sid, "kept")
    assert {one["kind"] for one in shown["belongsTo"]} == {"exam", "enrollment"}
    plane("POST", "/snapshots", {"name": "one"})
    saved = plane("GET", "/snapshots/one?secrets=true").json()
    plane("POST", "/reset")
    assert walker.call("GET", "/v1", session).status_code == 404
    assert plane(
        "PUT", "/snapshots/two", {name: saved[name] for name in ("resources", "keys", "deployment", "install")}
    ).is_success
    assert plane("POST", "/snapshots/two/restore", {}).is_success
    assert walker.read(session)["notes"] == "kept"
    assert walker.call("GET", "/v1", "/reports/appointments").json()["total"] == 1


# the document says it


def changed(catalogue: Catalogue, change: Callable[[Any], None]) -> Document:
    source = load().source
    value = copy.deepcopy(source.value)
    change(value)
    return build(replace(source, value=value), catalogue)


def test_who_has_a_session_is_said_by_the_document(catalogue: Catalogue, client_of: Callable[..., Any]) -> None:
    def teachers(value: Any) -> None:
        value["components"]["schemas"]["Session"]["x-session"]["entitled"] = {"/enrollment/role": "instructor"}

    walker = Traveller(client_of(changed(catalogue, teachers)))
    learner = walker.provision(user=user("u"), exam=exam("e"))
    teacher = walker.provision(user=user("t"), enrollment={"role": "instructor"})
    assert (len(walker.listed(learner)), len(walker.listed({**learner, **teacher}))) == (0, 1)


def test_what_becomes_of_a_session_is_said_by_the_document(catalogue: Catalogue, client_of: Callable[..., Any]) -> None:
    def again(value: Any) -> None:
        rows = value["components"]["schemas"]["SessionStatus"]["x-lifecycle"]["transitions"]
        row = next(one for one in rows if (one.get("status"), one["event"]) == ("Scheduled", "schedule"))
        row["next"] = "Pending Review"

    walker = Traveller(client_of(changed(catalogue, again)))
    assert walker.schedule(walker.scheduled()).json()["status"] == "Pending Review"


def test_a_document_without_sessions_is_served_without_them(
    catalogue: Catalogue, client_of: Callable[..., Any]
) -> None:
    def without(value: Any) -> None:
        value["paths"] = {path: one for path, one in value["paths"].items() if "/v1/" not in path}

    client = client_of(changed(catalogue, without))
    client.ok({"course": COURSE, "user": user("u"), "exam": exam("e")})
    assert len(client.app.store) == 6  # the demo course and five parts
    assert (
        client.http.get(f"/v1/installs/{client.install}/settings", headers={"token": client.token}).status_code == 501
    )
