"""Lint rules about examples and defaults: whether they fit the schema that they illustrate, with every fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import jsonschema_rs

from spec.lint.checks.places import SchemaPlace
from spec.lint.rules import Hit
from spec.normal.direction import Direction
from spec.normal.form import Normaliser
from spec.normal.merge import Schema, bare
from spec.normal.place import opened, unwrapped
from spec.normal.readable import OWN_FORMATS
from spec.openapi.resolving import dereferenced
from spec.source.pointer import Json, escape, join
from spec.witness.engine import reachable

_MOST = 20
_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def value_hits(places: Iterable[SchemaPlace], document: Mapping[str, Json], normaliser: Normaliser) -> Iterator[Hit]:
    """Examples and defaults of schemas, parameters, headers and media types that their schema refuses."""
    for place in places:
        for word in ("default", "example"):
            if word in place.schema:
                yield from _of_schema(word, place.schema[word], f"{place.pointer}/{word}", place.schema, normaliser)
        listed = place.schema.get("examples")
        for index, value in enumerate(listed if isinstance(listed, list) else ()):
            yield from _of_schema("example", value, f"{place.pointer}/examples/{index}", place.schema, normaliser)
    yield from _carried(document, normaliser)


def _of_schema(
    kind: str, value: Json, pointer: str, schema: Mapping[str, Json], normaliser: Normaliser
) -> Iterator[Hit]:
    """A value beside a schema illustrates what is sent or what is answered: one of them has to fit."""
    hits = list(_judged(kind, value, pointer, schema, normaliser, None))
    directions: tuple[Direction, ...] = ("request", "response")
    if hits and all(any(_judged(kind, value, pointer, schema, normaliser, one)) for one in directions):
        yield from hits


def _carried(document: Mapping[str, Json], normaliser: Normaliser) -> Iterator[Hit]:
    """Examples beside a ``schema`` member (media types, parameters, headers)."""
    stack: list[tuple[Json, str]] = [(document.get(word), f"/{word}") for word in ("paths", "webhooks", "components")]
    while stack:
        node, pointer = stack.pop()
        if isinstance(node, list):
            stack.extend((child, f"{pointer}/{index}") for index, child in enumerate(node))
        if not isinstance(node, Mapping):
            continue
        if isinstance(node.get("schema"), Mapping):
            direction: Direction = "response" if "/responses/" in pointer else "request"
            media = _media_type(pointer)
            for where, value in _examples(document, node, pointer):
                if media is None:  # a parameter or a header: scalars are texts on the wire
                    normal = normaliser.normal(node["schema"], direction)
                    read = _from_text(value, normal, normal.get("$defs", {}))
                    yield from _judged("example", read, where, node["schema"], normaliser, direction)
                elif _is_json(media):
                    yield from _judged("example", value, where, node["schema"], normaliser, direction)
                elif media in _FORMS:
                    yield from _of_form(value, where, node["schema"], normaliser, direction)
        stack.extend(
            (child, f"{pointer}/{escape(key)}")
            for key, child in node.items()
            if key not in ("example", "examples", "default", "schemas")
        )


def _examples(document: Mapping[str, Json], node: Mapping[str, Json], pointer: str) -> Iterator[tuple[str, Json]]:
    if "example" in node:
        yield f"{pointer}/example", node["example"]
    listed = node.get("examples")
    for name, example in listed.items() if isinstance(listed, Mapping) else ():
        real = dereferenced(document, example)
        if isinstance(real, Mapping) and "value" in real:
            yield f"{pointer}/examples/{escape(str(name))}", real["value"]


def _media_type(pointer: str) -> str | None:
    """The media type whose object stands at a pointer; None where it is a parameter or a header."""
    tokens = pointer.split("/")
    if len(tokens) < 2 or tokens[-2] != "content":
        return None
    return tokens[-1].replace("~1", "/").partition(";")[0].strip().lower()


def _is_json(media: str) -> bool:
    return media == "*/*" or media.endswith(("/json", "+json"))


def _of_form(
    value: Json, pointer: str, schema: Mapping[str, Json], normaliser: Normaliser, direction: Direction
) -> Iterator[Hit]:
    """An example of a form: its fields are texts on the wire, and one text stands for a list of one."""
    if not isinstance(value, Mapping):
        return  # the form as it is sent
    normal = normaliser.normal(schema, direction)
    definitions = normal.get("$defs", {})
    declared = unwrapped(normal).get("properties", {})
    read = {name: _from_text(field, declared.get(name, {}), definitions) for name, field in value.items()}
    yield from _judged("example", read, pointer, schema, normaliser, direction)


def _from_text(field: Json, schema: Schema, definitions: Schema) -> Json:
    """A field as a server that knows its schema reads it."""
    whole = opened(schema, definitions)
    types = whole.get("type", ())
    if "array" in types and not isinstance(field, list):
        return [_from_text(field, whole.get("items", {}), definitions)]
    if not isinstance(field, str) or "string" in types or not types:
        return field
    if "boolean" in types and field in ("true", "false"):
        return field == "true"
    try:
        return int(field) if "integer" in types or "number" in types else field
    except ValueError:
        return field


def _judged(
    kind: str,
    value: Json,
    pointer: str,
    schema: Mapping[str, Json],
    normaliser: Normaliser,
    direction: Direction | None,
) -> Iterator[Hit]:
    normal = normaliser.normal(schema, direction)
    for fault in _faults(normal, value):
        yield Hit(f"{kind}-mismatch", pointer, f"The {kind} does not fit its schema{fault}")


def _faults(normal: Schema, value: Json) -> list[str]:
    try:
        validator = jsonschema_rs.Draft202012Validator(
            bare(reachable(normal)), validate_formats=True, formats=OWN_FORMATS
        )
        errors = list(validator.iter_errors(value))[:_MOST]
    except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return []
    return [f" at {join(error.instance_path) or 'its root'}: {error.message}." for error in errors]
