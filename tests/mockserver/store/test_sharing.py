"""Everything that one process of a store does, another one knows at once, and so does the one that comes after them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from journey import Traveller, user

from mockserver.state.store import Resource, StoredChange

PLANE = "/_invigilate"
COURSE = {"ids": {"external": "c-1"}, "title": "Botany", "code": "B\u0000\U0001f331"}
LEARNER = {**user("u-1"), "firstName": "\u00c5sa"}
Make = Callable[..., Any]


@pytest.fixture
def first(another: Make) -> Any:
    return another()


@pytest.fixture
def second(first: Any, another: Make) -> Any:
    return another()


def plane(client: Any, method: str, path: str, body: Any = None, **query: Any) -> Any:
    sent = {} if body is None else {"json": body}
    answer = client.http.request(method, PLANE + path, params=query, **sent)
    assert answer.status_code < 300, answer.text
    return answer.json()


def signon(client: Any, one: Any) -> Any:
    audience = next(iter(one.app.installs[0].members["integrations"]))
    body = {
        "course": COURSE,
        "user": LEARNER,
        "enrollment": {"role": "learner"},
        "signon": {"integrationSid": audience},
    }
    return client.ok(body)["signon"]


def test_what_is_created_is_found_also_after_the_end_of_both(another: Make, first: Any, second: Any) -> None:
    sid = first.ok({"course": COURSE})["course"]["sid"]
    assert second.ok({"course": COURSE})["course"] == {"sid": sid, "result": "Found Existing"}
    assert second.ok({"course": {**COURSE, "title": "Mycology"}})["course"]["result"] == "Updated"
    assert first.ok({"course": {**COURSE, "title": "Mycology"}})["course"]["result"] == "Found Existing"
    third = another()
    assert third.ok({"course": {"ids": {"sid": sid}}})["course"] == {"sid": sid, "result": "Found Existing"}
    state = plane(third, "GET", "/state", kind="course")["resources"]
    assert [one["sid"] for one in state].count(sid) == 1


def test_integers_that_no_double_holds_stay_as_they_are(first: Any, second: Any) -> None:
    store, other = first.app.store, second.app.store
    values = {"/a": 2**70, "/b": [1, 1.0, -0.0, None, "\u0000"], "/c": 2**63 - 1}
    store.commit([StoredChange(Resource("CU1", "course", "d", values))])
    found = other.read("CU1").attributes
    assert repr(dict(found)) == repr(values)


def test_a_link_and_its_token_share_one_use(first: Any, second: Any) -> None:
    issued = signon(first, first)
    link = "/" + issued["redirect"].split("/", 3)[3]
    assert second.http.get(link, headers={"accept": "application/json"}).status_code == 200
    assert first.http.get(link, headers={"accept": "application/json"}).status_code == 403
    path = urlsplit(link).path
    for client in (first, second):
        assert client.http.post(path, json={"token": issued["token"]}).status_code == 403


def test_onboarding_leads_in_once(first: Any, second: Any) -> None:
    walker, follower = Traveller(first), Traveller(second)
    url = follower.onboard(walker.scheduled()).json()["url"]
    assert [one.follow(url).status_code for one in (walker, follower)] == [200, 403]


def test_a_revoked_token_is_dead_everywhere(first: Any, second: Any) -> None:
    plane(second, "POST", "/revoke", {"token": first.token})
    assert [one.post({"course": COURSE}).status_code for one in (first, second)] == [403, 403]


def test_time_is_one(first: Any, second: Any) -> None:
    sid = first.install
    plane(first, "POST", "/clock/freeze", {"at": 2_000_000_000}, install=sid)
    assert plane(second, "GET", "/clock", install=sid)["seconds"] == 2_000_000_000
    plane(second, "DELETE", "/clock", install=sid)
    assert plane(first, "GET", "/clock", install=sid)["frozen"] is False


def test_weather_counts_the_calls_of_all(first: Any, second: Any, another: Make) -> None:
    made = plane(first, "POST", "/weather", {"then": {"status": 503}, "every": 3})
    calls = [one.post({"course": COURSE}).status_code for one in (first, second, first, second, first, second)]
    assert calls == [200, 200, 503, 200, 200, 503]
    told = plane(another(), "GET", f"/weather/{made['id']}")
    assert (told["asked"], told["followed"]) == (6, 2)
    plane(second, "DELETE", f"/weather/{made['id']}")
    assert first.post({"course": COURSE}).status_code == 200


def test_a_probability_hits_the_same_calls_as_in_one_process(first: Any, second: Any) -> None:
    rule = {"then": {"status": 503}, "probability": 0.4, "seed": 7}
    made = plane(first, "POST", "/weather", rule)["id"]
    together = [(first, second)[number % 2].post({"course": COURSE}).status_code for number in range(24)]
    plane(second, "DELETE", f"/weather/{made}")
    plane(first, "POST", "/weather", rule)
    assert [second.post({"course": COURSE}).status_code for _ in range(24)] == together
    assert {200, 503} == set(together)


def test_installs_that_are_made_changed_and_deleted(first: Any, second: Any, another: Make) -> None:
    made = plane(first, "POST", "/installs", {"readings": {"signonTtl": 77}})
    sid = made["install"]

    def call(client: Any, body: Any) -> Any:
        return client.http.post(client.path(sid), json=body, headers={"token": made["token"]})

    assert call(second, {"course": COURSE}).json()["course"]["result"] == "Created"
    assert call(first, {"course": COURSE}).json()["course"]["result"] == "Found Existing"
    plane(second, "PATCH", f"/installs/{sid}", {"readings": {"unknownMembers": "reject"}})
    assert call(first, {"course": COURSE, "odd": 1}).status_code == 400
    shown = plane(another(), "GET", f"/installs/{sid}")
    assert (shown["readings"]["signonTtl"], shown["readings"]["unknownMembers"], shown["resources"]) == (
        77,
        "reject",
        1,
    )
    client_id, secret = next(iter(made["clients"].items()))
    asked = {"data": {"grant_type": "client_credentials"}, "auth": (client_id, secret)}
    assert [one.http.post("/oidc/token", **asked).status_code for one in (first, second)] == [200, 200]
    plane(second, "DELETE", f"/installs/{sid}")
    assert [call(one, {"course": COURSE}).status_code for one in (first, second)] == [404, 404]
    assert second.app.tenants.shared.runtime.memory.store(sid).read("x") is None
    assert len(first.app.tenants.shared.runtime.memory.store(sid)) == 0


def test_other_readings_of_an_install_of_the_file(first: Any, second: Any, another: Make) -> None:
    plane(first, "PATCH", f"/installs/{first.install}", {"readings": {"unknownMembers": "reject"}})
    assert second.post({"course": COURSE, "odd": 1}).status_code == 400
    plane(another(), "POST", "/reset", None, install=first.install)
    assert [one.post({"course": COURSE, "odd": 1}).status_code for one in (first, second)] == [200, 200]


def test_snapshots(first: Any, second: Any) -> None:
    sid = first.ok({"course": COURSE, "user": LEARNER})["course"]["sid"]
    plane(first, "POST", "/snapshots", {"name": "before"})
    plane(second, "POST", "/reset")
    assert first.ok({"course": COURSE})["course"]["result"] == "Created"
    plane(second, "POST", "/snapshots/before/restore")
    assert first.ok({"course": COURSE, "user": LEARNER})["course"] == {"sid": sid, "result": "Found Existing"}
    plane(first, "DELETE", "/snapshots/before")
    assert plane(second, "GET", "/snapshots") == {"snapshots": []}


def test_keys_that_are_rotated(first: Any, second: Any, another: Make) -> None:
    issued = first.token
    plane(second, "POST", "/keys")
    jwks = [one.http.get("/oidc/jwks").json() for one in (first, second, another())]
    assert jwks[0] == jwks[1] == jwks[2]
    assert len(jwks[0]["keys"]) == 2
    assert first.post({"course": COURSE}).status_code == 200
    assert second.mint(second.install) != issued
    assert (
        first.http.post(
            first.path(), json={"course": COURSE}, headers={"token": second.mint(first.install)}
        ).status_code
        == 200
    )


def test_the_journal_is_one_and_its_numbers_are(first: Any, second: Any, another: Make) -> None:
    for one in (first, second, first):
        one.ok({"course": COURSE})
    calls = plane(second, "GET", "/journal")["calls"]
    assert [one["number"] for one in calls] == [1, 2, 3]
    assert calls == plane(another(), "GET", "/journal")["calls"]
    assert first.token not in str(calls)
    waited = plane(second, "GET", "/journal/wait", count=3, timeout=0)
    assert len(waited["calls"]) == 3


def test_a_reset_is_for_all(first: Any, second: Any) -> None:
    issued = signon(first, first)
    first.ok({"course": COURSE})
    plane(second, "POST", "/weather", {"then": {"status": 503}})
    plane(second, "POST", "/reset")
    assert first.ok({"course": COURSE})["course"]["result"] == "Created"
    link = "/" + issued["redirect"].split("/", 3)[3]
    assert first.http.get(link, headers={"accept": "application/json"}).status_code == 403
    assert plane(first, "GET", "/weather") == {"rules": []}


def test_no_name_of_a_seed_comes_twice(first: Any, second: Any, another: Make) -> None:
    def created(client: Any, number: int) -> str:
        return str(client.ok({"course": {**COURSE, "ids": {"external": f"n-{number}"}}})["course"]["sid"])

    together = [created((first, second)[number % 2], number) for number in range(6)]
    together.append(created(another(), 6))
    assert len(set(together)) == 7
    plane(second, "POST", "/reset")
    assert [created(first, number) for number in range(7)] == together  # a reset begins the seed anew


def test_a_code_and_a_refresh_token_work_once_and_a_logout_ends_both(first: Any, second: Any) -> None:
    verifier = "a-verifier-of-at-least-forty-three-characters"
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    shown = next(iter(first.app.clients))
    back = "http://127.0.0.1:9/back"
    sid = first.ok({"course": COURSE, "user": LEARNER})["user"]["sid"]
    asked = {
        "client_id": shown.id, "response_type": "code", "redirect_uri": back, "scope": "openid", "login_hint": sid,
        "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    location = second.http.get("/oidc/auth", params=asked).headers["location"]
    code = dict(parse_qsl(urlsplit(location).query))["code"]

    def token(client: Any, **form: str) -> Any:
        return client.http.post("/oidc/token", data=form, auth=(shown.id, shown.secret))

    redeeming = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    given = token(first, **redeeming).json()
    again = token(second, grant_type="refresh_token", refresh_token=given["refresh_token"])
    assert again.status_code == 200
    me = {"Authorization": f"Bearer {again.json()['access_token']}"}
    assert [one.http.get("/oidc/me", headers=me).status_code for one in (first, second)] == [200, 200]
    assert token(second, **redeeming).status_code == 400  # used before: every token that it gave is dead now
    assert [one.http.get("/oidc/me", headers=me).status_code for one in (first, second)] == [401, 401]
    assert token(first, grant_type="refresh_token", refresh_token=again.json()["refresh_token"]).status_code == 400
