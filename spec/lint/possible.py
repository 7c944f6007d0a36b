"""What a look at schemas proves without a search: some value fits, none fits two; and what they really demand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from spec.normal.merge import ALL_TYPES, NOTE, Schema, conjunction, is_false, text
from spec.normal.simplify import simplified
from spec.source.pointer import Json

_COMBINED = frozenset({"$ref", "allOf", "anyOf", "oneOf", "not", "if", "dependentSchemas"})
_MOST_TRIED = 8  # branches of one choice
_BESIDE_VALUES = frozenset({"enum", "type", NOTE})
_STRINGS = ({"pattern"}, {"format", "minLength"}, {"format", "maxLength"})
"""Keywords of texts that may contradict each other, or themselves."""
_OBJECTS = ("minProperties", "propertyNames", "patternProperties", "dependentRequired", "unevaluatedProperties")
_COUNTED = ("minProperties", "dependentSchemas", "unevaluatedProperties", "unevaluatedItems")


Below: TypeAlias = Callable[[Json], bool]


def is_plainly_possible(schema: Json) -> bool:
    """True if a look at a normal form shows that some value is accepted; False says nothing.

    In a normal form the windows of numbers, lengths and counts are open, and the values of an ``enum`` fit.
    """
    if not isinstance(schema, dict):
        return True
    if schema.keys() & _COMBINED:
        return _chosen(schema, {}) is not None
    return _is_possible(schema)


def is_possible_here(schema: Schema) -> bool:
    """The same of a schema, its members and its items: what is further down is looked at where it stands."""
    return _is_possible(schema, lambda child: _is_possible(child, lambda one: not is_false(one)))


def _is_possible(schema: Schema, below: Below = is_plainly_possible) -> bool:
    """True if a value is accepted by a schema without branches, those for its members and items being ``below``."""
    if schema.keys() & _COMBINED:
        return False
    if "enum" in schema:
        return bool(schema["enum"]) and schema.keys() <= _BESIDE_VALUES
    types = schema.get("type")
    return types is None or any(_POSSIBLE[name](schema, below) for name in types)


def _chosen(schema: Schema, beside: Schema) -> Schema | None:
    """What is left of a schema, together with another one, if one branch is taken of each choice; None: not seen."""
    own = {word: value for word, value in schema.items() if word not in ("allOf", "anyOf", NOTE)}
    chosen = simplified(conjunction([beside, own]))
    if not _is_possible(chosen, _is_merged_possible):
        return None
    for part in schema.get("allOf", ()):
        taken = _chosen(part, chosen)
        if taken is None:
            return None
        chosen = taken
    if "anyOf" not in schema:
        return chosen
    tried = (_chosen(branch, chosen) for branch in schema["anyOf"][:_MOST_TRIED])
    return next((taken for taken in tried if taken is not None), None)


def _is_merged_possible(schema: Json) -> bool:
    """The same of a part of what was merged: its windows were not looked at yet."""
    return not isinstance(schema, dict) or _chosen(schema, {}) is not None


def _number(schema: Schema, below: Below) -> bool:
    return "multipleOf" not in schema


def _string(schema: Schema, below: Below) -> bool:
    return not any(words <= schema.keys() for words in _STRINGS)


def _array(schema: Schema, below: Below) -> bool:
    if "contains" in schema:
        return False
    return not schema.get("minItems") or (
        not schema.get("uniqueItems") and "prefixItems" not in schema and below(schema.get("items", {}))
    )


def _object(schema: Schema, below: Below) -> bool:
    if any(word in schema for word in _OBJECTS):
        return False
    members, others = schema.get("properties", {}), schema.get("additionalProperties", {})
    return all(below(members.get(name, others)) for name in schema.get("required", ()))


_POSSIBLE: Mapping[str, Callable[[Schema, Below], bool]] = {
    "null": lambda *_: True,
    "boolean": lambda *_: True,
    "integer": _number,
    "number": _number,
    "string": _string,
    "array": _array,
    "object": _object,
}


def demanded(schema: Json) -> Json:
    """A normal form without what a value may leave out: members that nothing requires, items that no list needs.

    What it accepts is never less, and it is impossible whenever the whole is: nothing else can contradict anything.
    Negations and conditions stay whole, and what a reference speaks of together with others.
    """
    if not isinstance(schema, dict):
        return schema
    together = list(_in_place(schema))
    if any("$ref" in node or _counts_members(node) for node in together):
        return schema
    required = {name for node in together for name in node.get("required", ())}
    required |= {name for node in together for names in node.get("dependentRequired", {}).values() for name in names}
    return _without(schema, required, items=any(node.get("minItems") or "contains" in node for node in together))


def _in_place(schema: Json) -> Iterator[Schema]:
    """The schema, and all below it that speak of the same value."""
    stack = [schema]
    while stack:
        here = stack.pop()
        if isinstance(here, dict):
            yield here
            for word in ("allOf", "anyOf"):
                stack.extend(here.get(word, ()))
            stack.extend(here[word] for word in ("not", "if", "then", "else") if word in here)


def _counts_members(node: Schema) -> bool:
    return any(word in node for word in _COUNTED) or any(isinstance(one, (dict, list)) for one in node.get("enum", ()))


def _without(node: Json, required: set[str], *, items: bool) -> Json:
    if not isinstance(node, dict):
        return node
    kept = dict(node)
    if "properties" in node:
        members = node["properties"].items()
        kept["properties"] = {name: demanded(child) if name in required else {} for name, child in members}
    if "items" in node:
        kept["items"] = demanded(node["items"]) if items else {}
    for word in ("allOf", "anyOf"):
        if word in node:
            kept[word] = [_without(child, required, items=items) for child in node[word]]
    return kept


def are_apart(one: Json, two: Json, *, deepest: int = 3) -> bool:
    """True if a look at two normal forms shows that no value fits both; False says nothing."""
    if not isinstance(one, dict) or not isinstance(two, dict) or deepest == 0:
        return False
    if "enum" in one and "enum" in two:
        return not set(map(text, one["enum"])) & set(map(text, two["enum"]))
    if not _kinds(one) & _kinds(two):
        return True
    shared = set(one.get("required", ())) & set(two.get("required", ()))
    members, others = one.get("properties", {}), two.get("properties", {})
    return _kinds(one) & _kinds(two) == {"object"} and any(
        are_apart(members.get(name), others.get(name), deepest=deepest - 1) for name in shared
    )


def _kinds(schema: Schema) -> frozenset[str]:
    """The types of the values that a normal form may accept; integers are numbers."""
    if "enum" in schema:
        return frozenset(_KIND[type(value)] for value in schema["enum"])
    return frozenset("number" if name == "integer" else name for name in schema.get("type", ALL_TYPES))


_KIND = {
    type(None): "null", bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object",
}  # fmt: skip
