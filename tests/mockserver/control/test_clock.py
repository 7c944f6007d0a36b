"""Time is moved, for one install or for all, and everything follows it."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.state.clock import LATEST, Clocks

from .conftest import COURSE, USER, Plane


def test_a_clock_follows_its_base_until_it_is_frozen() -> None:
    now = [1000.0]
    clocks = Clocks(lambda: now[0])
    assert clocks() == clocks("AI1") == 1000
    clocks.advance(60)
    clocks.advance(5, "AI1")
    assert (clocks(), clocks("AI1"), clocks("AI2")) == (1060, 1065, 1060)
    now[0] += 1
    assert (clocks(), clocks("AI1")) == (1061, 1066)
    clocks.freeze("AI1")
    now[0] += 10
    clocks.advance(100)
    assert (clocks(), clocks("AI1")) == (1171, 1066)
    assert clocks.is_frozen("AI1")
    clocks.advance(1, "AI1")
    assert clocks("AI1") == 1067
    clocks.resume("AI1")
    now[0] += 1
    assert clocks("AI1") == 1068
    clocks.put(5, "AI1")
    now[0] += 1
    assert clocks("AI1") == 6
    clocks.restore("AI1")
    assert clocks("AI1") == clocks() == 1173
    with pytest.raises(OverflowError):
        clocks.put(LATEST + 1)
    with pytest.raises(OverflowError):
        clocks.advance(-10_000_000)


def test_tokens_and_links_follow_the_clock_of_their_install(plane: Plane, install: dict[str, Any]) -> None:
    other = plane.install()
    body = {"course": COURSE, "user": USER, "signon": {"integrationSid": next(iter(install["integrations"]))}}
    sid = install["install"]
    link = plane.call(install, body).json()["signon"]["redirect"]
    plane("POST", "/clock/advance", {"seconds": 299}, install=sid)
    assert plane.client.http.head(link).status_code == 200
    plane("POST", "/clock/advance", {"seconds": 2}, install=sid)
    assert "has expired" in plane.client.http.get(link).json()["message"]
    plane("POST", "/clock/advance", {"days": 1}, install=sid)
    assert plane.call(install, body).status_code == 403
    assert plane.call(other, {"course": COURSE}).status_code == 200
    told = plane("GET", "/journal", install=sid)["calls"]
    assert told[-1]["at"] > plane("GET", "/clock")["now"]
    plane("DELETE", "/clock", install=sid)
    assert plane.call(install, body).status_code == 200


def test_the_clock_of_the_mock_moves_all_and_reset_restores_it(plane: Plane, install: dict[str, Any]) -> None:
    shown = plane("POST", "/clock/freeze", {"at": "2030-01-31T09:00:00+01:00"})
    assert shown == {"install": None, "now": "2030-01-31T08:00:00.000Z", "seconds": 1896076800.0, "frozen": True}
    assert plane("GET", "/clock", install=install["install"])["seconds"] == 1896076800.0
    assert plane.call(install, {"course": COURSE}).status_code == 403
    assert plane("POST", "/clock/resume")["frozen"] is False
    plane("POST", "/reset")
    assert plane("GET", "/clock")["seconds"] == plane.client.clock.now


@pytest.mark.parametrize("at", ["2030-02-30T09:00:00Z", "2030-01-31", "noon", "0000-01-01T00:00:00Z", -1, 1e12])
def test_what_is_no_moment_is_refused(plane: Plane, at: Any) -> None:
    before = plane("GET", "/clock")
    plane("POST", "/clock/set", {"at": at}, 400)
    assert plane("GET", "/clock") == before
