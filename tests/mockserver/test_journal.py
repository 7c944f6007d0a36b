"""The journal keeps the last exchanges, bounded, and shows no secret; and what lies around it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from mockserver.http.scope import ServedExchange
from spec.openapi.document import Document, DocumentError


def test_secrets_are_masked(client: Any, examples: dict[str, Any]) -> None:
    body = json.loads(json.dumps(examples["everything"]))
    body["course"]["title"] = "contains benzene-ring inside"
    answer = client.ok(body)
    client.http.get(answer["signon"]["redirect"])
    client.http.post(client.path(), json=body, headers={"Authorization": f"Bearer {client.token}"})
    shown = "\n".join(map(str, client.app.journal))
    for secret in (
        client.token,
        "benzene-ring",
        answer["signon"]["token"],
        answer["signon"]["redirect"].rpartition("=")[2],
    ):
        assert secret not in shown
    assert len(client.app.journal) == 3
    assert [one.status for one in client.app.journal] == [200, 200, 200]


@pytest.mark.parametrize("number", [0, 1, 8, 23, 24, 100])
@pytest.mark.parametrize("repeated", [False, True])
def test_headers_are_kept_as_they_were_sent(number: int, repeated: bool) -> None:
    sent = [(b"x-%d" % one, b"" if one % 3 else b"value, and another") for one in range(number)]
    sent += [(b"accept", b"*/*"), (b"accept", b"text/html")] * repeated
    for headers in (sent, [list(one) for one in sent]):  # ASGI lets a server give either
        assert ServedExchange({"method": "GET", "path": "/", "headers": headers}).headers == sent


def test_the_journal_is_bounded(document: Document, client_of: Callable[..., Any]) -> None:
    client = client_of(document, journal_length=3, journal_body=10)
    for _ in range(5):
        client.post(raw=b"[" * 900 + b"]" * 900)
        client.post(raw=b"x" * 50)
    assert len(client.app.journal) == 3
    assert {one.body for one in client.app.journal} == {"x" * 10, "[" * 10}
    assert all(one.notes for one in client.app.journal)


def test_the_index_and_the_document(client: Any) -> None:
    page = client.http.get("/")
    assert client.install in page.text
    assert "/oidc/jwks" in page.text
    assert client.token not in page.text
    document = client.http.get("/openapi.json").json()
    assert document["servers"][0]["url"] == "http://testserver"
    assert client.http.head("/").content == b""


def test_the_index_shows_integrations_and_the_running_fault(
    client: Any, document: Document, client_of: Callable[..., Any]
) -> None:
    integration = next(iter(client.app.installs[0].members["integrations"]))
    page = client.http.get("/").text
    assert integration in page
    assert "on purpose" not in page
    assert "on purpose: <code>answers-201</code>" in client_of(document, faults=("answers-201",)).http.get("/").text


def test_the_index_says_what_becomes_of_it_all(document: Document, client_of: Callable[..., Any]) -> None:
    forgetful = client_of(document).http.get("/").text
    lasting = client_of(document, store="mock.db").http.get("/").text
    assert "forgets it when it is reset or ends." in forgetful
    assert "forgets it when it is reset." in lasting


def test_reset_restores_the_start(client: Any, examples: dict[str, Any]) -> None:
    before = [one.sid for one in client.app.store]
    client.ok(examples["everything"])
    answer = client.http.post("/_invigilate/reset", headers={"origin": "http://testserver"})
    assert (answer.status_code, answer.json()) == (200, {"reset": True})
    assert [one.sid for one in client.app.store] == before


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example.com"},
        {"origin": "null"},
        {"host": "evil.example.com"},
        {"host": "[::1"},
        {"host": "rebound.example.com:8400", "origin": "http://rebound.example.com:8400"},
    ],
)
def test_other_sites_cannot_reset(client: Any, headers: dict[str, str]) -> None:
    assert client.http.post("/_invigilate/reset", headers=headers).status_code == 403


def test_a_refused_host_is_told_how_to_be_allowed_and_blames_no_clause(client: Any) -> None:
    answer = client.http.post("/_invigilate/reset", headers={"host": "mock:8400"}).json()
    assert "--allow-host" in answer["message"]
    assert answer["errors"] == []
    assert "help" not in answer


def test_allowed_hosts_and_the_own_network_address_can_reset(document: Document, client_of: Callable[..., Any]) -> None:
    named = client_of(document, public_url=None, hosts=frozenset({"mock"}))
    assert named.http.post("/_invigilate/reset", headers={"host": "mock:8400"}).status_code == 200
    # an address cannot be rebound by a foreign site; where the call arrived is this machine
    here = TestClient(named.app, base_url="http://192.168.7.5:8400")
    assert here.post("/_invigilate/reset", headers={"origin": "http://192.168.7.5:8400"}).status_code == 200
    assert here.post("/_invigilate/reset", headers={"host": "192.168.7.6:8400"}).status_code == 403


def test_loopback_hosts_can_reset(client: Any) -> None:
    for host in ("localhost:8400", "127.0.0.1", "[::1]:8400"):
        headers = {"host": host, "sec-fetch-site": "same-origin", "origin": f"http://{host}"}
        assert client.http.post("/_invigilate/reset", headers=headers).status_code == 200


def test_an_operation_without_handler_is_a_load_error(
    variant: Callable[..., Document], client_of: Callable[..., Any]
) -> None:
    def change(tree: dict[str, Any]) -> None:
        tree["paths"]["/oidc/jwks"]["get"]["operationId"] = "somethingElse"

    with pytest.raises(DocumentError, match=r"openapi.yaml:[0-9]+:[0-9]+: /paths/~1oidc~1jwks/get: .*'somethingElse'"):
        client_of(variant(change))

    def drop(tree: dict[str, Any]) -> None:
        for path in list(tree["paths"]):
            if path != "/v2/installs/{installSid}/provision":
                del tree["paths"][path]

    assert client_of(variant(drop)).http.get("/oidc/jwks").status_code == 501


def test_a_defect_is_told_without_a_trace(client: Any, caplog: pytest.LogCaptureFixture) -> None:
    client.app.engine = client.app.provision.engine = None
    client.http = TestClient(client.app, base_url="http://testserver", raise_server_exceptions=False)
    answer = client.post({"course": {"ids": {"external": "c"}, "title": "t", "code": None}})
    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    assert "could not be served" in caplog.text


def test_deep_and_short_things_can_be_shown(client: Any, examples: dict[str, Any]) -> None:
    client.post(raw=b"[" * 900 + b"]" * 900)
    body = json.loads(json.dumps(examples["everything"]))
    body["exam"]["configuration"]["password"] = "e"
    client.ok(body)
    deep, short = client.app.journal
    assert deep.body.startswith("[[")
    assert short.body["exam"]["configuration"]["password"] == "•••"
    assert short.body["exam"]["title"] == body["exam"]["title"]
