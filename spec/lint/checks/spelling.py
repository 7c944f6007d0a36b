"""Lint rules about words that are nearly keywords: what a tool does not know, it skips in silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache

from spec.lint.checks.places import SchemaPlace
from spec.lint.rules import Hit
from spec.source.pointer import Json, escape

_SCHEMA = frozenset({
    "$id", "$schema", "$ref", "$anchor", "$dynamicRef", "$dynamicAnchor", "$vocabulary", "$comment", "$defs",
    "$recursiveRef", "$recursiveAnchor",
    "id", "definitions", "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas",
    "dependencies", "prefixItems", "items", "additionalItems", "contains", "properties", "patternProperties",
    "additionalProperties", "propertyNames", "unevaluatedItems", "unevaluatedProperties", "type", "enum", "const",
    "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern",
    "maxItems", "minItems", "uniqueItems", "maxContains", "minContains", "maxProperties", "minProperties", "required",
    "dependentRequired", "title", "description", "default", "deprecated", "readOnly", "writeOnly", "examples", "format",
    "contentEncoding", "contentMediaType", "contentSchema", "nullable", "discriminator", "xml", "externalDocs",
    "example",
})  # fmt: skip
_OBJECTS: Mapping[str, frozenset[str]] = {
    "operation": frozenset({
        "tags", "summary", "description", "externalDocs", "operationId", "parameters", "requestBody", "responses",
        "callbacks", "deprecated", "security", "servers",
    }),
    "parameter": frozenset({
        "name", "in", "description", "required", "deprecated", "allowEmptyValue", "style", "explode", "allowReserved",
        "schema", "example", "examples", "content", "$ref", "summary",
    }),
    "request body": frozenset({"description", "content", "required", "$ref", "summary"}),
    "response": frozenset({"description", "headers", "content", "links", "$ref", "summary"}),
}  # fmt: skip
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def same_but_for_case(word: str) -> str | None:
    """The keyword of a schema that differs from a word in case, dashes and underscores only, or None."""
    return _by_case(_SCHEMA).get(_folded(word))


def misspelt_keywords(place: SchemaPlace) -> Iterator[Hit]:
    """Words of a schema that no dialect knows but that are close to one."""
    yield from _misspelt(place.schema, place.pointer, _SCHEMA, "schema")


def misspelt_members(document: Mapping[str, Json]) -> Iterator[Hit]:
    """Words of operations, parameters, request bodies and responses that are close to one of OpenAPI."""
    paths = document.get("paths")
    for path, item in paths.items() if isinstance(paths, Mapping) else ():
        for method in METHODS if isinstance(item, Mapping) else ():
            operation = item.get(method)
            if isinstance(operation, Mapping):
                yield from _of_operation(operation, f"/paths/{escape(path)}/{method}")


def _of_operation(operation: Mapping[str, Json], pointer: str) -> Iterator[Hit]:
    yield from _misspelt(operation, pointer, _OBJECTS["operation"], "operation")
    listed = operation.get("parameters")
    for index, parameter in enumerate(listed if isinstance(listed, list) else ()):
        yield from _misspelt(parameter, f"{pointer}/parameters/{index}", _OBJECTS["parameter"], "parameter")
    yield from _misspelt(
        operation.get("requestBody"), f"{pointer}/requestBody", _OBJECTS["request body"], "request body"
    )
    responses = operation.get("responses")
    for status, response in responses.items() if isinstance(responses, Mapping) else ():
        yield from _misspelt(response, f"{pointer}/responses/{escape(str(status))}", _OBJECTS["response"], "response")


def _misspelt(node: Json, pointer: str, known: frozenset[str], kind: str) -> Iterator[Hit]:
    for word in node if isinstance(node, Mapping) else ():
        if not isinstance(word, str) or word in known or word.startswith("x-"):
            continue
        if meant := _nearest(word, known):
            message = f"{word!r} is no word of a {kind}: did you mean {meant!r}?"
            yield Hit("keyword-misspelt", f"{pointer}/{escape(word)}", message)


@cache
def _by_case(known: frozenset[str]) -> Mapping[str, str]:
    return {word.lower(): word for word in sorted(known)}


def _folded(word: str) -> str:
    return word.lower().replace("_", "").replace("-", "")


def _nearest(word: str, known: frozenset[str]) -> str | None:
    folded = _folded(word)
    by_case = _by_case(known)
    if folded in by_case:
        return by_case[folded]
    close = get_close_matches(folded, by_case, n=1, cutoff=0.84) if 3 < len(word) < 40 else []
    return by_case[close[0]] if close else None
