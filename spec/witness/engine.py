"""What a real validator says: bodies judged, one schema proven to contain another, the schema of the difference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema_rs

from spec.normal.form import Normaliser
from spec.normal.merge import NOTE, Schema, bare, text
from spec.normal.readable import OWN_FORMATS
from spec.schema.limits import MOST_CASES, cases

_LARGEST_ALGEBRA = 400_000
_LARGEST_UNFOLDED = 20_000


def verdict(schema: Schema) -> Callable[[Any], bool | None]:
    """A function that says whether a body is valid under a normal form; formats are asserted.

    It says None of a body that the engine cannot judge, and of every body if it cannot read the schema.
    """
    try:
        plain = bare(reachable(schema))
        validator = jsonschema_rs.Draft202012Validator(plain, validate_formats=True, formats=OWN_FORMATS)
    except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return lambda _: None

    def is_valid(value: Any) -> bool | None:
        try:
            return validator.is_valid(value)
        except ValueError:
            return None

    return is_valid


def judge(schema: Schema) -> Callable[[Any], bool]:
    """A function that says whether a body is known to be valid under a normal form."""
    known = verdict(schema)
    return lambda value: known(value) is True


def reachable(schema: Schema) -> Schema:
    """The schema with those definitions only that it refers to."""
    definitions = schema.get("$defs", {})
    kept: Schema = {}
    stack: list[Any] = [{key: value for key, value in schema.items() if key != "$defs"}]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack.extend(node)
        elif isinstance(node, dict):
            name = str(node.get("$ref", "")).rpartition("/")[2]
            if name in definitions and name not in kept:
                kept[name] = definitions[name]
                stack.append(kept[name])
            stack.extend(child for key, child in node.items() if key not in ("enum", NOTE))
    rest = {key: value for key, value in schema.items() if key != "$defs"}
    return {**rest, "$defs": kept} if kept else rest


def _canonical(schema: Schema) -> jsonschema_rs.CanonicalSchema | None:
    schema = reachable(schema)
    if len(text(schema)) > _LARGEST_ALGEBRA or _unfolded(schema) > _LARGEST_UNFOLDED:
        return None
    if _alternatives(schema) > MOST_CASES:
        return None
    try:
        return jsonschema_rs.canonicalize(bare(schema), draft=jsonschema_rs.Draft202012, validate_formats=True)
    except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return None


def _unfolded(schema: Schema) -> int:
    """How many schema objects there are once every reference is written out (a recursive one counts once)."""
    definitions = schema.get("$defs", {})
    known: dict[str, int] = {}

    def count(node: Any) -> int:
        if isinstance(node, list):
            return sum(map(count, node))
        if not isinstance(node, dict):
            return 0
        total = 1 + sum(count(child) for key, child in node.items() if key not in ("$defs", "enum", NOTE))
        if isinstance(node.get("$ref"), str):
            name = node["$ref"].rpartition("/")[2]
            if name not in known:
                known[name] = 1
                known[name] = count(definitions.get(name, {}))
            total += known[name]
        return total

    return count(schema)


def _alternatives(schema: Schema) -> int:
    """The most cases that one value of a body must be told apart in, as if every choice were multiplied out."""
    worst = 1
    stack: list[Any] = [schema]
    while stack and worst <= MOST_CASES:
        node = stack.pop()
        if isinstance(node, list):
            stack.extend(node)
        elif isinstance(node, dict):
            worst = max(worst, cases(node))
            stack.extend(child for key, child in node.items() if key not in ("enum", "required", NOTE))
    return worst


def is_contained(narrow: Schema, wide: Schema) -> bool:
    """True if it is proven that every body valid under ``narrow`` is valid under ``wide``."""
    one, two = _canonical(narrow), _canonical(wide)
    if one is None or two is None:
        return False
    try:
        return two.covers(one) is jsonschema_rs.canonical.Containment.YES
    except jsonschema_rs.canonical.CanonicalizationError:
        return False


def is_unsatisfiable(schema: Schema) -> bool:
    """True if it is proven that no body is valid."""
    canonical = _canonical(schema)
    return canonical is not None and canonical.satisfiability() is jsonschema_rs.canonical.Satisfiability.NO


def expanded(schema: Schema) -> Schema | None:
    """The same set of bodies with negations and conditions worked in; None when the engine cannot say."""
    canonical = _canonical(schema)
    return None if canonical is None else _back(canonical)


def difference(accepted: Schema, refused: Schema) -> Schema | None:
    """A schema for the bodies that the first accepts and the second refuses; None when the engine cannot say."""
    one, two = _canonical(accepted), _canonical(refused)
    if one is None or two is None:
        return None
    try:
        rest = one.subtract(two)
    except jsonschema_rs.canonical.CanonicalizationError:
        return None
    if rest.satisfiability() is jsonschema_rs.canonical.Satisfiability.NO:
        return {"not": {}}
    return _back(rest)


def _back(canonical: jsonschema_rs.CanonicalSchema) -> Schema | None:
    plain = canonical.to_json_schema()
    return Normaliser(plain).normal(plain) if isinstance(plain, dict) else None
