"""The judgement of bodies: the quick look at a tidy body says what the long one says."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.endpoints.bodies import BodyRules

SCHEMA = {
    "type": "object",
    "x-misspelt": {"colour": "color"},
    "required": ["seat"],
    "properties": {
        "seat": {"type": "string", "x-install-member": "seats"},
        "open": {"type": "string", "format": "date-time"},
        "close": {"type": "string", "format": "date-time", "x-after": "open"},
        "guest": {"type": "object", "properties": {"name": {"type": "string"}}},
    },
}
LISTS = {"seats": frozenset({"A1", "A2"})}
DAY, NEXT_DAY = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"


@pytest.mark.parametrize(
    ("body", "broken", "unknown"),
    [
        ({"seat": "A1"}, [], []),
        ({"seat": "A2", "open": DAY, "close": NEXT_DAY, "guest": {"name": "Ada"}}, [], []),
        ({"seat": "B9"}, [("/seat", "x-install-member")], []),
        ({"seat": "A1", "open": NEXT_DAY, "close": DAY}, [("/close", "x-after")], []),
        ({"seat": "A1", "colour": "red"}, [("/colour", "x-misspelt")], ["/colour"]),
        ({"seat": "A1", "guest": {"nick": 1}, "more": {}}, [], ["/guest/nick", "/more"]),
        ({"seat": 1}, [("/seat", "type")], []),
        ({"seat": 1, "close": "soon", "more": 2}, [("/close", "format"), ("/seat", "type")], ["/more"]),
        ({}, [("/seat", "required")], []),
        ([], [("", "type")], []),
        (None, [("", "type")], []),
    ],
)
def test_a_body_is_judged(body: Any, broken: list[tuple[str, str]], unknown: list[str]) -> None:
    rules = BodyRules(SCHEMA)
    judged = rules.judged(body, LISTS)
    assert [(one.pointer, one.keyword) for one in judged.violations] == broken
    assert judged.unknown == unknown
    slow = BodyRules(SCHEMA)
    slow.tidy = None
    assert slow.judged(body, LISTS) == judged


def test_a_rule_about_a_member_that_is_known_holds_in_a_tidy_body() -> None:
    schema = {"type": "object", "x-misspelt": {"seat": "place"}, "properties": {"seat": {}, "place": {}}}
    judged = BodyRules(schema).judged({"seat": 1}, {})
    assert [(one.pointer, one.keyword) for one in judged.violations] == [("/seat", "x-misspelt")]
