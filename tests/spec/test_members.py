"""Members that a document knows, and the schema that refuses all others."""

from __future__ import annotations

from typing import Any

import pytest

from spec.openapi.document import Document
from spec.schema.members import closed, members
from spec.schema.validation import Rules

NESTED = {
    "type": "object",
    "properties": {"a": {"type": "object", "properties": {"b": {"type": "string"}}}, "c": {"type": "object"}},
}
OPEN = {"type": "object", "properties": {"a": {}}, "additionalProperties": NESTED}


@pytest.mark.parametrize(
    ("schema", "value", "unknown"),
    [
        (NESTED, {"a": {"b": "x"}}, []),
        (NESTED, {"c": {"whatever": 1}}, []),
        (NESTED, {"a": {"x": 1}, "y": 2}, ["/a/x", "/y"]),
        (OPEN, {"any": {"a": {"b": "x"}}}, []),
        (OPEN, {"any": {"a": {"x/y": 1}}}, ["/any/a/x~1y"]),
        ({"type": "object", "properties": {"a": {}}, "additionalProperties": True}, {"z": 1}, []),
        ({"type": "string"}, {"z": 1}, []),
    ],
)
def test_the_closed_schema_refuses_what_is_unknown(schema: dict[str, Any], value: object, unknown: list[str]) -> None:
    known, tidy = members(schema), closed(schema)
    assert tidy is not None
    assert (known.unknown(value) if known else []) == unknown
    assert Rules(tidy).fits_schema(value) is (Rules(schema).fits_schema(value) and not unknown)


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": {}}, "allOf": [{"properties": {"b": {}}}]},
        {"properties": {"a": {}}, "patternProperties": {"^x": {}}},
        {"properties": {"a": {"properties": {"b": {}}, "allOf": [{"additionalProperties": False}]}}},
        {"additionalProperties": {"patternProperties": {"^x": {}}}},
    ],
)
def test_what_no_closed_schema_says_so_simply_is_left_alone(schema: dict[str, Any]) -> None:
    assert closed(schema) is None


def test_the_shipped_document_is_closed(document: Document) -> None:
    body = document.operations["provision"].body
    assert body is not None
    tidy = closed(body.json)
    assert tidy is not None
    for example in body.examples.values():
        assert Rules(tidy).fits_schema(example)
        assert not Rules(tidy).fits_schema({**example, "course": {**example["course"], "unknown": 1}})
