"""What the terminal shows of a call, and that nobody who does not read it keeps a call waiting."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest

from mockserver.control.journal.entry import Shelf
from mockserver.http.scope import ServedExchange
from mockserver.serving.console import Console, printable

COURSE = {"ids": {"lms": "moodle-42"}, "title": "Astronomy", "code": "AST-1"}


def console(client: Any, style: str, stream: Any = None, **options: Any) -> Console:
    app = client.app
    return Console(
        style, stream or io.StringIO(), Shelf(app.document, app.engine.resources, app.journal.masking), **options
    )


def lines(client: Any, style: str, **options: Any) -> list[str]:
    one = console(client, style, **options)
    return [one.text(exchange) for exchange in client.app.journal.exchanges()]


def test_a_line_says_what_came_of_a_call(client: Any) -> None:
    client.ok({"course": {**COURSE, "titel": "x"}})
    client.post({"course": {"ids": {"lms": "x"}, "code": "x"}})
    client.http.get("/nothing?token=secret-token")
    created, refused, unknown = lines(client, "short")
    assert re.match(
        r"\d\d:\d\d:\d\d  POST /v2/installs/AI\w+/provision  200  course CU\w+ Created, unknown: /course/titel\n",
        created,
    )
    assert refused.endswith("400  INVALIDINPUT, course-title-required\n")
    assert "GET /nothing?•••  404  RESOURCENOTFOUND, path-known" in unknown


def test_a_full_record_is_masked(client: Any) -> None:
    client.ok({"course": COURSE})
    (text,) = lines(client, "full")
    assert '    > {"course": {"ids": {"lms": "moodle-42"}' in text
    assert "    > token: •••\n" in text
    assert client.token not in text


def test_json_is_one_object_in_a_line(client: Any) -> None:
    client.ok({"course": COURSE})
    (text,) = lines(client, "json")
    assert text.count("\n") == 1
    assert json.loads(text)["done"]["course"]["result"] == "Created"


def test_colours_only_where_they_are_wanted(client: Any) -> None:
    client.ok({"course": COURSE})
    assert "\x1b[32m200\x1b[0m" in lines(client, "short", coloured=True)[0]
    assert "\x1b" not in lines(client, "short")[0]


def test_a_refusal_that_breaks_no_clause_is_told_with_its_reason(client: Any) -> None:
    client.post({"course": COURSE}, headers={"Invigilate-Weather": "stauts=503"})
    (line,) = lines(client, "short")
    assert "400  INVALIDINPUT, The header Invigilate-Weather cannot be followed" in line
    assert line.count("INVALIDINPUT") == 1
    assert len(line) < 320


def test_nothing_moves_the_cursor() -> None:
    assert printable("a\x1b[2Jb\r\nc\u202ed") == "a?[2Jb??c?d"


@pytest.mark.parametrize("style", ["short", "json"])
def test_lines_are_written_aside_and_none_is_lost_at_the_end(client: Any, style: str) -> None:
    stream = io.StringIO()
    one = console(client, style, stream)
    client.app.journal.heard.append(one)
    for _ in range(20):
        client.ok({"course": COURSE})
    one.say("400 INVALIDINPUT: no HTTP")
    one.close()
    written = stream.getvalue().splitlines()
    assert len(written) == 21
    assert "no HTTP" in written[-1]


class Stuck(io.StringIO):
    """A terminal that nobody reads."""

    def __init__(self) -> None:
        super().__init__()
        import threading

        self.free = threading.Event()

    def write(self, text: str) -> int:
        self.free.wait(30)
        return super().write(text)


def test_who_does_not_read_keeps_nobody_waiting(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.serving.console._MOST_WAITING", 100)
    stream = Stuck()
    one = console(client, "short", stream)
    exchange = ServedExchange({"type": "http", "method": "GET", "path": "/x", "headers": []})
    for _ in range(150):
        one(exchange)
    stream.free.set()
    one.close()
    one._thread.join(30)
    assert not one._thread.is_alive()
    assert re.search(r"\d+ lines were left out", stream.getvalue())


def test_a_closed_stream_is_no_defect(client: Any) -> None:
    stream = io.StringIO()
    one = console(client, "short", stream)
    stream.close()
    one.say("anything")
    one._thread.join(30)
    assert not one._thread.is_alive()
    one.close()


def test_a_warning_reaches_also_who_wants_no_line(client: Any, capsys: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    one = console(client, "none", stream)
    one.say("a connection was refused")
    one.warn("The store does not answer:\nreason.")
    assert capsys.readouterr().err == "invigilate mock: The store does not answer:?reason.\n"
    assert stream.getvalue() == ""
    spoken = console(client, "short", stream)
    spoken.warn("The store does not answer.")
    spoken.close()
    assert stream.getvalue().endswith("  The store does not answer.\n")
    assert capsys.readouterr().err == ""
