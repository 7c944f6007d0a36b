"""What a real validator says: bodies judged, one schema proven to contain another, the schema of the difference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema_rs

from spec.normal import Normaliser
from spec.normal_merge import NOTE, Schema, text
from spec.normal_pattern import OWN_FORMATS

_LARGEST_ALGEBRA = 400_000


def bare(node: Any) -> Any:
    """A normal form without its notes: what a validator reads."""
    if isinstance(node, dict):
        return {key: bare(child) for key, child in node.items() if key != NOTE}
    return [bare(child) for child in node] if isinstance(node, list) else node


def judge(schema: Schema) -> Callable[[Any], bool]:
    """A function that says whether a body is valid under a normal form; formats are asserted.

    A schema that the engine refuses accepts nothing here, so that it proves nothing.
    """
    try:
        validator = jsonschema_rs.Draft202012Validator(bare(schema), validate_formats=True, formats=OWN_FORMATS)
    except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return lambda _: False

    def is_valid(value: Any) -> bool:
        try:
            return validator.is_valid(value)
        except ValueError:
            return False

    return is_valid


def _canonical(schema: Schema) -> jsonschema_rs.CanonicalSchema | None:
    if len(text(schema)) > _LARGEST_ALGEBRA:
        return None
    try:
        return jsonschema_rs.canonicalize(bare(schema), draft=jsonschema_rs.Draft202012, validate_formats=True)
    except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return None


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
