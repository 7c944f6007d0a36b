"""All that the control plane can do can be done in the window: each operation has its place, each member its field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

import pytest

from mockserver.control.document import described
from mockserver.inspector.pages.controls import CONTROLS

from .conftest import Browser

PLACES: Mapping[str, tuple[str, str]] = {
    "index": ("/", "<h1>Calls</h1>"),
    "health": ("/controls", '<h2 id="about">This mock</h2>'),
    "version": ("/controls", "<dt>document</dt>"),
    "contract": ("/", 'href="/_invigilate/contract"'),
    "listSnapshots": ("/controls", '<h2 id="snapshots">'),
    "exportSnapshot": ("/controls", 'href="/_invigilate/snapshots/kept?secrets=true"'),
    "listInstalls": ("/world", '<ul class="tiles">'),
    "showInstall": ("/world", "calls</a>"),
    "mintToken": ("/controls", "data-token-of="),
    "state": ("/world/{install}", '<ul class="tabs">'),
    "moveSession": ("/world/{install}/{session}", "/move"),
    "listJournal": ("/controls", 'href="/_invigilate/journal?format=har'),
    "countJournal": ("/", "calls are kept"),
    "waitJournal": ("/controls", "GET /_invigilate/journal/wait"),
    "unmatchedJournal": ("/controls", 'href="/_invigilate/journal/unmatched'),
    "watchJournal": ("/", "data-events="),
    "showJournal": ("/", 'href="/_invigilate/calls/1"'),
    "verdict": ("/client", "What the client did wrong or riskily"),
    "showReport": ("/judge", "What the judge found"),
    "putReport": ("/judge", 'action="/_invigilate/judge"'),
    "deleteReport": ("/judge", 'action="/_invigilate/judge/forget"'),
    "showClock": ("/controls", '<h2 id="clock">'),
    "listWeather": ("/controls", '<h2 id="weather">'),
    "showWeather": ("/controls", "Followed</th>"),
    "listFaults": ("/controls", "faults, each a promise that is broken"),
}
"""Where in the window each operation is that no form of the controls carries out: a page, and what stands there."""


@pytest.fixture(scope="module")
def full(seen: Browser) -> Browser:
    """A mock with something of each kind to show."""
    plane = seen.client.http
    assert plane.post("/_invigilate/snapshots", json={"name": "kept"}).status_code == 200
    assert plane.post("/_invigilate/weather", json={"then": {"delay": 0}}).status_code == 201
    clause = {"id": "body-json", "sentence": "A body.", "outcome": "passed", "findings": []}
    report = {"format": 2, "target": "x", "clauses": [clause], "summary": {"sentence": "Kept.", "exit_code": 0}}
    assert plane.put("/_invigilate/report", json=report).status_code == 200
    return seen


def test_every_operation_has_its_place() -> None:
    forms = {one.operation for one in CONTROLS.values()}
    assert forms | PLACES.keys() == described().operations.keys()
    assert not forms & PLACES.keys()


def test_the_places_are_there(full: Browser) -> None:
    session = {"moveSession"}  # test_world.py moves one
    paths = {
        path.replace("{install}", full.client.install) for name, (path, _) in PLACES.items() if name not in session
    }
    pages = {path: unescape(full.get(path)) for path in paths}
    absent = [
        name
        for name, (path, shown) in PLACES.items()
        if name not in session and shown not in pages[path.replace("{install}", full.client.install)]
    ]
    assert not absent


def test_every_form_is_on_the_page(full: Browser) -> None:
    made = full.client.http.post("/_invigilate/installs").json()["install"]
    page = full.get("/controls")
    full.client.http.delete(f"/_invigilate/installs/{made}")
    assert not [name for name in CONTROLS if f'action="/_invigilate/controls/{name}"' not in page]


def _leaves(schema: Any) -> Iterator[str]:
    """The names of members that hold no others."""
    for name, one in schema.get("properties", {}).items():
        yield from _leaves(one) if "properties" in one else [name]


def test_every_member_has_a_field(full: Browser) -> None:
    fields, page = {"body": "matchBody"}, full.get("/controls")
    operations = ("makeWeather", "makeInstall", "changeInstall", "mintToken", "setClock", "freezeClock", "advanceClock")
    missing = []
    for operation in (*operations, "saveSnapshot", "revokeToken"):
        body = described().operations[operation].body
        assert body is not None
        missing += [(operation, one) for one in _leaves(body.json) if f'name="{fields.get(one, one)}"' not in page]
    assert not missing
