"""What tests of the inspector share: a mock that was called in every way, and a browser's way of asking for pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from mockserver.app import create_app
from mockserver.auth.keys import Keys
from mockserver.runtime import Runtime
from mockserver.settings import Settings
from mockserver.state.ids import SeededIds
from mockserver.state.memory import MemoryStore
from spec.catalogue.clauses import Catalogue
from spec.openapi.document import Document
from spec.resources.annotations import resources
from spec.resources.installs import load_installs

from ..conftest import BASE, Client, Clock

PLANE = "/_invigilate"
NAUGHTY = "<script>alert(1)</script>\"'&{{7*7}}${x}‮<img src=x onerror=alert(2)>"
PASSWORD = "benzene-ring-secret"


@dataclass(slots=True)
class Browser:
    """Asks for pages, and sends forms, of a mock in this process."""

    client: Any

    def get(self, path: str, expected: int = 200, **headers: str) -> str:
        sent = {"accept": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}}
        answer = self.client.http.get(path if path.startswith("/_") else PLANE + path, headers=sent)
        assert answer.status_code == expected, answer.text
        return str(answer.text)

    def post(self, path: str, expected: int = 303, /, headers: dict[str, str] | None = None, **fields: str) -> Any:
        sent = {"accept": "text/html", "content-type": "application/x-www-form-urlencoded", **(headers or {})}
        answer = self.client.http.post(PLANE + path, headers=sent, content=urlencode(fields))
        assert answer.status_code == expected, answer.text
        return answer

    def sent(self, path: str, **fields: str) -> str:
        """The text of the page to which a form leads."""
        return unescape(self.get(self.post(path, **fields).headers["location"]))


@pytest.fixture
def browser(client: Any) -> Browser:
    return Browser(client)


@pytest.fixture
def browser_of(document: Any, client_of: Callable[..., Any]) -> Callable[..., Browser]:
    return lambda **settings: Browser(client_of(document, **settings))


@pytest.fixture
def everything(examples: dict[str, Any]) -> dict[str, Any]:
    return with_password(examples)


def with_password(examples: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = examples["everything"]
    exam = {**body["exam"], "limitedScope": False}
    exam["configuration"] = {**exam["configuration"], "password": PASSWORD}
    return {**body, "exam": exam}


@pytest.fixture
def busy(browser: Browser, everything: dict[str, Any]) -> Browser:
    """A mock that was called; what tests do to it is their own."""
    called(browser, everything)
    return browser


@pytest.fixture(scope="module")
def seen(document: Document, catalogue: Catalogue, keys: Keys) -> Browser:
    """The same, for tests that only look."""
    clock = Clock()
    installs = load_installs(resources(document.operations["provision"]))
    runtime = Runtime(clock, SeededIds(7), keys, MemoryStore(), Settings(public_url=BASE))
    app = create_app(document, catalogue, installs, runtime)
    client = Client(app, clock, "", TestClient(app, base_url=BASE, follow_redirects=False))
    client.token = client.mint(client.install)
    browser = Browser(client)
    body = document.operations["provision"].body
    assert body is not None
    called(browser, with_password(dict(body.examples)))
    return browser


def called(browser: Browser, everything: dict[str, Any]) -> None:
    """Call 1 creates, 2 updates and has an unknown member, 3 is refused for three reasons, 4 is naughty, 5 is no JSON,
    6 is nowhere, 7 has no good token, 8 follows a link that is none.
    """
    client = browser.client
    client.ok(everything)
    unsigned = {name: value for name, value in everything.items() if name != "signon"}
    course, user = everything["course"], everything["user"]
    client.ok({**unsigned, "course": {**course, "title": "Organic Chemistry II"}, "user": {**user, "firstname": "M"}})
    wrong = {**unsigned, "user": {**user, "email": "none"}, "enrollment": {"role": "king"}}
    client.post({**wrong, "course": {"ids": course["ids"], "code": None}})
    client.ok({"course": {"ids": {"lms": NAUGHTY}, "title": NAUGHTY, "code": NAUGHTY}})
    client.post(raw=b'{"course": ')
    client.http.post(client.path().replace("provision", "provison"), headers={"token": client.token}, json={})
    client.http.post(client.path(), headers={"token": "a.b.c"}, json={})
    client.http.get(f"/v2/installs/{client.install}/signon?code=the-code-of-a-link")


def plane_put(browser: Browser, path: str, body: Any, expected: int = 200) -> Any:
    """The answer of the control plane to a PUT."""
    answer = browser.client.http.put(PLANE + path, json=body)
    assert answer.status_code == expected, answer.text
    return answer


def sid_of(browser: Browser, kind: str) -> str:
    """The SID of what was created last of a kind."""
    found = browser.client.http.get(f"{PLANE}/state", params={"kind": kind}).json()["resources"]
    return str(found[-1]["sid"])
