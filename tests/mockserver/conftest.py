"""What tests of the mock share: one with a clock of ours, and a client that speaks to it in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.testclient import TestClient
from stores import Place, kept_in

from mockserver.app import Mock, create_app
from mockserver.auth.keys import Keys
from mockserver.auth.tokens import API_TYPE, api_claims, sign
from mockserver.database.kept.memory import DatabaseMemory
from mockserver.database.serving import valued_by
from mockserver.runtime import Runtime
from mockserver.settings import Settings
from mockserver.state.ids import SeededIds
from mockserver.state.memory import MemoryStore
from spec.catalogue.clauses import Catalogue
from spec.openapi.document import Document
from spec.resources.annotations import resources
from spec.resources.installs import load_installs

BASE = "http://testserver"
NOW = 1_800_000_000.0


@dataclass(slots=True)
class Clock:
    """A clock that moves when it is told to."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass(slots=True)
class Client:
    """A caller of the demo install, with a good token."""

    app: Mock
    clock: Clock
    token: str
    http: TestClient

    @property
    def install(self) -> str:
        return self.app.installs[0].sid

    def path(self, install: str | None = None) -> str:
        return f"/v2/installs/{install or self.install}/provision"

    def post(self, body: Any = None, *, raw: bytes | None = None, headers: dict[str, str] | None = None) -> Any:
        sent = {"token": self.token, "content-type": "application/json"} if headers is None else headers
        content = {"content": raw} if raw is not None else {"json": body}
        if raw is None and headers is None:
            del sent["content-type"]
        return self.http.post(self.path(), headers=sent, **content)

    def ok(self, body: Any) -> Any:
        answer = self.post(body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def mint(self, install: str, *, starts: float = 0, lasts: float = 3600, **claims: Any) -> str:
        now = self.clock()
        made = api_claims(install, issued=now, starts=now + starts, expires=now + starts + lasts, token_id="t")
        return sign({**made, **claims}, API_TYPE, self.app.keys)


STORES = ("memory", "sqlite", "postgresql")


def kept_of(*fast: str) -> Any:
    """A fixture: where the mock of a test keeps what it remembers. Every test of a client holds for each place.

    Those that are not fast run under --all.
    """
    marked = [pytest.param(one, marks=() if one in fast else pytest.mark.outside) for one in STORES]

    @pytest.fixture(params=marked)
    def kept(request: pytest.FixtureRequest) -> Iterator[Place]:
        with kept_in(request.param, request) as made:
            yield made

    return kept


kept = kept_of("memory")


@pytest.fixture
def client(document: Document, catalogue: Catalogue, keys: Keys, kept: Place) -> Client:
    return make_client(document, catalogue, keys, kept)


@pytest.fixture
def maker() -> Callable[..., Client]:
    return make_client


def make_client(
    document: Document, catalogue: Catalogue, keys: Keys, kept: Place | None = None, **settings: Any
) -> Client:
    clock = Clock()
    installs = settings.pop("installs", None) or load_installs(resources(document.operations["provision"]))
    chosen = Settings(**{"public_url": BASE, **settings})
    runtime = Runtime(clock, SeededIds(7), keys, MemoryStore(), chosen)
    if kept is not None:
        runtime = kept.runtime(runtime)
    if isinstance(runtime.memory, DatabaseMemory):
        runtime.memory.database.valued = valued_by(document)
    app = create_app(document, catalogue, installs, runtime)
    http = TestClient(app, base_url=BASE, raise_server_exceptions=True, follow_redirects=False)
    made = Client(app, clock, "", http)
    made.token = made.mint(made.install, lasts=10_000_000)
    return made


@pytest.fixture
def client_of(catalogue: Catalogue, keys: Keys, kept: Place) -> Callable[..., Client]:
    return lambda document, **settings: make_client(document, catalogue, settings.pop("keys", keys), kept, **settings)


@pytest.fixture
def examples(document: Document) -> dict[str, Any]:
    body = document.operations["provision"].body
    assert body is not None
    return dict(body.examples)
