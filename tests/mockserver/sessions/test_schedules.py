"""What a schedule keeps and shows, what is wrong with one, and the windows that it lies in."""

from __future__ import annotations

from typing import Any

import pytest
from journey import AT, LATER, Traveller, exam, refused, user


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
