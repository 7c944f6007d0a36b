"""Following ``$ref`` inside one document, wherever it points."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from spec.source import pointer
from spec.source.pointer import Json
from spec.source.reading import HOLDER


def target(document: Json, reference: Json) -> str | None:
    """The JSON pointer that a local reference names, or None if nothing in the document stands there.

    Understands ``#``, ``#/any/pointer`` (also outside ``components``) and ``#anchor``.
    """
    if not isinstance(reference, str) or not reference.startswith("#"):
        return None
    fragment = unquote(reference[1:])
    if fragment and not fragment.startswith("/"):
        return next(_anchored(document, fragment, ""), None)
    try:
        pointer.follow(document, fragment)
    except (LookupError, ValueError):
        return None
    return fragment


def dereferenced(document: Json, node: Json) -> Json:
    """The object that a chain of references ends at; the node itself when it is none or leads nowhere."""
    passed: set[str] = set()
    while isinstance(node, dict) and isinstance(node.get("$ref"), str):
        place = target(document, node["$ref"])
        if place is None or place in passed:
            break
        passed.add(place)
        node = pointer.follow(document, place)
    return node


_NAMED = frozenset({
    "properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "schemas", "responses", "parameters",
    "examples", "requestBodies", "headers", "securitySchemes", "links", "callbacks", "pathItems", "paths", "webhooks",
    "content", "mediaTypes", "encoding",
})  # fmt: skip
"""Members whose own members have names of the author's choice."""
_VALUES = frozenset({"enum", "const", "default", "example"})
"""Members that hold a value, in which a ``$ref`` is no reference."""


class LocalReference(NamedTuple):
    """A reference as it is written: the pointer of the object that holds it, and its text."""

    holder: str
    text: str


def references(node: Json, place: str = "") -> Iterator[LocalReference]:
    """Every reference below a node."""
    stack: list[_Visit] = [_Visit(node, place, "")]
    while stack:
        here, where, holder = stack.pop()
        if isinstance(here, dict):
            if holder in ("", _EXAMPLE) and isinstance(here.get("$ref"), str):
                yield LocalReference(where, here["$ref"])
            for key, child in here.items():
                if not (key in _VALUES and not holder) and not (key == "value" and holder == _EXAMPLE):
                    stack.append(_Visit(child, f"{where}/{pointer.escape(key)}", _held(key, child, holder)))
        elif isinstance(here, list) and holder != "examples":
            stack.extend(_Visit(child, f"{where}/{index}", "") for index, child in enumerate(here))


def is_in_extension(place: str) -> bool:
    """Whether a pointer leads into an extension (``x-…``), whose form OpenAPI leaves open."""
    around = ""
    for token in place.split("/")[1:]:
        if token.startswith("x-") and around not in _NAMED and token != HOLDER:
            return True
        around = token
    return False


class _Visit(NamedTuple):
    """A value, where it stands, and the member that makes it a map of names (empty: it is an object of its own)."""

    value: Json
    place: str
    holder: str


_EXAMPLE = "one of examples"


def _held(key: str, child: Json, holder: str) -> str:
    """What the value of a member is: a map of names, one example, or an object of its own."""
    if not holder:
        return key if key in _NAMED and isinstance(child, (dict, list)) else ""
    return _EXAMPLE if holder == "examples" else ""


def _anchored(node: Json, name: str, place: str) -> Iterator[str]:
    if isinstance(node, dict):
        if name in (node.get("$anchor"), node.get("$dynamicAnchor")):
            yield place
        for key, child in node.items():
            yield from _anchored(child, name, f"{place}/{pointer.escape(key)}")
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from _anchored(child, name, f"{place}/{index}")
