"""Following ``$ref`` inside one document, wherever it points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from spec.source import pointer


def target(document: Any, reference: Any) -> str | None:
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


def dereferenced(document: Any, node: Any, *, furthest: int = 50) -> Any:
    """The object that a chain of references ends at; the node itself when it is none or leads nowhere."""
    for _ in range(furthest):
        if not isinstance(node, Mapping) or not isinstance(node.get("$ref"), str):
            return node
        place = target(document, node["$ref"])
        if place is None:
            return node
        node = pointer.follow(document, place)
    return node


def references(node: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every reference below a node as (pointer of the object that holds it, text of the reference)."""
    stack = [(node, place)]
    while stack:
        here, where = stack.pop()
        if isinstance(here, Mapping):
            if isinstance(here.get("$ref"), str):
                yield where, here["$ref"]
            stack.extend((child, f"{where}/{pointer.escape(key)}") for key, child in here.items())
        elif isinstance(here, list):
            stack.extend((child, f"{where}/{index}") for index, child in enumerate(here))


def _anchored(node: Any, name: str, place: str) -> Iterator[str]:
    if isinstance(node, Mapping):
        if name in (node.get("$anchor"), node.get("$dynamicAnchor")):
            yield place
        for key, child in node.items():
            yield from _anchored(child, name, f"{place}/{pointer.escape(key)}")
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from _anchored(child, name, f"{place}/{index}")
