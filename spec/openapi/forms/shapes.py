"""What the members of OpenAPI's objects are, as far as JSON types go: so that nothing that reads one stumbles."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from spec.openapi.objects import OBJECTS, Kind, Shape
from spec.source.pointer import Json, escape

Report = Callable[[str, str], None]
Test = Callable[[Json], bool]


def _is_text(value: Json) -> bool:
    return isinstance(value, str)


def _is_flag(value: Json) -> bool:
    return isinstance(value, bool)


def _is_object(value: Json) -> bool:
    return isinstance(value, Mapping)


def _is_schema(value: Json) -> bool:
    return isinstance(value, (Mapping, bool))


def _is_list_of(test: Test) -> Test:
    return lambda value: isinstance(value, list) and all(map(test, value))


def _is_map_of(test: Test) -> Test:
    return lambda value: isinstance(value, Mapping) and all(map(test, value.values()))


_TESTS: Mapping[str, Test] = {
    "a text": _is_text,
    "true or false": _is_flag,
    "an object": _is_object,
    "an object or a boolean": _is_schema,
    "a list of texts": _is_list_of(_is_text),
    "a list of objects": _is_list_of(_is_object),
    "a list of schemas": _is_list_of(_is_schema),
    "an object of objects": _is_map_of(_is_object),
    "an object of schemas": _is_map_of(_is_schema),
    "a list of objects that name security schemes, each with a list of scopes": _is_list_of(
        _is_map_of(_is_list_of(_is_text))
    ),
    "a text or a list of texts": lambda value: isinstance(value, str) or _is_list_of(_is_text)(value),
}
_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("operationId", "summary", "description", "name", "in", "style", "format", "pattern"), "a text"),
    **dict.fromkeys(
        ("deprecated", "explode", "allowReserved", "allowEmptyValue", "readOnly", "writeOnly"), "true or false"
    ),
    **dict.fromkeys(("info", "discriminator", "xml", "externalDocs"), "an object"),
    "servers": "a list of objects",
    "security": "a list of objects that name security schemes, each with a list of scopes",
}  # fmt: skip
_BY_KIND: Mapping[Kind, Mapping[str, str]] = {
    Kind.DOCUMENT: {"tags": "a list of objects"},
    Kind.OPERATION: {"tags": "a list of texts"},
    Kind.PARAMETER: {"required": "true or false"},
    Kind.HEADER: {"required": "true or false"},
    Kind.REQUEST_BODY: {"required": "true or false"},
    Kind.SCHEMA: {
        "type": "a text or a list of texts",
        "required": "a list of texts",
    },
    Kind.LINK: {"servers": "a list of objects"},
}
_OF_OBJECTS = {Shape.ONE: "an object", Shape.LIST: "a list of objects", Shape.NAMED: "an object of objects"}
_OF_SCHEMAS = {
    Shape.ONE: "an object or a boolean", Shape.LIST: "a list of schemas", Shape.NAMED: "an object of schemas",
}  # fmt: skip


def expected(kind: Kind, word: str) -> str | None:
    """What the member of an object is, in words, or None if it may be anything."""
    if kind in (Kind.PATHS, Kind.RESPONSES, Kind.CALLBACK):
        return None if word.startswith("x-") else "an object"
    member = OBJECTS.get(kind, {}).get(word)
    if member is not None:
        return (_OF_SCHEMAS if member.kind is Kind.SCHEMA else _OF_OBJECTS)[member.shape]
    return _BY_KIND.get(kind, {}).get(word) or _WORDS.get(word)


def shaped(value: Mapping[str, Json], kind: Kind, pointer: str, report: Report) -> dict[str, Json]:
    """The members of an object that are what they should be; the others are reported, each at its place."""
    if kind is Kind.CALLBACK and isinstance(value.get("$ref"), str):
        return dict(value)  # what stands beside it is no expression
    kept: dict[str, Json] = {}
    for word, child in value.items():
        wanted = expected(kind, word)
        if wanted is None or _TESTS[wanted](child):
            kept[word] = child
        else:
            report(f"{pointer}/{escape(word)}", f"{word!r} of the {kind} must be {wanted}, not {described(child)}.")
    return kept


def described(value: Json) -> str:
    """The JSON type of a value in words, and the value if it is short."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {value}" if abs(value) < 10**15 else "a large number"
    if isinstance(value, str):
        return f"the text {value!r}" if len(value) <= 40 else "a text"
    return "an object" if isinstance(value, Mapping) else "a list"
