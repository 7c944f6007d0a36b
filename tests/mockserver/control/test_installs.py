"""Installs that are made while the mock runs share nothing; seeds, snapshots and what is stored."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import COURSE, USER, Plane


def stored(plane: Plane, install: str, **query: Any) -> list[dict[str, Any]]:
    return list(plane("GET", "/state", install=install, **query)["resources"])


def test_an_install_is_made_and_deleted(plane: Plane) -> None:
    made = plane.install(name="Night school", integrations=2)
    assert (made["name"], made["made"], len(made["integrations"])) == ("Night school", True, 2)
    assert plane.call(made, {"course": COURSE}).json()["course"]["result"] == "Created"
    assert plane.call({**made, "token": made["expiredToken"]}, {"course": COURSE}).status_code == 403
    assert plane("GET", f"/installs/{made['install']}")["resources"] == 1
    assert made["install"] in [one["install"] for one in plane("GET", "/installs")["installs"]]
    plane("DELETE", f"/installs/{made['install']}")
    assert plane.call(made, {"course": COURSE}).status_code == 404
    plane("DELETE", f"/installs/{made['install']}", None, 404)
    plane("GET", "/journal", None, 404, install=made["install"])


def test_installs_share_nothing(plane: Plane) -> None:
    one, other = plane.install(), plane.install()
    body = {"course": COURSE, "user": USER}
    first, second = plane.call(one, body).json(), plane.call(other, body).json()
    assert first["course"]["result"] == second["course"]["result"] == "Created"
    assert first["course"]["sid"] != second["course"]["sid"]
    by_sid = {"course": {"ids": {"sid": first["course"]["sid"]}}}
    assert plane.call(one, by_sid).status_code == 200
    assert plane.call(other, by_sid).status_code == 404
    assert plane.call({**one, "token": other["token"]}, body).status_code == 403
    integration = next(iter(one["integrations"]))
    assert plane.call(other, {**body, "signon": {"integrationSid": integration}}).status_code == 404
    plane("POST", "/reset", install=one["install"])
    assert plane.call(one, body).json() == first
    assert plane.call(other, body).json()["course"]["result"] == "Found Existing"


def test_an_install_of_the_file_is_reset_alone_and_stays(plane: Plane, examples: dict[str, Any]) -> None:
    own = plane.install()
    plane.call(own, {"course": COURSE})
    plane.client.ok(examples["everything"])
    start = plane.client.app.installs[0]
    plane("POST", "/reset", install=start.sid)
    assert [one["sid"] for one in stored(plane, start.sid)] == [one.sid for one in start.existing]
    assert len(stored(plane, own["install"])) == 1
    assert "stays" in plane("DELETE", f"/installs/{start.sid}", None, 409)["message"]
    plane("POST", "/reset")
    plane("GET", f"/installs/{own['install']}", None, 404)


def test_readings_are_of_one_install(plane: Plane) -> None:
    strict, other = plane.install(readings={"unknownMembers": "reject"}), plane.install()
    body = {"course": {**COURSE, "titel": "A"}}
    assert plane.call(strict, body).status_code == 400
    assert plane.call(other, body).status_code == 200
    plane("PATCH", f"/installs/{strict['install']}", {"readings": {"unknownMembers": "ignore"}})
    assert plane.call(strict, body).status_code == 200
    plane("POST", "/reset", install=strict["install"])
    assert plane.call(strict, body).status_code == 400


def test_a_sign_on_lives_as_long_as_the_reading_says(plane: Plane) -> None:
    short = plane.install(readings={"signonTtl": 10})
    integration = next(iter(short["integrations"]))
    body = {"course": COURSE, "user": USER, "signon": {"integrationSid": integration}}
    link = plane.call(short, body).json()["signon"]["redirect"]
    plane("POST", "/clock/advance", {"seconds": 11}, install=short["install"])
    answer = plane.client.http.get(link)
    assert answer.status_code == 403
    assert "one lives for 10 seconds" in answer.json()["message"]


def test_tokens_are_minted_by_the_clock_of_the_install(plane: Plane, install: dict[str, Any]) -> None:
    path = f"/installs/{install['install']}/tokens"
    early, late = plane("POST", path, {"startsIn": 60}), plane("POST", path, {"expiresIn": -1})
    for spoiled in (early, late):
        assert plane.call({**install, **spoiled}, {"course": COURSE}).status_code == 403
    assert plane.call({**install, **plane("POST", path)}, {"course": COURSE}).status_code == 200
    plane("POST", "/clock/advance", {"minutes": 2}, install=install["install"])
    assert plane.call({**install, **early}, {"course": COURSE}).status_code == 200


def test_what_is_stored_with_relations_and_history(plane: Plane, install: dict[str, Any]) -> None:
    answer = plane.call(install, {"course": COURSE, "user": USER}).json()
    plane.call(install, {"course": {**COURSE, "title": "Astrophysics"}})
    (course,) = stored(plane, install["install"], kind="course")
    assert course["attributes"]["title"] == "Astrophysics"
    assert course["has"] == [{"kind": "enrollment", "sid": answer["enrollment"]["sid"]}]
    assert [one["result"] for one in course["history"]] == ["Created", "Updated"]
    (enrollment,) = stored(plane, install["install"], sid=answer["enrollment"]["sid"])
    assert {one["sid"] for one in enrollment["belongsTo"]} == {answer["course"]["sid"], answer["user"]["sid"]}
    assert stored(plane, install["install"], identifier="lms:moodle-42") == [course]
    assert stored(plane, install["install"], identifier="moodle-42") == [course]
    assert stored(plane, install["install"], identifier="api:moodle-42") == []
    assert "it has" not in plane("GET", "/state", None, 400, kind="room")["errors"][0]["message"][:20]


def test_passwords_are_not_shown(plane: Plane, install: dict[str, Any], examples: dict[str, Any]) -> None:
    body = {**examples["everything"], "signon": {"integrationSid": next(iter(install["integrations"]))}}
    assert plane.call(install, body).status_code == 200
    shown = plane.client.http.get("/_invigilate/state", params={"install": install["install"]}).text
    plane("POST", "/snapshots", {"name": "s", "install": install["install"]})
    exported = plane.client.http.get("/_invigilate/snapshots/s").text
    password = body["exam"]["configuration"]["password"]
    assert password not in shown + exported
    assert password in plane.client.http.get("/_invigilate/snapshots/s", params={"secrets": True}).text


def test_seeds(plane: Plane, install: dict[str, Any]) -> None:
    sid = "CU" + "a" * 32
    resources = {"course": [{"sid": sid, "identifiers": {"api": "seeded"}, "attributes": {"title": "S", "code": None}}]}
    told = plane("POST", "/seed", {"install": install["install"], "resources": resources,
                                   "payloads": [{"course": COURSE, "user": USER}]})  # fmt: skip
    assert (told["stored"], told["answers"][0]["user"]["result"]) == (1, "Created")
    assert plane.call(install, {"course": {"ids": {"api": "seeded"}}}).status_code == 400  # it has no title
    known = plane.call(install, {"course": {"ids": {"sid": sid}}}).json()
    assert known["course"] == {"sid": sid, "result": "Found Existing"}
    assert plane("GET", "/journal", install=install["install"])["count"] == 2


def test_a_seed_is_carried_out_whole_or_not_at_all(plane: Plane, install: dict[str, Any]) -> None:
    before = stored(plane, install["install"])
    payloads = [{"course": COURSE}, {"course": {"ids": {"lms": "x"}, "code": None}}]
    refused = plane("POST", "/seed", {"install": install["install"], "payloads": payloads}, 400)
    assert refused["errors"][0]["pointer"] == "/payloads/1/course/title"
    assert stored(plane, install["install"]) == before
    wrong = {"rooms": [{"sid": "x"}]}
    refused = plane("POST", "/seed", {"install": install["install"], "resources": wrong}, 400)
    assert refused["errors"][0]["pointer"] == "/resources/rooms/0"


def test_snapshots(plane: Plane, install: dict[str, Any]) -> None:
    sid = install["install"]
    answer = plane.call(install, {"course": COURSE, "user": USER}).json()
    assert plane("POST", "/snapshots", {"name": "before", "install": sid})["resources"] == 3
    plane.call(install, {"course": {**COURSE, "title": "Changed"}})
    plane("POST", "/reset", install=sid)
    plane("POST", "/snapshots/before/restore", install=sid)
    again = plane.call(install, {"course": COURSE, "user": USER}).json()
    assert {name: one["sid"] for name, one in again.items()} == {name: one["sid"] for name, one in answer.items()}
    assert {one["result"] for one in again.values()} == {"Found Existing"}
    other = plane.call(install, {"course": {**COURSE, "ids": {"lms": "new"}}}).json()
    assert other["course"]["result"] == "Created"
    assert other["course"]["sid"] not in {one["sid"] for one in answer.values()}


def test_a_snapshot_is_brought_to_another_install(plane: Plane, install: dict[str, Any]) -> None:
    plane.call(install, {"course": COURSE, "user": USER})
    plane("POST", "/snapshots", {"name": "one", "install": install["install"]})
    plane("PUT", "/snapshots/two", plane("GET", "/snapshots/one", secrets=True))
    other = plane.install()
    plane("POST", "/snapshots/two/restore", install=other["install"])
    assert plane.call(other, {"course": COURSE}).json()["course"]["result"] == "Found Existing"
    assert {one["name"] for one in plane("GET", "/snapshots")["snapshots"]} == {"one", "two"}
    plane("DELETE", "/snapshots/one")
    plane("GET", "/snapshots/one", None, 404)


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told["resources"][0].update(kind="room"),
        lambda told: told["resources"][0]["attributes"].update({"/nothing": 1}),
        lambda told: told["resources"][0]["attributes"].update({"/title": 7}),
        lambda told: told["resources"][0].update(sid="other"),
        lambda told: told["keys"][0].update(naming="nonsense"),
        lambda told: [one.update(scope=told["resources"][0]["sid"]) for one in told["resources"]],
    ],
)
def test_damaged_snapshots_are_refused(plane: Plane, install: dict[str, Any], change: Any) -> None:
    plane.call(install, {"course": COURSE, "user": USER})
    plane("POST", "/snapshots", {"name": "one", "install": install["install"]})
    told = plane("GET", "/snapshots/one")
    change(told)
    refused = plane("PUT", "/snapshots/two", told, 400)
    assert refused["errors"]
