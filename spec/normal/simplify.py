"""Simplifying one schema object: what can never take effect goes, and of several spellings one stays."""

from __future__ import annotations

import math

import jsonschema_rs

from spec.normal.merge import ALL_TYPES, FALSE, FAMILIES, NOTE, UNEVALUATED, Schema, conjunction, is_false, text, unique
from spec.normal.readable import OWN_FORMATS
from spec.source.pointer import Json

_ZERO = ("minLength", "minItems", "minProperties")
_WINDOWS = (
    ("string", "minLength", "maxLength"),
    ("array", "minItems", "maxItems"),
    ("object", "minProperties", "maxProperties"),
)
_TRIVIAL_PATTERNS = frozenset({"", ".*", "[\\s\\S]*", "^[\\s\\S]*$", "^", "$", "(.*)"})


def simplified(schema: Schema) -> Schema:
    """The schema with every keyword that has no effect removed; equal sets tend to become equal texts."""
    notes = schema.get(NOTE)
    schema = {key: value for key, value in schema.items() if key != NOTE}
    if "allOf" in schema and not UNEVALUATED & schema.keys():
        schema = conjunction([schema])
    if not is_false(schema):
        schema = _simplified(schema)
    if notes:
        schema[NOTE] = notes
    return schema


def _simplified(schema: Schema) -> Schema:
    _conditional(schema)
    _numbers(schema)
    _empty(schema)
    if schema.get("not") == {} or any(is_false(part) for part in schema.get("allOf", ())):
        return dict(FALSE)
    if "enum" in schema:
        return _enumerated(schema)
    types = set(schema.get("type", ALL_TYPES))
    if "number" in types:
        types.discard("integer")
    types &= ALL_TYPES | {"integer"}
    types -= _impossible(schema, types)
    if not types:
        return dict(FALSE)
    if "number" in types and types != ALL_TYPES and schema.get("multipleOf") == 1:
        types = types - {"number"} | {"integer"}
    if "integer" in types:
        _integers(schema)
    _prune(schema, types)
    schema.pop("type", None)
    if types != ALL_TYPES:
        schema["type"] = sorted(types)
    return schema


def _numbers(schema: Schema) -> None:
    low, high = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if low is not None and schema.get("minimum") is not None:
        del schema["minimum" if low >= schema["minimum"] else "exclusiveMinimum"]
    if high is not None and schema.get("maximum") is not None:
        del schema["maximum" if high <= schema["maximum"] else "exclusiveMaximum"]


def _integers(schema: Schema) -> None:
    if "number" in schema.get("type", ()):
        return
    if (low := schema.pop("exclusiveMinimum", None)) is not None:
        schema["minimum"] = math.floor(low) + 1
    if (high := schema.pop("exclusiveMaximum", None)) is not None:
        schema["maximum"] = math.ceil(high) - 1
    if "minimum" in schema:
        schema["minimum"] = math.ceil(schema["minimum"])
    if "maximum" in schema:
        schema["maximum"] = math.floor(schema["maximum"])
    if schema.get("multipleOf") == 1:
        del schema["multipleOf"]


def _empty(schema: Schema) -> None:
    for word in _ZERO:
        if schema.get(word, 1) <= 0:
            del schema[word]
    for word in ("items", "additionalProperties", "propertyNames", "unevaluatedProperties", "unevaluatedItems"):
        if _anything(schema.get(word)):
            del schema[word]
    for word in ("properties", "patternProperties", "required", "dependentRequired", "dependentSchemas", "allOf"):
        if word in schema and not schema[word]:
            del schema[word]
    if schema.get("uniqueItems") is False or schema.get("maxItems", 2) <= 1:
        schema.pop("uniqueItems", None)
    if schema.get("maxItems") == 0:
        schema.pop("items", None)
    if len(schema.get("required", ())) >= schema.get("minProperties", math.inf):
        del schema["minProperties"]
    if schema.get("pattern") in _TRIVIAL_PATTERNS:
        del schema["pattern"]
    if "contains" not in schema or (schema.get("minContains") == 0 and "maxContains" not in schema):
        for word in ("contains", "minContains", "maxContains"):
            schema.pop(word, None)
    elif schema.get("minContains") == 1:
        del schema["minContains"]
    _members(schema)


def _members(schema: Schema) -> None:
    if "unevaluatedProperties" in schema and not {"anyOf", "oneOf", "allOf", "if", "$ref", "dependentSchemas"} & set(
        schema
    ):
        extra = schema.pop("unevaluatedProperties")
        schema.setdefault("additionalProperties", extra)  # which has evaluated all that is not declared


def _anything(value: Json) -> bool:
    return isinstance(value, dict) and all(key == NOTE for key in value)


def _conditional(schema: Schema) -> None:
    condition = schema.get("if")
    if condition is None:
        schema.pop("then", None)
        schema.pop("else", None)
        return
    for word in ("then", "else"):
        if _anything(schema.get(word)):
            del schema[word]
    if "then" not in schema and "else" not in schema:
        del schema["if"]


def _impossible(schema: Schema, types: set[str]) -> set[str]:
    found = {name for name, low, high in _WINDOWS if schema.get(low, 0) > schema.get(high, math.inf)}
    low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    above, below = schema.get("exclusiveMinimum", -math.inf), schema.get("exclusiveMaximum", math.inf)
    if low > high or above >= min(high, below) or below <= low:
        found |= {"number", "integer"}
    elif "integer" in types and "number" not in types:
        first = max(math.ceil(low) if low > -math.inf else low, math.floor(above) + 1 if above > -math.inf else above)
        last = min(math.floor(high) if high < math.inf else high, math.ceil(below) - 1 if below < math.inf else below)
        if first > last:
            found |= {"integer"}
    declared = schema.get("properties", {})
    closed = is_false(schema.get("additionalProperties", {})) and "patternProperties" not in schema
    for name in schema.get("required", ()):
        if is_false(declared.get(name, {})) or (closed and name not in declared):
            found.add("object")
    if len(schema.get("required", ())) > schema.get("maxProperties", math.inf):
        found.add("object")
    return found & types


