"""Rules for the names of members, checked one name at a time.

jsonschema-rs copies the whole object into each error about one of its names: a body with a few thousand wrong names
would take gigabytes. So ``propertyNames`` is taken out of what it lists errors for, and looked at here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from spec.openapi.document import Schema
from spec.source.pointer import Json, Token

Path: TypeAlias = tuple[Token, ...]
Each: TypeAlias = Callable[[Json], Iterator[tuple[Token, Json]]]
"""The children of a value that a schema keyword speaks of, with their tokens."""


@dataclass(frozen=True, slots=True)
class MemberNames:
    """Where objects have rules for the names of their members. ``steps`` lead from the root to those objects."""

    steps: tuple[Each, ...]
    schema: Schema

    def objects(self, value: Json) -> Iterator[tuple[Path, dict[str, Json]]]:
        """The objects in a value whose names these rules are for, with their paths."""
        found: list[tuple[Path, Json]] = [((), value)]
        for step in self.steps:
            found = [((*path, token), child) for path, one in found for token, child in step(one)]
        yield from ((path, one) for path, one in found if isinstance(one, dict))


def member_names(schema: Schema) -> tuple[MemberNames, ...]:
    """Every ``propertyNames`` of a schema that ``without_member_names`` takes out."""
    return tuple(_walk(schema, ()))


def _walk(schema: Json, steps: tuple[Each, ...]) -> Iterator[MemberNames]:
    if not isinstance(schema, Mapping):
        return
    if isinstance(schema.get("propertyNames"), Mapping):
        yield MemberNames(steps, schema["propertyNames"])
    for part in schema.get("allOf", ()):
        yield from _walk(part, steps)
    for name, member in schema.get("properties", {}).items():
        yield from _walk(member, (*steps, _member(name)))
    yield from _walk(schema.get("additionalProperties"), (*steps, _others(schema)))
    yield from _walk(schema.get("items"), (*steps, _items))


def _member(name: str) -> Each:
    return lambda value: iter([(name, value[name])] if isinstance(value, dict) and name in value else [])


def _others(schema: Schema) -> Each:
    known = frozenset(schema.get("properties", ()))

    def others(value: Json) -> Iterator[tuple[Token, Json]]:
        if isinstance(value, dict):
            yield from ((name, one) for name, one in value.items() if name not in known)

    return others


def _items(value: Json) -> Iterator[tuple[Token, Json]]:
    if isinstance(value, list):
        yield from enumerate(value)


def without_member_names(schema: Json) -> Json:
    """A copy of a schema without the rules that ``member_names`` finds; the places of all others stay."""
    if not isinstance(schema, Mapping):
        return schema
    copied = dict(schema)
    if isinstance(copied.get("propertyNames"), Mapping):
        del copied["propertyNames"]
    if "allOf" in copied:
        copied["allOf"] = [without_member_names(part) for part in copied["allOf"]]
    if "properties" in copied:
        copied["properties"] = {name: without_member_names(one) for name, one in copied["properties"].items()}
    for keyword in ("additionalProperties", "items"):
        if keyword in copied:
            copied[keyword] = without_member_names(copied[keyword])
    return copied
