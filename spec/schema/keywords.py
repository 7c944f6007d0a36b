"""What a served schema may say: a literal table of keywords, and the walk that refuses everything else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import NamedTuple

import jsonschema_rs

from spec.openapi.forms.inlining import Origins
from spec.schema.limits import beyond_limits
from spec.schema.telling.instance_path import instance_path
from spec.schema.texts.formats import FORMATS
from spec.source.pointer import Json, escape

CHILD = ("not", "if", "then", "else", "items", "additionalProperties", "propertyNames")
CHILDREN = ("allOf", "anyOf", "oneOf")
NAMED = ("properties",)
ASSERTIONS = frozenset(
    (
        "type enum const pattern format minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum "
        "multipleOf required minProperties maxProperties minItems maxItems uniqueItems"
    ).split()
)
ANNOTATIONS = frozenset("title description default examples deprecated readOnly writeOnly $comment".split())
EVERYWHERE = frozenset({"x-clause", "x-safe"})
OF_A_MEMBER = frozenset({"x-install-default", "x-install-member", "x-after", "x-empty-is-unset"})
OF_A_PART = frozenset({"x-resource", "x-signon"})
OF_AN_ANSWER = frozenset({"x-sid", "x-result"})
OF_A_JOURNEY = frozenset({"x-names", "x-source", "x-stored", "x-misspelt", "x-session", "x-lifecycle"})
KNOWN = (
    ASSERTIONS | ANNOTATIONS | EVERYWHERE | OF_A_MEMBER | OF_A_PART | OF_AN_ANSWER | OF_A_JOURNEY
    | {*CHILD, *CHILDREN, *NAMED}
)  # fmt: skip

Report = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class WalkedPlace:
    """A schema on a walk: where it stands, and whether a member of the instance is reached by properties alone."""

    schema: Json
    pointer: str
    direct: bool


def subschemas(schema: Json, pointer: str, *, direct: bool = True) -> Iterator[WalkedPlace]:
    """The schema itself and every schema below it. ``direct`` stays true through properties and allOf only."""
    yield WalkedPlace(schema, pointer, direct)
    if not isinstance(schema, Mapping):
        return
    for key in CHILD:
        if key in schema:
            yield from subschemas(schema[key], f"{pointer}/{key}", direct=direct and key == "propertyNames")
    for key in CHILDREN:
        for index, child in enumerate(schema.get(key, ())):
            yield from subschemas(child, f"{pointer}/{key}/{index}", direct=direct and key == "allOf")
    for key in NAMED:
        for name, child in schema.get(key, {}).items():
            yield from subschemas(child, f"{pointer}/{key}/{escape(name)}", direct=direct)


def check_schema(schema: Json, pointer: str, origins: Origins, clauses: frozenset[str], report: Report) -> None:
    """Report whatever in a schema would not be enforced: unknown keywords, formats without checker and the like."""
    try:
        _metaschema().validate(schema)
    except jsonschema_rs.ValidationError as error:
        report(_origin(schema, pointer, instance_path(error, schema), origins), _against_dialect(schema, error))
        return
    for place in subschemas(schema, pointer):
        if isinstance(place.schema, Mapping):
            for one in _complaints(place, clauses):
                report(origins.place(place.schema, one.tokens, place.pointer), one.reason)


@cache
def _metaschema() -> jsonschema_rs.Draft202012Validator:
    """The dialect of what is served. A schema is judged as data here: a ``$schema`` in it is never looked up."""
    return jsonschema_rs.Draft202012Validator({"$ref": "https://json-schema.org/draft/2020-12/schema"})


TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")


def _against_dialect(schema: Json, error: jsonschema_rs.ValidationError) -> str:
    """What is wrong with a keyword's value, for people: the dialect's own words name its own schemas."""
    path = instance_path(error, schema)
    value = schema
    for step in path:
        value = value[step]
    if path[-1:] == ["type"] or path[-2:-1] == ["type"]:
        wrong = next((one for one in value if one not in TYPES), value) if isinstance(value, list) else value
        near = get_close_matches(wrong, TYPES, n=1) if isinstance(wrong, str) else []
        hint = f" Did you mean {near[0]!r}?" if near else ""
        return f"{wrong!r} is no type; there are {', '.join(TYPES)}, and lists of different ones.{hint}"
    return f"{error.message}."


def _origin(schema: Json, pointer: str, path: Iterable[str | int], origins: Origins) -> str:
    """Where in the document the value stands that a path leads to, references followed."""
    for step in path:
        pointer = f"{origins.get(id(schema), pointer)}/{escape(step)}"
        schema = schema[step]
    return pointer


class _KeywordComplaint(NamedTuple):
    """What is wrong with a keyword, or below it."""

    tokens: tuple[str, ...]
    reason: str


def _complaints(place: WalkedPlace, clauses: frozenset[str]) -> Iterator[_KeywordComplaint]:
    schema = place.schema
    for key in schema:
        if key not in KNOWN:
            near = get_close_matches(key, KNOWN, n=1, cutoff=0.75)
            hint = f"did you mean {near[0]!r}?" if near else "remove it or say it otherwise."
            reason = f"the keyword {key!r} is not implemented and would have no effect; {hint}"
            yield _KeywordComplaint((key,), reason)
        elif key in OF_A_MEMBER | OF_A_PART and not place.direct:
            reason = f"{key} takes effect only on members reached through properties and allOf; move it there."
            yield _KeywordComplaint((key,), reason)
    if "format" in schema and schema["format"] not in FORMATS:
        near = get_close_matches(str(schema["format"]), FORMATS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(sorted(FORMATS))}."
        yield _KeywordComplaint(("format",), f"the format {schema['format']!r} has no checker; {hint}")
    if "pattern" in schema:
        yield from (_KeywordComplaint(("pattern",), reason) for reason in _pattern_complaints(schema["pattern"]))
    yield from (_KeywordComplaint((), reason) for reason in beyond_limits(schema))
    yield from _clause_complaints(schema, clauses)


def _clause_complaints(schema: Json, clauses: frozenset[str]) -> Iterator[_KeywordComplaint]:
    annotation = schema.get("x-clause")
    for clause in clause_ids(annotation):
        if clause not in clauses:
            near = get_close_matches(clause, clauses, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "add or correct it."
            reason = f"x-clause names {clause!r}, which the catalogue of clauses does not have; {hint}"
            yield _KeywordComplaint(("x-clause",), reason)
    for key in annotation if isinstance(annotation, Mapping) else ():
        if key not in schema and not (key == "required" and "required" in schema):
            reason = f"x-clause speaks of the keyword {key!r}, which this schema does not have."
            yield _KeywordComplaint(("x-clause", str(key)), reason)


def _pattern_complaints(pattern: str) -> Iterator[str]:
    try:
        re.compile(pattern)
        jsonschema_rs.validator_for({"pattern": pattern})
    except (re.error, jsonschema_rs.ValidationError, ValueError):
        yield f"the pattern {pattern!r} is not a regular expression that all tools read."
        return
    if re.search(r"\\[dDwWsSbBzZA]|\\p", pattern):
        yield f"the pattern {pattern!r} uses a class that tools read differently; write it out, such as [0-9]."


def clause_ids(annotation: Json) -> Iterator[str]:
    """Every clause id that an ``x-clause`` annotation names (a string, or mappings of keyword and member)."""
    if isinstance(annotation, str):
        yield annotation
    elif isinstance(annotation, Mapping):
        for nested in annotation.values():
            yield from clause_ids(nested)


def clause_of(schema: Json, keyword: str, member: str | None = None) -> str:
    """The clause that a keyword of a schema (and, for ``required``, a member) keeps; ``schema`` if none is named."""
    annotation = schema.get("x-clause") if isinstance(schema, Mapping) else None
    if isinstance(annotation, Mapping):
        annotation = annotation.get(keyword)
    if isinstance(annotation, Mapping):
        annotation = annotation.get(member)
    return annotation if isinstance(annotation, str) else "schema"
