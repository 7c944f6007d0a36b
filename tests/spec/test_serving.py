"""Schemas as people write them are served in fewer words, and the same values pass."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema_rs
import pytest

from spec.catalogue.clauses import load_clauses
from spec.load import DOCUMENT_FILE, build
from spec.openapi.document import DocumentError
from spec.openapi.forms.serving import served
from spec.source.reading import Source, read

VALUES: list[Any] = [
    None, True, 0, 1, -1, 1.5, 2**31 - 1, 2**31, -(2**31) - 1, 2**63, "", "a", "b", "c", [], {}, {"a": 1}, {"a": 1, "b": 2},
    {"b": 1}, "6f1ed002-ab5f-4c0b-8f26-7e2f5c5d9f3a", "6f1ed002ab5f4c0b8f267e2f5c5d9f3a",
]  # fmt: skip
SAME: list[dict[str, Any]] = [
    {"oneOf": [{"const": "a", "description": "first"}, {"const": "b", "deprecated": True}]},
    {"anyOf": [{"const": "a"}, {"const": 1, "title": "one"}]},
    {"oneOf": [{"const": "a"}, {"const": "a"}, {"const": "b"}]},
    {"oneOf": [{"const": "a"}, {"type": "integer"}]},
    {"oneOf": [{"const": "a"}], "enum": ["a", "b"]},
    {"dependentRequired": {"a": ["b"]}},
    {"dependentRequired": {"a": ["b"]}, "allOf": [{"type": "object"}]},
    {"type": "string", "format": "uuid"},
    {"type": "string", "format": "uuid", "pattern": "^6"},
    {"type": "integer", "externalDocs": {"url": "https://example.com"}, "x-foreign": {"type": "string"}, "example": 4},
    {"type": "integer", "format": "double", "minimum": 0},
]


@pytest.mark.parametrize("schema", SAME, ids=str)
def test_the_same_values_pass(schema: dict[str, Any]) -> None:
    before = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    after = jsonschema_rs.Draft202012Validator(served(schema), validate_formats=True)
    assert [value for value in VALUES if before.is_valid(value)] == [value for value in VALUES if after.is_valid(value)]


def test_formats_of_numbers_are_ranges() -> None:
    fits = jsonschema_rs.Draft202012Validator(served({"type": "integer", "format": "int32", "minimum": 0})).is_valid
    assert [value for value in (-1, 0, 2**31 - 1, 2**31) if fits(value)] == [0, 2**31 - 1]


def test_clauses_follow_their_keywords() -> None:
    branches = [{"const": "a"}, {"const": "b"}]
    assert served({"oneOf": branches, "x-clause": {"oneOf": "role-known"}})["x-clause"] == {"enum": "role-known"}
    made = served({"dependentRequired": {"a": ["b"]}, "x-clause": {"dependentRequired": "needs"}})
    assert made["allOf"][0]["then"]["x-clause"] == {"required": "needs"}


def changed(member: dict[str, Any]) -> Source:
    source = read(DOCUMENT_FILE)
    tree = copy.deepcopy(source.value)
    tree["components"]["schemas"]["Exam"]["properties"]["extra"] = member
    return Source(source.name, tree, source.marks)


WRITTEN: list[dict[str, Any]] = [
    {"oneOf": [{"const": "a", "description": "d"}, {"const": "b"}]},
    {"type": "string", "format": "uuid", "example": "6f1ed002-ab5f-4c0b-8f26-7e2f5c5d9f3a"},
    {"type": "string", "format": "date", "externalDocs": {"url": "https://example.com"}},
    {"type": "string", "format": "uri", "x-order": 3},
    {"type": "integer", "format": "int32", "$defs": {"unused": {"type": "string"}}},
    {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
        "dependentRequired": {"a": ["b"]},
    },
]


@pytest.mark.parametrize("member", WRITTEN, ids=str)
def test_a_document_that_a_person_would_write_loads(member: dict[str, Any]) -> None:
    assert build(changed(member), load_clauses())


@pytest.mark.parametrize("word", ["x-order", "externalDocs"])
def test_strict_keywords_refuse_what_means_nothing_here(word: str) -> None:
    with pytest.raises(DocumentError, match=f"'{word}' is not implemented"):
        build(changed({"type": "string", word: {}}), load_clauses(), strict=True)


STRICT = [WRITTEN[0], WRITTEN[5], *({"type": "string", "format": name} for name in ("uuid", "date", "password"))]


@pytest.mark.parametrize("member", STRICT, ids=str)
def test_strict_keywords_refuse_nothing_that_is_kept(member: dict[str, Any]) -> None:
    assert build(changed(member), load_clauses(), strict=True)
