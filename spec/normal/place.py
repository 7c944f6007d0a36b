"""Places inside a schema, as steps from the whole body: following them, pinning a value, exchanging a schema."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias, cast

from spec.normal.merge import Schema, conjunction
from spec.regex.automaton import texts
from spec.regex.tree import PatternError
from spec.source.pointer import Json

Kind: TypeAlias = Literal["member", "additional", "pattern", "item", "index", "anyOf", "oneOf", "allOf", "then", "else"]


@dataclass(frozen=True, slots=True)
class SchemaStep:
    """One step down a schema: a member by name, an item, or a branch by its number."""

    kind: Kind
    key: str = ""


def step(kind: str, key: object = "") -> SchemaStep:
    """A step whose kind is known from a keyword (``anyOf``, ``oneOf``, ``allOf``) or a table."""
    return _step(kind, str(key))


@lru_cache(maxsize=4096)
def _step(kind: str, key: str) -> SchemaStep:
    """Many schemas have members of one name: the step to them is one object."""
    return SchemaStep(cast(Kind, kind), key)


Path: TypeAlias = tuple[SchemaStep, ...]


def opened(schema: Schema, definitions: Schema) -> Schema:
    """The schema a normal form's ``$ref`` stands for and what stands beside it."""
    passed: set[str] = set()
    while "$ref" in schema and schema["$ref"] not in passed:
        passed.add(schema["$ref"])
        rest = {key: value for key, value in schema.items() if key not in ("$ref", "$defs")}
        named = definitions.get(schema["$ref"].rpartition("/")[2], {})
        schema = conjunction([rest, named]) if rest else named
    return schema


def unwrapped(root: Schema) -> Schema:
    """A whole normal form whose first keywords are not behind a reference: what is used in many places is one."""
    if "$ref" not in root:
        return root
    definitions = root.get("$defs", {})
    return {
        **opened({word: value for word, value in root.items() if word != "$defs"}, definitions),
        "$defs": definitions,
    }


def child(schema: Schema, step: SchemaStep) -> Schema:
    """The sub-schema one step down; ``{}`` where nothing is said."""
    if step.kind in BRANCHES:
        found: Json = schema.get(step.kind, [])[int(step.key)]
    elif step.kind == "member":
        found = schema.get("properties", {}).get(step.key, schema.get("additionalProperties", {}))
    elif step.kind == "pattern":
        found = schema.get("patternProperties", {}).get(step.key, {})
    elif step.kind == "index":
        prefix = schema.get("prefixItems", [])
        found = prefix[int(step.key)] if int(step.key) < len(prefix) else schema.get("items", {})
    else:
        found = schema.get(_HOLDERS.get(step.kind, step.kind), {})
    return dict(found)


BRANCHES = ("anyOf", "oneOf", "allOf")
_HOLDERS = {"item": "items", "additional": "additionalProperties"}


def placed(schema: Schema, step: SchemaStep, inner: Schema, *, present: bool) -> Schema:
    """The schema with the sub-schema one step down exchanged; ``present`` also requires a value to stand there."""
    return (_present if present else _exchanged)(schema, step, inner)


def _exchanged(schema: Schema, step: SchemaStep, inner: Schema) -> Schema:
    if step.kind in BRANCHES:
        branches = list(schema[step.kind])
        branches[int(step.key)] = inner
        return {**schema, step.kind: branches}
    if step.kind == "pattern":
        return {**schema, "patternProperties": {**schema.get("patternProperties", {}), step.key: inner}}
    if step.kind == "member":
        return {**schema, "properties": {**schema.get("properties", {}), step.key: inner}}
    if step.kind == "index":
        return {**schema, "prefixItems": _prefix(schema, int(step.key), inner)}
    return {**schema, _HOLDERS.get(step.kind, step.kind): inner}


def _present(schema: Schema, step: SchemaStep, inner: Schema) -> Schema:
    if step.kind in BRANCHES:
        others = [part for number, part in enumerate(schema[step.kind]) if number != int(step.key)]
        rest = {key: value for key, value in schema.items() if key != step.kind}
        return conjunction([rest, inner, *(others if step.kind == "allOf" else ())])
    if step.kind in ("then", "else"):
        rest = {key: value for key, value in schema.items() if key not in ("if", "then", "else")}
        condition = schema.get("if", {})
        return conjunction([rest, condition if step.kind == "then" else {"not": condition}, inner])
    if step.kind in ("item", "index"):
        prefix = schema.get("prefixItems", ())
        index = len(prefix) if step.kind == "item" else int(step.key)
        least = max(index + 1, int(schema.get("minItems", 0)))
        return {**schema, "prefixItems": _prefix(schema, index, inner), "minItems": least}
    name = step.key if step.kind == "member" else _name(schema, step)
    properties = {**schema.get("properties", {}), name: inner}
    return {**schema, "properties": properties, "required": sorted({*schema.get("required", ()), name})}


def _prefix(schema: Schema, index: int, inner: Schema) -> list[Schema]:
    prefix = list(schema.get("prefixItems", ()))
    prefix += [schema.get("items", {})] * (index + 1 - len(prefix))
    prefix[index] = inner
    return prefix


def _name(schema: Schema, step: SchemaStep) -> str:
    if step.kind == "pattern":
        try:
            return next(texts([step.key]), "unexpected")
        except PatternError:
            return "unexpected"
    names = schema.get("propertyNames", {})
    if names.get("enum"):
        return str(names["enum"][0])
    if "pattern" in names:
        try:
            return next(texts([names["pattern"]], shortest=int(names.get("minLength", 0))), "unexpected")
        except PatternError:
            return "unexpected"
    return "unexpected"


def rebuilt(root: Schema, path: Sequence[SchemaStep], inner: Schema, *, present: bool) -> Schema:
    """The whole schema with what stands at a path exchanged for another schema.

    With ``present`` the whole also requires that a value stands there: sampling it gives bodies around that value.
    """
    definitions = root.get("$defs", {})

    def build(schema: Schema, rest: Sequence[SchemaStep]) -> Schema:
        if not rest:
            return inner
        schema = opened({key: value for key, value in schema.items() if key != "$defs"}, definitions)
        if rest[0].kind in BRANCHES and len(schema.get(rest[0].kind, ())) <= int(rest[0].key):
            return schema
        return placed(schema, rest[0], build(child(schema, rest[0]), rest[1:]), present=present)

    result = build(root, path)
    return {**result, "$defs": definitions} if definitions else result
