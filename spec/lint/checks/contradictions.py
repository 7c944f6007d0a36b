"""Lint rules about schemas that contradict themselves: proven, never guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spec.lint.checks.keywords import PROSE
from spec.lint.checks.places import SchemaPlace
from spec.lint.nearby import nearby
from spec.lint.rules import Hit
from spec.normal.merge import everywhere, is_false, text
from spec.schema.limits import most_cases
from spec.source.pointer import Json
from spec.witness.effort import Effort
from spec.witness.engine import algebra_limit, is_unsatisfiable

_LEVELS = 3  # contradictions between parts of allOf reach into members of members, hardly further
_LEVELS_OF_ONE = 1  # what one schema says alone; its members are places of their own
_MOST_NODES = 500
_TOGETHER = frozenset({"allOf", "anyOf", "oneOf", "not", "if", "$ref", "dependentSchemas"})
"""Keywords that ask for several things of one value."""
_BESIDE = frozenset({"discriminator", "default", "deprecated", "readOnly", "writeOnly", "xml", "nullable"})
"""Keywords that add nothing to what is asked."""
_SUSPECT = frozenset({
    "allOf", "anyOf", "oneOf", "not", "if", "enum", "const", "minimum", "exclusiveMinimum", "multipleOf", "minLength",
    "pattern", "format", "minItems", "contains", "uniqueItems", "minProperties", "required", "$ref",
    "dependentRequired",
})  # fmt: skip
"""Keywords without which nothing can contradict anything."""


def contradiction_hits(place: SchemaPlace, normal: dict[str, Json], effort: Effort) -> Iterator[Hit]:
    """Values of an enumeration that its own schema refuses, and schemas that no value satisfies.

    Nothing that needs a search is looked for once the effort is spent.
    """
    if place.keyword in ("not", "if"):
        return
    schema, pointer = place.schema, place.pointer
    yield from _impossible_values(schema, normal, pointer)
    written = set(schema) - PROSE
    if written == {"$ref"} or (written == {"not"} and schema["not"] in ({}, True)):  # "nothing" is meant
        return
    impossible = is_false(normal)
    asked = {word for word in written - _BESIDE if not word.startswith("x-")}
    is_choice = asked in ({"anyOf"}, {"oneOf"})  # impossible if every branch is, and each is a place of its own
    if not impossible and not is_choice and _SUSPECT & schema.keys() and not effort.is_spent:
        several = "allOf" in asked or (_TOGETHER & asked and len(asked) > 1)
        cut = nearby(normal, _LEVELS if several else _LEVELS_OF_ONE, most=_MOST_NODES)
        nodes = list(everywhere(cut))
        effort.spend(len(nodes) * most_cases(nodes))
        if beyond := algebra_limit(cut):
            message = f"It was not searched for contradictions: {beyond}."
            yield Hit("search-ended", pointer, message)
            return
        impossible = is_unsatisfiable(cut)
    if impossible:
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
