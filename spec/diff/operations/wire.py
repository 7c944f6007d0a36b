"""Values as texts: what two schemas accept where scalars have no type on the wire (parameters, headers, forms).

``?page=1`` is the integer 1, the number 1 and the text "1". Both schemas are rewritten into what their texts are, each
as the other needs it; what is not scalar (``deepObject``, arrays, forms) is rewritten member by member.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from spec.normal.merge import NOTE, Schema, below
from spec.source.pointer import Json

_LIMITS = frozenset({"enum", "pattern", "format", "minLength", "maxLength", "allOf", "anyOf", "oneOf", "not", "if"})
_PATTERNS = {None: "^(?:0|-?[1-9][0-9]*)$", 0: "^(?:0|[1-9][0-9]*)$", 1: "^[1-9][0-9]*$"}
"""What the texts of integers look like that are at least so large."""
_DEEPEST = 30


class WirePair(NamedTuple):
    """Two normal forms as they travel."""

    old: Schema
    new: Schema


def on_the_wire(old: Schema, new: Schema, depth: int = 0) -> WirePair:
    """Both schemas as sets of texts, where one of them is about texts; as they are, where both speak of numbers."""
    if depth > _DEEPEST or "$ref" in old or "$ref" in new:
        return WirePair(old, new)
    if _is_array(old) != _is_array(new) and (_is_scalar(old) or _is_scalar(new)):
        # form, exploded: ?a=1 is also an array of one
        return on_the_wire(_as_array(old), _as_array(new), depth + 1)
    if _is_scalar(old) and _is_scalar(new):
        return WirePair(_scalar(old, new), _scalar(new, old))
    left, right = dict(old), dict(new)
    if "items" in left or "items" in right:
        left["items"], right["items"] = on_the_wire(left.get("items", {}), right.get("items", {}), depth + 1)
    members = (dict(left.get("properties", {})), dict(right.get("properties", {})))
    for name in members[0].keys() & members[1].keys():
        members[0][name], members[1][name] = on_the_wire(members[0][name], members[1][name], depth + 1)
    for side, found in zip((left, right), members, strict=True):
        if found:
            side["properties"] = found
    return WirePair(left, right)


def _is_array(schema: Schema) -> bool:
    return schema.get("type") == ["array"]


def _is_scalar(schema: Schema) -> bool:
    if "enum" in schema:
        return not any(isinstance(value, (dict, list)) for value in schema["enum"])
    return "type" in schema and not {"object", "array"} & set(schema["type"])


def _as_array(schema: Schema) -> Schema:
    if not _is_scalar(schema):
        return schema
    return {"type": ["array"], "items": schema, "minItems": 1, "maxItems": 1}


def _scalar(schema: Schema, other: Schema) -> Schema:
    """A scalar schema as texts if it or the other one limits texts; a text without limits is any scalar."""
    if _is_free(schema):
        return {**schema, "type": sorted({*schema["type"], "boolean", "number", "null"} - {"integer"})}
    if _is_free(other) or not (_is_textual(schema) or _is_textual(other)):
        return schema
    if "enum" in schema:
        return _noted(schema, {"enum": [_spelt(value) for value in schema["enum"]]})
    types = set(schema["type"])
    if types == {"boolean"}:
        return _noted(schema, {"enum": ["false", "true"]})
    if types == {"integer"}:
        return _noted(schema, _digits(schema))
    return schema


def _is_free(schema: Schema) -> bool:
    return "string" in schema.get("type", ()) and not _LIMITS & schema.keys()


def _is_textual(schema: Schema) -> bool:
    if "enum" in schema:
        return any(isinstance(value, (str, bool)) for value in schema["enum"])
    return bool({"string", "boolean"} & set(schema["type"]))


def _digits(schema: Schema) -> Schema:
    """Integers as texts: the members of a small range, or what the digits look like; else the numbers as they are."""
    low, high, step = schema.get("minimum"), schema.get("maximum"), schema.get("multipleOf", 1)
    if low is not None and high is not None and high - low <= 200:
        return {"enum": [str(number) for number in range(int(low), int(high) + 1) if number % step == 0]}
    if high is None and step == 1 and low in _PATTERNS:
        return {"type": ["string"], "pattern": _PATTERNS[low]}
    return schema


def _spelt(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _noted(schema: Schema, plain: Schema) -> Schema:
    return {**plain, NOTE: schema[NOTE]} if NOTE in schema else plain


def is_settled(old: Schema, new: Schema) -> bool:
    """False if a text meets a number whose texts are not worked out: then nothing is proven about the pair."""
    kinds = [_kinds(side) for side in (old, new)]
    return not any("number" in one and "string" in two and "number" not in two for one, two in (kinds, kinds[::-1]))


def _kinds(schema: Schema) -> set[str]:
    own = {"number" if name == "integer" else name for name in schema.get("type", ())} & {"number", "string"}
    own |= {"string" if isinstance(value, str) else "number" for value in schema.get("enum", ())}
    return own.union(*map(_kinds, below(schema)))
