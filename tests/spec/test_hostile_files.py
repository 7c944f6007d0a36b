"""Hostile files: nothing is opened or fetched for them, nothing grows without end, and each is told in a sentence."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mutations import commands, files

from spec.docs.cli import docs
from spec.lint.cli import lint
from spec.load import DOCUMENT_FILE, build, load
from spec.openapi.document import DocumentError
from spec.reporting.cli import diff
from spec.schema.limits import beyond_limits, cases, least_values
from spec.source.reading import read


def document(schema: Any, **components: Any) -> dict[str, Any]:
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    operation = {"operationId": "make", "requestBody": body, "responses": {"204": {"description": "made"}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/things": {"post": operation}},
        "components": {"schemas": components},
    }


def linked(levels: int, make: Callable[[Any], Any]) -> dict[str, Any]:
    steps = {f"S{n}": make({"$ref": f"#/components/schemas/S{n + 1}"}) for n in range(levels)}
    return {**steps, f"S{levels}": {"type": "string"}}


FIRST = {"$ref": "#/components/schemas/S0"}
REPEATS = {"type": "array", "minItems": 2000}
CHOICES = {
    "oneOf": [{"type": "object", "properties": {f"p{n}": {"const": n}}, "required": [f"p{n}"]} for n in range(5)]
}
HOSTILE: dict[str, dict[str, Any]] = {
    "fan-out": document(FIRST, **linked(25, lambda next_: {"properties": {"a": next_, "b": next_}})),
    "fan-out-of-all": document(FIRST, **linked(25, lambda next_: {"allOf": [next_, next_]})),
    "fan-out-of-one": document(FIRST, **linked(25, lambda next_: {"oneOf": [next_, {"type": "array", "items": next_}]})),
    "nested-repeats": document({**REPEATS, "items": {**REPEATS, "items": {**REPEATS, "items": {"type": "string"}}}}),
    "contains": document({"type": "array", "contains": {"type": "integer"}, "minContains": 10**9}),
    "long-text": document({"type": "string", "minLength": 10**10}),
    "many-members": document({"type": "object", "minProperties": 10**9}),
    "tiny-step": document({"type": "number", "multipleOf": 1e-300, "minimum": 3}),
    "choices": document({"allOf": [CHOICES] * 12}),
    "dependencies": document({"dependentSchemas": {f"p{n}": {"required": [f"p{n + 1}"]} for n in range(60)}}),
    "large-bounds": document({"type": "integer", "minimum": -(10**900), "maximum": 10**900, "multipleOf": 10**400}),
    "large-value": document({"enum": [10**900, 1]}),
    "nothing-between": document({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 5e-324}),
    "long-chain": document(FIRST, **linked(300, lambda next_: {"properties": {"a": next_}})),
    "chain-of-references": document(FIRST, **linked(300, lambda next_: next_)),
    "itself": document({"$ref": "#/components/schemas/A"}, A={"$ref": "#/components/schemas/A"}),
    "endless": document(
        {"$ref": "#/components/schemas/A"}, A={"required": ["a"], "properties": {"a": {"$ref": "#/components/schemas/A"}}}
    ),
    "pattern": document({"type": "string", "pattern": "^(a{1,1000}){1,1000}$"}),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("command", ["lint", "diff", "docs"])
def test_no_document_stops_a_command(name: str, command: str, tmp_path: Path) -> None:
    path, other = tmp_path / "hostile.json", tmp_path / "other.json"
    path.write_text(json.dumps(HOSTILE[name]))
    other.write_text(json.dumps(document({"type": "string"})))
    runs = {
        "lint": lambda: lint([str(path), "--fail-on", "never"]),
        "diff": lambda: diff([str(path), str(other), "--fail-on", "never"]),
        "docs": lambda: docs(["--spec", str(path), "--out", str(tmp_path / "out")]),
    }
    assert runs[command]() in (0, 2)


UNEVALUATED: dict[str, tuple[dict[str, Any], str]] = {
    "chain": (
        linked(400, lambda next_: {"allOf": [next_], "unevaluatedProperties": False}),
        "sees through more than 200 schemas in a row, which is the limit",
    ),
    "chain-of-one": (
        {**linked(400, lambda next_: {"anyOf": [next_]}), "S0": {"$ref": "#/components/schemas/S1", "unevaluatedItems": 1}},
        "sees through more than 200 schemas in a row, which is the limit",
    ),
    "fan-out": (
        linked(25, lambda next_: {"allOf": [next_, {**next_}], "unevaluatedItems": False}),
        "sees more than 100,000 schemas, together with those before it, which is the limit",
    ),
    "mutual": (
        {
            f"S{n}": {"if": {}, "oneOf": [{"$ref": f"#/components/schemas/S{m}"} for m in range(12) if m != n],
                      "unevaluatedProperties": False}
            for n in range(12)
        },
        "sees more than 100,000 schemas, together with those before it, which is the limit",
    ),
}  # fmt: skip
"""Engines write out all that an ``unevaluated…`` keyword sees: a chain ends the process, what fans out never ends."""


@pytest.mark.parametrize(
    ("name", "command"), [*((name, "lint") for name in UNEVALUATED), ("chain", "diff"), ("chain", "docs")]
)
def test_what_unevaluated_keywords_see_is_bounded(
    name: str, command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    components, limit = UNEVALUATED[name]
    path = tmp_path / "hostile.json"
    path.write_text(json.dumps(document(FIRST, **components)))
    runs = {
        "lint": lambda: lint([str(path)]),
        "diff": lambda: diff([str(DOCUMENT_FILE), str(path)]),
        "docs": lambda: docs(["--spec", str(path), "--out", str(tmp_path / "out")]),
    }
    assert runs[command]() == 2
    told = capsys.readouterr().err
    assert f"{path}:1:" in told
    assert "at /components/schemas/S" in told
    assert limit in told


def test_a_subtype_may_see_much(tmp_path: Path) -> None:
    branches = [{"allOf": [{"$ref": f"#/components/schemas/S{n}"}, {"required": [f"p{n}"]}]} for n in range(80)]
    components = {f"S{n}": {"type": "object", "properties": {f"p{n}": {"type": "string"}}} for n in range(80)}
    path = tmp_path / "wide.json"
    path.write_text(json.dumps(document({"oneOf": branches, "unevaluatedProperties": False}, **components)))
    assert lint([str(path), "--fail-on", "error"]) == 0


SERVED: list[tuple[str, Any, str]] = [
    ("repeats", {"type": "array", "minItems": 20_000}, "'minItems' is more than 10,000, which is the limit"),
    ("nested", HOSTILE["nested-repeats"]["paths"]["/things"]["post"]["requestBody"]["content"]["application/json"]["schema"],
     "its smallest value holds about 8,000,000,000 values, more than the limit of 10,000"),
    ("text", {"type": "string", "minLength": 10**10}, "'minLength' is more than 10,000"),
    ("step", {"type": "number", "multipleOf": 1e-300}, "'multipleOf' is smaller than 1e-15"),
    ("number", {"type": "integer", "minimum": 10**900}, "'minimum' is beyond 1e300"),
    ("enumeration", {"enum": [10**900]}, "'enum' is beyond 1e300"),
    ("enumeration", {"enum": list(range(20_000))}, "'enum' is a list of more than 10,000"),
    ("choices", {"allOf": [CHOICES] * 12}, "more than 4,000 cases when they are multiplied out"),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "reason"), [row[1:] for row in SERVED], ids=[row[0] for row in SERVED])
def test_what_no_body_could_be_made_for_is_not_served(schema: Any, reason: str) -> None:
    source = read(DOCUMENT_FILE)
    source.value["components"]["schemas"]["Course"]["properties"]["extra"] = schema
    with pytest.raises(DocumentError) as caught:
        build(source, _catalogue())
    told = [one for one in str(caught.value).splitlines() if reason in one]
    assert told
    assert all("/components/schemas/Course/properties/extra" in one and "openapi.yaml:" in one for one in told)


def test_references_that_fan_out_are_not_served_beyond_a_size() -> None:
    source = read(DOCUMENT_FILE)
    source.value["components"]["schemas"] |= linked(
        25, lambda next_: {"type": "object", "properties": {"a": next_, "b": next_}}
    )
    source.value["components"]["schemas"]["Course"]["properties"]["extra"] = FIRST
    with pytest.raises(
        DocumentError, match="grows to more than 100,000 objects when references are followed: the limit"
    ):
        build(source, _catalogue())


def _catalogue() -> Any:
    from spec.catalogue.clauses import load_clauses

    return load_clauses()


@pytest.mark.parametrize("command", ["lint", "diff", "docs", "load"])
def test_nothing_is_fetched_because_a_file_says_so(command: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        port = listener.getsockname()[1]
        address = f"http://127.0.0.1:{port}/x.yaml"
        schema = {
            "$schema": address, "$id": address, "$ref": "other", "$dynamicRef": f"{address}#a", "allOf": [{"$ref": address}],
            "discriminator": {"propertyName": "a", "mapping": {"a": address}},
            "externalDocs": {"url": address}, "properties": {"a": {"$schema": address, "$ref": address}},
        }  # fmt: skip
        made = document(schema)
        made |= {"$self": address, "jsonSchemaDialect": address, "$schema": address, "servers": [{"url": address}]}
        made["paths"]["/more"] = {"$ref": address}
        path = tmp_path / "hostile.json"
        path.write_text(json.dumps(made))
        runs: dict[str, Callable[[], object]] = {
            "lint": lambda: lint([str(path), "--fail-on", "never"]),
            "diff": lambda: diff([str(path), str(DOCUMENT_FILE), "--fail-on", "never"]),
            "docs": lambda: docs(["--spec", str(path), "--out", str(tmp_path / "out")]),
            "load": lambda: _refused(path),
        }
        runs[command]()
        with pytest.raises(BlockingIOError):
            listener.accept()


def _refused(path: Path) -> None:
    with pytest.raises(DocumentError):
        load(path)


def test_cases_and_sizes_are_estimated() -> None:
    assert cases({"oneOf": [{}, {"anyOf": [{}, {}]}], "allOf": [{"oneOf": [{}, {}]}]}) == 6
    assert cases({"properties": {"a": {"oneOf": [{}] * 9}}}) == 1
    assert least_values({"minItems": 3, "items": {"minItems": 4}}) == 12
    assert least_values({"required": ["a", "b"], "properties": {"a": {"minItems": 5}}}) == 6
    assert (
        least_values({"$ref": "#/$defs/a"}, {"a": {"required": ["a"], "properties": {"a": {"$ref": "#/$defs/a"}}}}) == 1
    )
    assert list(beyond_limits({"maxLength": 10**12, "maximum": 5, "enum": ["a"], "minItems": 3})) == []


SEED = 20_261_125
MANY = 25


@pytest.mark.outside
@pytest.mark.parametrize("name", sorted(commands(Path())))
def test_edited_files_end_in_sentences(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, run = commands(tmp_path)[name]
    for data in files(good, SEED, MANY):
        path = tmp_path / f"edited{good.suffix}"
        path.write_bytes(data)
        assert run(path) in (0, 1, 2)
        capsys.readouterr()


def test_edits_are_drawn_from_their_seed() -> None:
    assert list(files(DOCUMENT_FILE, 1, 3)) == list(files(DOCUMENT_FILE, 1, 3))


@pytest.mark.parametrize(
    ("where", "value", "told"),
    [
        (("requestBody",), True, "'requestBody' of the Operation Object must be an object, not true"),
        (("requestBody",), {"$ref": "#/info/title"}, "names the text 't', where a Request Body Object is meant"),
        (("responses", "204"), ["a"], "'204' of the Responses Object must be an object, not a list"),
        (("parameters",), {"a": 1}, "'parameters' of the Operation Object must be a list of objects, not an object"),
        (("requestBody", "content", "application/json"), 5, "must be an object of objects, not an object"),
        (("requestBody", "required"), "yes", "must be true or false, not the text 'yes'"),
    ],
)
def test_a_diff_says_what_it_could_not_compare(
    where: tuple[str, ...], value: Any, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(json.dumps(document({"type": "string"})))
    made = document({"type": "string"})
    here = made["paths"]["/things"]["post"]
    for step in where[:-1]:
        here = here[step]
    here[where[-1]] = value
    new.write_text(json.dumps(made))
    assert diff([str(old), str(new), "--fail-on", "possible"]) == 1
    assert told in capsys.readouterr().out
    assert diff([str(new), str(new), "--fail-on", "possible"]) == 0
