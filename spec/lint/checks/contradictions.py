"""Lint rules about schemas that contradict themselves: proven, never guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spec.lint.checks.keywords import PROSE
from spec.lint.checks.places import SchemaPlace
from spec.lint.nearby import nearby
from spec.lint.rules import Hit
from spec.normal.form import Normaliser
from spec.normal.merge import is_false, text
from spec.source.pointer import Json
from spec.witness.engine import is_unsatisfiable

_LEVELS = 3  # contradictions between parts of allOf reach into members of members, hardly further
_SUSPECT = frozenset({
    "allOf", "anyOf", "oneOf", "not", "if", "enum", "const", "minimum", "exclusiveMinimum", "multipleOf", "minLength",
    "pattern", "format", "minItems", "contains", "uniqueItems", "minProperties", "required", "$ref",
    "dependentRequired",
})  # fmt: skip
"""Keywords without which nothing can contradict anything."""


def contradiction_hits(place: SchemaPlace, normal: dict[str, Json], normaliser: Normaliser) -> Iterator[Hit]:
    """Values of an enumeration that its own schema refuses, and schemas that no value satisfies."""
    if place.keyword in ("not", "if"):
        return
    schema, pointer = place.schema, place.pointer
    yield from _impossible_values(schema, normal, pointer)
    written = set(schema) - PROSE
    if written == {"$ref"} or (written == {"not"} and schema["not"] in ({}, True)):  # "nothing" is meant
        return
    if is_false(normal) or (_SUSPECT & schema.keys() and is_unsatisfiable(nearby(normal, _LEVELS))):
        message = "No value can satisfy this schema: its keywords contradict each other."
        yield Hit("unsatisfiable-schema", pointer, message)


def _impossible_values(schema: Mapping[str, Json], normal: Mapping[str, Json], pointer: str) -> Iterator[Hit]:
    enum = schema.get("enum")
    if not isinstance(enum, list) or not enum or "enum" not in normal:
        return
    kept = {text(value) for value in normal["enum"]}
    for index, value in enumerate(enum):
        if text(value) not in kept:
            message = f"The value {text(value)} does not fit the schema that lists it."
            yield Hit("enum-member-impossible", f"{pointer}/enum/{index}", message)
