"""Members whose name is empty have their place in every complaint."""

from __future__ import annotations

from typing import Any

import pytest

from spec.load import load
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


@pytest.mark.parametrize("name", ["200", "007", "+5", "0", "-1", "18446744073709551615", "1" * 30])
def test_names_that_are_digits_are_names(name: str) -> None:
    schema = {"additionalProperties": {"additionalProperties": {"type": "string"}}}
    (told,) = Rules(schema).violations({name: {name: 5}, "x": {}})
    assert told.pointer == f"/{name}/{name}"
    (told,) = Rules({"properties": {name: {"type": "string", "x-clause": {"type": "own"}}}}).violations({name: 5})
    assert (told.pointer, told.clause) == (f"/{name}", "own")


def test_names_that_are_one_number_are_told_apart() -> None:
    found = Rules({"additionalProperties": {"type": "string"}}).violations({"7": "a", "007": 5, "+7": "b"})
    assert [one.pointer for one in found] == ["/007"]


def test_a_body_with_a_number_for_a_name_is_refused_at_its_place() -> None:
    body = load().operations["provision"].body
    assert body is not None
    ids = {"external": "e"}
    sent = {
        "course": {"ids": ids, "title": "t", "code": None},
        "exam": {"ids": ids, "title": "t", "configuration": {"proctorTypes": {"200": 5}}},
    }
    pointers = {one.pointer for one in Rules(body.json).violations(sent)}
    assert "/exam/configuration/proctorTypes/200" in pointers
