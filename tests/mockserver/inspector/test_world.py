"""What is stored, as pages: found, related, with its history; links that are made when they are followed."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest

from mockserver.state.store import Key, Naming, Resource, StoredChange

from .conftest import PASSWORD, Browser, sid_of


@pytest.fixture
def mine(busy: Browser) -> str:
    return f"/world/{busy.client.install}"


def test_from_an_install_to_everything_in_it(seen: Browser) -> None:
    mine = f"/world/{seen.client.install}"
    assert "course <b>3</b>" in seen.get("/world")
    page = unescape(seen.get(mine))
    assert "Organic Chemistry II" in page
    assert "Mira Solano · learner" in unescape(seen.get(f"{mine}?kind=enrollment"))
    exam = unescape(seen.get(f"{mine}/{sid_of(seen, 'exam')}"))
    for kind in ("course", "configuration", "session"):
        assert f"{mine}/{sid_of(seen, kind) if kind != 'course' else ''}" in exam
    assert "Organic Chemistry II" in exam
    configuration = seen.get(f"{mine}/{sid_of(seen, 'configuration')}")
    assert PASSWORD not in configuration
    assert "•••" in configuration


def test_a_title_turns_nothing_beside_it(seen: Browser) -> None:
    page = seen.get(f"/world/{seen.client.install}/{sid_of(seen, 'course')}")
    heading, named = page.partition("<h1>")[2].partition("</h1>")[0], page.partition("<title>")[2].partition("<")[0]
    assert "\\u202e" in heading
    assert "\\u202e" in named
    assert "\u202e" not in heading + named
    assert "\u202e" in page  # the value itself, isolated


def test_its_history_says_which_call_changed_what(seen: Browser) -> None:
    mine = f"/world/{seen.client.install}"
    sid = seen.client.app.journal.exchanges()[0].answer.decode().partition('"sid":"')[2][:34]
    page = re.sub(r"<[^>]*>", "", unescape(seen.get(f"{mine}/{sid}")))
    assert "Created by call 1" in page
    assert "Updated by call 2: title “Organic Chemistry” → “Organic Chemistry II”" in page
    user = re.sub(r"<[^>]*>", "", unescape(seen.get(f"{mine}/{sid_of(seen, 'user')}")))
    assert "Found Existing by call 2" in user


def test_what_is_only_spelled_otherwise_has_not_changed(busy: Browser, mine: str, everything: dict[str, Any]) -> None:
    body = json.loads(json.dumps({name: one for name, one in everything.items() if name != "signon"}))
    rules = body["exam"]["configuration"]
    rules["access"]["open"] = "2026-02-01T08:00:00Z"  # the same instant
    rules["scheduling"]["close"] = ""  # an empty date sets nothing
    rules |= {"duration": 100, "attempts": 3}
    busy.client.ok(body)
    page = re.sub(r"<[^>]*>", "", unescape(busy.get(f"{mine}/{sid_of(busy, 'configuration')}")))
    changes = page.partition("Updated by call 9: ")[2].partition("\n")[0]
    assert "duration “90” → “100”" in changes
    assert "attempts “1” → “3”" in changes
    assert "access" not in changes
    assert "scheduling" not in changes


def test_a_secret_that_changed_stays_one(busy: Browser, mine: str, everything: dict[str, Any]) -> None:
    body = json.loads(json.dumps(everything))
    body["exam"]["configuration"]["password"] = "another-secret-word"
    busy.client.ok(body)
    page = busy.get(f"{mine}/{sid_of(busy, 'configuration')}")
    assert 'password <span class="quiet">“<bdi>•••</bdi>” → “<bdi>•••</bdi>”' in page
    assert "another-secret-word" not in page


def test_things_are_found_by_sid_and_by_identifier(seen: Browser) -> None:
    mine = f"/world/{seen.client.install}"
    for text in ("chem-120", "student-5571", "chem-120-midterm", sid_of(seen, "exam")):
        assert "Found</h2>\n<table role" in seen.get(f"{mine}?find={text}")
    assert "Nothing of this install has" in seen.get(f"{mine}?find=nobody")
    assert "Nothing has the SID" in seen.get("/world/find/CU0", 404)


@pytest.mark.parametrize("kind", ["user", "enrollment"])
def test_a_sign_on_link_is_made_when_it_is_followed(busy: Browser, mine: str, kind: str) -> None:
    page = f"{mine}/{sid_of(busy, kind)}"
    before = busy.get(page)
    integration = re.findall(r'<option value="(II[^"]*)"', before)[0]
    link = busy.post(f"{page}/signon", integration=integration).headers["location"]
    assert link.partition("code=")[2] not in busy.get(page)
    assert "Mira" in busy.client.http.get(link, headers={"accept": "text/html"}).text
    assert busy.client.http.get(link, headers={"accept": "text/html"}).status_code == 403  # it works once
    refused = unescape(busy.post(f"{page}/signon", 400, integration="nonsense").text)
    assert "/signon/integrationSid" in refused


def test_a_session_is_onboarded_and_moved(busy: Browser, mine: str) -> None:
    page = f"{mine}/{sid_of(busy, 'session')}"
    assert "cannot be finished" in unescape(busy.post(f"{page}/move", 409, event="finish").text)
    busy.post(f"{page}/move", 400, event="explode")
    refused = busy.post(f"{page}/onboard", 409)
    assert 'role="alert"' in refused.text
    busy.post(f"{mine}/{sid_of(busy, 'course')}/onboard", 409)


def test_a_scheduled_session_is_onboarded_by_a_link_that_is_made_when_it_is_followed(busy: Browser, mine: str) -> None:
    client, sid = busy.client, sid_of(busy, "session")
    page, exam = f"{mine}/{sid}", sid_of(busy, "exam")
    start = datetime.fromtimestamp(client.clock(), UTC).replace(microsecond=0) + timedelta(days=1)
    body = {"appointmentDateTime": f"{start:%Y-%m-%dT%H:%M:%SZ}", "type": "automated"}
    told = client.http.post(
        f"/v1/installs/{client.install}/exams/{exam}/sessions/{sid}", json=body, headers={"token": client.token}
    )
    assert told.status_code == 200, told.text
    client.clock.now = start.timestamp()
    link = busy.post(f"{page}/onboard").headers["location"]
    code = link.partition("code=")[2]
    assert code
    assert code not in busy.get(page)
    assert "Onboarding" in client.http.get(link, headers={"accept": "text/html"}).text
    history = re.sub(r"<[^>]*>", "", busy.get(page))
    assert "scheduleSession: 200 by call 9" in history
    assert "onboardSession: 200 by call 10" in history


def test_sids_of_any_form_are_found(browser: Browser) -> None:
    client = browser.client
    install = client.app.installs[0]
    odd = Resource("a b/c?d#é", "course", install.deployment, {"/title": "Odd"})
    client.app.store.commit([StoredChange(odd, [])])
    path = re.findall(r'href="([^"]*)">Odd<', browser.get(f"/world/{install.sid}"))[0]
    assert "<code>a b/c?d#é</code>" in browser.get(path)
    assert browser.client.http.get(path.replace(install.sid, "find")).headers["location"] == path


def test_something_is_created_by_form_and_errors_stand_at_it(busy: Browser, mine: str) -> None:
    form = unescape(busy.get(f"{mine}/create?example=everything"))
    assert '"Organic Chemistry"' in form
    told = unescape(busy.post(f"{mine}/create", 400, body='{"course": {"ids": {"lms": "n"}, "code": 1}}').text)
    assert "<code>/course/title</code> 'title' is missing; add it." in told
    assert '{"course": {"ids": {"lms": "n"}, "code": 1}}' in told
    assert "Call 9 shows each at its place." in told
    page = busy.sent(f"{mine}/create", body='{"course": {"ids": {"lms": "n"}, "title": "New", "code": null}}')
    assert "course <b>Created</b>" in page


def test_an_example_names_an_integration_of_the_install(busy: Browser) -> None:
    made = busy.client.http.post("/_invigilate/installs", json={"name": "Night school"}).json()
    form = unescape(busy.get(f"/world/{made['install']}/create?example=everything"))
    assert made["integrations"].keys() <= set(re.findall(r"II[0-9a-f]{32}", form))
    body = form.partition('autocomplete="off">')[2].partition("</textarea>")[0]
    assert "signon" in busy.sent(f"/world/{made['install']}/create", body=body)


@pytest.mark.parametrize("count", [3_000, pytest.param(100_000, marks=pytest.mark.outside)])
def test_many_resources_are_paged(browser: Browser, count: int) -> None:
    client = browser.client
    install = client.app.installs[0]
    client.app.store.commit(
        [
            StoredChange(
                Resource(f"CU{number:032x}", "course", install.deployment, {"/title": f"Course {number}"}),
                [Key("course", install.deployment, Naming.IDENTIFIER, "lms", f"lms-{number}")],
            )
            for number in range(count)
        ]
    )
    page = browser.get(f"/world/{install.sid}")
    assert f'course <span class="quiet">{count + 1:,}' in page
    assert page.count("<tr ") == 51
    last = f"/world/{install.sid}?kind=course&page={count // 50 + 1}"
    assert "Demo Course" in browser.get(last)
    assert "page 1 of" in page
    assert f"Course {count // 2}" in browser.get(f"/world/{install.sid}?find=lms-{count // 2}")
