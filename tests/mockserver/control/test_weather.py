"""Weather: what happens to which calls, how often, and that the control plane is never met by it."""

from __future__ import annotations

from typing import Any

import pytest
from tests_support import some_fast

from mockserver.behaviour.faults import FAULTS
from mockserver.control.document import described
from mockserver.control.weather import made, of_option
from mockserver.http.errors import Refusal
from spec.schema.validation import Rules

from .conftest import COURSE, USER, Plane

BODY = {"course": COURSE}
BROUGHT = sorted(name for name, one in FAULTS.items() if not one.beside)


def statuses(plane: Plane, install: dict[str, Any], count: int) -> list[int]:
    return [plane.call(install, BODY).status_code for _ in range(count)]


def rule(plane: Plane, then: dict[str, Any], status: int = 201, **schedule: Any) -> Any:
    return plane("POST", "/weather", {"then": then, **schedule}, status)


def test_the_next_calls_are_refused(plane: Plane, install: dict[str, Any]) -> None:
    made = rule(plane, {"status": 503, "retryAfter": 7, "code": "BUSY", "message": "Later."}, times=2)
    answer = plane.call(install, BODY)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
    assert answer.json() == {"code": "BUSY", "message": "Later.", "status": 503}
    assert statuses(plane, install, 3) == [503, 200, 200]
    told = plane("GET", f"/weather/{made['id']}")
    assert (told["asked"], told["followed"]) == (4, 2)
    assert plane("GET", "/state", install=install["install"], kind="course")["resources"][0]["history"][0]["call"] == 3


def test_every_so_many_th_call(plane: Plane, install: dict[str, Any]) -> None:
    rule(plane, {"status": 500}, every=3)
    assert statuses(plane, install, 7) == [200, 200, 500, 200, 200, 500, 200]


def test_a_probability_is_exact_for_a_seed(plane: Plane, install: dict[str, Any]) -> None:
    def storm(seed: int) -> list[int]:
        plane("DELETE", "/weather")
        rule(plane, {"status": 429}, probability=0.3, seed=seed)
        return statuses(plane, install, 40)

    first = storm(7)
    assert storm(7) == first
    assert storm(8) != first
    assert 4 <= first.count(429) <= 20


SEVEN = [17, 20, 22, 24, 41, 88, 90]
"""The calls of the first hundred that a probability of 0.1 with the seed 7 hits, on every machine and in every version."""


@pytest.mark.parametrize("more", [{}, {"jitter": 1.0, "served": True}])
def test_the_same_seed_hits_the_same_calls_whatever_happens_to_them(more: dict[str, Any]) -> None:
    storm = made("w1", {"then": {"status": 503, **more}, "probability": 0.1, "seed": 7})
    for _ in range(2):
        hit = []
        for number in range(1, 101):
            if storm.is_due(0.0):
                hit.append(number)
                storm.draw()
        assert hit == SEVEN
        storm.restart()


def test_the_same_seed_hits_the_same_calls_by_option_and_by_control_plane(
    plane: Plane, install: dict[str, Any]
) -> None:
    plane.client.app.plane.start_with(["status=503; probability=0.1; seed=7"])
    assert [number for number, status in enumerate(statuses(plane, install, 24), 1) if status == 503] == SEVEN[:4]
    plane("DELETE", "/weather")
    rule(plane, {"status": 503}, probability=0.1, seed=7)
    assert [number for number, status in enumerate(statuses(plane, install, 24), 1) if status == 503] == SEVEN[:4]


@pytest.mark.parametrize(("probability", "hits"), [(0.5, 50_077), (0.1, 9_996), (0.01, 966), (1.0, 100_000), (0.0, 0)])
def test_of_many_calls_the_share_is_hit(probability: float, hits: int) -> None:
    body = {"then": {"status": 503}, "probability": probability, "seed": 7 if probability == 0.1 else 1}
    storm = made("w1", body)
    assert sum(storm.is_due(0.0) for _ in range(100_000)) == hits
    spread = (100_000 * probability * (1 - probability)) ** 0.5
    assert abs(hits - 100_000 * probability) <= 3 * spread


@pytest.mark.parametrize(
    ("match", "hit"),
    [
        ({}, True),
        ({"operation": "provision"}, True),
        ({"operation": "followSignon"}, False),
        ({"method": "POST"}, True),
        ({"method": "GET"}, False),
        ({"path": "*/provision"}, True),
        ({"path": "/oidc/*"}, False),
        ({"body": {"/course/ids/lms": "moodle-42"}}, True),
        ({"body": {"/course/ids/lms": "moodle-43"}}, False),
        ({"body": {"/course/ids/api": None}}, False),
    ],
)
def test_only_calls_that_are_meant(plane: Plane, install: dict[str, Any], match: dict[str, Any], hit: bool) -> None:
    rule(plane, {"status": 503}, match=match)
    assert statuses(plane, install, 1) == [503 if hit else 200]


