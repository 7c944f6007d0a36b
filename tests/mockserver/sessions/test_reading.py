"""Lists that are walked by their links, and reads of what is stored."""

from __future__ import annotations

from typing import Any

import pytest
from journey import CLOSE, OPEN, PASSWORD, Traveller, exam, refused, user

from spec.schema.validation import Rules


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


def test_the_report_by_status_goes_with_what_happens(walker: Traveller) -> None:
    def reported(query: str) -> tuple[int, list[str]]:
        told = walker.call("GET", "/v1", f"/reports/appointments?{query}").json()
        return told["total"], [one["sid"] for one in told["results"]]

    everybody = [walker.provision(user=user(name), exam=exam("r")) for name in "abcd"]
    sids = [walker.listed(one)[0]["sid"] for one in everybody]
    waiting = "status[]=Needs%20Proctor"
    assert reported(waiting) == (4, sids)
    for one in (2, 0):
        walker.schedule(f"/exams/{everybody[one]['exam']}/sessions/{sids[one]}")
    assert reported(waiting) == (2, [sids[1], sids[3]])
    assert reported("status=Scheduled") == (2, [sids[0], sids[2]])
    both = f"{waiting}&status[]=Scheduled&status[]=Scheduled"
    assert reported(both) == (4, sids)
    assert reported(f"{both}&offset=1&limit=2") == (4, sids[1:3])
    assert reported(f"{both}&offset=4") == reported(f"{both}&offset=1000000000") == (4, [])
    assert reported("status=Closed") == (0, [])


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
