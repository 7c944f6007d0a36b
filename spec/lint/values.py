"""Lint rules about examples and defaults: whether they fit the schema that they illustrate, with every fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import jsonschema_rs

from spec.lint.places import SchemaPlace
from spec.lint.rules import Hit
from spec.normal.direction import Direction
from spec.normal.form import Normaliser
from spec.normal.merge import Schema, bare
from spec.normal.readable import OWN_FORMATS
from spec.openapi.resolving import dereferenced
from spec.source.pointer import escape, join

_MOST = 20


def value_hits(places: Iterable[SchemaPlace], document: Mapping[str, Any], normaliser: Normaliser) -> Iterator[Hit]:
    """Examples and defaults of schemas, parameters, headers and media types that their schema refuses."""
    for place in places:
        schema = {key: value for key, value in place.schema.items() if key not in ("default", "example", "examples")}
        if "default" in place.schema:
            yield from _judged("default", place.schema["default"], f"{place.pointer}/default", schema, normaliser, None)
        if "example" in place.schema:
            yield from _judged("example", place.schema["example"], f"{place.pointer}/example", schema, normaliser, None)
        listed = place.schema.get("examples")
        for index, value in enumerate(listed if isinstance(listed, list) else ()):
            yield from _judged("example", value, f"{place.pointer}/examples/{index}", schema, normaliser, None)
    yield from _carried(document, normaliser)


def _carried(document: Mapping[str, Any], normaliser: Normaliser) -> Iterator[Hit]:
    """Examples beside a ``schema`` member (media types, parameters, headers)."""
    stack: list[tuple[Any, str]] = [(document.get(word), f"/{word}") for word in ("paths", "webhooks", "components")]
    while stack:
        node, pointer = stack.pop()
        if isinstance(node, list):
            stack.extend((child, f"{pointer}/{index}") for index, child in enumerate(node))
        if not isinstance(node, Mapping):
            continue
        if isinstance(node.get("schema"), Mapping):
            direction: Direction = "response" if "/responses/" in pointer else "request"
            if "example" in node:
                yield from _judged(
                    "example", node["example"], f"{pointer}/example", node["schema"], normaliser, direction
                )
            listed = node.get("examples")
            for name, example in listed.items() if isinstance(listed, Mapping) else ():
                real = dereferenced(document, example)
                if isinstance(real, Mapping) and "value" in real:
                    where = f"{pointer}/examples/{escape(name)}"
                    yield from _judged("example", real["value"], where, node["schema"], normaliser, direction)
        stack.extend(
            (child, f"{pointer}/{escape(key)}")
            for key, child in node.items()
            if key not in ("example", "examples", "default", "schemas")
        )


def _judged(
    kind: str, value: Any, pointer: str, schema: Mapping[str, Any], normaliser: Normaliser, direction: Direction | None
) -> Iterator[Hit]:
    normal = normaliser.normal(schema, direction)
    for fault in _faults(normal, value):
        yield Hit(f"{kind}-mismatch", pointer, f"The {kind} does not fit its schema{fault}")


def _faults(normal: Schema, value: Any) -> list[str]:
    try:
        validator = jsonschema_rs.Draft202012Validator(bare(normal), validate_formats=True, formats=OWN_FORMATS)
        errors = list(validator.iter_errors(value))[:_MOST]
    except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return []
    return [f" at {join(error.instance_path) or 'its root'}: {error.message}." for error in errors]
