"""Answers that could break a reader end in findings, in every form of the report, and never in a defect."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from tests_support import some_fast

from contract.http.exchange import Exchange, SentRequest
from contract.report import console

FORMS = ("json", "junit", "markdown", "html", "sarif", "annotations")


def nested(depth: int) -> Any:
    value: Any = "\ud800"
    for _ in range(depth):
        value = {"\udfff": value}
    return value


VALUES: dict[str, Any] = {
    "half of a pair": "\ud800",
    "half of a pair as a name": {"\udfff": 1},
    "deep": nested(60),
    "very deep": nested(700),
    "no number": float("nan"),
    "without end": float("-inf"),
    "integer of 4,000 digits": 10**4000,
    "null": None,
    "array": [],
    "object": {},
    "lie": True,
    "controls": "\x00\x1b[2J\u202e\r\n::error::",
}
PLACES = ("the answer", "a part", "a sid", "a result", "a name", "signon", "code", "message", "errors")
WRONG = ("the answer", "a part", "a sid", "a result")
"""Where none of the values is what an answer may have; a member that nobody knows is no fault of an answer."""


def put(answer: Any, place: str, value: Any) -> Any:
    """The answer with the value at a place, where it has that place."""
    if place == "the answer" or not isinstance(answer, dict):
        return value
    first = next(iter(answer), "x")
    if place == "a part":
        return {**answer, first: value}
    if place == "a name":
        return {**answer, json.dumps(value)[:40] if not isinstance(value, str) else value: value, "\udc80": value}
    if place in ("a sid", "a result") and isinstance(answer[first], dict):
        return {**answer, first: {**answer[first], place[2:]: value}}
    return {**answer, place: value}


def now_and_then(place: str, value: Any) -> Callable[[SentRequest, Exchange], Exchange]:
    chance = random.Random(place)

    def bend(request: SentRequest, exchange: Exchange) -> Exchange:
        response = exchange.response
        if response is None or chance.random() > 0.2:
            return exchange
        import tests.contract.conftest as stages

        return stages.answering(exchange, response.status, put(response.json, place, value))

    return bend


@pytest.mark.parametrize("name", some_fast(VALUES, every=12))
def test_no_value_breaks_the_judge(name: str, stage: Any) -> None:
    for place in PLACES:
        report = stage.run(now_and_then(place, VALUES[name]), most_requests=150)
        verdict = stage.verdict(report)
        assert report.findings() or report.cannot or place not in WRONG, place
        for form in FORMS:
            import_module(f"contract.report.formats.{form}").render(verdict).encode()
        console.render(verdict, verbose=True).encode()


def pieces(whole: bytes) -> Iterator[bytes]:
    """What is left of an answer that was cut, spoilt or written twice."""
    middle = len(whole) // 2
    yield from (whole[:middle], whole + whole, whole[:middle] + b"\xff\xfe" + whole[middle:], b"\xef\xbb\xbf" + whole)
    yield from (b"[" * 100_000, b"\x00" * 9, b'"' + b"A" * 300_000 + b'"', b"{" + b'"a":1,' * 20_000 + b'"a":2}')


@pytest.mark.outside
def test_no_text_breaks_the_judge(stage: Any) -> None:
    import tests.contract.conftest as stages

    for number in range(8):
        chance = random.Random(number)

        def bend(request: SentRequest, exchange: Exchange, number: int = number, chance: Any = chance) -> Exchange:
            response = exchange.response
            if response is None or chance.random() > 0.2:
                return exchange
            return stages.answering(exchange, response.status, list(pieces(response.body))[number])

        report = stage.run(bend, most_requests=150)
        verdict = stage.verdict(report)
        for form in FORMS:
            import_module(f"contract.report.formats.{form}").render(verdict).encode()
