"""Folder pairs: what each single change must be called, and every witness judged again by the second engine."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from spec.compatibility.rules import SCHEMA_RULES
from spec.diff.change import GRADES, Change, DiffReport
from spec.diff.comparison import compare, compare_sources
from spec.diff.lifecycle import Terms
from spec.diff.rules import DOCUMENT_RULES
from spec.openapi.files.sources import document
from spec.source.reading import read

CASES = sorted((Path(__file__).parents[1] / "data" / "diff").iterdir())
HARMLESS = {"unchanged", "compatible"}


def report(case: Path) -> DiffReport:
    paths = [case / f"{side}.yaml" for side in ("old", "new")]  # or a folder each, for documents of several files
    old, new = (document(path if path.exists() else path.with_suffix("") / "openapi.yaml") for path in paths)
    agreed = read(case / "expected.yaml").value.get("terms", {})
    today = dt.date.fromisoformat(agreed.get("today", "2027-01-01"))
    terms = Terms(today, agreed.get("deprecation-days", 0), agreed.get("version-policy", "none"))
    return compare_sources(old, new, terms)


def worst(changes: list[Change]) -> str:
    return max((change.client for change in changes), key=GRADES.index, default="unchanged")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verdict(case: Path) -> None:
    found, expected = report(case), read(case / "expected.yaml").value
    for direction in {"request", "response"} & expected.keys():
        verdict = worst([change for change in found.changes if change.direction == direction])
        assert verdict in (HARMLESS if expected[direction] == "harmless" else {expected[direction]}), found.changes
    if "verdict" in expected:
        assert found.verdict == expected["verdict"], found.changes
    assert {change.rule for change in found.changes} >= set(expected.get("rules", ()))
    for rule, pointer in expected.get("places", {}).items():
        assert pointer in {change.pointer for change in found.changes if change.rule == rule}, found.changes
    for rule, sentence in expected.get("says", {}).items():
        assert any(sentence in change.message for change in found.changes if change.rule == rule), found.changes


SCHEMA_CASES = [case for case in CASES if case.name.startswith("schema-")]


@pytest.mark.parametrize("case", SCHEMA_CASES, ids=lambda case: case.name)
def test_what_breaks_a_body_is_proven_and_the_second_engine_agrees(case: Path) -> None:
    old, new = read(case / "old.yaml").value, read(case / "new.yaml").value
    for change in compare(old, new).changes:
        assert change.proven == (change.client == "breaking"), change
        if change.proven:
            before, after = (second_opinion(document, change.direction) for document in (old, new))
            accepting, refusing = (before, after) if change.direction == "request" else (after, before)
            assert not list(accepting.iter_errors(change.witness)), change
            assert list(refusing.iter_errors(change.witness)), change


def second_opinion(document: dict[str, Any], direction: str) -> jsonschema.Draft202012Validator:
    """The body's schema read by a plain conversion that shares no code with the product."""
    operation = document["paths"]["/things"]["post"]
    body = operation["requestBody"] if direction == "request" else operation["responses"]["200"]
    legacy = document["openapi"].startswith("3.0")
    schema = _converted(body["content"]["application/json"]["schema"], direction, legacy)
    schema["components"] = _converted(document.get("components", {}), direction, legacy)
    return jsonschema.Draft202012Validator(schema, format_checker=_FORMATS)


_RANGES = {"int32": 2**31, "int64": 2**63}
_FORMATS = jsonschema.FormatChecker()


@_FORMATS.checks("byte", raises=ValueError)
def is_base64(value: object) -> bool:
    import base64

    return not isinstance(value, str) or base64.b64decode(value, validate=True) is not None


@_FORMATS.checks("date-time", raises=ValueError)
def is_instant(value: object) -> bool:
    import datetime as dt

    return not isinstance(value, str) or dt.datetime.fromisoformat(value).tzinfo is not None


@_FORMATS.checks("uri")
def is_uri(value: object) -> bool:
    return not isinstance(value, str) or (":" in value and value.isascii() and not {" ", "{"} & set(value))


@_FORMATS.checks("hostname")
def is_hostname(value: object) -> bool:
    return not isinstance(value, str) or (value != "" and value.replace(".", "").replace("-", "").isalnum())


@_FORMATS.checks("int32")
def is_int32(value: object) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


@_FORMATS.checks("int64")
def is_int64(value: object) -> bool:
    return not isinstance(value, int) or -(2**63) <= value < 2**63


def _converted(node: Any, direction: str, legacy: bool) -> Any:
    if isinstance(node, list):
        return [_converted(child, direction, legacy) for child in node]
    if not isinstance(node, dict):
        return node
    if legacy and "$ref" in node:
        return {"$ref": node["$ref"]}
    result = {key: _converted(child, direction, legacy) for key, child in node.items()}
    if isinstance(node.get("properties"), dict):
        flag = "readOnly" if direction == "request" else "writeOnly"
        hidden = {name for name, child in node["properties"].items() if isinstance(child, dict) and child.get(flag)}
        result["properties"] = {name: child for name, child in result["properties"].items() if name not in hidden}
        result["required"] = [name for name in node.get("required", ()) if name not in hidden]
    if legacy and node.get("nullable") is True and "type" in node:
        result["type"] = [node["type"], "null"]
    for word, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if legacy and isinstance(node.get(word), bool):
            del result[word]
            if node[word]:
                result[word] = result.pop(bound)
    return result


def test_every_rule_that_a_document_can_hit_has_a_case() -> None:
    hit = {change.rule for case in CASES for change in report(case).changes}
    several = {
        "body-changed",
        "constraint-added",
        "constraint-removed",
        "recursion-changed",
    }  # hit by several changes together
    missing = {*SCHEMA_RULES, *DOCUMENT_RULES} - hit - several
    assert not missing
