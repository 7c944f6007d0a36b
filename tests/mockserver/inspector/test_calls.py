"""The list of calls, one call with its marks, what can be taken away, and sending it again."""

from __future__ import annotations

import asyncio
import json
from html import unescape
from typing import Any

import httpx2
import pytest

from mockserver.http.scope import ServedExchange
from mockserver.inspector.calls.filtering import read_filter
from mockserver.inspector.calls.marking import Mark, marked
from mockserver.inspector.sending.inward import InwardCall, carried_out

from .conftest import PASSWORD, PLANE, Browser


def test_a_row_says_what_happened_and_why_not(seen: Browser) -> None:
    page = unescape(seen.get("/"))
    assert "<b>Created</b> course, user, enrollment, exam, configuration" in page
    assert "<b>Updated</b> course" in page
    assert "ignored: /user/firstname" in page
    assert "/course/title: 'title' is missing; add it. And 2 more." in page
    assert f'href="{PLANE}/contract#course-title-required"' in page
    assert page.index(">8</a>") < page.index(">1</a>")


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("status=4xx", [8, 7, 6, 5, 3]),
        ("status=403", [8, 7]),
        ("q=CHEMISTRY%20ii", [2]),
        ("q=%E2%80%AE", [4]),
        ("operation=followSignon", [8]),
        ("clause=course-title-required", [3]),
        ("body=/course/ids/external=chem-120&status=200", [2, 1]),
        ("before=3", [2, 1]),
        ("install=AI7b1e2d3c4f5a46978899aabbccddeeff", []),
        ("q=nowhere", []),
    ],
)
def test_calls_are_filtered_as_in_the_journal(seen: Browser, query: str, numbers: list[int]) -> None:
    app = seen.client.app
    wanted = read_filter(query.encode())
    assert not wanted.complaint
    assert f'href="{PLANE}/calls/{(numbers or [1])[0]}"' in seen.get(f"/calls?{query}") or not numbers
    rows = [one for one in range(1, 9) if f'aria-label="Call {one}"' in seen.get(f"/calls?{query}")]
    assert rows == numbers[::-1]
    assert len(app.journal) == 8


@pytest.mark.parametrize(("query", "told"), [("status=4x", "is no status"), ("body=course", "give a JSON pointer")])
def test_a_filter_that_means_nothing_is_told(browser: Browser, query: str, told: str) -> None:
    page = browser.get(f"/calls?{query}")
    assert told in page
    assert "will appear here" not in page  # nothing is listened for


def test_a_body_that_was_not_read_is_no_empty_one(browser: Browser) -> None:
    path = f"/v2/installs/{browser.client.install}/provision"
    browser.client.http.post(path, json={"course": {}})
    browser.client.http.post(path)
    page = browser.get("/calls/1")
    assert "A body of 13 bytes came with it, which was not read" in page
    assert '<textarea id="draft"' in page
    assert "No body." in browser.get("/calls/2")
    assert "was not read" not in browser.get("/calls/2")


def test_ten_thousand_calls_are_paged(browser_of: Any) -> None:
    browser = browser_of(journal_length=10_000)
    client = browser.client
    client.ok({"course": {"ids": {"lms": "a"}, "title": "t", "code": None}})
    (first,) = client.app.journal.exchanges()
    for _ in range(9_999):
        other = ServedExchange({"method": "POST", "path": client.path(), "headers": []})
        for name in ("body", "status", "answer", "at", "install"):
            setattr(other, name, getattr(first, name))
        client.app.journal.record(other)
    page = browser.get("/")
    assert "10,000 calls are kept" in page
    assert page.count('aria-label="Call ') == 50
    assert 'before=9951">Older' in page
    last = browser.get("/calls?before=21&q=lms")
    assert last.count('aria-label="Call ') == 20
    assert "Older" not in last


def test_what_is_wrong_is_marked_at_its_place(seen: Browser) -> None:
    page = unescape(seen.get("/calls/3"))
    assert "3 things are wrong with it." in page
    course = page.index('<span class="name">"course"</span>')
    title = page.index('<span class="name">"title"</span><span class="absent"> is missing</span>')
    sentence = page.index("'title' is missing; add it.", title)
    code = page.index('<span class="name">"code"</span>')
    assert course < title < sentence < code
    assert "A course that is not named by its SID carries a title." in page
    assert page.index('"king"') < page.index("send one of") < page.index('<span class="name">"exam"</span>')
    ignored = unescape(seen.get("/calls/2"))
    assert "Did you mean “firstName”?" in ignored
    assert "things are wrong" not in ignored


def test_what_is_wrong_with_the_whole_stands_before_it(seen: Browser) -> None:
    for number, told in ((5, "The body is not JSON"), (6, "There is nothing at"), (7, "The token is refused")):
        page = unescape(seen.get(f"/calls/{number}"))
        assert page.index(told, page.index('id="request"')) < page.index('id="answer"')


