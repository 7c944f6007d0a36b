"""Which members a schema speaks of without declaring them in its own ``properties``: those are not unknown to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spec.normal.merge import Schema, is_false
from spec.source.pointer import Json

_LISTED = ("allOf", "anyOf", "oneOf")
_ONE = ("not", "if", "then", "else")


def speaks_of(schema: Schema, name: str, definitions: Mapping[str, Json]) -> bool:
    """True if what must hold of the same value says something of a member: a branch, a condition, an enumeration.

    ``definitions`` are those that a ``$ref`` names by its last word.
    """
    passed: set[str] = set()
    stack = [*_beside(schema, passed, definitions)]
    if _lists(schema, name) or _depends(schema, name):
        return True
    while stack:
        here = stack.pop()
        if name in here.get("properties", {}) or name in here.get("required", ()):
            return True
        if _lists(here, name) or _depends(here, name) or _shapes(here):
            return True
        stack.extend(_beside(here, passed, definitions))
    return False


def _lists(schema: Schema, name: str) -> bool:
    return any(isinstance(value, dict) and name in value for value in schema.get("enum", ()))


def _depends(schema: Schema, name: str) -> bool:
    needed = schema.get("dependentRequired", {})
    return (
        name in needed or name in schema.get("dependentSchemas", {}) or any(name in names for names in needed.values())
    )


def _shapes(schema: Schema) -> bool:
    """True if a schema says of undeclared members what they look like."""
    extra = schema.get("additionalProperties", {})
    return bool(schema.get("patternProperties")) or bool(extra and not is_false(extra))


def _beside(schema: Schema, passed: set[str], definitions: Mapping[str, Json]) -> Iterator[Schema]:
    """The schemas that speak of the same value, directly below one; each definition once."""
    for word in _LISTED:
        yield from schema.get(word, ())
    yield from (schema[word] for word in _ONE if word in schema)
    yield from schema.get("dependentSchemas", {}).values()
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name in definitions and name not in passed:
        passed.add(name)
        yield definitions[name]
