"""Lint rules about words that are nearly keywords: what a tool does not know, it skips in silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache

from spec.lint.checks.places import SchemaPlace
from spec.lint.rules import Hit
from spec.openapi.objects import METHODS, Kind, nodes
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
_WORDS: Mapping[Kind, str] = {
    Kind.DOCUMENT: "openapi info jsonSchemaDialect servers paths webhooks components security tags externalDocs $self",
    Kind.COMPONENTS: "schemas responses parameters examples requestBodies headers securitySchemes links callbacks "
    "pathItems mediaTypes",
    Kind.PATH_ITEM: "$ref summary description servers parameters additionalOperations " + " ".join(METHODS),
    Kind.OPERATION: "tags summary description externalDocs operationId parameters requestBody responses callbacks "
    "deprecated security servers",
    Kind.PARAMETER: "name in description required deprecated allowEmptyValue style explode allowReserved schema "
    "example examples content $ref summary",
    Kind.HEADER: "description required deprecated style explode schema example examples content $ref summary "
    "allowEmptyValue allowReserved",
    Kind.REQUEST_BODY: "description content required $ref summary",
    Kind.RESPONSE: "description headers content links $ref summary",
    Kind.MEDIA_TYPE: "schema itemSchema example examples encoding prefixEncoding itemEncoding $ref description summary",
    Kind.SECURITY_SCHEME: "type description name in scheme bearerFormat flows openIdConnectUrl oauth2MetadataUrl "
    "deprecated $ref summary",
}
_OBJECTS: Mapping[Kind, frozenset[str]] = {kind: frozenset(words.split()) for kind, words in _WORDS.items()}


def same_but_for_case(word: str) -> str | None:
    """The keyword of a schema that differs from a word in case, dashes and underscores only, or None."""
    return _by_case(_SCHEMA).get(_folded(word))


def misspelt_keywords(place: SchemaPlace) -> Iterator[Hit]:
    """Words of a schema that no dialect knows but that are close to one."""
    yield from _misspelt(place.schema, place.pointer, _SCHEMA, Kind.SCHEMA)


def misspelt_members(document: Mapping[str, Json]) -> Iterator[Hit]:
    """Words of the objects of OpenAPI that are close to one that they may have."""
    for node in nodes(document):
        if node.kind in _OBJECTS:
            yield from _misspelt(node.value, node.pointer, _OBJECTS[node.kind], node.kind)


def _misspelt(node: Json, pointer: str, known: frozenset[str], kind: Kind) -> Iterator[Hit]:
    for word in node if isinstance(node, Mapping) else ():
        if not isinstance(word, str) or word in known or word.startswith("x-"):
            continue
        if meant := _nearest(word, known):
            message = f"{word!r} is no word of {_called(kind)}: did you mean {meant!r}?"
            yield Hit("keyword-misspelt", f"{pointer}/{escape(word)}", message)


def _called(kind: Kind) -> str:
    word = "document" if kind is Kind.DOCUMENT else kind.removesuffix(" Object").lower()
    return f"{'an' if word[0] in 'aeio' else 'a'} {word}"


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
    for place in range(1, len(folded)):  # two letters in the wrong order
        turned = f"{folded[: place - 1]}{folded[place]}{folded[place - 1]}{folded[place + 1 :]}"
        if turned in by_case:
            return by_case[turned]
    close = get_close_matches(folded, by_case, n=1, cutoff=0.84) if 3 < len(word) < 40 else []
    return by_case[close[0]] if close else None
