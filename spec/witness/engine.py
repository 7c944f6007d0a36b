"""What a real validator says: bodies judged, one schema proven to contain another, the schema of the difference."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jsonschema_rs

from spec.normal.form import Normaliser
from spec.normal.merge import NOTE, Schema, bare, below, everywhere, text
from spec.normal.readable import OWN_FORMATS
from spec.schema.limits import MOST_CASES, MOST_REPEATS, beyond_limits, least_values, most_cases
from spec.source.pointer import Json

_LARGEST_ALGEBRA = 400_000
_LARGEST_UNFOLDED = 20_000
_LARGEST_SUBTRACTED = 600
_MOST_NEGATIONS = 20
_MOST_SUBTRACTED_CASES = 256
_MOST_SUBTRACTED_VALUES = 800


def verdict(schema: Schema) -> Callable[[Json], bool | None]:
    """A function that says whether a body is valid under a normal form; formats are asserted.

    It says None of a body that the engine cannot judge, and of every body if it cannot read the schema.
    """
    try:
        plain = bare(reachable(schema))
        validator = jsonschema_rs.Draft202012Validator(plain, validate_formats=True, formats=OWN_FORMATS)
    except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return lambda _: None

    def is_valid(value: Json) -> bool | None:
        try:
            return validator.is_valid(value)
        except ValueError:
            return None

    return is_valid


def judge(schema: Schema) -> Callable[[Json], bool]:
    """A function that says whether a body is known to be valid under a normal form."""
    known = verdict(schema)
    return lambda value: known(value) is True


def reachable(schema: Schema) -> Schema:
    """The schema with those definitions only that it refers to."""
    definitions = schema.get("$defs", {})
    kept: Schema = {}
    stack: list[Schema] = [{key: value for key, value in schema.items() if key != "$defs"}]
    while stack:
        node = stack.pop()
        name = str(node.get("$ref", "")).rpartition("/")[2]
        if name in definitions and name not in kept:
            kept[name] = definitions[name]
            stack.append(kept[name])
        stack.extend(below(node))
    rest = {key: value for key, value in schema.items() if key != "$defs"}
    return {**rest, "$defs": kept} if kept else rest


def _canonical(schema: Schema) -> jsonschema_rs.CanonicalSchema | None:
    schema = reachable(schema)
    if algebra_limit(schema) is not None:
        return None
    try:
        return jsonschema_rs.canonicalize(bare(schema), draft=jsonschema_rs.Draft202012, validate_formats=True)
    except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return None


def _unfolded(schema: Schema) -> int:
    """How many schema objects there are once every reference is written out (a recursive one counts once)."""
    definitions = schema.get("$defs", {})
    known: dict[str, int] = {}

    def count(node: Schema) -> int:
        total = 1 + sum(map(count, below(node)))
        if isinstance(node.get("$ref"), str):
            name = node["$ref"].rpartition("/")[2]
            if name not in known:
                known[name] = 1
                known[name] = count(definitions.get(name, {}))
            total += known[name]
        return total

    return count({key: value for key, value in schema.items() if key != "$defs"})


def limit(schema: Schema) -> str | None:
    """Which limit a normal form is beyond, as a clause; None for one that can be searched as a whole."""
    schema = reachable(schema)
    definitions = schema.get("$defs", {})
    if (least := least_values(schema, definitions)) > MOST_REPEATS:
        return f"its smallest value holds about {least:,} values, and the limit is {MOST_REPEATS:,}"
    if (size := _unfolded(schema)) > _LARGEST_UNFOLDED:
        return f"it is {size:,} schemas when references are followed, and the limit is {_LARGEST_UNFOLDED:,}"
    for node in everywhere(schema):
        for sentence in beyond_limits(node):
            return sentence.partition(";")[0]
    return _negation_limit(schema)


def algebra_limit(schema: Schema) -> str | None:
    """Which limit keeps the algebra of schemas from being asked about a normal form, as a clause; None if none does."""
    if (letters := len(text(schema))) > _LARGEST_ALGEBRA:
        return f"it is {letters:,} letters long, and the limit is {_LARGEST_ALGEBRA:,}"
    if (size := _unfolded(schema)) > _LARGEST_UNFOLDED:
        return f"it is {size:,} schemas when references are followed, and the limit is {_LARGEST_UNFOLDED:,}"
    if _alternatives(schema) > MOST_CASES:
        return f"its branches make more than {MOST_CASES:,} cases when they are multiplied out"
    return _negation_limit(schema)


def _negation_limit(schema: Schema) -> str | None:
    deepest, stack = 0, [_Negated(schema, 0)]
    while stack:
        node, depth = stack.pop()
        deepest = max(deepest, depth)
        inner = node.get("not")
        stack.extend(_Negated(each, depth + (each is inner)) for each in below(node))
    if deepest > _MOST_NEGATIONS:
        return f"{deepest:,} negations stand in one another, and the limit is {_MOST_NEGATIONS}"
    return None


class _Negated(NamedTuple):
    """A schema and how many negations it stands in."""

    schema: Schema
    depth: int


def _alternatives(schema: Schema) -> int:
    """The most cases that one value of a body must be told apart in, as if every choice were multiplied out."""
    return most_cases(everywhere(schema))


def _listed(schema: Schema) -> int:
    """How many values the enumerations hold, and how many names are required."""
    return sum(len(node.get("enum", ())) + len(node.get("required", ())) for node in everywhere(schema))


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
    if "enum" in accepted and set(refused) <= {"enum", "type", NOTE}:
        accepts = judge(refused)
        rest_of = [value for value in accepted["enum"] if not accepts(value)]
        return {**accepted, "enum": rest_of} if rest_of else {"not": {}}
    one, two = reachable(accepted), reachable(refused)
    if _listed(one) + _listed(two) > _MOST_SUBTRACTED_VALUES:
        return None
    if _unfolded(one) + _unfolded(two) > _LARGEST_SUBTRACTED:
        return None  # what is left is written out member by member, branch by branch
    if _alternatives(one) * _alternatives(two) > _MOST_SUBTRACTED_CASES:
        return None
    left, right = _canonical(one), _canonical(two)
    if left is None or right is None:
        return None
    try:
        rest = left.subtract(right)
    except jsonschema_rs.canonical.CanonicalizationError:
        return None
    if rest.satisfiability() is jsonschema_rs.canonical.Satisfiability.NO:
        return {"not": {}}
    return _back(rest)


def _back(canonical: jsonschema_rs.CanonicalSchema) -> Schema | None:
    plain = canonical.to_json_schema()
    return Normaliser(plain).normal(plain) if isinstance(plain, dict) else None
