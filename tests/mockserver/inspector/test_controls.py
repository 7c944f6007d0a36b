"""Every form that controls the mock does what its operation does, and tells what that refuses."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest

from mockserver.control.document import described
from mockserver.inspector.pages.controls import CONTROLS

from .conftest import Browser, sid_of


def plane(browser: Browser, path: str) -> Any:
    return browser.client.http.get(f"/_invigilate{path}").json()


def test_forms_carry_out_operations_that_there_are() -> None:
    assert {one.operation for one in CONTROLS.values()} <= set(described().operations)


def test_time_is_moved_stopped_and_restored(browser: Browser) -> None:
    now = plane(browser, "/clock")["seconds"]
    assert "The clock is moved." in browser.sent("/controls/advance", hours="2", minutes="")
    assert plane(browser, "/clock")["seconds"] == now + 7200
    assert "stands" in browser.sent("/controls/freeze")
    assert "2031-01-31T09:00:00.000Z" in browser.sent("/controls/set", at="2031-01-31T09:00:00Z")
    browser.post("/controls/resume")
    browser.post("/controls/restore-clock")
    assert plane(browser, "/clock") == {**plane(browser, "/clock"), "seconds": now, "frozen": False}
    mine = browser.client.install
    assert 'Controls <span class="quiet">of <bdi>Demo University' in browser.sent(
        "/controls/advance", days="1", install=mine
    )
    assert (plane(browser, f"/clock?install={mine}")["seconds"], plane(browser, "/clock")["seconds"]) == (
        now + 86400,
        now,
    )


def test_weather_is_made_and_dropped(busy: Browser) -> None:
    page = busy.sent(
        "/controls/weather", status="503", retryAfter="1", times="1", operation="provision", faults="answers-201"
    )
    assert "The rule holds from now on." in page
    (rule,) = plane(busy, "/weather")["rules"]
    assert rule["match"] == {"operation": "provision"}
    assert rule["then"] == {"status": 503, "retryAfter": "1", "faults": ["answers-201"]}
    assert rule["times"] == 1
    assert "The rule is dropped." in busy.sent("/controls/delete-weather", rule=rule["id"])
    busy.post("/controls/weather", close="after-commit", times="1")
    assert "Fair weather." in busy.sent("/controls/clear-weather")
    assert plane(busy, "/weather")["rules"] == []


def test_weather_that_loses_the_answer_is_told(busy: Browser) -> None:
    busy.post("/controls/weather", close="after-commit", times="1")
    page = busy.sent("/calls/1/again")
    assert "the connection was ended after it was served" in page


def test_installs_are_made_read_otherwise_and_deleted(browser: Browser) -> None:
    assert "Night school" in browser.sent("/controls/make-install", name="Night school", integrations="2")
    made = plane(browser, "/installs")["installs"][-1]
    assert (made["name"], len(made["integrations"])) == ("Night school", 2)
    browser.post(
        "/controls/change-install", sid=made["install"], unknownMembers="reject", signonTtl="60", tokenTtl="60"
    )
    assert plane(browser, f"/installs/{made['install']}")["readings"] == {
        "unknownMembers": "reject",
        "signonTtl": 60,
        "tokenTtl": 60,
    }
    told = browser.post("/controls/delete-install", sid=made["install"], install=made["install"]).headers["location"]
    assert "install=" not in told
    assert "it stays" in browser.post("/controls/delete-install", 409, sid=browser.client.install).text


def test_snapshots_are_saved_restored_and_deleted(busy: Browser) -> None:
    mine = busy.client.install
    assert "The snapshot is saved." in busy.sent("/controls/save", name="before", install=mine)
    course = sid_of(busy, "course")
    busy.post("/controls/reset", install=mine)
    assert busy.client.app.store.read(course) is None
    assert "The snapshot is restored." in busy.sent("/controls/restore", name="before", install=mine)
    assert busy.client.app.store.read(course) is not None
    busy.post("/controls/delete-snapshot", name="before")
    assert plane(busy, "/snapshots") == {"snapshots": []}


def test_it_starts_afresh(busy: Browser) -> None:
    kid = busy.client.app.keys.kid
    assert "A new key signs" in busy.sent("/controls/rotate-keys")
    assert busy.client.app.keys.kid != kid
    assert "The token is dead." in busy.sent("/controls/revoke", token=busy.client.token)
    assert busy.client.post({}).status_code == 403
    assert "cannot be revoked" in busy.post("/controls/revoke", 400, token="nonsense").text
    busy.post("/controls/clear-journal")
    assert len(busy.client.app.journal) == 0
    assert "as it was at the start" in busy.sent("/controls/reset")
    assert "Organic Chemistry" not in busy.get(f"/world/{busy.client.install}")


@pytest.mark.parametrize(
    ("name", "fields", "status", "told"),
    [
        ("advance", {"hours": "many"}, 400, "'hours' is \"many\"; send a number"),
        ("advance", {}, 400, "/"),
        ("set", {"at": "tomorrow"}, 400, "/at"),
        ("weather", {"status": "9"}, 400, "it must be at least 200"),
        ("weather", {"faults": "nonsense"}, 400, "there is no fault 'nonsense'"),
        ("make-install", {"integrations": "0"}, 400, "/integrations"),
        ("save", {"name": "../x"}, 400, "/name"),
        ("restore", {"name": "nobody"}, 404, "There is no snapshot 'nobody'"),
        ("delete-weather", {"rule": "w9/../../x"}, 404, "There is no rule"),
        ("reset", {"install": "AI" + "0" * 32}, 404, "There is no install"),
    ],
)
def test_what_is_refused_is_told_at_the_form(
    browser: Browser, name: str, fields: dict[str, str], status: int, told: str
) -> None:
    page = unescape(browser.post(f"/controls/{name}", status, **fields).text)
    assert told in page
    assert 'role="alert"' in page or status == 404


def test_the_verdict_leads_to_the_calls(seen: Browser) -> None:
    page = unescape(seen.get("/client"))
    assert "remarks on 8 calls." in page
    assert "one letter off" in page
    assert "/calls/6" in page
    assert "Nothing was called yet" in seen.get("/client?install=AI7b1e2d3c4f5a46978899aabbccddeeff")
