"""The journal: looked up, counted, waited for, watched, exported, and what it says of near misses."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from contract.http.har import read_har

from .conftest import COURSE, USER, Plane


@pytest.fixture
def busy(plane: Plane, install: dict[str, Any]) -> dict[str, Any]:
    """An install that was called three times: created, refused, and with a member that nobody knows."""
    for body in (
        {"course": COURSE},
        {"course": {"ids": {"lms": "other"}, "code": "x"}},
        {"course": {**COURSE, "titel": "A"}, "user": USER},
    ):
        plane.call(install, body)
    return install


def numbers(told: dict[str, Any]) -> list[int]:
    return [one["number"] for one in told["calls"]]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 3),
        ({"operation": "provision"}, 3),
        ({"operation": "jwks"}, 0),
        ({"method": "post"}, 3),
        ({"path": "*/provision"}, 3),
        ({"path": "/oidc/*"}, 0),
        ({"status": 400}, 1),
        ({"code": "INVALIDINPUT"}, 1),
        ({"clause": "course-title-required"}, 1),
        ({"body": "/course/ids/lms=moodle-42"}, 2),
        ({"body": ["/course/ids/lms=moodle-42", "/user/ids/api=vega"]}, 1),
        ({"body": "/course/code=1"}, 0),
        ({"since": 1}, 2),
    ],
)
def test_calls_are_found(plane: Plane, busy: dict[str, Any], query: dict[str, Any], count: int) -> None:
    told = plane("GET", "/journal", install=busy["install"], **query)
    assert told["count"] == count == len(told["calls"])
    assert plane("GET", "/journal/count", install=busy["install"], **query) == {"count": count}


def test_a_call_is_shown_whole_and_masked(plane: Plane, busy: dict[str, Any]) -> None:
    first, second, third = plane("GET", "/journal", install=busy["install"])["calls"]
    assert (first["operation"], first["status"], first["install"]) == ("provision", 200, busy["install"])
    assert first["done"]["course"]["result"] == "Created"
    assert first["headers"]["token"] == "•••"
    assert (second["code"], second["clauses"]) == ("INVALIDINPUT", ["course-title-required"])
    assert third["unknown"] == ["/course/titel"]
    assert plane("GET", f"/journal/{third['number']}") == third
    assert plane("GET", "/journal", sid=first["done"]["course"]["sid"])["count"] == 2
    assert numbers(plane("GET", "/journal", limit=1)) == [third["number"]]
    assert busy["token"] not in json.dumps([first, second, third])


def test_calls_of_the_control_plane_are_not_kept(plane: Plane) -> None:
    plane("GET", "/health")
    plane("GET", "/nothing", None, 404)
    assert plane.client.http.get("/health").json() == {"status": "ok"}
    assert plane("GET", "/journal")["count"] == 0


def test_forgetting(plane: Plane, busy: dict[str, Any]) -> None:
    plane.client.http.get("/oidc/jwks")
    plane("DELETE", "/journal", install=busy["install"])
    assert plane("GET", "/journal")["count"] == 1
    plane("DELETE", "/journal")
    assert plane("GET", "/journal")["count"] == 0


def test_near_misses(plane: Plane, install: dict[str, Any]) -> None:
    user = {**{name: one for name, one in USER.items() if name != "firstName"}, "firstname": "Vega"}
    plane.call(install, {"course": COURSE, "user": user, "zzzz": 1})
    plane.client.http.post(f"/v2/installs/{install['install']}/provison", json={})
    plane.client.http.get(f"/v2/installs/{install['install']}/provision")
    told = [miss["told"] for one in plane("GET", "/journal/unmatched")["calls"] for miss in one["nearMisses"]]
    assert "/user/firstname: one letter off: 'firstname', probably 'firstName'" in told
    assert "/zzzz: nobody knows 'zzzz', and nothing is near it" in told
    path = f"/v2/installs/{install['install']}/provision"
    assert f"path: one letter off: 'POST {path.replace('provision', 'provison')}', probably 'POST {path}'" in told
    assert f"path: nothing but the method off: 'GET {path}', probably 'POST {path}'" in told


def test_waiting_for_calls(plane: Plane, install: dict[str, Any]) -> None:
    plane.call(install, {"course": COURSE})
    late = threading.Timer(0.05, plane.call, (install, {"course": {**COURSE, "ids": {"lms": "late"}}}))
    late.start()
    told = plane("GET", "/journal/wait", install=install["install"], count=2, timeout=30)
    late.join()
    assert told["count"] == 2
    refused = plane("GET", "/journal/wait", None, 408, clause="none-such", timeout=0)
    assert "0 of 1 calls" in refused["message"]


def test_watching_calls(plane: Plane, busy: dict[str, Any]) -> None:
    answer = plane.client.http.get("/_invigilate/journal/events", params={"since": 1, "count": 2})
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]
    assert [one["status"] for one in events] == [400, 200]
    assert f"id: {events[0]['number']}\nevent: call\n" in answer.text
    first = plane.client.http.get("/_invigilate/journal/events", params={"since": 0, "count": 1})
    assert '"number":1,' in first.text


def test_archive_for_the_judge(plane: Plane, install: dict[str, Any], tmp_path: Path) -> None:
    integration = next(iter(install["integrations"]))
    body = {"course": COURSE, "user": USER, "signon": {"integrationSid": integration}}
    answer = plane.call(install, body).json()
    plane.client.http.get("/oidc/jwks")
    archive = plane("GET", "/journal", format="har")
    text = json.dumps(archive)
    for secret in (install["token"], answer["signon"]["token"], answer["signon"]["redirect"]):
        assert secret not in text
    file = tmp_path / "traffic.har"
    file.write_text(text)
    recorded = read_har(file, plane.client.path(install["install"]))
    assert [one.exchange.response.status for one in recorded.calls if one.exchange.response] == [200]
    assert not recorded.keys


def test_curl_lines(plane: Plane, busy: dict[str, Any]) -> None:
    lines = plane.client.http.get("/_invigilate/journal", params={"format": "curl"}).text.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("curl -X POST http://testserver/v2/") and '"token: $TOKEN"' in line for line in lines)


def test_the_journal_of_an_install_is_its_own(plane_of: Any) -> None:
    plane = plane_of(journal_length=3)
    quiet, loud = plane.install(), plane.install()
    plane.call(quiet, {"course": COURSE})
    for _ in range(9):
        plane.call(loud, {"course": COURSE})
    assert plane("GET", "/journal/count", install=quiet["install"]) == {"count": 1}
    assert plane("GET", "/journal/count", install=loud["install"]) == {"count": 3}


def test_the_journal_is_bounded_in_bytes(plane_of: Any) -> None:
    plane = plane_of(journal_bytes=20_000)
    install = plane.install()
    for _ in range(8):
        plane.call(install, {"course": {**COURSE, "title": "x" * 5000}})
    assert 1 <= plane("GET", "/journal/count")["count"] <= 4
