"""The mock inside other programs: mounted in an application, behind httpx, and without a server of its own."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from mockserver.endpoints.routes import MethodRoute
from spec.docs.shell import SHARED
from spec.openapi.document import Document

COURSE = {"course": {"ids": {"external": "c"}, "title": "t", "code": None}}


async def own(request: Request) -> Response:
    return PlainTextResponse(f"own {request.url.path}")


@pytest.fixture
def inner(document: Document, client_of: Callable[..., Any]) -> Any:
    return client_of(document, public_url=None)


@pytest.fixture
def outer(inner: Any) -> TestClient:
    routes = [Route("/own", own), Mount("/my mock", inner.app), Mount("/mock", inner.app), Route("/mock2", own)]
    return TestClient(Starlette(routes=routes), base_url="http://testserver")


def send(outer: TestClient, inner: Any, body: Any, mount: str = "/mock") -> Any:
    return outer.post(f"{mount}{inner.path()}", json=body, headers={"token": inner.token})


@pytest.mark.parametrize("mount", ["/mock", "/my%20mock"])
def test_a_mounted_mock_serves_and_its_links_lead_back(
    outer: TestClient, inner: Any, examples: dict[str, Any], mount: str
) -> None:
    answer = send(outer, inner, examples["enroll-student"], mount)
    assert answer.status_code == 200, answer.text
    link = answer.json()["signon"]["redirect"]
    assert link.startswith(f"http://testserver{mount}/v2/installs/")
    page = outer.get(link, headers={"accept": "text/html"})
    assert page.status_code == 200
    styles = re.findall('rel="stylesheet" href="([^"]*)"', page.text)
    assert styles == [f"{mount}/_invigilate/static/{name}.css" for name in ("shared", "style")]
    served = [outer.get(one) for one in styles]
    assert all(one.headers["content-type"].startswith("text/css") for one in served)
    assert served[0].text == SHARED.read_text(encoding="utf-8")
    assert outer.get("/own").text == "own /own"


def test_the_example_of_the_docs_works(repository: Path) -> None:
    example = (repository / "docs" / "mock.md").read_text().partition("```python\n")[2].partition("```")[0]
    names: dict[str, Any] = {}
    exec(example, names)  # our own page
    outer, ready = TestClient(names["app"]), names["mock"].ready
    path = f"/mock/v2/installs/{ready.install}/provision"
    assert outer.post(path, json=COURSE, headers={"token": ready.token}).json()["course"]["result"] == "Created"
    assert outer.post(path).json()["help"].startswith("http://testserver/mock/_invigilate/contract#")


def test_help_leads_to_the_clause_on_the_mounted_contract_page(outer: TestClient, inner: Any) -> None:
    told = send(outer, inner, {"course": {}}).json()
    url, _, clause = told["help"].partition("#")
    assert url == "http://testserver/mock/_invigilate/contract"
    assert f'id="{clause}"' in outer.get(url).text
    assert send(outer, inner, COURSE).json()["course"]["result"] == "Created"


def test_refusals_are_the_mocks_own_in_a_mount(outer: TestClient, inner: Any) -> None:
    for path, status in (("/nowhere", 404), (inner.path() + "/", 404), (inner.path() + "%2F", 404)):
        answer = outer.post(f"/mock{path}", json=COURSE, headers={"token": inner.token})
        assert (answer.status_code, answer.json()["errors"][0]["clause"]) == (status, "path-known")
    answer = outer.get(f"/mock{inner.path()}")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert outer.post("/mock/_invigilate/reset", headers={"origin": "http://evil.example.com"}).status_code == 403
    assert outer.post("/mock/_invigilate/reset").json() == {"reset": True}
    assert outer.put("/mock/_invigilate/reset").headers["allow"] == "POST"


def test_the_own_document_names_the_place_where_it_is_served(outer: TestClient) -> None:
    assert outer.get("/mock/openapi.json").json()["servers"][0]["url"] == "http://testserver/mock"
    assert 'href="/mock/_invigilate/contract"' in outer.get("/mock/").text


def test_it_runs_behind_httpx(inner: Any) -> None:
    async def run() -> Any:
        transport = httpx2.ASGITransport(inner.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return await client.post(inner.path(), json=COURSE, headers={"token": inner.token})

    answer = asyncio.run(run())
    assert answer.json()["course"]["result"] == "Created"


@pytest.mark.parametrize("weather", ["close=before-commit", "close=after-commit", "cut=10", "fault=hangs-up"])
def test_a_connection_that_ends_in_process(
    inner: Any, outer: TestClient, weather: str, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"token": inner.token, "content-type": "application/json", "invigilate-weather": weather}
    body = b"no JSON" if "fault" in weather else json.dumps(COURSE).encode()

    async def run() -> Any:
        transport = httpx2.ASGITransport(inner.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return await client.post(inner.path(), content=body, headers=headers)

    for send_to in (inner.http, outer):
        prefix = "/mock" if send_to is outer else ""
        with pytest.raises(ConnectionResetError, match="told to end the connection"):
            send_to.post(prefix + inner.path(), content=body, headers=headers)
    with pytest.raises(ConnectionResetError, match="told to end the connection"):
        asyncio.run(run())
    assert caplog.text == ""  # it is no defect
    shown = [(one.status, one.notes[-1]) for one in inner.app.journal]
    assert len(shown) == 3
    assert all(note.startswith("weather of the call: ") for _, note in shown) or "fault" in weather
    assert {status for status, _ in shown} <= {0, 200}
    assert inner.ok(COURSE)["course"]["result"] == (
        "Found Existing" if weather[-12:] in ("after-commit", "cut=10") else "Created"
    )


def test_a_server_that_tells_no_raw_path(inner: Any) -> None:
    sent: list[Any] = []

    async def call(path: str) -> int:
        sent.clear()
        scope = {
            "type": "http", "method": "POST", "path": path, "query_string": b"", "headers": [(b"host", b"x")], "scheme": "http",
        }  # fmt: skip

        async def receive() -> Any:
            return {"type": "http.request", "body": b""}

        async def send(message: Any) -> None:
            sent.append(message)

        await inner.app(scope, receive, send)
        return int(sent[0]["status"])

    assert asyncio.run(call(inner.path())) == 401
    assert asyncio.run(call(inner.path() + "\n")) == 404
    assert asyncio.run(call("/\u00e9")) == 404
    assert b"http://127.0.0.1:8400/_invigilate/contract#" in sent[1]["body"]  # nothing tells where it is reached


def test_a_lifespan_and_a_websocket(inner: Any) -> None:
    with TestClient(inner.app) as client:
        assert client.get("/").status_code == 200
        with pytest.raises(WebSocketDisconnect) as ended, client.websocket_connect("/"):
            pass
        assert ended.value.code == 1000


def test_events_pass_as_they_come_and_the_journal_keeps_their_beginning(
    document: Document, client_of: Callable[..., Any]
) -> None:
    client = client_of(document, journal_body=20)
    passed: list[int] = []

    async def events(request: Request) -> Response:
        async def sent() -> AsyncIterator[str]:
            for number in range(100):
                async with asyncio.timeout(5):
                    await asyncio.sleep(0)
                yield f"data: {number}\n\n"
                passed.append(number)

        return StreamingResponse(sent(), media_type="text/event-stream")

    client.app.router.routes.append(MethodRoute("GET", "/events", events))
    answer = client.http.get("/events")
    assert answer.text.count("data: ") == 100
    assert passed == list(range(100))
    [kept] = client.app.journal
    assert (kept.status, kept.answer) == (200, answer.text[:20])


def test_a_slow_body_is_refused_by_the_application_itself(document: Document, client_of: Callable[..., Any]) -> None:
    client = client_of(document, body_deadline=0.01)
    answers: list[Any] = []

    async def run() -> None:
        headers = [(b"token", client.token.encode()), (b"content-type", b"application/json")]
        scope = {
            "type": "http", "method": "POST", "path": client.path(), "raw_path": client.path().encode(), "query_string": b"",
            "headers": headers, "scheme": "http", "server": ("127.0.0.1", 1),
        }  # fmt: skip

        async def receive() -> Any:
            await asyncio.Event().wait()

        async def send(message: Any) -> None:
            answers.append(message)

        await client.app(scope, receive, send)

    asyncio.run(run())
    assert answers[0]["status"] == 408
    assert (b"connection", b"close") in answers[0]["headers"]


def test_links_name_the_host_of_the_call_only_where_that_is_this_mock(
    document: Document, client_of: Callable[..., Any]
) -> None:
    def link(client: Any, **headers: str) -> str:
        answer = client.http.post(client.path(), json={}, headers=headers)
        return str(urlsplit(answer.json()["help"]).netloc)

    client = client_of(document, public_url=None, hosts=frozenset({"mock.test"}))
    assert link(client, host="mock.test:8400") == "mock.test:8400"
    assert link(client, host="localhost:1234") == "localhost:1234"
    assert link(client, host="MOCK.test") == "MOCK.test"
    for foreign in ("evil.example.com", "a b", "x/../y", "mock.test@evil.example.com", ""):
        assert link(client, host=foreign) == "testserver:80"
    assert link(client, host="a.test", **{"x-forwarded-host": "mock.test"}) == "testserver:80"
    behind = client_of(document, public_url=None, hosts=frozenset({"mock.test"}), proxy_headers=True)
    forwarded = {"host": "10.0.0.1", "x-forwarded-host": "mock.test", "x-forwarded-proto": "https"}
    told = behind.http.post(behind.path(), json={}, headers=forwarded).json()["help"]
    assert told.startswith("https://mock.test/_invigilate/contract#")


def test_a_path_in_the_public_url_is_served_and_may_be_left_out(
    document: Document, client_of: Callable[..., Any]
) -> None:
    client = client_of(document, public_url="http://testserver/lms/mock")
    for prefix in ("", "/lms/mock"):
        answer = client.http.post(prefix + client.path(), json=COURSE, headers={"token": client.token})
        assert answer.status_code == 200, answer.text
        told = client.http.post(prefix + client.path(), json={}, headers={"token": client.token}).json()
        assert told["help"].startswith("http://testserver/lms/mock/_invigilate/contract#")
        assert 'href="/lms/mock/_invigilate/static/style.css"' in client.http.get(prefix + "/").text
    assert client.http.post("/lms/mocking" + client.path()).status_code == 404


def test_the_same_calls_get_the_same_sids_after_a_reset(client: Any, examples: dict[str, Any]) -> None:
    first = client.ok(examples["everything"])
    client.app.reset()
    again = client.ok(examples["everything"])
    signons = first.pop("signon"), again.pop("signon")
    assert first == again
    assert signons[0]["token"] != signons[1]["token"]
    presented = client.http.post(f"/v2/installs/{client.install}/signon", json={"token": signons[0]["token"]})
    assert presented.status_code == 403  # of before the reset
