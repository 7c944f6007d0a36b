"""Merging schemas that must all hold into one (what ``allOf`` says), as far as one object can say it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

import orjson

from spec.source.pointer import Json

Schema: TypeAlias = dict[str, Json]

NOTE = "\0note"
"""The key of what is noted of a schema: no keyword, and no member that anybody has."""
FALSE: Schema = {"not": {}}
_GROUPS = (("if", "then", "else"), ("not",))
UNEVALUATED = frozenset({"unevaluatedProperties", "unevaluatedItems"})

FAMILIES: dict[str, frozenset[str]] = {
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}),
    "string": frozenset({"minLength", "maxLength", "pattern", "format"}),
    "array": frozenset({
        "items", "prefixItems", "contains", "minContains", "maxContains", "minItems", "maxItems", "uniqueItems",
        "unevaluatedItems",
    }),
    "object": frozenset({
        "properties", "patternProperties", "additionalProperties", "propertyNames", "required", "minProperties",
        "maxProperties", "dependentRequired", "dependentSchemas", "unevaluatedProperties",
    }),
}  # fmt: skip
ALL_TYPES = frozenset({"null", "boolean", "number", "string", "array", "object"})


def text(value: Json) -> str:
    """One text per JSON value: equal values have equal texts (1.0 and 1 are equal in JSON Schema)."""
    try:
        written = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        if not _PERHAPS_WHOLE.search(written):
            return written.decode()
        return orjson.dumps(_whole(value), option=orjson.OPT_SORT_KEYS).decode()
    except (TypeError, RecursionError):  # integers beyond 64 bits, lone surrogates, very deep values
        return json.dumps(_whole(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


_PERHAPS_WHOLE = re.compile(rb"\.0|[0-9]e[0-9]")


def _whole(value: Json) -> Json:
    """The value with every number that is a whole one written as an integer."""
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return int(value)
    if isinstance(value, dict):
        return {key: _whole(child) for key, child in value.items()}
    return [_whole(child) for child in value] if isinstance(value, list) else value


def bare(node: Json) -> Json:
    """A normal form without its notes: what a validator reads. Nothing is copied where there is no note."""
    if isinstance(node, dict):
        below = {key: bare(child) for key, child in node.items() if key != NOTE}
        unchanged = len(below) == len(node) and all(below[key] is child for key, child in node.items())
        return node if unchanged else below
    if isinstance(node, list):
        items = [bare(child) for child in node]
        return node if all(one is two for one, two in zip(items, node, strict=True)) else items
    return node


_NAMED = ("properties", "patternProperties", "dependentSchemas", "$defs")
_LISTED = ("allOf", "anyOf", "oneOf", "prefixItems")


def below(schema: Schema) -> Iterator[Schema]:
    """The schemas directly below a normal form, those of ``$defs`` too; members may have the names of keywords."""
    for key, child in schema.items():
        if key in _NAMED:
            yield from (each for each in child.values() if isinstance(each, dict))
        elif key in _LISTED:
            yield from (each for each in child if isinstance(each, dict))
        elif isinstance(child, dict) and key not in (NOTE, "dependentRequired"):
            yield child


def size(schema: Json, most: int) -> int:
    """How many values a normal form is made of, those in lists of scalars left out; counted up to ``most``."""
    total, stack = 0, [schema]
    while stack and total <= most:
        here = stack.pop()
        total += 1
        if isinstance(here, dict):
            stack.extend(here.values())
        elif isinstance(here, list) and here and isinstance(here[0], dict):
            stack.extend(here)
    return total


def everywhere(schema: Schema) -> Iterator[Schema]:
    """A normal form and every schema below it."""
    stack = [schema]
    while stack:
        here = stack.pop()
        yield here
        stack.extend(below(here))


def unique(values: Iterable[Json]) -> list[Json]:
    """The values without repetition, in one fixed order."""
    found = {text(value): value for value in values}
    return [found[key] for key in sorted(found)]


def is_false(schema: Schema) -> bool:
    """True of the schema that accepts nothing."""
    return schema.get("not") == {} and all(key in ("not", NOTE) for key in schema)


def conjunction(parts: Iterable[Schema]) -> Schema:
    """One schema that holds exactly when all parts hold; what cannot be merged stays in its ``allOf``."""
    merged: Schema = {}
    rest: list[Schema] = []
    notes: Schema = {}
    impossible = False
    for part in _flattened(parts):
        for name, note in part.get(NOTE, {}).items():
            notes.setdefault(name, note)
        part = {key: value for key, value in part.items() if key != NOTE}
        impossible = impossible or is_false(part)
        if UNEVALUATED & part.keys() or (merged and part and not _mergeable(merged, part)):
            rest.append(part)
        else:
            _absorb(merged, part, rest)
    if impossible or merged.get("type") == [] or merged.get("enum") == []:
        merged = dict(FALSE)
    elif rest:
        merged = _with_rest(merged, rest)
    if notes:
        merged[NOTE] = notes
    return merged


def _flattened(parts: Iterable[Schema]) -> list[Schema]:
    """The parts, and those of their ``allOf``; what sees only what stands beside it (``unevaluated…``) stays whole."""
    flat: list[Schema] = []
    for part in parts:
        if UNEVALUATED & part.keys() or "allOf" not in part:
            flat.append(part)
            continue
        flat.append({key: value for key, value in part.items() if key != "allOf"})
        flat.extend(part["allOf"])
    return flat


def _with_rest(merged: Schema, rest: list[Schema]) -> Schema:
    """The merged part together with those that could not be merged, in their ``allOf``."""
    rest = rest + [part for part in (_taken(merged, words) for words in _GROUPS) if part]
    branches = [part for part in unique(rest) if text(part) != text(merged)]
    if not branches:
        return merged
    return {**merged, "allOf": branches} if merged or len(branches) > 1 else dict(branches[0])


def _taken(merged: Schema, words: tuple[str, ...]) -> Schema:
    """Take a group of keywords out of a schema, so that where it stands does not depend on the order of parts."""
    return {word: merged.pop(word) for word in words if word in merged}


def _mergeable(left: Schema, right: Schema) -> bool:
    if "$ref" in left or "$ref" in right:
        return False
    return _members_mergeable(left, right) and _items_mergeable(left, right)


def _members_mergeable(left: Schema, right: Schema) -> bool:
    if not _open_names(left) and not _open_names(right):
        return True
    if "additionalProperties" not in left and "additionalProperties" not in right:
        return True
    return bool(left.get("patternProperties", {}).keys() == right.get("patternProperties", {}).keys())


def _items_mergeable(left: Schema, right: Schema) -> bool:
    if "prefixItems" not in left and "prefixItems" not in right:
        return True
    return not ({"items", "prefixItems"} & left.keys() and {"items", "prefixItems"} & right.keys())


def _open_names(schema: Schema) -> bool:
    return "patternProperties" in schema


def _absorb(merged: Schema, part: Schema, rest: list[Schema]) -> None:
    left: Schema = {}
    if "if" in part and "if" in merged:
        left.update({word: part[word] for word in ("if", "then", "else") if word in part})
    if "contains" in part and "contains" in merged:
        left.update({word: part[word] for word in ("contains", "minContains", "maxContains") if word in part})
    members = _members(merged, part) if "properties" in merged or "properties" in part else None
    for word, value in part.items():
        if word in left:
            continue
        if word not in merged:
            merged[word] = value
        elif text(merged[word]) != text(value):
            if word in _MERGE:
                merged[word] = _MERGE[word](merged[word], value)
            elif word == "type":
                merged[word] = _types(merged[word], value)
            else:
                left[word] = value
    if members is not None:
        merged["properties"] = members
    if left:
        rest.append(left)


def _members(left: Schema, right: Schema) -> Schema:
    """The members of both; what one side does not declare falls under that side's ``additionalProperties``."""
    found: Schema = {}
    one, two = left.get("properties", {}), right.get("properties", {})
    for name in {**one, **two}:
        if name in one and name in two:
            found[name] = conjunction([one[name], two[name]])
        else:
            declared, other = (one[name], right) if name in one else (two[name], left)
            extra = other.get("additionalProperties") if not _open_names(other) else None
            found[name] = declared if extra is None else conjunction([declared, extra])
    return found