def _prune(schema: Schema, types: set[str]) -> None:
    for family, words in FAMILIES.items():
        if family not in types and not (family == "number" and "integer" in types):
            for word in words & schema.keys():
                del schema[word]


def _enumerated(schema: Schema) -> Schema:
    values = unique(schema["enum"])
    others = {key: value for key, value in schema.items() if key != "enum"}
    decided = _decided(others)
    if decided:
        try:
            checker = jsonschema_rs.Draft202012Validator(_accepted(decided), validate_formats=True, formats=OWN_FORMATS)
            values = [value for value in values if checker.is_valid(value)]
            others = {key: value for key, value in others.items() if key not in decided}
        except (ValueError, jsonschema_rs.ValidationError):
            pass
    if not values:
        return dict(FALSE)
    texts = {text(value) for value in values}
    if not others and texts == {"false", "true"}:
        return {"type": ["boolean"]}
    if not others and texts == {"null"}:
        return {"type": ["null"]}
    return {**others, "enum": values}


def _decided(others: Schema) -> Schema:
    """What can be asked of each value of an enumeration at once: all, or what does not need what a reference names."""
    if "$ref" not in text(others):
        return others
    return {word: value for word, value in others.items() if word in _BY_ITSELF and "$ref" not in text(value)}


_BY_ITSELF = frozenset({
    "type", "not", "required", "dependentRequired", "propertyNames", "minItems", "maxItems", "uniqueItems",
    "minProperties", "maxProperties", *FAMILIES["number"], *FAMILIES["string"],
})  # fmt: skip
"""Keywords whose meaning no other keyword beside them changes."""


def _accepted(schema: Schema) -> Schema:
    return {"allOf": [schema]} if "type" not in schema or schema["type"] else dict(FALSE)


def alternatives(word: str, branches: list[Schema]) -> Schema:
    """``anyOf`` or ``oneOf`` of normalised branches, written with as few branches as possible."""
    if word == "anyOf":
        first: dict[str, Schema] = {}
        for branch in branches:
            first.setdefault(text({key: value for key, value in branch.items() if key != NOTE}), branch)
        branches = [first[key] for key in sorted(first)]
    kept = [branch for branch in branches if not is_false(branch)]
    if not kept:
        return dict(FALSE)
    if len(kept) == 1:
        return kept[0]
    if word == "anyOf" and any(_anything(branch) for branch in kept):
        return {}
    kept = _joined(kept)
    if len(kept) == 1:
        return kept[0]
    word = "anyOf" if word == "oneOf" and _disjoint(kept) else word
    return {word: sorted(kept, key=text)}


def _kinds(branch: Schema) -> set[str] | None:
    """The types a branch is limited to, if nothing but types and their own keywords limits it."""
    if set(branch) == {"enum"}:
        return None
    if "type" not in branch or not set(branch) <= set().union({"type", NOTE}, *FAMILIES.values()):
        return None
    return {"number" if name == "integer" else name for name in branch["type"]}


def _disjoint(branches: list[Schema]) -> bool:
    seen: set[str] = set()
    for branch in branches:
        declared = branch.get("type")
        kinds = {"number" if name == "integer" else name for name in declared} if declared else set()
        if set(branch) == {"enum"}:
            kinds = {_kind(value) for value in branch["enum"]}
        if not kinds or kinds & seen:
            return False
        seen |= kinds
    return True


def _kind(value: Json) -> str:
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    return next(
        name
        for name, kinds in {"number": (int, float), "string": str, "array": list, "object": dict}.items()
        if isinstance(value, kinds)  # type: ignore[arg-type]
    )


def _joined(branches: list[Schema]) -> list[Schema]:
    """Branches for different types become one branch with a type list; enumerations become one enumeration."""
    result: list[Schema] = []
    listed: list[Json] = []
    deprecated: list[Json] = []
    for branch in branches:
        values = _listed(branch)
        if values is not None and any("enum" in other for other in branches):
            if {text(value) for value in values} & {text(value) for value in listed}:
                return branches
            listed += values
            deprecated += values if branch.get(NOTE) else ()
            continue
        kinds = _kinds(branch)
        for index, other in enumerate(result):
            others = _kinds(other)
            if kinds is not None and others is not None and not kinds & others:
                notes = {**branch.get(NOTE, {}), **other.get(NOTE, {})}
                result[index] = {**other, **branch, "type": sorted({*other["type"], *branch["type"]})}
                if notes:
                    result[index][NOTE] = notes
                break
        else:
            result.append(branch)
    if listed:
        result.append({"enum": unique(listed)})
    if deprecated:
        result[-1][NOTE] = {"deprecated-values": unique(deprecated)}
    return result


def _listed(branch: Schema) -> list[Json] | None:
    """The values of a branch that is nothing but an enumeration, deprecated or not; None for any other branch."""
    if branch.get("type") == ["null"] and set(branch) <= {"type", NOTE}:
        return [None]
    plain = set(branch) <= {"enum", NOTE} and set(branch.get(NOTE, ())) <= {"deprecated"}
    return branch["enum"] if plain and "enum" in branch else None
