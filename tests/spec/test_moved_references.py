"""Keywords that are compared as a whole (``not``, ``contains``, ``if`` …), written alike, whose component changed."""

from __future__ import annotations

from typing import Any

import pytest

from spec.diff.comparison import compare

COMPONENT = {"$ref": "#/components/schemas/Node"}
WHOLES: tuple[dict[str, Any], ...] = (
    {"contains": COMPONENT},
    {"contains": COMPONENT, "minContains": 0, "maxContains": 2},
    {"not": COMPONENT},
    {"if": COMPONENT, "then": {"required": ["x"]}},
    {"propertyNames": COMPONENT},
    {"dependentSchemas": {"a": COMPONENT}},
    {"items": {"not": {"properties": {"deep": COMPONENT}}}},
)


def _document(schema: Any, limit: int, *, words: str = "") -> dict[str, Any]:
    """A document whose component refers to itself (large ones are kept apart likewise), and others to it."""
    number = {"type": "integer", "maximum": limit, "description": words}
    node = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Link"}, "k": number}}
    link = {"type": ["object", "null"], "properties": {"node": COMPONENT}}
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/x": {"post": {"requestBody": body, "responses": {"200": {"description": "ok"}}}}},
        "components": {"schemas": {"Node": node, "Link": link}},
    }


@pytest.mark.parametrize("schema", WHOLES, ids=lambda schema: next(iter(schema)))
def test_a_change_of_a_component_is_seen_where_keywords_are_compared_as_a_whole(schema: dict[str, Any]) -> None:
    found = compare(_document(schema, 9), _document(schema, 5))
    assert found.verdict in ("possible", "breaking")
    assert compare(_document(schema, 9, words="a"), _document(schema, 9, words="b")).verdict == "unchanged"


def test_what_follows_from_the_same_condition_is_told_at_its_own_place_only() -> None:
    schema = {"if": {"required": ["z"]}, "then": COMPONENT}
    found = compare(_document(schema, 9), _document(schema, 5))
    assert [change.rule for change in found.changes] == ["maximum-lowered"]
    assert found.changes[0].proven


@pytest.mark.parametrize(
    ("before", "after", "verdict", "rules"),
    [
        ({"enum": [1, 2, 8], "maximum": 9}, {"enum": [1, 2, 8], "maximum": 5}, "breaking", ["enum-member-removed"]),
        (
            {"enum": ["a", "bb"], "maxLength": 2},
            {"enum": ["a", "bb"], "maxLength": 1},
            "breaking",
            ["enum-member-removed"],
        ),
        ({"enum": [1, "a"], "type": "integer"}, {"enum": [1, "a"]}, "compatible", ["enum-member-added"]),
        ({"enum": [1, 2, 8], "maximum": 9}, {"enum": [1, 2, 8], "maximum": 10}, "unchanged", []),
        ({"enum": [1, 2, 8], "maximum": 5}, {"enum": [1, 2]}, "unchanged", []),
    ],
)
def test_keywords_beside_an_enumeration_count_where_a_component_stands_beside_it_too(
    before: dict[str, Any], after: dict[str, Any], verdict: str, rules: list[str]
) -> None:
    found = compare(_document({**before, "not": COMPONENT}, 9), _document({**after, "not": COMPONENT}, 9))
    assert (found.verdict, [change.rule for change in found.changes]) == (verdict, rules)
