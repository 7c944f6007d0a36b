"""What each keyword of a schema becomes in the normal form: one function per keyword, and the notes beside them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any
from zlib import crc32

from spec.normal.merge import ALL_TYPES, NOTE, Schema, text
from spec.normal.readable import ASSERTED_FORMATS, is_readable
from spec.source.pointer import Json

RESOURCE_NOTES = (
    "x-resource", "x-signon", "x-install-default", "x-install-member", "x-after", "x-empty-is-unset", "x-clause",
)  # fmt: skip
NOTED = ("default", "deprecated", "contentMediaType", "xml", "x-extensible-enum", "x-sunset", *RESOURCE_NOTES)
SILENT_FORMATS = frozenset({"binary", "password", "double"})
RANGES: dict[str, tuple[float, float]] = {
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "float": (-3.4028234663852886e38, 3.4028234663852886e38),
}
BASE64 = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"

Read = Callable[[Any], Any]
"""A keyword's value as the normal form holds it; None where it says nothing that a validator reads."""


def _number(value: Json) -> Json:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if isinstance(value, int) or math.isfinite(value) else None


def _count(value: Json) -> Json:
    return value if _number(value) is not None and value >= 0 and value == int(value) else None


def _factor(value: Json) -> Json:
    return value if _number(value) is not None and value > 0 else None


def _pattern(value: Json) -> Json:
    return value if isinstance(value, str) and is_readable(value) else None


def _required(value: Json) -> Json:
    return sorted({name for name in value if isinstance(name, str)}) if isinstance(value, list) else None


def _dependencies(value: Json) -> Json:
    if not isinstance(value, Mapping):
        return None
    return {name: sorted(set(map(str, names))) for name, names in value.items() if isinstance(names, list)}


VALUES: dict[str, Read] = {
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _number),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _count),
    **dict.fromkeys(("minContains", "maxContains", "minProperties", "maxProperties"), _count),
    "multipleOf": _factor,
    "pattern": _pattern,
    "uniqueItems": lambda value: value is True or None,
    "required": _required,
    "dependentRequired": _dependencies,
    "enum": lambda value: list(value) if isinstance(value, list) else None,
}
"""Keywords whose value is not a schema."""

BELOW = ("items", "contains", "additionalProperties", "propertyNames", "unevaluatedProperties", "unevaluatedItems")
"""Keywords that hold one schema for values further down the body."""

NAMED_BELOW = ("properties", "patternProperties")
IN_PLACE = ("not", "if", "then", "else")
"""Keywords that hold one schema for the same value."""


def values(node: Mapping[str, Json], *, legacy: bool) -> Schema:
    """Everything a schema object says without naming another schema; ``legacy`` reads it as OpenAPI 3.0 does."""
    schema: Schema = {}
    for word, read in VALUES.items():
        if word in node and (found := read(node[word])) is not None:
            schema[word] = found
    for word, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if node.get(word) is True and bound in schema:  # OpenAPI 3.0: a flag beside the bound
            schema[word] = schema.pop(bound)
    _typed(node, schema, legacy=legacy)
    if "const" in node:
        _constant(node["const"], schema)
    _formatted(node, schema)
    return schema


def types(node: Mapping[str, Json]) -> list[Json] | None:
    """The declared types as a list, or None if there are none."""
    declared = node.get("type")
    return [declared] if isinstance(declared, str) else declared if isinstance(declared, list) else None


def _typed(node: Mapping[str, Json], schema: Schema, *, legacy: bool) -> None:
    declared = types(node)
    if declared is None:
        return
    if legacy and node.get("nullable") is True:
        declared = [*declared, "null"]
    known = {name for name in declared if isinstance(name, str)} & (ALL_TYPES | {"integer"})
    if known:
        schema["type"] = sorted(known)


def _constant(value: Json, schema: Schema) -> None:
    if "enum" in schema:
        schema["allOf"] = [{"enum": [value]}]
    else:
        schema["enum"] = [value]


def _formatted(node: Mapping[str, Json], schema: Schema) -> None:
    name = node.get("format")
    if name == "byte" or node.get("contentEncoding") == "base64":  # the spellings of OpenAPI 3.0 and 3.1
        schema.setdefault("allOf", []).append({"pattern": BASE64})
    if not isinstance(name, str) or name in SILENT_FORMATS or name in ("byte", ""):
        return
    if name in RANGES:
        if {"integer", "number"} & set(types(node) or ()):
            low, high = RANGES[name]
            schema.setdefault("allOf", []).append({"minimum": low, "maximum": high})
    elif name in ASSERTED_FORMATS:
        schema["format"] = name
    else:
        schema[NOTE] = {"format": name}


def notes(node: Mapping[str, Json]) -> Schema:
    """What a schema object says beside the accepted values."""
    found = {word: node[word] for word in NOTED if word in node}
    encoding = "base64" if node.get("format") == "byte" else node.get("contentEncoding")
    if encoding is not None:
        found["contentEncoding"] = encoding
    if isinstance(node.get("pattern"), str) and not is_readable(node["pattern"]):
        found["pattern"] = node["pattern"]
    found.update({word: True for word in ("readOnly", "writeOnly") if node.get(word) is True})
    return found


_PROSE = frozenset({"title", "description", "example", "examples", "externalDocs", "$comment"})


def said(node: Json) -> str:
    """A digest of what a schema object says, prose left out: of one that accepts nothing, nothing else is left."""
    return f"{crc32(text(_without_prose(node)).encode('utf-8', 'surrogatepass')):08x}"


def _without_prose(node: Json) -> Json:
    if isinstance(node, Mapping):
        members = node.items()
        return {word: _without_prose(value) for word, value in members if word not in _PROSE or isinstance(value, dict)}
    return [_without_prose(value) for value in node] if isinstance(node, list) else node
