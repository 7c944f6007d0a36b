"""Members whose name is empty have their place in every complaint."""

from __future__ import annotations

from typing import Any

import pytest

from spec.schema.validation import Rules

OBJECT = {"type": "object"}
CASES: list[tuple[dict[str, Any], Any, list[str]]] = [
    ({"additionalProperties": OBJECT}, {"": 1}, ["/"]),
    ({"properties": {"a": {"additionalProperties": OBJECT}}}, {"a": {"": None}}, ["/a/"]),
    ({"properties": {"a": {"additionalProperties": OBJECT}}}, {"a": {"": 1, "b": 2}}, ["/a/", "/a/b"]),
    ({"properties": {"": OBJECT}}, {"": 1}, ["/"]),
    ({"additionalProperties": {"additionalProperties": OBJECT}}, {"": {"": 1, "x": 2}}, ["//", "//x"]),
    (
        {"additionalProperties": {"items": {"additionalProperties": OBJECT}}},
        {"": [{"x": 1}, {"": 2}]},
        ["//0/x", "//1/"],
    ),
    ({"allOf": [{"additionalProperties": {"required": ["n"]}}]}, {"": {}}, ["//n"]),
    (
        {"additionalProperties": {"type": "object", "additionalProperties": False, "properties": {"a": {}}}},
        {"": {"": 1}},
        ["//"],
    ),
    ({"additionalProperties": OBJECT}, {"a": 1}, ["/a"]),
    ({"prefixItems": [{"additionalProperties": OBJECT}]}, [{"": 1}], ["/0/"]),
]


@pytest.mark.parametrize(("schema", "value", "pointers"), CASES)
def test_the_place_of_what_has_no_name(schema: dict[str, Any], value: Any, pointers: list[str]) -> None:
    assert [one.pointer for one in Rules(schema).violations(value)] == pointers
