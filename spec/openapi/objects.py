"""The objects of OpenAPI 3.0 to 3.2 as a table: which member holds which kind of object, one, in a list or by name.

Everything that walks a document by kind reads this table, so that ``example: {$ref: …}`` is data and
``properties: {example: {$ref: …}}`` is a reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from spec.source.pointer import Json, escape

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
"""The methods of a path item; ``query`` is new in OpenAPI 3.2."""


class Kind(StrEnum):
    """The kinds of object, by their names in the OpenAPI Specification."""

    DOCUMENT = "OpenAPI Object"
    COMPONENTS = "Components Object"
    PATHS = "Paths Object"
    PATH_ITEM = "Path Item Object"
    OPERATION = "Operation Object"
    PARAMETER = "Parameter Object"
    REQUEST_BODY = "Request Body Object"
    MEDIA_TYPE = "Media Type Object"
    ENCODING = "Encoding Object"
    RESPONSES = "Responses Object"
    RESPONSE = "Response Object"
    HEADER = "Header Object"
    EXAMPLE = "Example Object"
    LINK = "Link Object"
    CALLBACK = "Callback Object"
    SECURITY_SCHEME = "Security Scheme Object"
    SCHEMA = "Schema Object"
    VALUE = "value"  # a text or other value, in which no object stands


class Shape(StrEnum):
    """How a member holds objects."""

    ONE = "one"
    LIST = "a list"
    NAMED = "by name"


@dataclass(frozen=True, slots=True)
class MemberKind:
    """What a member of an object holds."""

    kind: Kind
    shape: Shape = Shape.ONE


@dataclass(frozen=True, slots=True)
class Node:
    """An object of a document: its kind, where it stands, and the value (a mapping, or a boolean schema)."""

    kind: Kind
    pointer: str
    value: Json


def _one(kind: Kind, words: str) -> dict[str, MemberKind]:
    return {word: MemberKind(kind) for word in words.split()}


def _list(kind: Kind, words: str) -> dict[str, MemberKind]:
    return {word: MemberKind(kind, Shape.LIST) for word in words.split()}


def _named(kind: Kind, words: str) -> dict[str, MemberKind]:
    return {word: MemberKind(kind, Shape.NAMED) for word in words.split()}


_CARRIER = {
    **_one(Kind.SCHEMA, "schema"),
    **_named(Kind.MEDIA_TYPE, "content"),
    **_named(Kind.EXAMPLE, "examples"),
}
OBJECTS: Mapping[Kind, Mapping[str, MemberKind]] = {
    Kind.DOCUMENT: {
        **_one(Kind.COMPONENTS, "components"),
        **_one(Kind.PATHS, "paths"),
        **_named(Kind.PATH_ITEM, "webhooks"),
    },
    Kind.COMPONENTS: {
        **_named(Kind.SCHEMA, "schemas"),
        **_named(Kind.RESPONSE, "responses"),
        **_named(Kind.PARAMETER, "parameters"),
        **_named(Kind.EXAMPLE, "examples"),
        **_named(Kind.REQUEST_BODY, "requestBodies"),
        **_named(Kind.HEADER, "headers"),
        **_named(Kind.SECURITY_SCHEME, "securitySchemes"),
        **_named(Kind.LINK, "links"),
        **_named(Kind.CALLBACK, "callbacks"),
        **_named(Kind.PATH_ITEM, "pathItems"),
        **_named(Kind.MEDIA_TYPE, "mediaTypes"),
    },
    Kind.PATH_ITEM: {
        **_one(Kind.OPERATION, " ".join(METHODS)),
        **_named(Kind.OPERATION, "additionalOperations"),
        **_list(Kind.PARAMETER, "parameters"),
    },
    Kind.OPERATION: {
        **_list(Kind.PARAMETER, "parameters"),
        **_one(Kind.REQUEST_BODY, "requestBody"),
        **_one(Kind.RESPONSES, "responses"),
        **_named(Kind.CALLBACK, "callbacks"),
    },
    Kind.PARAMETER: _CARRIER,
    Kind.HEADER: _CARRIER,
    Kind.REQUEST_BODY: _named(Kind.MEDIA_TYPE, "content"),
    Kind.MEDIA_TYPE: {
        **_one(Kind.SCHEMA, "schema itemSchema"),
        **_named(Kind.EXAMPLE, "examples"),
        **_named(Kind.ENCODING, "encoding"),
        **_list(Kind.ENCODING, "prefixEncoding"),
        **_one(Kind.ENCODING, "itemEncoding"),
    },
    Kind.ENCODING: {
        **_named(Kind.HEADER, "headers"),
        **_named(Kind.ENCODING, "encoding"),
        **_list(Kind.ENCODING, "prefixEncoding"),
        **_one(Kind.ENCODING, "itemEncoding"),
    },
    Kind.RESPONSE: {
        **_named(Kind.HEADER, "headers"),
        **_named(Kind.MEDIA_TYPE, "content"),
        **_named(Kind.LINK, "links"),
    },
    Kind.SCHEMA: {
        **_one(
            Kind.SCHEMA,
            "items contains additionalProperties propertyNames unevaluatedProperties unevaluatedItems "
            "not if then else contentSchema additionalItems",
        ),
        **_list(Kind.SCHEMA, "allOf anyOf oneOf prefixItems"),
        **_named(Kind.SCHEMA, "properties patternProperties dependentSchemas $defs definitions"),
    },
}
FREE: Mapping[Kind, MemberKind] = {
    Kind.PATHS: MemberKind(Kind.PATH_ITEM),
    Kind.RESPONSES: MemberKind(Kind.RESPONSE),
    Kind.CALLBACK: MemberKind(Kind.PATH_ITEM),
}
"""Objects whose members have names of the author's choice, extensions (``x-``) aside."""


