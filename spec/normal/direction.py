"""Leaving out of a normal form what does not travel in one direction (``readOnly``, ``writeOnly``)."""

from __future__ import annotations

from typing import Any, Literal

from spec.normal.merge import NOTE, Schema
from spec.normal.simplify import simplified

_LEFT_OUT = {"request": "readOnly", "response": "writeOnly"}
_IN_PLACE = ("allOf", "anyOf", "oneOf")
_IN_PLACE_ONE = ("not", "if", "then", "else")


def projected(schema: Schema, direction: Literal["request", "response"]) -> Schema:
    """The schema without the members that are ``readOnly`` (in requests) or ``writeOnly`` (in responses)."""
    flag = _LEFT_OUT[direction]
    if not _holds(schema, flag):
        return schema
    return _without(schema, flag, frozenset())


def _holds(node: Any, flag: str) -> bool:
    stack = [node]
    while stack:
        here = stack.pop()
        if isinstance(here, dict):
            if here.get(NOTE, {}).get(flag):
                return True
            stack.extend(here.values())
        elif isinstance(here, list):
            stack.extend(here)
    return False


def _without(schema: Schema, flag: str, dropped: frozenset[str]) -> Schema:
    members = schema.get("properties", {})
    own = {name for name, child in members.items() if child.get(NOTE, {}).get(flag)}
    dropped = dropped | own
    result = dict(schema)
    if members:
        result["properties"] = {
            name: _without(child, flag, frozenset()) for name, child in members.items() if name not in dropped
        }
    if "required" in schema and dropped:
        result["required"] = [name for name in schema["required"] if name not in dropped]
    if own:
        result[NOTE] = {**schema.get(NOTE, {}), "left-out": sorted(own)}
    for word in ("items", "additionalProperties", "contains"):
        if word in schema:
            result[word] = _without(schema[word], flag, frozenset())
    for word in ("patternProperties", "$defs"):
        if word in schema:
            result[word] = {name: _without(child, flag, frozenset()) for name, child in schema[word].items()}
    if "prefixItems" in schema:
        result["prefixItems"] = [_without(child, flag, frozenset()) for child in schema["prefixItems"]]
    for word in _IN_PLACE:
        if word in schema:
            result[word] = [_without(child, flag, dropped) for child in schema[word]]
    for word in _IN_PLACE_ONE:
        if word in schema:
            result[word] = _without(schema[word], flag, dropped)
    definitions = result.pop("$defs", None)
    result = simplified(result)
    if definitions is not None:
        result["$defs"] = definitions
    return result