def test_weather_of_one_install(plane: Plane, install: dict[str, Any]) -> None:
    other = plane.install()
    rule(plane, {"status": 503}, match={"install": install["install"]})
    assert (statuses(plane, install, 1), statuses(plane, other, 1)) == ([503], [200])
    assert len(plane("GET", "/weather", install=install["install"])["rules"]) == 1
    assert plane("GET", "/weather", install=other["install"])["rules"] == []
    plane("DELETE", f"/installs/{install['install']}")
    assert plane("GET", "/weather")["rules"] == []


@pytest.mark.parametrize("match", [{"operation": "issueToken"}, {"path": "/oidc/*"}])
def test_weather_of_one_install_comes_over_the_token_requests_of_its_clients(
    plane: Plane, install: dict[str, Any], match: dict[str, str]
) -> None:
    other = plane.install()

    def asked(held: dict[str, Any], *, by_basic: bool) -> int:
        name = next(iter(held["integrations"]))
        client = next(one for one in plane.client.app.clients if one.id == name)
        form = {"grant_type": "client_credentials"}
        shown = {} if by_basic else {"client_id": client.id, "client_secret": client.secret}
        auth = (client.id, client.secret) if by_basic else None
        return int(plane.client.http.post("/oidc/token", data={**form, **shown}, auth=auth).status_code)

    made = rule(plane, {"status": 503}, match={"install": install["install"], **match})
    assert [asked(one, by_basic=basic) for one in (install, other) for basic in (True, False)] == [503, 503, 200, 200]
    assert plane.client.http.post("/oidc/token", data={"client_id": "II0"}).status_code == 400
    assert (
        plane.client.http.post("/oidc/token", headers={"authorization": "Basic ?"}, content=b"\xff").status_code < 500
    )
    told = plane("GET", f"/weather/{made['id']}")
    assert (told["asked"], told["followed"]) == (2, 2)


def test_pages_links_and_the_control_plane_have_fair_weather(plane: Plane, install: dict[str, Any]) -> None:
    body = {"course": COURSE, "user": USER, "signon": {"integrationSid": next(iter(install["integrations"]))}}
    link = plane.call(install, body).json()["signon"]["redirect"]
    rule(plane, {"status": 503})
    rule(plane, {"status": 503}, match={"path": "/_invigilate/*"})
    assert plane.client.http.get(link).status_code == 200
    assert plane.client.http.get("/").status_code == 200
    assert plane("GET", "/health")["status"] == "ok"
    rule(plane, {"status": 503}, match={"operation": "jwks"})
    assert plane.client.http.get("/oidc/jwks").status_code == 503


def test_a_call_brings_its_own_weather(plane: Plane, install: dict[str, Any]) -> None:
    answer = plane.call(install, BODY, Invigilate_Weather="status=429; retry-after=3")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
    answer = plane.call(install, BODY, Invigilate_Weather="status=504; served")
    assert answer.status_code == 504
    assert plane.call(install, BODY).json()["course"]["result"] == "Found Existing"
    for wrong in ("status=fine", "statsu=503", "close=maybe", "fault=none-such", "served"):
        refused = plane.call(install, BODY, Invigilate_Weather=wrong)
        assert (refused.status_code, refused.json()["code"]) == (400, "INVALIDINPUT")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nonsense", 'it has no member "nonsense"; it has status, code, '),
        (";;", "it has no members; it needs at least 1 member."),
        ("status=abc", "'status' is \"abc\"; send an integer."),
        ("status=503; status=504", "'status' is there twice; give it once."),
        ('{"then": {"status": 503}}', "it has a form of its own, which is no JSON."),
        ("fault=nope", "there is no fault 'nope'; GET /_invigilate/faults lists those there are."),
        ("retry-after=1", "'retryAfter' says something about a status; give one."),
    ],
)
def test_a_wrong_header_is_told_as_a_header(plane: Plane, install: dict[str, Any], text: str, told: str) -> None:
    answer = plane.call(install, BODY, Invigilate_Weather=text)
    message = answer.json()["message"]
    assert answer.status_code == 400
    assert message.startswith(f"The header Invigilate-Weather cannot be followed: {told}")
    assert message.endswith(" Write it as 'Invigilate-Weather: status=503; retry-after=1'.")
    assert "The body" not in message
    assert answer.json()["errors"] == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{bad", "it is not JSON: "),
        ("[]", "it is an array; send an object."),
        ("status=503; status=504", "'status' is there twice; give it once."),
        ("status=503; every=x", "/every: 'every' is \"x\"; send an integer."),
    ],
)
def test_a_wrong_option_is_told_as_one(text: str, told: str) -> None:
    body = described().operations["makeWeather"].body
    assert body is not None
    with pytest.raises(Refusal) as refused:
        of_option(text, "w1", Rules(body.json))
    assert refused.value.message.startswith(told)


