"""What a schema really demands: proven possible without a search, or cut to what could contradict itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from spec.normal.merge import NOTE, Schema, everywhere
from spec.source.pointer import Json

_COMBINED = frozenset({"$ref", "allOf", "oneOf", "not", "if", "dependentSchemas"})
_BESIDE_VALUES = frozenset({"enum", "type", NOTE})
_STRINGS = ({"pattern"}, {"format", "minLength"}, {"format", "maxLength"})
"""Keywords of texts that may contradict each other, or themselves."""
_OBJECTS = ("minProperties", "propertyNames", "patternProperties", "dependentRequired", "unevaluatedProperties")
_COUNTED = ("minProperties", "dependentSchemas", "unevaluatedProperties", "unevaluatedItems")


def is_plainly_possible(schema: Json) -> bool:
    """True if a look at a normal form shows a value that it accepts; False says nothing.

    In a normal form the windows of numbers, lengths and counts are open, and the values of an ``enum`` fit.
    """
    if not isinstance(schema, Mapping):
        return True
    if "enum" in schema:
        return bool(schema["enum"]) and schema.keys() <= _BESIDE_VALUES
    if schema.keys() & _COMBINED:
        return False
    if "anyOf" in schema:
        return schema.keys() <= {"anyOf", NOTE} and any(map(is_plainly_possible, schema["anyOf"]))
    types = schema.get("type")
    return types is None or any(_POSSIBLE[name](schema) for name in types)


def _number(schema: Schema) -> bool:
    return "multipleOf" not in schema


def _string(schema: Schema) -> bool:
    return not any(words <= schema.keys() for words in _STRINGS)


def _array(schema: Schema) -> bool:
    if "contains" in schema:
        return False
    return not schema.get("minItems") or (
        not schema.get("uniqueItems") and "prefixItems" not in schema and is_plainly_possible(schema.get("items", {}))
    )


def _object(schema: Schema) -> bool:
    if any(word in schema for word in _OBJECTS):
        return False
    members, others = schema.get("properties", {}), schema.get("additionalProperties", {})
    return all(is_plainly_possible(members.get(name, others)) for name in schema.get("required", ()))


_POSSIBLE: Mapping[str, Callable[[Schema], bool]] = {
    "null": lambda _: True,
    "boolean": lambda _: True,
    "integer": _number,
    "number": _number,
    "string": _string,
    "array": _array,
    "object": _object,
}


def demanded(schema: Schema) -> Schema:
    """A normal form without what can be left out of a value: members that nothing requires, items of lists.

    What it accepts is never less, and it is impossible whenever the whole is: nothing else can contradict anything.
    """
    nodes = list(everywhere(schema))
    if any(word in node for node in nodes for word in _COUNTED) or any(map(_lists_structures, nodes)):
        return schema
    required = {name for node in nodes for name in node.get("required", ())}
    required |= {name for node in nodes for names in node.get("dependentRequired", {}).values() for name in names}
    items = any(node.get("minItems") or "contains" in node for node in nodes)
    return _without(schema, required, items=items)


def _lists_structures(node: Schema) -> bool:
    return any(isinstance(value, (dict, list)) for value in node.get("enum", ()))


def _without(node: Json, required: set[str], *, items: bool) -> Json:
    """The node with members that are not required, and items if they are not, left open; negations stay whole."""
    if not isinstance(node, Mapping):
        return node
    kept = dict(node)
    if "properties" in node:
        kept["properties"] = {
            name: _without(child, required, items=items) if name in required else {}
            for name, child in node["properties"].items()
        }
    if "items" in node:
        kept["items"] = _without(node["items"], required, items=items) if items else {}
    for word in ("allOf", "anyOf"):
        if word in node:
            kept[word] = [_without(child, required, items=items) for child in node[word]]
    return kept