def _types(left: list[str], right: list[str]) -> list[str]:
    def holds(name: str, names: list[str]) -> bool:
        return name in names or (name == "integer" and "number" in names)

    return sorted({name for name in left if holds(name, right)} | {name for name in right if holds(name, left)})


def _each(left: Schema, right: Schema) -> Schema:
    shared = {name: conjunction([left[name], right[name]]) for name in left if name in right}
    return {**left, **right, **shared}


def _lists(left: dict[str, list[str]], right: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: sorted({*left.get(name, ()), *right.get(name, ())}) for name in {**left, **right}}


def _common(left: list[Json], right: list[Json]) -> list[Json]:
    known = {text(value) for value in right}
    return [value for value in left if text(value) in known]


_MERGE: dict[str, Callable[[Any, Any], Any]] = {
    "enum": _common,
    "minimum": max, "exclusiveMinimum": max, "minLength": max, "minItems": max, "minProperties": max,
    "maximum": min, "exclusiveMaximum": min, "maxLength": min, "maxItems": min, "maxProperties": min,
    "uniqueItems": lambda left, right: left or right,
    "required": lambda left, right: sorted({*left, *right}),
    "dependentRequired": _lists,
    "dependentSchemas": _each,
    "patternProperties": _each,
    "properties": lambda left, right: left,
    "items": lambda left, right: conjunction([left, right]),
    "additionalProperties": lambda left, right: conjunction([left, right]),
    "propertyNames": lambda left, right: conjunction([left, right]),
}  # fmt: skip
