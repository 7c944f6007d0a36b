"""Text where a number or a boolean is meant: what converts without loss, and the value that it then is.

The published words are those of a validation library (Joi) that converts such text by default; so the judge holds it
against nobody, and the mock, which is on the safe side, refuses it under a clause of its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from spec.source.pointer import Json, Token

LOSSLESS_TEXT = "lossless-text"
"""The clause."""

_LONGEST = 64
_NUMBER = re.compile(r"[ \t]*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)[ \t]*\Z")
_BOOLEANS = {"true": True, "false": False}
_CHOICES = ("anyOf", "oneOf")


def convertible(text: str, keyword: str, schema: Json) -> bool:
    """Whether a text that breaks a keyword of a schema would have its type if it were converted."""
    return isinstance(schema, Mapping) and _meant(text, keyword, schema) is not None


def converted(value: Json, paths: Collection[tuple[Token, ...]]) -> Json:
    """A copy of a JSON value whose texts at the paths are the numbers and booleans that they stand for."""
    return _copied(value, paths, ())


def _copied(value: Json, paths: Collection[tuple[Token, ...]], path: tuple[Token, ...]) -> Json:
    if isinstance(value, dict):
        return {name: _copied(one, paths, (*path, name)) for name, one in value.items()}
    if isinstance(value, list):
        return [_copied(one, paths, (*path, index)) for index, one in enumerate(value)]
    return lossless(value) if path in paths else value


def lossless(text: str) -> int | float | bool | None:
    """The number or boolean that a text stands for, or None: ``"60"`` → 60, ``" 1.50"`` → 1.5, ``"TRUE"`` → true.

    A number with a fraction converts only when a double holds it exactly as it is written.
    """
    if (word := _BOOLEANS.get(text[:_LONGEST].lower())) is not None:
        return word
    found = _NUMBER.match(text) if len(text) <= _LONGEST else None
    if found is None:
        return None
    exact = Decimal(found[1])
    if exact == exact.to_integral_value():
        return int(exact)
    return float(exact) if Decimal(repr(float(exact))) == exact else None


def _meant(text: str, keyword: str, schema: Mapping[str, Json]) -> int | float | bool | None:
    value = lossless(text)
    if value is None:
        return None
    if keyword == "type":
        return value if _has_type(value, schema.get("type")) else None
    if keyword in _CHOICES:
        branches: Sequence[Json] = schema[keyword]
        return value if any(_has_type(value, one.get("type")) for one in branches if isinstance(one, Mapping)) else None
    if keyword in ("enum", "const"):
        listed = schema["enum"] if keyword == "enum" else [schema["const"]]
        return value if any(type(one) is type(value) and one == value for one in listed) else None
    return None


def _has_type(value: float, types: Json) -> bool:
    listed = {types} if isinstance(types, str) else set(types or ())
    if isinstance(value, bool):
        return "boolean" in listed
    return "number" in listed or ("integer" in listed and isinstance(value, int))