def lines(value: Any, *pointers: str) -> list[str]:
    shown = marked(value, [Mark(one, "bad", one) for one in pointers])
    return [
        f"{'!' if line.marks else ' '}{'?' if line.is_missing else ''}{''.join(piece.text for piece in line.pieces)}"
        for line in shown.lines
    ] + [f"above: {one.pointer}" for one in shown.unplaced]


@pytest.mark.parametrize(
    ("value", "pointers", "told"),
    [
        ({"a": {"b": 1}}, ["/a/b"], [" {", ' "a": {', '!"b": 1', " }", " }"]),
        ({"a": {}}, ["/a/b"], [" {", ' "a": {', '!?"b"', " }", " }"]),
        ({"a": [1, 2]}, ["/a/1"], [" {", ' "a": [', " 1,", "!2", " ]", " }"]),
        ({"a": [1]}, ["/a/7/x"], [" {", '!"a": [', " 1", " ]", " }"]),
        ({"a": 1}, ["/a/b/c"], [" {", '!"a": 1', " }"]),
        ({"a/b": {"~": 1}}, ["/a~1b/~0"], [" {", ' "a/b": {', '!"~": 1', " }", " }"]),
        ({}, ["/x~1y/z"], [" {", '!?"x/y"', " }"]),
        ({"a": None}, ["", "no-pointer"], [" {", ' "a": null', " }", "above: ", "above: no-pointer"]),
        ("text", ["/a"], [' "text"', "above: /a"]),
        ({"‮": "\x00"}, [], [" {", ' "\\u202e": "\\u0000"', " }"]),
    ],
)
def test_a_mark_stands_where_its_pointer_leads(value: Any, pointers: list[str], told: list[str]) -> None:
    assert lines(value, *pointers) == told


def test_a_mark_beyond_the_last_line_is_told_before_the_first() -> None:
    shown = marked({"list": list(range(5000)), "z": 1}, [Mark("/z", "bad", "wrong")])
    assert (len(shown.lines), shown.left, len(shown.unplaced)) == (2000, 3005, 1)


def test_it_is_sent_again_with_a_credential_of_its_own(busy: Browser) -> None:
    assert "403" in busy.get("/calls/7")
    assert busy.post("/calls/7/again").headers["location"] == f"{PLANE}/calls/9"
    assert busy.client.app.journal.exchanges()[-1].status == 400  # the token is good now, and the body is not
    page = busy.sent("/calls/5/again", body='{"course": {"ids": {"lms": "z"}, "title": "Zoology", "code": null}}')
    assert "course <b>Created</b>" in page
    assert "•••" in page
    again = busy.sent("/calls/8/again")
    assert "This sign-on link is not known here" in again


def test_a_call_from_within_is_served_in_a_task_of_its_own() -> None:
    async def outer() -> None:
        tasks = {asyncio.current_task()}

        async def app(scope: Any, receive: Any, send: Any) -> None:
            tasks.add(asyncio.current_task())
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        call = InwardCall("GET", b"/x%2Fy")
        assert (await carried_out(app, {"headers": []}, call)).status == 204
        assert len(tasks) == 2
        assert (await carried_out(app, {"headers": []}, call, whole=False)).status == 204
        assert len(tasks) == 2

    asyncio.run(outer())


def test_what_is_masked_is_sent_as_it_was(busy: Browser, everything: dict[str, Any]) -> None:
    edited = json.loads(json.dumps(everything))
    edited["exam"]["configuration"]["password"] = "•••"
    edited["exam"]["title"] = "Midterm, edited"
    page = busy.sent("/calls/1/again", body=json.dumps(edited))
    assert "exam <b>Updated</b>" in page
    assert "configuration <b>Found Existing</b>" in page
    assert json.loads(busy.client.app.journal.exchanges()[-1].body)["exam"]["configuration"]["password"] == PASSWORD


def test_what_nobody_serves_is_not_sent_again(busy: Browser) -> None:
    busy.post("/calls/6/again", 409)
    assert "Send again" not in busy.get("/calls/6")


def test_its_archive_and_its_curl_line_hold_no_secret(seen: Browser) -> None:
    answer = seen.client.http.get(f"{PLANE}/calls/1/har")
    assert answer.headers["content-disposition"] == 'attachment; filename="call-1.har"'
    (entry,) = answer.json()["log"]["entries"]
    assert entry["response"]["status"] == 200
    assert PASSWORD not in answer.text
    assert "curl -X POST http://testserver/v2/" in unescape(seen.get("/calls/1"))


def test_its_test_passes_where_the_calls_are_made_again(busy: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [busy.get(f"/calls/{number}") for number in range(1, 6)]
    busy.client.app.reset()
    monkeypatch.setattr(httpx2, "request", busy.client.http.request)

    class Install:
        url, sid, headers = "http://testserver", busy.client.install, {"token": busy.client.token}

    for number, page in enumerate(pages, 1):
        code = unescape(page.partition('<pre id="test">')[2].partition("</pre>")[0])
        names: dict[str, Any] = {}
        exec(compile(code.replace("•••", PASSWORD), "test", "exec"), names)
        names[f"test_call_{number}"](Install)
    told = [one.status for one in busy.client.app.journal.exchanges()]
    assert told == [200, 200, 400, 200, 400]
