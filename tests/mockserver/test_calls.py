"""Calls of every kind against a mock in this process: what is answered, with which status, in which form."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests_support import token

from contract.http.exchange import ReceivedResponse, SentRequest
from contract.http.inprocess import AsgiTransport
from mockserver.app import Mock
from mockserver.auth.keys import Keys
from spec.openapi.document import Document

JSON = ("Content-Type", "application/json")
COURSE = {"course": {"ids": {"api": "botany"}, "title": "Botany", "code": "B-1"}}


class Client:
    """Sends to one mock; the token is good unless another is given."""

    def __init__(self, app: Mock, keys: Keys) -> None:
        self.app, self.keys = app, keys
        self.transport = AsgiTransport(app)
        self.install = app.installs[0].sid
        self.path = f"/v2/installs/{self.install}/provision"
        self.token = token(keys, self.install)

    def raw(
        self, method: str, path: str, headers: tuple[tuple[str, str], ...] = (), body: bytes | None = None
    ) -> ReceivedResponse:
        response = self.transport.send(SentRequest(method, path, headers, body)).response
        assert response is not None
        return response

    def post(self, body: Any, *more: tuple[str, str], path: str | None = None) -> ReceivedResponse:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.raw("POST", path or self.path, (("token", self.token), JSON, *more), data)


@pytest.fixture
def client(mock: Callable[..., Mock], keys: Keys) -> Iterator[Client]:
    made = Client(mock(), keys)
    yield made
    made.transport.close()


def refused(response: ReceivedResponse, status: int, code: str) -> dict[str, Any]:
    assert response.status == status, response.body
    assert response.media_type == "application/json"
    assert response.json["code"] == code
    assert response.json["status"] == status
    assert response.json["message"].endswith((".", "?"))
    return dict(response.json)


def test_every_named_example_is_accepted_twice(client: Client, document: Document) -> None:
    body = document.operations["provision"].body
    assert body is not None
    for example in body.examples.values():
        first, again = client.post(example), client.post(example)
        assert first.status == again.status == 200
        results = {part: told.get("result") for part, told in again.json.items() if part != "signon"}
        assert set(results.values()) == {"Found Existing"}


def test_all_faults_come_in_one_answer(client: Client) -> None:
    body = {"course": {"ids": {}, "title": 3}, "enrollment": {"role": "dean"}, "exam": {"ids": {"external": "x"}}}
    told = refused(client.post(body), 400, "INVALIDINPUT")
    clauses = {(one["pointer"], one["clause"]) for one in told["errors"]}
    assert {
        ("/course/ids", "ids-at-least-one"),
        ("/course/title", "schema"),
        ("/course/code", "course-code-required"),
        ("/enrollment/role", "enrollment-role-known"),
        ("/user", "enrollment-needs-user"),
        ("/exam/title", "exam-title-required"),
    } <= clauses


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b'{"course":',
        b"[]",
        b"null",
        b'"x"',
        b"NaN",
        b'{"course": NaN}',
        b'{"a": 1e999}',
        b'\xef\xbb\xbf{"course": {}}',
        b'{"course": "\xff"}',
        b'{"course": "\\ud800"}',
        b'{"course": 1, "course": 2}',
        b'{"course": {"ids": {"api": "a", "api": "b"}, "title": "t", "code": "c"}}',
        b'{"a:": 1, "\\u0061:": 2}',
        json.dumps(COURSE).encode("utf-16"),
        b"[" * 100_000,
        b'{"a":' * 70 + b"1" + b"}" * 70,
        b'{"course": ' + b"9" * 5000 + b"}",
        b'{"course": {"ids": {"api": "x"}, "title": "\x00", "code": null}}',
    ],
)
def test_hostile_bodies_are_400(client: Client, body: bytes) -> None:
    told = refused(client.post(body), 400, "INVALIDINPUT")
    assert told["errors"]


def test_too_large_bodies_are_413(client: Client) -> None:
    refused(client.post({"x": "y" * 1_100_000}), 413, "PAYLOADTOOLARGE")


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("Content-Type", "text/plain"),),
        (("Content-Type", "application/json; charset=latin-1"),),
        (JSON, ("Content-Encoding", "gzip")),
    ],
)
def test_other_media_types_are_415(client: Client, headers: tuple[tuple[str, str], ...]) -> None:
    response = client.raw("POST", client.path, (("token", client.token), *headers), json.dumps(COURSE).encode())
    refused(response, 415, "UNSUPPORTEDMEDIATYPE")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "BREW"])
def test_other_methods_are_405_and_say_which_there_are(client: Client, method: str) -> None:
    response = client.raw(method, client.path)
    refused(response, 405, "UNSUPPORTEDHTTPVERB")
    assert "POST" in response.headers["allow"]


@pytest.mark.parametrize("suffix", ["/", "%0A", "/more", "s", "%2F", "//"])
def test_other_paths_are_404(client: Client, suffix: str) -> None:
    refused(client.post(COURSE, path=client.path + suffix), 404, "RESOURCENOTFOUND")


def test_the_order_of_judgement(client: Client) -> None:
    unknown, malformed = "AI" + "0" * 32, "AI0"
    for install, status, code in ((malformed, 400, "INVALIDINPUT"), (unknown, 404, "RESOURCENOTFOUND")):
        path = client.path.replace(client.install, install)
        refused(client.post(b"{", path=path), status, code)
        refused(client.raw("POST", path, (JSON,), b"{"), 401, "AUTHENTICATIONFAILED")
    other = client.path.replace(client.install, client.app.installs[1].sid)
    told = refused(client.post(b"{", path=other), 403, "FORBIDDEN")
    assert client.app.installs[1].sid in told["message"]


def test_unknown_members_are_ignored_and_told_in_a_header_only(client: Client) -> None:
    response = client.post({**COURSE, "campus": {"x": 1}, "course": {**COURSE["course"], "colour": "red"}})
    assert response.status == 200
    assert set(response.json) == {"course"}
    assert "/campus" in response.headers["invigilate-warning"]
    assert "/course/colour" in response.headers["invigilate-warning"]


def test_an_unknown_sid_is_404_and_nothing_is_done(client: Client) -> None:
    body = {**COURSE, "exam": {"ids": {"sid": "EX" + "0" * 32}}}
    told = refused(client.post(body), 404, "RESOURCENOTFOUND")
    assert told["errors"][0]["pointer"] == "/exam/ids/sid"
    assert client.post(COURSE).json["course"]["result"] == "Created"


def test_reset_restores_the_start(client: Client) -> None:
    assert client.post(COURSE).json["course"]["result"] == "Created"
    assert client.raw("POST", "/_invigilate/reset").status in (200, 204)
    assert client.post(COURSE).json["course"]["result"] == "Created"


def test_a_reset_from_another_site_is_refused(client: Client) -> None:
    for header in (("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")):
        assert client.raw("POST", "/_invigilate/reset", (header,)).status == 403


def test_the_document_and_a_page_are_served(client: Client) -> None:
    assert client.raw("GET", "/openapi.json").json["openapi"].startswith("3.1")
    assert "html" in client.raw("GET", "/", (("Accept", "text/html"),)).media_type


def test_the_journal_keeps_no_secrets(client: Client, document: Document) -> None:
    body = document.operations["provision"].body
    assert body is not None
    answer = client.post(body.examples["everything"])
    client.raw("POST", client.path, (("token", "x.y." + "z" * 40), JSON), b"{}")
    assert len(client.app.journal) == 2
    text = repr(list(client.app.journal))
    assert "benzene-ring" not in text
    assert client.token not in text
    assert "z" * 40 not in text
    assert answer.json["signon"]["token"] not in text
