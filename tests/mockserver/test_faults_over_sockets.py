"""Every fault and every weather over a real socket, seen as it is described; and not seen where the mock is honest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import httpx2
import pytest
from fault_scenarios import GARBAGE, SCENARIOS, signed
from journey import SESSION_SCENARIOS
from mocked import COURSE, Listening, Loop, Mocked
from tests_support import some_fast

from mockserver.app import create_app
from mockserver.auth.keys import Keys
from mockserver.behaviour.faults import FAULTS, behaviour_of
from mockserver.runtime import Runtime
from mockserver.settings import Settings
from mockserver.state.clock import system_clock
from mockserver.state.ids import SeededIds
from mockserver.state.memory import MemoryStore
from spec.catalogue.clauses import Catalogue
from spec.openapi.document import Document
from spec.resources.annotations import resources
from spec.resources.installs import load_installs


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    thread = Loop()
    thread.start()
    yield thread
    thread.loop.call_soon_threadsafe(thread.loop.stop)
    thread.join()
    thread.loop.close()


@pytest.fixture
def start(loop: Loop, document: Document, catalogue: Catalogue, keys: Keys) -> Iterator[Callable[..., Mocked]]:
    started: list[tuple[Listening, httpx2.Client]] = []

    def begin(*faults: str) -> Mocked:
        installs = load_installs(resources(document.operations["provision"]))
        settings = Settings(public_url="https://mock.example.com")
        runtime = Runtime(system_clock, SeededIds(1), keys, MemoryStore(), settings, behaviour_of(faults))
        app = create_app(document, catalogue, installs, runtime)
        listening = loop.listen(app)
        client = httpx2.Client(base_url=listening.url, trust_env=False, timeout=20)
        started.append((listening, client))
        return Mocked(app, client)

    yield begin
    for listening, client in started:
        client.close()
        loop.end(listening)


TIMED = {"slow", "slows-down"}


def test_every_fault_has_a_scenario() -> None:
    assert set(SCENARIOS) == set(FAULTS) - TIMED


FAST = [*(name for name in SCENARIOS if name not in SESSION_SCENARIOS), *some_fast(SESSION_SCENARIOS, 4)]


@pytest.mark.parametrize("name", FAST)
def test_a_fault_is_seen_as_it_is_described(name: str, start: Callable[..., Mocked]) -> None:
    assert SCENARIOS[name](start(name))


@pytest.mark.parametrize("name", FAST)
def test_an_honest_mock_shows_none(name: str, start: Callable[..., Mocked]) -> None:
    assert not SCENARIOS[name](start())


def test_what_takes_time_takes_it_by_the_row_or_by_the_call(
    start: Callable[..., Mocked], monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        if seconds:
            waited.append(seconds)
        await real(0)

    monkeypatch.setattr("mockserver.behaviour.bugs.calls.asyncio.sleep", sleep)
    mock = start("slow")
    mock.ok()
    mock.http.get("/oidc/jwks")
    mock.http.get("/")
    assert waited == [0.2]
    waited.clear()
    mock = start("slows-down")
    assert mock.send({}).status_code == 400
    rows = []
    for name in "abc":
        mock.ok({"ids": {"external": name}, "title": "t", "code": None})
        rows.append(len(mock.app.store))
    assert waited == [pytest.approx(0.00002 * count) for count in rows]
    assert rows == sorted(set(rows))
    waited.clear()
    made = mock.http.post("/_invigilate/installs").json()  # an install of its own has rows of its own
    path, token = f"/v2/installs/{made['install']}/provision", {"token": made["token"]}
    for name in "abc":
        course = {"ids": {"external": name}, "title": "t", "code": None}
        assert mock.http.post(path, json={"course": course}, headers=token).is_success
    assert waited == [pytest.approx(0.00002 * count) for count in (1, 2, 3)]


def test_weather_never_comes_over_pages_and_the_control_plane(start: Callable[..., Mocked]) -> None:
    mock = start("busy", "flaky", "unavailable")
    link = mock.link(signed(mock))
    for path in ("/", "/openapi.json", "/_invigilate/contract", "/oidc/jwks", "/nowhere"):
        for _ in range(51):
            assert mock.http.get(path).status_code in (200, 404)
    for _ in range(51):
        assert mock.http.head(link).status_code == 200
    for _ in range(51):
        assert mock.http.post("/_invigilate/reset").status_code == 200


def test_a_reset_lets_the_weather_begin_anew(start: Callable[..., Mocked]) -> None:
    mock = start("busy")
    for _ in range(3):
        assert [mock.send({"course": COURSE}).status_code for _ in range(19)] == [200] * 19
        assert mock.http.post("/_invigilate/reset").status_code == 200
    assert [mock.send({"course": COURSE}).status_code for _ in range(20)] == [200] * 19 + [429]


def test_every_mock_has_weather_of_its_own(start: Callable[..., Mocked]) -> None:
    first, second = start("busy"), start("busy")
    assert [first.send({"course": COURSE}).status_code for _ in range(19)] == [200] * 19
    assert [second.send({"course": COURSE}).status_code for _ in range(19)] == [200] * 19


def test_several_faults_are_seen_at_once(start: Callable[..., Mocked]) -> None:
    mock = start("busy", "talkative", "overlooks-course-title-required", "creates-again", "crashes")
    untitled = {"course": {"ids": {"external": "x"}, "code": None}}
    told = [mock.send(untitled).json() for _ in range(2)]
    assert [one["course"]["result"] for one in told] == ["Created", "Created"]
    assert "requestId" in told[0]
    assert mock.send(raw=GARBAGE).status_code == 500
    statuses = [mock.send({"course": COURSE}).status_code for _ in range(17)]
    assert statuses == [200] * 16 + [429]


def test_the_control_plane_stays_honest(start: Callable[..., Mocked]) -> None:
    mock = start("refuses-wordlessly", "refuses-in-numbers", "answers-400-to-paths", "answers-pages")
    answer = mock.http.get("/_invigilate/nowhere")
    assert (answer.status_code, answer.json()["code"]) == (404, "RESOURCENOTFOUND")


@pytest.mark.parametrize("name", some_fast(SCENARIOS))
def test_a_rule_of_weather_brings_the_same_fault(name: str, start: Callable[..., Mocked]) -> None:
    mock = start()
    rule = {"match": {"path": "*"}, "then": {"faults": [name]}}
    made = mock.http.post("/_invigilate/weather", json=rule)
    if FAULTS[name].beside:
        assert made.status_code == 400
        assert f"start the mock with --fault {name}" in made.json()["message"]
    else:
        assert made.status_code == 201, made.text
        assert SCENARIOS[name](mock)


def test_weather_leaves_the_order_of_judgement(start: Callable[..., Mocked]) -> None:
    mock = start()
    large = b" " * 2_000_000
    typed = {"token": mock.token(), "content-type": "application/json"}
    sent = [({**typed, "token": "x.y.z"}, 403), ({**typed, "content-type": "text/plain"}, 415), (typed, 413)]
    for _ in range(2):
        assert [mock.send(raw=large, headers=headers).status_code for headers, _ in sent] == [one for _, one in sent]
        rule = {"match": {"body": {"/a": 1}}, "then": {"status": 503}}
        assert mock.http.post("/_invigilate/weather", json=rule).status_code == 201
