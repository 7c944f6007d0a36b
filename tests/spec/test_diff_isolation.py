"""Each finding has a proof of its own: a body that only its change refuses, as both engines see both documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

from spec.diff.change import Change
from spec.diff.comparison import compare
from spec.diff.schemas import schema_changes
from spec.diff.sides import Sides
from spec.source.reading import read
from spec.witness.plain import Opinions, opinions

CASES = sorted((Path(__file__).parents[1] / "data" / "diff").glob("schema-*-tightened"))


def member(case: Path, side: str) -> Any:
    document = read(case / f"{side}.yaml").value
    schema = document["paths"]["/things"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    plain = not any(word in str(document) for word in ("$ref", "Only", "byte", "int32", "int64", "nullable", "format"))
    return schema["properties"]["v"] if document["openapi"].startswith("3.1") and plain else None


POOL = {case.name: (member(case, "old"), member(case, "new")) for case in CASES}
NAMES = [name for name, pair in POOL.items() if None not in pair and name != "schema-pattern-lookahead-tightened"]
TRIPLES = [tuple(NAMES[(start + step) % len(NAMES)] for step in (0, 7, 13)) for start in range(0, len(NAMES), 3)]


def whole(schemas: dict[str, Any], *, required: bool) -> dict[str, Any]:
    shape: dict[str, Any] = {"type": "object", "properties": schemas}
    return {**shape, "required": sorted(schemas)} if required else shape


def document(schema: dict[str, Any]) -> dict[str, Any]:
    operation = {"requestBody": {"content": {"application/json": {"schema": schema}}}, "responses": {}}
    return {"openapi": "3.1.0", "paths": {"/things": {"post": operation}}}


@pytest.mark.parametrize("required", [False, True], ids=["optional", "required"])
@pytest.mark.parametrize("names", TRIPLES, ids=lambda names: names[0])
def test_a_proof_differs_at_its_own_place_only(names: tuple[str, ...], required: bool) -> None:
    old = {f"m{index}": POOL[name][0] for index, name in enumerate(names)}
    new = {f"m{index}": POOL[name][1] for index, name in enumerate(names)}
    found = compare(document(whole(old, required=required)), document(whole(new, required=required))).changes
    assert found
    proven = [change for change in found if change.proven]
    assert {change.member.partition(".")[0].partition("[")[0] for change in proven} == set(new), found
    for change in proven:
        name = change.member.partition(".")[0].partition("[")[0]
        restored = whole({**new, name: old[name]}, required=required)
        for engine in (jsonschema.Draft202012Validator, jsonschema_rs.Draft202012Validator):
            assert engine(whole(old, required=required)).is_valid(change.witness), change
            assert not engine(whole(new, required=required)).is_valid(change.witness), change
            assert engine(restored).is_valid(change.witness), change  # nothing else that changed refuses it
        assert not change.together


def test_a_proof_that_cannot_stand_alone_says_together() -> None:
    """Two changes that refuse the same bodies: every value of the one is a value of the other."""
    before = {"type": "string"}
    after = {"type": "string", "minLength": 3, "pattern": "^[\\s\\S]{3}"}
    found = [change for change in compare(document(before), document(after)).changes if change.client == "breaking"]
    assert {change.rule for change in found} == {"min-length-raised", "pattern-narrowed"}
    assert all(change.together and "together with" in change.message for change in found)


def two_engines(reason: Opinions) -> list[Change]:
    """The changes of a document, where the engines say of the new one what is asked."""
    old, new = document({"type": "string"}), document({"type": "string", "maxLength": 2})
    sides = Sides.of(old, new)
    for reading, said in zip(sides.readings, (Opinions(True, True), reason), strict=True):
        node = reading.document["paths"]["/things"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        reading._asked[id(node), "request"] = lambda _, said=said: said
    part = [
        side.child(side.at("/paths/~1things/post/requestBody/content"), "application/json", "schema")
        for side in (sides.old, sides.new)
    ]
    sides.ask(part[0], part[1], "request", "POST /things, request")
    return list(schema_changes(sides))


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (Opinions(False, True), "jsonschema-rs refuses the payload that was found and jsonschema accepts it"),
        (Opinions(False, None), "jsonschema-rs refuses the payload that was found and jsonschema cannot judge it"),
        (Opinions(True, True), "both engines say that the new document accepts the payload"),
        (Opinions(None, None), "neither engine can read the schema of the new document"),
        (Opinions(False, False, True), "leads to what was not read"),
    ],
)
def test_what_the_engines_do_not_agree_on_is_possible_and_says_why(said: Opinions, sentence: str) -> None:
    (change,) = two_engines(said)
    assert (change.client, change.proven) == ("possible", False)
    assert sentence in change.message


def test_what_both_engines_agree_on_is_proven() -> None:
    (change,) = two_engines(Opinions(False, False))
    assert (change.client, change.proven) == ("breaking", True)


def test_an_engine_that_cannot_read_a_schema_has_no_opinion() -> None:
    assert opinions({"type": "strng"})("x") == Opinions(None, None)
    assert opinions({"pattern": "^a$"})("a\n") == Opinions(False, False)  # ECMA-262: $ is the very end


LINE_BREAK = document({"type": "string", "maxLength": 1}), document({"type": "string", "maxLength": 1, "format": "odd"})


def test_a_format_that_no_engine_knows_proves_nothing() -> None:
    assert [change.client for change in compare(*LINE_BREAK).changes] == ["possible"]
