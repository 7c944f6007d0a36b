"""Pairs whose proof would take for ever: the search ends, the answer is possible, and the limit is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spec.diff.comparison import compare
from spec.reporting.cli import diff
from spec.schema.limits import least_values
from spec.schema.second_opinion import TooManySchemasError, bounded_validity
from spec.witness.plain import Opinions, opinions

Schema = dict[str, Any]
COUNTED = "schemas when references are followed, and the limit is 20,000"


def document(schema: Schema, components: dict[str, Schema]) -> Schema:
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    operation = {"operationId": "make", "requestBody": body, "responses": {"204": {"description": "made"}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/things": {"post": operation}},
        "components": {"schemas": components},
    }


def fan(make: Callable[[Schema], Schema]) -> Callable[[int], Schema]:
    """25 components, each of which names the next one twice; the last one changes."""

    def made(longest: int) -> Schema:
        steps = {f"S{n}": make({"$ref": f"#/components/schemas/S{n + 1}"}) for n in range(25)}
        return document({"$ref": "#/components/schemas/S0"}, {**steps, "S25": {"type": "string", "maxLength": longest}})

    return made


def plain(make: Callable[[int], Schema]) -> Callable[[int], Schema]:
    return lambda longest: document(make(longest), {})


def _mutual(longest: int) -> Schema:
    names = [f"M{n}" for n in range(40)]
    members: Schema = {name: {"$ref": f"#/components/schemas/{name}"} for name in names}
    components = {name: {"type": "object", "required": names, "properties": members} for name in names}
    first = {**components["M0"], "properties": {**members, "own": {"type": "string", "maxLength": longest}}}
    return document({"$ref": "#/components/schemas/M0"}, {**components, "M0": first})


def _nested(longest: int) -> Schema:
    schema: Schema = {"type": "string", "maxLength": longest}
    for _ in range(3):
        schema = {"type": "array", "minItems": 2000, "items": schema}
    return schema


def _conditions(longest: int) -> Schema:
    return {
        "dependentSchemas": {
            f"p{n}": {"required": [f"q{n}"], "properties": {"r": {"maxLength": longest}}} for n in range(40)
        }
    }


def _chosen(longest: int) -> Schema:
    choices = [
        {"oneOf": [{"required": [f"{k}{n}"], "maxProperties": longest + k} for n in range(5)]} for k in range(12)
    ]
    return {"allOf": [{"not": choice} for choice in choices]}


def _negated(longest: int) -> Schema:
    schema: Schema = {"type": "object", "properties": {"z": {"type": "string", "maxLength": longest}}}
    for n in range(40):
        schema = {"type": "object", "properties": {f"a{n}": {"type": "string"}}, "required": [f"a{n}"], "not": schema}
    return schema


CASES: dict[str, tuple[Callable[[int], Schema], str]] = {
    "negations": (plain(_negated), "40 negations stand in one another, and the limit is 20"),
    "fan-out": (fan(lambda one: {"properties": {"a": one, "b": one}}), COUNTED),
    "fan-out-of-all": (fan(lambda one: {"allOf": [one, one]}), "judging a payload takes more than 20,000 schemas"),
    "fan-out-of-one": (
        fan(lambda one: {"oneOf": [one, {"type": "array", "items": one}]}),
        "when references are followed, and the limit is 20,000",
    ),
    "fan-out-of-required": (
        fan(lambda one: {"required": ["a", "b"], "properties": {"a": one, "b": one}}),
        "its smallest value holds about 33,554,432 values, and the limit is 10,000",
    ),
    "mutual": (_mutual, "its smallest value holds about 1,000,000,000,000 values, and the limit is 10,000"),
    "nested": (plain(_nested), "its smallest value holds about 8,000,000,000 values, and the limit is 10,000"),
    "contains": (
        plain(lambda n: {"type": "array", "contains": {"type": "integer"}, "minContains": 10**9 - n}),
        "its smallest value holds about 999,999,99",
    ),
    "tiny-step": (
        plain(lambda n: {"type": "number", "multipleOf": (5 - n) * 1e-300, "minimum": 3}),
        "'multipleOf' is smaller than 1e-15, which is the limit",
    ),
    "slow-pattern": (
        plain(lambda n: {"type": "string", "pattern": "^(?!x)(a+)+$", "minLength": 50 - n}),
        "a pattern may take more than 1,000,000 steps on a payload",
    ),
    "slow-names": (
        plain(lambda n: {"required": [f"{'a' * 40}b"], "patternProperties": {"^(a+)+$": {"maxLength": n}}}),
        "a pattern may take more than 1,000,000 steps on a payload",
    ),
    "conditions": (plain(_conditions), "its branches make more than 4,000 cases when they are multiplied out"),
    "choices": (plain(_chosen), "its branches make more than 4,000 cases when they are multiplied out"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_search_that_cannot_end_names_its_limit(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, limit = CASES[name]
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(json.dumps(make(4)))
    new.write_text(json.dumps(make(3)))
    assert diff([str(old), str(new), "--fail-on", "possible"]) == 1
    told = capsys.readouterr().out
    assert "not proven: " in told
    assert limit in told


@pytest.mark.parametrize("name", CASES)
def test_and_it_is_unchanged_against_itself(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = tmp_path / "old.json"
    old.write_text(json.dumps(CASES[name][0](4)))
    assert diff([str(old), str(old), "--fail-on", "possible"]) == 0
    assert "unchanged" in capsys.readouterr().out


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$", "^a*a*a*a*a*a*$"])
def test_a_slow_pattern_that_an_automaton_reads_is_proven(
    pattern: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, shortest in (("old", 50), ("new", 51)):
        schema = {"type": "string", "pattern": pattern, "minLength": shortest}
        (tmp_path / f"{name}.json").write_text(json.dumps(document(schema, {})))
    assert diff([str(tmp_path / "old.json"), str(tmp_path / "new.json")]) == 1
    assert "proven: this request was accepted and is now refused" in capsys.readouterr().out


def test_one_value_of_many_is_found_in_a_long_enumeration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(json.dumps(document({"enum": list(range(5_000))}, {})))
    new.write_text(json.dumps(document({"enum": [n for n in range(5_000) if n != 4_321]}, {})))
    assert diff([str(old), str(new)]) == 1
    assert "proven: this request was accepted and is now refused:\n    4321" in capsys.readouterr().out


def test_the_second_opinion_gives_up() -> None:
    definitions = {f"S{n}": {"allOf": [{"$ref": f"#/$defs/S{n + 1}"}] * 2} for n in range(25)}
    schema = {"$ref": "#/$defs/S0", "$defs": {**definitions, "S25": {"type": "integer"}}}
    with pytest.raises(TooManySchemasError):
        bounded_validity(schema)(1)
    small = bounded_validity({"$ref": "#/$defs/a", "$defs": {"a": {"type": "integer"}}})
    assert [small(1), small("1"), small(2)] == [True, False, True]


def test_a_schema_that_asks_for_itself_has_an_end() -> None:
    names = [f"M{n}" for n in range(40)]
    members = {name: {"$ref": f"#/$defs/{name}"} for name in names}
    definitions = {name: {"required": names, "properties": members} for name in names}
    assert least_values({"$ref": "#/$defs/M0"}, definitions) > 10_000


LINKS: dict[str, Callable[[Schema], Schema]] = {
    "reference": lambda one: one,
    "all": lambda one: {"allOf": [one]},
    "any": lambda one: {"anyOf": [one]},
    "beside": lambda one: {**one, "minLength": 1},
    "not": lambda one: {"not": one},
    "else": lambda one: {"if": {"type": "object"}, "else": one},
}


@pytest.mark.parametrize(("link", "length"), [*((link, 60) for link in LINKS), ("reference", 1000), ("all", 1000)])
def test_a_change_at_the_end_of_a_chain_is_seen(link: str, length: int) -> None:
    def chain(last: Schema) -> Schema:
        steps = {f"S{n}": LINKS[link]({"$ref": f"#/components/schemas/S{n + 1}"}) for n in range(length)}
        return document({"$ref": "#/components/schemas/S0"}, {**steps, f"S{length}": last})

    assert compare(chain({"type": "string"}), chain({"type": "integer"})).verdict in ("possible", "breaking")


def test_the_second_opinion_is_none_where_schemas_stand_too_deep() -> None:
    definitions: dict[str, Schema] = {
        f"S{n}": {"if": {"$ref": f"#/$defs/S{n + 1}"}, "then": {"type": "string"}} for n in range(400)
    }
    schema = {"$ref": "#/$defs/S0", "$defs": {**definitions, "S400": {"type": "string"}}}
    assert opinions(schema)("a") == Opinions(rust=True, python=None)


KEYWORDS = (
    *("enum", "required", "minItems", "minContains", "allOf", "anyOf", "not", "$ref", "x-note", "type", "properties"),
    *("$defs", "if", "items", "const", "default", "multipleOf", "dependentSchemas", "dependentRequired", "contains"),
)


@pytest.mark.parametrize("name", KEYWORDS)
def test_members_may_have_the_names_of_keywords(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def made(longest: int) -> Schema:
        members = {name: {"$ref": "#/components/schemas/S"}, "z": {"enum": [{"$ref": "x"}, {"enum": 5}]}}
        schema = {"type": "object", "required": ["z", name], "properties": members}
        return document(schema, {"S": {"type": "string", "maxLength": longest}})

    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(json.dumps(made(4)))
    new.write_text(json.dumps(made(3)))
    assert diff([str(old), str(new)]) == 1
    told = capsys.readouterr().out
    assert "proven: this request was accepted and is now refused" in told
    assert f'"{name}": "aaaa"' in told
