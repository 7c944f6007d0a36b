"""Calls that meet: their bodies come in pieces, so that each has begun before any of them is served."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
from journey import AT, LATER, Traveller, exam, user


def at_once(client: Any, *calls: tuple[str, str, Any]) -> list[Any]:
    """The answers to calls (method, path below the install, body) that all have begun before one is served."""
    begun: list[str] = []

    async def pieces(body: Any) -> AsyncIterator[bytes]:
        text = json.dumps(body).encode()
        yield text[:1]
        begun.append("one")
        while len(begun) < len(calls):
            await asyncio.sleep(0)
        yield text[1:]

    async def every() -> list[Any]:
        transport = httpx2.ASGITransport(client.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as http:
            headers = {"token": client.token, "content-type": "application/json"}
            sent = (
                http.request(method, f"/v1/installs/{client.install}{path}", headers=headers, content=pieces(body))
                for method, path, body in calls
            )
            return list(await asyncio.gather(*sent))

    return asyncio.run(every())


def test_of_two_appointments_of_one_session_one_is_made(walker: Traveller, client: Any) -> None:
    session = walker.session(walker.enrolled())
    answers = at_once(client, *(("POST", session, {"appointmentDateTime": one}) for one in (AT, LATER)))
    assert sorted(one.status_code for one in answers) == [200, 409]
    told = next(one.json() for one in answers if one.status_code == 200)
    refused = next(one.json() for one in answers if one.status_code == 409)
    assert refused["errors"][0]["clause"] == "schedule-once"
    assert walker.read(session) == told


def test_of_two_appointments_of_one_user_at_the_same_time_one_is_made(walker: Traveller, client: Any) -> None:
    both = [walker.session(walker.provision(user=user("twice"), exam=exam(name))) for name in ("one", "two")]
    answers = at_once(client, *(("POST", session, {"appointmentDateTime": AT}) for session in both))
    assert sorted(one.status_code for one in answers) == [200, 409]
    refused = next(one.json() for one in answers if one.status_code == 409)
    assert refused["errors"][0]["clause"] == "appointments-apart"
    assert sorted(walker.read(session)["status"] for session in both) == ["Needs Proctor", "Scheduled"]


def test_who_is_assigned_twice_at_once_has_one_session(walker: Traveller, client: Any) -> None:
    sids = walker.enrolled(limited=True)
    call = ("PUT", f"/exams/{sids['exam']}/assignment", {"added": [sids["enrollment"]]})
    assert [one.status_code for one in at_once(client, call, call, call)] == [200, 200, 200]
    assert len(walker.listed(sids)) == 1


def test_a_session_is_not_moved_once_it_was_taken_away_meanwhile(walker: Traveller, client: Any) -> None:
    sids = walker.assigned()
    session = walker.session(sids)
    walker.schedule(session, appointmentDateTime=AT)
    removal = ("PUT", f"/exams/{sids['exam']}/assignment", {"removed": [sids["enrollment"]]})
    answers = at_once(client, removal, ("PUT", session, {"appointmentDateTime": LATER}))
    assert answers[0].status_code == 200
    told = walker.read(session)
    assert told["status"] == "Cancelled"
    assert (answers[1].status_code, told["appointmentDate"]) in {(200, LATER), (409, AT)}
