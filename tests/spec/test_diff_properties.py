"""Random schemas and mutations: what a validator can tell apart is never called unchanged, and no loss is missed."""

from __future__ import annotations

import copy
from itertools import permutations
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spec.compatibility.align import aligned
from spec.diff.comparison import compare
from spec.normal.form import Normaliser
from spec.source.reading import read
from spec.witness.engine import judge
from spec.witness.sample import samples

CASES = sorted((Path(__file__).parents[1] / "data" / "diff").glob("schema-*"))
KEYWORDS = ["minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "minProperties", "maxProperties"]
VALUES: list[Any] = [
    None, True, 0, 1, 3, -1, 0.5, 2**31, "", "a", "abc", "2027-05-17", [], [1], [1, 1], ["a"], {}, {"a": "x"}, {"a": 1},
    {"a": "x", "b": "y"}, {"kind": "cat", "lives": 1}, {"kind": "dog", "bark": True}, {"x": 1}, {"unexpected": 1},
]  # fmt: skip


def _pool() -> list[dict[str, Any]]:
    found = []
    for case in CASES:
        for name in ("old.yaml", "new.yaml"):
            document = read(case / name).value
            body = document["paths"]["/things"]["post"]["requestBody"]["content"]["application/json"]["schema"]
            schema = body["properties"]["v"]
            # formats that this product asserts and a bare validator does not, and OpenAPI's own keywords, stay out
            plain = not any(word in str(document) for word in ("$ref", "Only", "byte", "int32", "int64", "nullable"))
            if document["openapi"].startswith("3.1") and plain and isinstance(schema, dict):
                found.append(schema)
    return found


POOL = _pool()
leaves = st.sampled_from(POOL).map(copy.deepcopy)


def _composed(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    two = st.lists(inner, min_size=2, max_size=2)
    return st.one_of(
        two.map(lambda parts: {"anyOf": parts}),
        two.map(lambda parts: {"oneOf": parts}),
        two.map(lambda parts: {"allOf": parts}),
        inner.map(lambda part: {"not": part}),
        inner.map(lambda part: {"type": "array", "items": part}),
        two.map(lambda parts: {"if": parts[0], "then": parts[1]}),
        two.map(lambda parts: {"type": "object", "properties": {"p": parts[0], "q": parts[1]}, "required": ["p"]}),
    )


schemas = st.recursive(leaves, _composed, max_leaves=3)


@st.composite
def mutated(draw: st.DrawFn) -> list[dict[str, Any]]:
    old = draw(schemas)
    new = copy.deepcopy(old)
    nodes: list[dict[str, Any]] = []
    stack: list[Any] = [new]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            nodes.append(node)
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
    node = draw(st.sampled_from(nodes))
    how = draw(st.sampled_from(("remove", "take", "bound", "replace")))
    if how == "remove" and node:
        del node[draw(st.sampled_from(sorted(node)))]
    elif how == "take":
        node.update(copy.deepcopy(draw(st.sampled_from(POOL))))
    elif how == "bound":
        node[draw(st.sampled_from(KEYWORDS))] = draw(st.integers(0, 4))
    else:
        new = draw(schemas)
    return [old, new]


def document(schema: dict[str, Any]) -> dict[str, Any]:
    body = {"type": "object", "properties": {"v": schema}, "required": ["v"]}
    operation = {"requestBody": {"content": {"application/json": {"schema": body}}}, "responses": {}}
    return {"openapi": "3.1.0", "paths": {"/things": {"post": operation}}}


def plain(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator | None:
    try:
        return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    except (ValueError, jsonschema_rs.ValidationError):
        return None


@settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(mutated())
def test_mutations(pair: list[dict[str, Any]]) -> None:
    old, new = pair
    before, after = plain(old), plain(new)
    if before is None or after is None:
        return
    one, two = Normaliser(document(old)).normal(old), Normaliser(document(new)).normal(new)
    keeps_old, keeps_new = judge(one), judge(two)
    tried = [*VALUES, *samples(one, most=20), *samples(two, most=20)]
    for value in tried:  # a normal form accepts what its schema accepts
        assert keeps_old(value) == before.is_valid(value)
        assert keeps_new(value) == after.is_valid(value)
    report = compare(document(old), document(new))
    lost = [value for value in tried if before.is_valid(value) and not after.is_valid(value)]
    gained = [value for value in tried if after.is_valid(value) and not before.is_valid(value)]
    if lost or gained:
        assert report.verdict != "unchanged"
    known = judge(aligned(one, two).old)  # without bodies that only send unknown members of another shape
    if any(known(value) for value in lost):
        assert report.verdict in ("breaking", "possible")
    for change in report.changes:
        if change.proven:
            assert before.is_valid(change.witness["v"])
            assert "v" not in change.witness or not after.is_valid(change.witness["v"])


ODD_BRANCHES: list[dict[str, Any]] = [
    {"type": "null", "anyOf": [{"type": "object", "required": ["a"]}, {"type": "object", "required": ["b"]}]},
    {"type": "null", "not": {"type": "null"}},
    {"type": "null", "allOf": [{"enum": ["x"]}]},
    {"type": "null", "oneOf": [{"type": "null"}, {"enum": [None]}]},
    {"type": "string", "anyOf": [{"minLength": 3}, {"pattern": "^a"}]},
    {"type": "integer", "anyOf": [{"minimum": 3}, {"multipleOf": 2}]},
    {"type": "object", "required": ["a"], "not": {"required": ["b"]}},
    {"enum": ["a", "b"]},
    {"enum": [None, 1]},
    {"type": "boolean"},
]
"""Branches that are more than a type, an enumeration, or the keywords of one type."""


@pytest.mark.parametrize("word", ["anyOf", "oneOf"])
@pytest.mark.parametrize("turned", [False, True], ids=["as it is", "negated"])
def test_branches_that_are_joined_lose_nothing(word: str, *, turned: bool) -> None:
    normaliser = Normaliser(document({}))
    for pair in permutations(ODD_BRANCHES, 2):
        schema: dict[str, Any] = {"not": {word: list(pair)}} if turned else {word: list(pair)}
        keeps, takes = judge(normaliser.normal(schema)), plain(schema)
        assert takes is not None
        for value in (None, True, "", "a", "b", "ab", "abcd", 0, 1, 2, 3, {}, {"a": 1}, {"a": 1, "b": 2}, []):
            assert keeps(value) == takes.is_valid(value), (value, schema)


CLOSED: dict[str, Any] = {"unevaluatedItems": False}
CHOICE: dict[str, Any] = {"unevaluatedProperties": False, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}
SAYING: list[tuple[dict[str, Any], dict[str, Any], Any]] = [
    ({**CLOSED, "items": {}}, CLOSED, [1]),
    ({**CLOSED, "items": {"type": "integer"}}, CLOSED, [1]),
    ({**CLOSED, "prefixItems": [{"type": "integer"}]}, CLOSED, [1]),
    ({**CLOSED, "contains": {}, "minContains": 0}, CLOSED, [1]),
    ({**CLOSED, "if": {"items": {"type": "integer"}}}, CLOSED, [1]),
    ({**CLOSED, "allOf": [{"items": True}]}, CLOSED, [1]),
    ({**CLOSED, "anyOf": [{"items": True}, {}]}, CLOSED, [1]),
    ({**CLOSED, "anyOf": [{"unevaluatedItems": {}}, {"type": "string"}]}, CLOSED, [1]),
    ({**CLOSED, "allOf": [{"enum": [0, [1]], "items": {}}]}, {**CLOSED, "allOf": [{"enum": [0, [1]]}]}, [1]),
    ({**CHOICE, "additionalProperties": True}, CHOICE, {"a": 1}),
    ({**CHOICE, "additionalProperties": {"type": "integer"}}, CHOICE, {"a": 1}),
    ({**CHOICE, "properties": {"a": {}}}, CHOICE, {"a": 1}),
    ({**CHOICE, "patternProperties": {"^a": {}}}, CHOICE, {"a": 1}),
    ({**CHOICE, "if": {"properties": {"a": {"type": "integer"}}}}, CHOICE, {"a": 1}),
    ({"anyOf": [{"const": 1}, {"const": True}]}, {"anyOf": [{"const": 1}]}, True),
    ({"not": {"const": 1}}, {"not": {"const": 1}, "allOf": [{"not": {"const": True}}]}, True),
    (
        {"prefixItems": [{}], "allOf": [{"items": {}, "patternProperties": {"x": {}}}]},
        {"prefixItems": [{}], "allOf": [{"items": {"type": "string"}, "patternProperties": {"x": {}}}]},
        [1],
    ),
]
"""Keywords and branches that seem to say nothing, or the same again, without which a value is lost."""


@pytest.mark.parametrize(("old", "new", "lost"), SAYING)
def test_what_seems_to_say_nothing_is_not_dropped(old: dict[str, Any], new: dict[str, Any], lost: Any) -> None:
    takes, keeps = plain(old), plain(new)
    assert takes is not None
    assert keeps is not None
    assert (takes.is_valid(lost), keeps.is_valid(lost)) == (True, False)
    for schema, is_taken in ((old, True), (new, False)):
        whole = document(schema)
        body = whole["paths"]["/things"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert judge(Normaliser(whole).normal(body))({"v": lost}) is is_taken
    assert compare(document(old), document(new)).verdict in ("breaking", "possible")
    assert compare(document(old), document(old)).verdict == "unchanged"


@settings(max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(schemas)
def test_a_schema_never_differs_from_itself(schema: dict[str, Any]) -> None:
    assert compare(document(schema), document({"description": "the same", **copy.deepcopy(schema)})).verdict in (
        "unchanged",
        "compatible",
    )
