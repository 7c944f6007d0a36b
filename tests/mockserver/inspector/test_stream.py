"""Calls as they come: rows in events, some at a time, filtered, going on where a browser stood."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from mockserver.control.journal.entry import JournalEntry, Shelf
from mockserver.inspector.calls.filtering import read_filter
from mockserver.inspector.calls.stream import MOST_ROWS, events
from spec.resources.annotations import resources

from .conftest import Browser


def watched(browser: Browser, query: bytes, since: int, calls: list[int]) -> list[str]:
    """The events of a stream while so many calls come at each step; then it is left."""
    app = browser.client.app
    shelf = Shelf(app.document, resources(app.document.operations["provision"]), app.journal.masking)

    def write(entries: Sequence[JournalEntry], left: int) -> str:
        return f"{[one.exchange.number for one in entries]}\n{left} left"

    def call(count: int) -> None:
        known = app.journal.exchanges()[0]
        for _ in range(count):
            other = type(known)({"method": "POST", "path": "/", "headers": []})
            other.status, other.body, other.install = 400, known.body, known.install
            app.journal.record(other)

    async def watch() -> list[str]:
        stream = events(app.journal, shelf, read_filter(query), since, write, pause=0)
        got = [await anext(stream)]
        for count in calls:
            call(count)
            got.append(await anext(stream))
        await stream.aclose()
        return got[1:]

    told = asyncio.run(watch())
    assert app.journal.heard == []
    return told


def test_new_calls_come_together(busy: Browser) -> None:
    assert watched(busy, b"", 8, [2, 1]) == [
        "id: 10\nevent: calls\ndata: [10, 9]\ndata: 0 left\n\n",
        "id: 11\nevent: calls\ndata: [11]\ndata: 0 left\n\n",
    ]


def test_of_a_storm_it_is_told_how_many_are_left_out(busy: Browser) -> None:
    (told,) = watched(busy, b"", 8, [100])
    assert "80 left" in told
    assert told.count(",") == MOST_ROWS - 1


def test_a_browser_that_comes_again_misses_nothing(busy: Browser) -> None:
    assert watched(busy, b"", 6, [0]) == ["id: 8\nevent: calls\ndata: [8, 7]\ndata: 0 left\n\n"]


def test_a_browser_that_comes_from_a_mock_before_hears_everything(busy: Browser) -> None:
    (told,) = watched(busy, b"", 57, [0])
    assert told.startswith("id: 8\nevent: calls\ndata: [8, 7, 6, 5, 4, 3, 2, 1]\n")


def test_only_what_is_asked_for_comes(busy: Browser) -> None:
    assert watched(busy, b"status=400&q=chem-120", 0, [0, 1]) == [
        "id: 8\nevent: calls\ndata: [3]\ndata: 0 left\n\n",
        "id: 9\nevent: calls\ndata: [9]\ndata: 0 left\n\n",
    ]


def test_the_page_names_its_stream(busy: Browser) -> None:
    page: Any = busy.get("/calls?status=4xx")
    assert 'data-events="/_invigilate/calls/events?status=4xx" data-latest="8"' in page
    assert "data-events" not in busy.get("/calls?before=4")