_UNREAD: Mapping[Kind, frozenset[str]] = {
    Kind.PATH_ITEM: frozenset({"additionalOperations"}),
    Kind.MEDIA_TYPE: frozenset({"prefixEncoding", "itemEncoding"}),
    Kind.ENCODING: frozenset({"encoding", "prefixEncoding", "itemEncoding"}),
}


def unread_members(node: Node) -> Iterator[str]:
    """Members of OpenAPI 3.2 that decide what travels, and that neither the comparison nor the mock reads."""
    if not isinstance(node.value, dict):
        return
    yield from (word for word in node.value if word in _UNREAD.get(node.kind, ()))
    discriminator = node.value.get("discriminator") if node.kind is Kind.SCHEMA else None
    if isinstance(discriminator, dict) and "defaultMapping" in discriminator:
        yield "discriminator/defaultMapping"


def children(node: Node) -> Iterator[Node]:
    """The objects directly below one, in the order of the document; what is not shaped as it should be is left out."""
    value = node.value
    if not isinstance(value, dict):
        return
    if (free := FREE.get(node.kind)) is not None:
        for name, child in value.items():
            if not name.startswith("x-") and isinstance(child, dict):
                yield Node(free.kind, f"{node.pointer}/{escape(name)}", child)
        return
    known = OBJECTS.get(node.kind, {})
    for name, child in value.items():
        member = known.get(name)
        if member is None:
            continue
        yield from held(member, f"{node.pointer}/{escape(name)}", child)


def held(member: MemberKind, pointer: str, value: Json) -> Iterator[Node]:
    """The objects that the value of a member is or has, by what the member should hold."""
    if member.shape is Shape.NAMED and isinstance(value, dict):
        named = [(f"{pointer}/{escape(key)}", each) for key, each in value.items()]
    elif isinstance(value, list):  # also ``items`` as a list, as drafts before 2020-12 have it
        named = [(f"{pointer}/{index}", each) for index, each in enumerate(value)]
    else:
        named = [(pointer, value)] if member.shape is Shape.ONE else []
    for place, each in named:
        if isinstance(each, dict) or (isinstance(each, bool) and member.kind is Kind.SCHEMA):
            yield Node(member.kind, place, each)


def nodes(root: Json, kind: Kind = Kind.DOCUMENT, pointer: str = "") -> Iterator[Node]:
    """Every object of a document (or of a part of one, of a known kind), parents first; references not followed."""
    stack = [Node(kind, pointer, root)]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(list(children(node))))
