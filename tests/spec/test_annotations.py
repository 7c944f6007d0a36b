"""Annotations that would mean nothing, or something else, are refused at the place of their keyword."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from spec.catalogue.clauses import load_clauses
from spec.load import DOCUMENT_FILE, build
from spec.openapi.document import DocumentError
from spec.resources.checks import ANNOTATIONS_FILE, annotation_names
from spec.schema.keywords import EVERYWHERE, OF_A_JOURNEY, OF_A_MEMBER, OF_A_PART, OF_AN_ANSWER
from spec.source.pointer import join
from spec.source.reading import Source, read

CLAUSES = load_clauses()
SCHEMAS = "/components/schemas"


def told(change: Callable[[dict[str, Any]], None]) -> dict[str, str]:
    """The reasons for which our document with a change is refused, by pointer."""
    source = read(DOCUMENT_FILE)
    tree = copy.deepcopy(source.value)
    change(tree["components"]["schemas"])
    with pytest.raises(DocumentError) as caught:
        build(Source(source.name, tree, source.marks), CLAUSES)
    return {problem.pointer: problem.reason for problem in caught.value.problems}


def window(schemas: dict[str, Any]) -> dict[str, Any]:
    """The members of the window in which an exam is open."""
    found: dict[str, Any] = schemas["Configuration"]["properties"]["access"]["properties"]
    return found


AFTER = [
    ("a sibling that is not there", "opn", "did you mean 'open'?"),
    ("itself", "close", "names 'close' itself"),
]


@pytest.mark.parametrize(("name", "reason"), [row[1:] for row in AFTER], ids=[row[0] for row in AFTER])
def test_x_after(name: str, reason: str) -> None:
    found = told(lambda schemas: window(schemas)["close"].update({"x-after": name}))
    assert [pointer for pointer in found if pointer.endswith("/x-after")]
    assert reason in next(iter(found.values()))


def test_x_after_compares_dates() -> None:
    found = told(lambda schemas: window(schemas).update(open={"type": "string"}))
    assert any("'open' has no format of a date" in reason for reason in found.values())


PREFIXES = [
    ("lower case", "cu", "the two capital letters"),
    ("three letters", "CUR", "the two capital letters"),
    ("of another part", "US", "is that of 'course' already"),
    ("against the pattern", "CX", "refuses 'CX00000000000000000000000000000000'"),
]


@pytest.mark.parametrize(("prefix", "reason"), [row[1:] for row in PREFIXES], ids=[row[0] for row in PREFIXES])
def test_prefix(prefix: str, reason: str) -> None:
    found = told(lambda schemas: schemas["Course"]["x-resource"].update(prefix=prefix))
    assert any(pointer.endswith("/x-resource/prefix") for pointer in found)
    assert any(reason in said for said in found.values())


def test_members_that_are_replaced_must_exist() -> None:
    found = told(lambda schemas: schemas["Configuration"]["x-resource"].update(replace=["proctorTyps"]))
    assert "did you mean 'proctorTypes'?" in found[f"{SCHEMAS}/Configuration/x-resource/replace/0"]


CLAIMS = [
    ("a part that is none", "/curse", "did you mean 'course'?"),
    ("a member", "/enrollment/rol", "did you mean 'role'?"),
]


@pytest.mark.parametrize(("pointer", "reason"), [row[1:] for row in CLAIMS], ids=[row[0] for row in CLAIMS])
def test_claims_must_name_something(pointer: str, reason: str) -> None:
    found = told(lambda schemas: schemas["Signon"]["x-signon"]["claims"].update(extra=pointer))
    assert reason in found[f"{SCHEMAS}/Signon/x-signon/claims/extra"]


X, RESOURCE, SIGNON = f"{SCHEMAS}/", "x-resource", "x-signon"
NAMED = [
    ("Course", (RESOURCE, "identifiers"), "id", "did you mean 'ids'?"),
    ("Course", (RESOURCE, "scop"), "course", "did you mean 'scope'?"),
    ("Enrollment", (RESOURCE, "implied-by"), "usre", "did you mean 'user'?"),
    ("Enrollment", (RESOURCE, "identity", 1), "corse", "did you mean 'course'?"),
    ("Exam", (RESOURCE, "scope"), "cuorse", "did you mean 'course'?"),
    ("Exam", (RESOURCE, "required-on-create", 0), "configuraton", "did you mean 'configuration'?"),
    ("Configuration", (RESOURCE, "fallback-identity", "member"), "typ", "did you mean 'type'?"),
    ("Configuration", (RESOURCE, "fallback-identity", "with", "acommodation"), [], "did you mean 'accommodation'?"),
    ("Configuration", (RESOURCE, "fallback-identity", "with", "accommodation", 0), "enrolment", "'enrollment'?"),
    ("Signon", (SIGNON, "audience"), "integrationsid", "did you mean 'integrationSid'?"),
    ("Signon", (SIGNON, "subject"), "usr", "did you mean 'user'?"),
    ("Signon", (SIGNON, "token"), "tokn", "did you mean 'token'?"),
    ("Signon", ("properties", "integrationSid", "x-install-member", "missing"), "404", '"not-found" was expected'),
    ("Configuration", ("properties", "duration", "x-install-defalt"), "a", "did you mean 'x-install-default'?"),
    ("Configuration", ("properties", "duration", "x-clause"), "duration-form", "which the catalogue of clauses"),
    ("User", ("properties", "currencyCode", "x-safe"), {"enum": ["US", "EU"]}, "no value satisfies both"),
    ("User", ("properties", "currencyCode", "format"), "curency-code", "did you mean 'currency-code'?"),
]


@pytest.mark.parametrize(("name", "tokens", "value", "reason"), NAMED, ids=[f"{row[0]}-{row[1][-1]}" for row in NAMED])
def test_what_is_named_wrongly_is_told_at_its_keyword(
    name: str, tokens: tuple[str | int, ...], value: Any, reason: str
) -> None:
    def change(schemas: dict[str, Any]) -> None:
        *way, last = tokens
        holder = schemas[name]
        for token in way:
            holder = holder[token]
        holder[last] = value

    assert reason in told(change)[X + name + join(tokens)]


@pytest.mark.parametrize("keyword", ["x-after", "x-clause"])
def test_a_keyword_beside_a_reference_is_told_where_it_stands(keyword: str) -> None:
    found = told(lambda schemas: window(schemas)["close"].update({keyword: "opn"}))
    assert f"{SCHEMAS}/Configuration/properties/access/properties/close/{keyword}" in found


def test_empty_can_be_unset_only_where_text_is_meant() -> None:
    change = {"type": "integer", "x-empty-is-unset": True}
    found = told(lambda schemas: schemas["Exam"]["properties"].update(rank=change))
    assert 'speaks of ""' in found[f"{SCHEMAS}/Exam/properties/rank/x-empty-is-unset"]


DISJOINT = [
    ("type", {"type": "string", "x-safe": {"type": "integer"}}),
    ("bounds", {"type": "integer", "maximum": 4, "x-safe": {"minimum": 5}}),
    ("enum", {"enum": ["a", "b"], "x-safe": {"enum": ["c"]}}),
    ("length", {"type": "string", "maxLength": 2, "x-safe": {"minLength": 3}}),
]


@pytest.mark.parametrize("schema", [row[1] for row in DISJOINT], ids=[row[0] for row in DISJOINT])
def test_x_safe_must_leave_something(schema: dict[str, Any]) -> None:
    found = told(lambda schemas: schemas["Exam"]["properties"].update(rank=schema))
    assert "no value satisfies both" in found[f"{SCHEMAS}/Exam/properties/rank/x-safe"]


SHAPES = [
    ("x-resource", {"prefix": "RM", "identifers": "ids"}, "did you mean 'identifiers'?"),
    ("x-resource", {"identifiers": "ids"}, "x-resource needs 'prefix': the two capital letters"),
    ("x-install-member", {"lst": "integrations"}, "x-install-member"),
    ("x-install-default", 5, "the default of the install"),
    ("x-empty-is-unset", "yes", "an empty text means"),
    ("x-result", {"created": "Created"}, "x-result needs"),
]


@pytest.mark.parametrize(("keyword", "value", "reason"), SHAPES)
def test_forms_of_annotations(keyword: str, value: Any, reason: str) -> None:
    found = told(lambda schemas: schemas["Exam"]["properties"]["description"].update({keyword: value}))
    assert any(reason in said and keyword in pointer for pointer, said in found.items()), found


def test_the_shipped_schema_knows_every_annotation_and_takes_our_document() -> None:
    schema = json.loads(ANNOTATIONS_FILE.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(read(DOCUMENT_FILE).value)
    assert annotation_names() == EVERYWHERE | OF_A_MEMBER | OF_A_PART | OF_AN_ANSWER | OF_A_JOURNEY
