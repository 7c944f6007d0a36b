"""Whatever arrives is answered in the one shape: odd bodies, media types, methods and paths."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest

from mockserver.endpoints.unknown import published

COURSE = {"ids": {"external": "c"}, "title": "t", "code": None}
GOOD = json.dumps({"course": COURSE}).encode()
BODIES: dict[str, tuple[bytes, int, str]] = {
    "empty": (b"", 400, "body-object"),
    "white space": (b" \n", 400, "body-object"),
    "truncated": (GOOD[:-3], 400, "body-json"),
    "no JSON": (b"course=1", 400, "body-json"),
    "no UTF-8": (GOOD.replace(b'"t"', b'"\xff"'), 400, "body-json"),
    "UTF-16": (GOOD.decode().encode("utf-16"), 400, "body-json"),
    "UTF-16 without a mark": (GOOD.decode().encode("utf-16-le"), 400, "body-json"),
    "a bare NUL": (GOOD.replace(b'"t"', b'"\x00"'), 400, "body-json"),
    "a byte order mark": (b"\xef\xbb\xbf" + GOOD, 400, "strict-json"),
    "NaN": (b'{"x":NaN,' + GOOD[1:], 400, "strict-json"),
    "Infinity": (b'{"x":-Infinity,' + GOOD[1:], 400, "strict-json"),
    "a lone surrogate": (GOOD.replace(b'"t"', b'"\\ud800"'), 400, "strict-json"),
    "an encoded surrogate": (GOOD.replace(b'"t"', b'"\xed\xa0\x80"'), 400, "strict-json"),
    "a repeated member": (b'{"course":1,' + GOOD[1:], 400, "strict-json"),
    "a hidden repeated member": (b'{"a\\u003a":1,"b":1,"b":1,' + GOOD[1:], 400, "strict-json"),
    "a repeated member with a colon": (b'{"b":":","b":"x",' + GOOD[1:], 400, "strict-json"),
    "a repeated member deep down": (GOOD.replace(b'{"external"', b'{"x":1,"\\u0078":2,"external"'), 400, "strict-json"),
    "65 levels": (b'{"x":' + b"[" * 64 + b"]" * 64 + b"}", 400, "body-depth"),
    "100,000 levels": (b"[" * 100_000, 400, "body-depth"),
    "300 levels": (b"[" * 300 + b"]" * 300, 400, "body-depth"),
    "5,000 digits": (b'{"x":' + b"9" * 5000 + b"}", 400, "numbers-exact"),
    "an array": (b"[]", 400, "schema"),
    "null": (b"null", 400, "schema"),
    "a string": (b'"course"', 400, "schema"),
    "over 1 MiB": (b'{"x":"' + b"x" * 1_048_576 + b'"}', 413, "body-size"),
}


def shape(answer: Any, status: int, clause: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert set(told) == {"code", "message", "status", "errors", "help"}
    assert told["status"] == status
    assert told["code"].isalpha()
    assert clause in {one["clause"] for one in told["errors"]}
    assert all(set(one) == {"pointer", "message", "clause", "help"} for one in told["errors"])


@pytest.mark.parametrize("name", BODIES)
def test_odd_bodies(client: Any, name: str) -> None:
    raw, status, clause = BODIES[name]
    clause = "body-object" if clause == "schema" else clause
    before = len(client.app.store)
    shape(client.post(raw=raw), status, clause)
    assert len(client.app.store) == before


def test_64_levels_and_escaped_colons_are_taken(client: Any) -> None:
    deep = b'{"x":' + b"[" * 63 + b"]" * 63 + b"," + GOOD[1:]
    assert client.post(raw=deep).status_code == 200
    assert client.post(raw=b'{"a\\u003ab":":",' + GOOD[1:]).status_code == 200
    assert client.post(raw=GOOD.replace(b'"t"', b'"\\u0000 \\ud83d\\ude00"')).status_code == 200


@pytest.mark.parametrize("number", ["9007199254740993", "1e400", "18446744073709551616", "1e300"])
def test_integers_that_no_double_holds(client: Any, examples: dict[str, Any], number: str) -> None:
    body = json.loads(json.dumps(examples["everything"]))
    body["exam"]["configuration"]["duration"] = 1.5
    raw = json.dumps(body).replace("1.5", number).encode()
    shape(client.post(raw=raw), 400, "numbers-exact")


@pytest.mark.parametrize(
    ("declared", "status"),
    [
        ({"content-type": "application/json"}, 200),
        ({"content-type": "Application/JSON; Charset=UTF-8"}, 200),
        ({"content-type": 'application/json;charset="utf-8"'}, 200),
        ({"content-type": "application/json; charset=latin-1"}, 415),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": ""}, 415),
        ({}, 415),
        ({"content-type": "application/json", "content-encoding": "gzip"}, 415),
    ],
)
def test_media_types(client: Any, declared: dict[str, str], status: int) -> None:
    answer = client.post(raw=GOOD, headers={"token": client.token, **declared})
    assert answer.status_code == status
    if status != 200:
        shape(answer, 415, "media-type")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "post", "BREW"])
def test_other_methods(client: Any, method: str) -> None:
    answer = client.http.request(method, client.path(), headers={"token": client.token})
    if method != "post":
        shape(answer, 405, "method-allowed")
        assert answer.headers["allow"] == "POST"
    head = client.http.head(client.path())
    assert (head.status_code, head.content) == (405, b"")


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("{}/", "slash at the end"),
        ("{}%0A", "GET / lists all paths."),
        ("/{}", "GET / lists all paths."),
        ("/v2//installs", "GET / lists all paths."),
        ("/V2/installs/x/provision", "GET / lists all paths."),
        ("/v1/installs/x/courses/y/exams/z/assignments", "/exams/{examSid}/assignment"),
        ("/v1/installs/x/exams/z/sessions/s/onboarding", "/onboard"),
        ("/%00", "GET / lists all paths."),
        ("/nowhere?token=secret-of-somebody", "GET / lists all paths."),
    ],
)
def test_unknown_paths(client: Any, path: str, hint: str) -> None:
    answer = client.http.post(path.format(client.path()), content=GOOD)
    shape(answer, 404, "path-known")
    assert hint in answer.json()["message"]
    assert "secret" not in answer.text


def test_an_install_of_the_other_page_gets_a_hint(client: Any) -> None:
    answer = client.http.post(client.path("IN" + "0" * 28), content=GOOD, headers={"token": client.token})
    shape(answer, 400, "install-sid-form")
    assert "says IN, which the paths of the API never take" in answer.json()["message"]


def test_a_blank_in_a_media_type_is_shown(client: Any) -> None:
    headers = {"token": client.token, "content-type": "text/plain; a=b"}
    assert "'text/plain; a=b'" in client.post(raw=GOOD, headers=headers).json()["message"]


PUBLISHED = [(method, one.path) for one in published() for method in one.methods]


@pytest.mark.parametrize(("method", "path"), [*PUBLISHED, ("BREW", "/v1/installs/{installSid}/courses")])
def test_a_published_path_is_served_or_answered_501(client: Any, method: str, path: str) -> None:
    served = {(one.method, one.path) for one in client.app.document.operations.values()}
    sid = client.install
    answer = client.http.request(method, re.sub(r"\{[^}]*\}", sid, path), headers={"token": client.token})
    if (method, path) in served:
        assert answer.status_code != 501
        return
    shape(answer, 501, "published-unserved")
    assert answer.json()["code"] == "NOTIMPLEMENTED"
    assert path in answer.json()["message"]


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/v2/installs/AI00d3f0a1c5b94e7f8a6b2c4d6e8f0a12/provisions", "/v2/installs/{installSid}/provision"),
        ("/v2/install/AI00d3f0a1c5b94e7f8a6b2c4d6e8f0a12/provision", "/v2/installs/{installSid}/provision"),
        ("/oidc/tokens", "/oidc/token"),
        ("/nope", None),
    ],
)
def test_a_mistyped_path_leads_to_the_one_that_was_meant(client: Any, path: str, meant: str | None) -> None:
    answer = client.http.post(path)
    shape(answer, 404, "path-known")
    message = answer.json()["message"]
    assert message.endswith("GET / lists all paths.")
    assert (f"Did you mean {meant}" in message) if meant else ("Did you mean" not in message)
    assert len(message) < 400


@pytest.mark.parametrize(
    "path", ["/_invigilate/nothing", "/_invigilate/static/none.css", "/_invigilate/static/../app.py"]
)
def test_what_is_not_there_below_a_mount_is_told_as_everywhere(client: Any, path: str) -> None:
    answer = client.http.get(path)
    shape(answer, 404, "path-known")
    assert "lists all paths." in answer.json()["message"]
    posted = client.http.post("/_invigilate/static/style.css")
    shape(posted, 405, "method-allowed")
    assert posted.headers["allow"] == "GET, HEAD"


def test_every_published_path_has_methods_and_what_is_misspelt_means_a_published_one() -> None:
    paths = {one.path: one.methods for one in published() if not one.means}
    assert all(paths.values())
    for one in published():
        if one.means:
            method, _, path = one.means.partition(" ")
            assert method in paths[path]
            assert one.path not in paths


def test_a_browser_gets_a_page_for_a_path_that_is_not_there(client: Any) -> None:
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page = client.http.get("/nowhere", headers=browser)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing at /nowhere." in page.text
    assert 'href="/"' in page.text
    for headers in ({}, {"accept": "*/*"}, {"accept": "application/json"}):
        shape(client.http.get("/nowhere", headers=headers), 404, "path-known")
    shape(client.http.post("/nowhere", headers=browser), 404, "path-known")


@pytest.mark.parametrize("install", ["AI", "x", "AI%2f", "A%C3%A9", "AI" + "G" * 32, "", "AI" + "0" * 32 + "%0a"])
def test_malformed_installs(client: Any, install: str) -> None:
    answer = client.http.post(f"/v2/installs/{install}/provision", content=GOOD, headers={"token": client.token})
    shape(answer, 400, "install-sid-form")


def test_an_unknown_install(client: Any) -> None:
    answer = client.http.post(client.path("AI" + "0" * 32), content=GOOD, headers={"token": client.token})
    shape(answer, 404, "install-known")


def test_unknown_members_are_ignored_and_reported(client: Any) -> None:
    body = {"course": {**COURSE, "na/me": 1}, "\u00fcber": 2, "line\nbreak": 3}
    answer = client.post(body)
    assert answer.status_code == 200
    assert answer.headers["invigilate-warning"] == "unknown-members-ignored; /course/na~1me, /%C3%BCber, /line%0Abreak"
    assert "invigilate-warning" not in client.post({"course": COURSE}).headers
    many = client.post({"course": COURSE, **{f"unknown-{number}" * 9: 1 for number in range(500)}})
    assert len(many.headers["invigilate-warning"]) < 1300
    assert "more" in many.headers["invigilate-warning"]


def test_unknown_members_can_be_refused(document: Any, client_of: Callable[..., Any]) -> None:
    strict = client_of(document, reject_unknown_members=True)
    answer = strict.post({"course": {**COURSE, "x": 1}, "y": 2})
    shape(answer, 400, "unknown-members-ignored")
    assert {one["pointer"] for one in answer.json()["errors"]} == {"/course/x", "/y"}
    assert strict.ok({"course": COURSE})


def test_a_large_body_in_chunks_is_refused(client: Any) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 65_536

    async def send() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=client.app)
        headers = {"token": client.token, "content-type": "application/json"}
        async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as http:
            return await http.post(client.path(), content=chunks(), headers=headers)

    import asyncio

    shape(asyncio.run(send()), 413, "body-size")


def test_a_huge_declared_body_is_refused_unread(client: Any) -> None:
    headers = {"token": client.token, "content-type": "application/json", "content-length": str(10**9)}
    answer = client.post(raw=GOOD, headers=headers)
    shape(answer, 413, "body-size")
    assert answer.headers["connection"] == "close"


def test_messages_do_not_repeat_secrets(client: Any, examples: dict[str, Any]) -> None:
    body = json.loads(json.dumps(examples["everything"]))
    body["exam"]["configuration"]["password"] = ["open-sesame"]
    assert "sesame" not in client.post(body).text


def test_the_order_of_judgement(client: Any) -> None:
    bad = {"content-type": "text/plain"}
    unknown = "AI" + "0" * 32
    other = client.app.installs[1].sid
    post = client.http.post
    assert post("/nowhere", content=b"{", headers=bad).status_code == 404
    assert post(client.path("x"), content=b"{", headers=bad).status_code == 401
    good = {**bad, "token": client.token}
    assert post(client.path("x"), content=b"{", headers=good).status_code == 400
    assert post(client.path(unknown), content=b"{", headers=good).status_code == 404
    assert post(client.path(other), content=b"{", headers=good).status_code == 403
    assert post(client.path(), content=b"{", headers=good).status_code == 415
    assert (
        post(client.path(), content=b"{" * 2**21, headers={**good, "content-type": "application/json"}).status_code
        == 413
    )


@pytest.mark.parametrize(
    ("sent", "missing", "hint"),
    [
        ({"firstname": "A"}, "/user/firstName", "'firstname' beside it means nothing; is it this one?"),
        ({"first_name": "A"}, "/user/firstName", "'first_name' beside it means nothing; is it this one?"),
        ({"mail": "a@example.com"}, "/user/email", "'mail' beside it means nothing; is it this one?"),
        ({"shoe": 1}, "/user/firstName", "add it."),
    ],
)
def test_a_missing_member_is_told_with_what_was_probably_meant(
    client: Any, sent: dict[str, Any], missing: str, hint: str
) -> None:
    body = {"course": {"ids": {"lms": "c"}, "title": "T", "code": None}, "user": {"ids": {"lms": "u"}, **sent}}
    errors = {one["pointer"]: one["message"] for one in client.post(body).json()["errors"]}
    assert errors[missing].endswith(hint)