def test_what_was_changed_of_an_answer(plane: Plane, install: dict[str, Any]) -> None:
    whole = plane.call(install, BODY).json()
    assert whole["course"]["result"] == "Created"
    assert plane.call(install, BODY, Invigilate_Weather="malformed").text.startswith('{"course"')
    with pytest.raises(ValueError, match="JSON|Expecting|Unterminated"):
        plane.call(install, BODY, Invigilate_Weather="malformed").json()
    rule(plane, {"headers": {"X-Gateway": "g1"}}, times=1)
    assert plane.call(install, BODY).headers["x-gateway"] == "g1"
    assert plane.call(install, BODY, Invigilate_Weather="drip=0.01").json()["course"]["result"] == "Found Existing"


def test_a_refusal_is_changed_like_any_answer(plane: Plane, install: dict[str, Any]) -> None:
    rule(plane, {"headers": {"x-gateway": "g1"}})
    answer = plane.call(install, {})
    assert (answer.status_code, answer.headers["x-gateway"]) == (400, "g1")
    assert answer.json()["errors"]


@pytest.mark.parametrize(("when", "count"), [("before-commit", 0), ("after-commit", 1)])
def test_an_answer_is_lost(plane: Plane, install: dict[str, Any], when: str, count: int) -> None:
    rule(plane, {"close": when}, times=1)
    with pytest.raises(ConnectionResetError):  # there is no answer that a client could get
        plane.call(install, BODY)
    assert len(plane("GET", "/state", install=install["install"])["resources"]) == count
    (call,) = plane("GET", "/journal", install=install["install"])["calls"]
    assert call["notes"][-1].startswith("weather w1: the connection was ended")
    assert call["status"] == (200 if count else None)


def test_faults_come_the_same_way(plane: Plane, install: dict[str, Any]) -> None:
    other = plane.install()
    rule(plane, {"faults": ["answers-201"]}, match={"install": install["install"]}, times=1)
    assert statuses(plane, other, 1) == [200]
    assert statuses(plane, install, 2) == [201, 200]
    assert plane.call(install, {}, Invigilate_Weather="fault=overlooks-course-required").status_code == 200
    assert plane.call(install, {}).status_code == 400
    assert {one["id"] for one in plane("GET", "/faults")["faults"]} == set(BROUGHT)


def is_brought(plane: Plane, install: dict[str, Any], name: str) -> None:
    made = rule(plane, {"faults": [name]})
    answer = plane.call(install, {"course": COURSE, "user": USER})
    assert answer.status_code < 500
    assert plane("DELETE", f"/weather/{made['id']}")["followed"] == 1


@pytest.mark.parametrize("name", some_fast(BROUGHT, 20))
def test_every_fault_can_be_brought(document: Any, catalogue: Any, keys: Any, maker: Any, name: str) -> None:
    """In memory: which fault a rule names is no matter of where the rule is kept, and a third of the time is enough."""
    plane = Plane(maker(document, catalogue, keys))
    is_brought(plane, plane.install(), name)


@pytest.mark.parametrize("name", BROUGHT[::60])
def test_faults_can_be_brought_wherever_rules_are_kept(plane: Plane, install: dict[str, Any], name: str) -> None:
    is_brought(plane, install, name)


def test_what_cannot_be_is_refused(plane: Plane) -> None:
    for then in ({"served": True}, {"retryAfter": 1}, {"close": "after-commit", "status": 503}, {"faults": ["x"]}, {}):
        rule(plane, then, 400)
    rule(plane, {"status": 503}, 400, match={"operation": "none-such"})
    rule(plane, {"status": 503}, 404, match={"install": "AI" + "0" * 32})
    rule(plane, {"status": 503}, 400, until="soon")


def test_until_and_reset(plane: Plane, install: dict[str, Any]) -> None:
    rule(plane, {"status": 503}, until=plane("GET", "/clock")["seconds"] + 60)
    assert statuses(plane, install, 1) == [503]
    plane("POST", "/clock/advance", {"minutes": 2}, install=install["install"])
    assert statuses(plane, install, 1) == [200]
    plane("POST", "/reset")
    assert plane("GET", "/weather")["rules"] == []


def test_rules_of_the_start_come_back_after_a_reset(plane: Plane) -> None:
    app = plane.client.app
    app.plane.start_with(["operation=provision; status=503; times=1", '{"then": {"status": 429}, "every": 2}'])
    assert [one["then"]["status"] for one in plane("GET", "/weather")["rules"]] == [503, 429]
    assert [plane.client.post(BODY).status_code for _ in range(3)] == [503, 200, 429]
    plane("DELETE", "/weather")
    assert plane.client.post(BODY).status_code == 200
    plane("POST", "/reset")
    assert plane.client.post(BODY).status_code == 503
