"""Leaving out of a normal form what does not travel in one direction (``readOnly``, ``writeOnly``)."""

from __future__ import annotations

from collections.abc import Set
from typing import Literal, TypeAlias

from spec.normal.identity import IdentityCache
from spec.normal.merge import NOTE, Schema
from spec.normal.simplify import simplified
from spec.source.pointer import Json

Direction: TypeAlias = Literal["request", "response"]
DIRECTIONS: tuple[Direction, ...] = ("request", "response")

_LEFT_OUT: dict[Direction, str] = {"request": "readOnly", "response": "writeOnly"}
_BELOW_ONE = ("items", "additionalProperties", "contains")
_BELOW_NAMED = ("patternProperties",)
_IN_PLACE = ("allOf", "anyOf", "oneOf")
_IN_PLACE_ONE = ("not", "if", "then", "else")


class Projection:
    """Schemas without the members that are ``readOnly`` (in requests) or ``writeOnly`` (in responses).

    A schema that holds no such member comes back as the same object, and each object is worked on once. ``noted`` are
    the words of all notes so far: where the flag is not among them, no schema holds it.
    """

    def __init__(self, direction: Direction, components: IdentityCache[str], noted: Set[str]) -> None:
        self.flag, self._noted = _LEFT_OUT[direction], noted
        self._components = components
        self._holds: IdentityCache[bool] = IdentityCache()
        self._done: IdentityCache[Schema] = IdentityCache()

    def __call__(self, schema: Schema, dropped: frozenset[str] = frozenset()) -> Schema:
        if not dropped and (self.flag not in self._noted or not self.holds(schema)):
            return schema
        known = self._done.get(schema, dropped)
        if known is None:
            known = self._done.put(schema, self._without(schema, dropped), dropped)
            if not dropped and (place := self._components.get(schema)) is not None:
                self._components.put(known, place)
        return known

    def holds(self, node: Json) -> bool:
        """True if the flag stands on any schema below a node."""
        if isinstance(node, list):
            return any(self.holds(child) for child in node)
        if not isinstance(node, dict):
            return False
        known = self._holds.get(node)
        if known is None:
            known = bool(node.get(NOTE, {}).get(self.flag))
            below = [child for key, child in node.items() if key != NOTE and isinstance(child, (dict, list))]
            known = known or any(map(self.holds, below))
            if any(child and (isinstance(child, dict) or isinstance(child[0], dict)) for child in below):
                self._holds.put(node, known)  # to look at a leaf again is cheaper than to remember it
        return known

    def _without(self, schema: Schema, dropped: frozenset[str]) -> Schema:
        members = schema.get("properties", {})
        own = {name for name, child in members.items() if child.get(NOTE, {}).get(self.flag)}
        dropped = dropped | own
        result = dict(schema)
        if members:
            result["properties"] = {name: self(child) for name, child in members.items() if name not in dropped}
        if "required" in schema and dropped:
            result["required"] = [name for name in schema["required"] if name not in dropped]
        if own:
            result[NOTE] = {**schema.get(NOTE, {}), "left-out": sorted(own)}
        for word in _BELOW_ONE:
            if word in schema:
                result[word] = self(schema[word])
        for word in _BELOW_NAMED:
            if word in schema:
                result[word] = {name: self(child) for name, child in schema[word].items()}
        if "prefixItems" in schema:
            result["prefixItems"] = [self(child) for child in schema["prefixItems"]]
        for word in _IN_PLACE:
            if word in schema:
                result[word] = [self(child, dropped) for child in schema[word]]
        for word in _IN_PLACE_ONE:
            if word in schema:
                result[word] = self(schema[word], dropped)
        return simplified(result)
