"""The last report of a judge: put by whoever judged, masked, bounded, and shown with a link from every clause."""

from __future__ import annotations

import json
from html import unescape
from typing import Any

import pytest

from .conftest import NAUGHTY, PLANE, Browser, plane_put

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJBSTAwIn0.c2lnbmF0dXJlLW9mLWEtdG9rZW4"


@pytest.fixture
def desk(seen: Browser) -> Browser:
    """A mock on which nobody has reported."""
    seen.client.http.delete(f"{PLANE}/report")
    return seen


def report(**members: Any) -> dict[str, Any]:
    """A report with one clause that failed, and one that was kept."""
    call = {
        "method": "POST", "path": "/v2/provision", "headers": [["token", TOKEN]], "body": f'{{"title": "{NAUGHTY}"}}',
        "answer": {"status": 201, "headers": [], "body": f'"http://127.0.0.1/signon?code=s3cr3t-code" {TOKEN}'},
    }  # fmt: skip
    finding = {
        "fingerprint": "f00", "cause": f"201 instead of 200 {NAUGHTY}", "expected": "200", "received": "201",
        "pointer": "/status", "probe": "ladder", "known": None, "symptom_of": None, "curl": [f"curl -H 'token: {TOKEN}'"],
        "reproduce": [call],
    }  # fmt: skip
    clauses = [
        {"id": "success-is-200", "sentence": "It is 200.", "outcome": "failed", "standing": "published", "findings": [finding]},
        {"id": "body-json", "sentence": "A body that is not JSON is refused.", "outcome": "passed", "findings": []},
    ]  # fmt: skip
    summary = {"sentence": "The contract is broken.", "exit_code": 1, "requests": 7, "seconds": 1.25}
    return {"format": 2, "target": "http://127.0.0.1:1", "seed": 7, "clauses": clauses, "summary": summary, **members}


def test_a_report_that_was_put_is_shown(desk: Browser) -> None:
    assert "No judge has reported yet." in desk.get("/judge")
    assert plane_put(desk, "/report", report()).json() == {"kept": True, "clauses": 2}
    page = desk.get("/judge")
    for shown in ("The contract is broken.", "It is 200.", "<dt>expected</dt>", "requests 7", "took 1.2 s", "seed 7"):
        assert shown in page
    assert '<a class="clause" href="/_invigilate/contract#body-json">' in page
    assert desk.client.http.get(f"{PLANE}/report").json()["report"]["summary"]["requests"] == 7


def test_what_is_foreign_is_text_and_holds_no_secret(desk: Browser) -> None:
    plane_put(desk, "/report", report())
    page, stored = desk.get("/judge"), desk.client.http.get(f"{PLANE}/report").text
    assert NAUGHTY not in page
    assert NAUGHTY in unescape(page)
    for secret in (TOKEN, TOKEN.rpartition(".")[2], "s3cr3t-code"):
        assert secret not in page
        assert secret not in stored
    unknown = report(clauses=[{"id": NAUGHTY, "sentence": NAUGHTY, "outcome": "failed", "findings": []}])
    plane_put(desk, "/report", unknown)
    assert NAUGHTY not in desk.get("/judge")


def test_what_is_no_report_is_refused_at_its_place(desk: Browser) -> None:
    wrong = report(clauses=[{"id": "a", "sentence": "b", "outcome": "perhaps", "findings": []}])
    answer = plane_put(desk, "/report", wrong, expected=400)
    assert answer.json()["errors"][0]["pointer"] == "/clauses/0/outcome"
    assert "/format" in plane_put(desk, "/report", report(format=1), expected=400).text
    assert "No judge has reported yet." in desk.get("/judge")


def test_a_report_that_is_too_long_is_refused(desk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.control.world.reports.LARGEST", 100)
    assert "leave out 'reproduce'" in plane_put(desk, "/report", report(), expected=413).text


def test_a_report_is_put_and_forgotten_by_form(desk: Browser) -> None:
    assert "The contract is broken." in unescape(desk.sent("/judge", report=json.dumps(report())))
    refused = desk.post("/judge", 400, report="{").text
    assert 'role="alert"' in refused
    assert "The contract is broken." in refused  # the last one is still there
    assert "No judge has reported yet." in desk.sent("/judge/forget")


def test_a_report_about_another_document_says_so(desk: Browser) -> None:
    plane_put(desk, "/report", report(spec={"title": "T", "version": "1", "digest": "0000"}))
    assert "It judged by another document (0000)" in desk.get("/judge")


def test_a_report_stays_after_a_reset(browser: Browser) -> None:
    plane_put(browser, "/report", report())
    browser.client.http.post(f"{PLANE}/reset")
    assert "The contract is broken." in browser.get("/judge")
