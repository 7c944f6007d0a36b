"""References where OpenAPI knows none: a member that is one, in place of an operation, a list, a map or a text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spec.openapi.objects import FREE, OBJECTS, Kind, MemberKind, Node, Shape
from spec.source.pointer import Json, escape

WITHOUT_REFERENCE = frozenset({Kind.DOCUMENT, Kind.COMPONENTS, Kind.PATHS, Kind.OPERATION, Kind.RESPONSES, Kind.VALUE})
"""Objects in whose place OpenAPI allows no reference."""
_VALUES: Mapping[Kind, str] = {
    Kind.DOCUMENT: "info tags servers security externalDocs",
    Kind.PATH_ITEM: "servers",
    Kind.OPERATION: "tags servers security externalDocs",
    Kind.SECURITY_SCHEME: "flows",
    Kind.SCHEMA: "title type pattern required enum discriminator xml externalDocs",
}
"""Members (besides the description) that hold neither data nor extensions nor objects of a kind."""


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A reference of an object: the pointer of its text within the object, the text, and what is meant by it."""

    member: str
    text: str
    held: MemberKind


def is_reference(value: Json) -> bool:
    """Whether a value is an object with a text in ``$ref``."""
    return isinstance(value, dict) and isinstance(value.get("$ref"), str)


def misplaced_references(node: Node) -> Iterator[Misplaced]:
    """The references at an object, and at its members that are no objects of a kind themselves."""
    if node.kind in WITHOUT_REFERENCE - {Kind.DOCUMENT} and is_reference(node.value):
        yield Misplaced("/$ref", node.value["$ref"], MemberKind(node.kind))
    if node.kind in FREE or not isinstance(node.value, dict):
        return
    known = OBJECTS.get(node.kind, {})
    words = {"description", *_VALUES.get(node.kind, "").split()}
    for word, child in node.value.items():
        below = f"/{escape(word)}"
        member = known.get(word)
        if member is not None and member.shape is not Shape.ONE and is_reference(child):
            yield Misplaced(f"{below}/$ref", child["$ref"], member)
        elif member is None and word in words:
            yield from _in_value(below, child, deep=word != "enum")


def _in_value(pointer: str, value: Json, *, deep: bool) -> Iterator[Misplaced]:
    if is_reference(value) and len(value) == 1:
        yield Misplaced(f"{pointer}/$ref", value["$ref"], MemberKind(Kind.VALUE))
    elif deep:
        children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, child in children:
            if not str(key).startswith("x-"):
                yield from _in_value(f"{pointer}/{escape(key)}", child, deep=True)
