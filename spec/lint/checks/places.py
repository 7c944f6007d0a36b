"""Where the schemas of a document stand: all of them, also those that only a reference reaches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from spec.openapi.resolving import LocalReference, target
from spec.source.pointer import Json, escape, follow
from spec.source.reading import HOLDER

_APPLIED = ("not", "if", "then", "else")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPS = ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")
_HOLDING = frozenset({
    "items", "contains", "additionalProperties", "propertyNames", "unevaluatedProperties", "unevaluatedItems",
    *_APPLIED, *_LISTS, *_MAPS,
})  # fmt: skip
_FREE = frozenset({"example", "examples", "default", "enum", "const"})


@dataclass(frozen=True, slots=True)
class SchemaPlace:
    """A schema object, its pointer, the keyword it stands under, and the schema around it (None at the top)."""

    pointer: str
    schema: Mapping[str, Json]
    keyword: str
    name: str = ""
    around: Mapping[str, Json] | None = None
    conditional: bool = False  # below if, then, else, not or a branch: a part of a schema rather than a whole


def schema_places(document: Mapping[str, Json], written: Iterable[LocalReference]) -> Iterator[SchemaPlace]:
    """Every schema object once, in document order, then those outside ``components`` that its references name."""
    seen: set[str] = set()
    roots = list(_roots(document))
    for place in roots:
        yield from _below(place, seen)
    aims = {text: target(document, text) for text in {reference.text for reference in written}}
    elsewhere = [
        (holder, found)
        for holder, text in written
        if (found := aims[text]) and not found.startswith(("/components/", "/paths/"))
    ]
    before = -1
    while before != len(seen):  # what a schema names is a schema, which may name another one
        before = len(seen)
        for holder, found in elsewhere:
            value = follow(document, found) if holder in seen and found not in seen else None
            if isinstance(value, Mapping):
                yield from _below(SchemaPlace(found, value, "$ref", found.rpartition("/")[2]), seen)


def _roots(document: Mapping[str, Json]) -> Iterator[SchemaPlace]:
    components = document.get("components")
    schemas = components.get("schemas") if isinstance(components, Mapping) else None
    for name, schema in schemas.items() if isinstance(schemas, Mapping) else ():
        if isinstance(schema, Mapping):
            yield SchemaPlace(f"/components/schemas/{escape(name)}", schema, "schemas", name)
    for word in ("paths", "webhooks", "components", HOLDER):
        yield from _written(document.get(word), f"/{word}")


def _written(node: Json, pointer: str) -> Iterator[SchemaPlace]:
    """The values of ``schema`` members outside ``components/schemas``."""
    stack = [(node, pointer)]
    while stack:
        here, where = stack.pop()
        if isinstance(here, Mapping):
            for key, child in here.items():
                below = f"{where}/{escape(key)}"
                if key in _FREE or below == "/components/schemas":
                    continue
                if key == "schema" and isinstance(child, Mapping):
                    yield SchemaPlace(below, child, "schema")
                else:
                    stack.append((child, below))
        elif isinstance(here, list):
            stack.extend((child, f"{where}/{index}") for index, child in enumerate(here))


def _below(place: SchemaPlace, seen: set[str]) -> Iterator[SchemaPlace]:
    stack = [place]
    while stack:
        here = stack.pop()
        if here.pointer not in seen:
            seen.add(here.pointer)
            yield here
            stack.extend(reversed([child for word in here.schema if word in _HOLDING for child in _held(here, word)]))


def _held(place: SchemaPlace, word: str) -> Iterator[SchemaPlace]:
    """The schemas that one keyword of a schema holds."""
    value, pointer, schema, part = place.schema[word], f"{place.pointer}/{word}", place.schema, place.conditional
    if word in _MAPS:
        for name, child in value.items() if isinstance(value, dict) else ():
            if isinstance(child, dict):
                yield SchemaPlace(f"{pointer}/{escape(name)}", child, word, name, schema, part)
    elif word in _LISTS:
        for index, child in enumerate(value if isinstance(value, list) else ()):
            if isinstance(child, dict):
                yield SchemaPlace(f"{pointer}/{index}", child, word, "", schema, part or word != "prefixItems")
    elif isinstance(value, dict):
        yield SchemaPlace(pointer, value, word, "", schema, part or word in _APPLIED)
