"""What becomes of a session, row by row of the document, and what nobody can call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from journey import AT, LATER, Traveller, exam, refused

from spec.load import load
from spec.resources.sessions import Transition, session_kind

STATUSES = ("Needs Proctor", "Scheduled", "Onboarding", "In Progress", "Closed", "Cancelled")


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


PAGE = Path(__file__).parents[3] / "docs" / "journey.md"
ROW = re.compile(r"\| (?P<status>[A-Z–][A-Za-z ]*?) \| (?P<event>[a-z]+) \| (?P<next>[A-Za-z0-9 ]+?)(?: \(`(?P<reason>[a-z-]+)`\))?"
                 r" \| `(?P<clause>[a-z-]+)`: ")  # fmt: skip


def rows(page: str) -> Iterator[Transition]:
    """The rows of the table in the documentation."""
    for found in ROW.finditer(page):
        status, following = (None if found[one] in ("–", "409") else found[one] for one in ("status", "next"))
        yield Transition(status, found["event"], following, found["clause"], found["reason"])


WHOLE = list(rows(PAGE.read_text(encoding="utf-8")))
TABLE = [one for one in WHOLE if one.status is not None and one.event in EVENTS]
ENTERING = [one for one in WHOLE if one.event == "enter"]
STARTING = [one for one in WHOLE if one.status is None]


def test_the_table_of_the_documentation_is_that_of_the_document_and_every_row_is_walked() -> None:
    kind = session_kind(load().operations)
    assert kind is not None
    assert sorted(map(repr, WHOLE)) == sorted(map(repr, kind.lifecycle.transitions))
    assert len(TABLE) + len(ENTERING) + len(STARTING) == len(WHOLE) > 30


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.status}-{row.event}")
def test_every_row_of_the_table(walker: Traveller, row: Transition) -> None:
    assert row.status is not None
    sids, session = reach(walker, row.status)
    answer = EVENTS[row.event](walker, sids, session)
    told = walker.read(session)
    if row.next is None:
        refused(answer, 409, row.clause)
        assert told["status"] == row.status
        message = answer.json()["message"]
        assert repr(row.status) in message
        left = sorted(one.event for one in WHOLE if one.status == row.status and one.next is not None)
        assert message.endswith(f"What can happen to it now: {', '.join(left)}." if left else "It is over.")
    else:
        assert answer.status_code == 200, answer.text
        assert (told["status"], told["statusReason"]) == (row.next, row.reason)
    assert len(walker.listed(sids)) == 1


@pytest.mark.parametrize("row", ENTERING, ids=lambda row: str(row.status))
def test_every_row_of_who_follows_a_url(walker: Traveller, row: Transition) -> None:
    sids, session = reach(walker, "Scheduled")
    url = walker.onboard(session).json()["url"]
    if row.status == "Cancelled":
        walker.assign(sids["exam"], removed=[sids["enrollment"]])
    elif row.status != "Scheduled":
        assert walker.follow(walker.onboard(session).json()["url"]).status_code == 200
        for event in {"Onboarding": (), "In Progress": ("begin",), "Closed": ("begin", "finish")}[str(row.status)]:
            assert walker.goes_on(session, event).status_code == 200
    assert walker.read(session)["status"] == row.status
    answer = walker.follow(url)
    if row.next is None:
        refused(answer, 409, row.clause)
    else:
        assert answer.status_code == 200
    assert walker.read(session)["status"] == (row.next or row.status)


@pytest.mark.parametrize("row", STARTING, ids=lambda row: row.event)
def test_every_row_of_a_session_that_begins(walker: Traveller, row: Transition) -> None:
    sids = walker.enrolled(limited=row.event == "assign")
    if row.event == "assign":
        assert walker.listed(sids) == []
        walker.assign(sids["exam"], added=[sids["enrollment"]])
    assert [(one["status"], walker.read(walker.session(sids))["statusReason"]) for one in walker.listed(sids)] == [
        (row.next, row.reason)
    ]


def test_every_status_that_is_reached_has_a_row_for_every_event_of_callers() -> None:
    known = {(one.status, one.event) for one in TABLE}
    silent = {
        (over, event) for over in ("Cancelled", "Closed") for event in ("assign", "remove")
    }  # none is active then
    of_callers = [event for event in EVENTS if event not in OF_OTHERS]
    assert known | silent >= {(status, event) for status in STATUSES for event in of_callers}


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
