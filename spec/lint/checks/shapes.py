"""Lint rules about keywords whose value is of a shape that the dialect does not have: no validator keeps them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import get_close_matches

from spec.lint.checks.places import SchemaPlace
from spec.lint.rules import Hit
from spec.schema.keywords import TYPES
from spec.source.pointer import Json, escape


def _is_number(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_count(value: Json) -> bool:
    return _is_number(value) and value >= 0 and value == int(value)


def _is_texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


_Shape = tuple[str, Callable[[Json], bool]]
_COUNT: _Shape = ("a whole number from 0", _is_count)
_NUMBER: _Shape = ("a number", _is_number)
_LIMIT: _Shape = ("a number, or true in OpenAPI 3.0", lambda value: _is_number(value) or isinstance(value, bool))
_TEXT: _Shape = ("a text", lambda value: isinstance(value, str))
_FLAG: _Shape = ("true or false", lambda value: isinstance(value, bool))
_SCHEMAS: _Shape = ("a list of schemas", lambda value: isinstance(value, list))
_BY_NAME: _Shape = ("an object of schemas, by name", lambda value: isinstance(value, dict))
_SCHEMA: _Shape = ("a schema", lambda value: isinstance(value, (dict, bool)))
_ONE_SCHEMA = ("items", "not", "additionalProperties", "propertyNames", "contains", "if", "then", "else")
_COUNTED = tuple(f"{end}{of}" for end in ("min", "max") for of in ("Length", "Items", "Properties", "Contains"))
_SHAPES: dict[str, _Shape] = {
    "required": ("a list of the names of members", _is_texts),
    "enum": ("a list of values", lambda value: isinstance(value, list)),
    "multipleOf": ("a number above 0", lambda value: _is_number(value) and value > 0),
    **dict.fromkeys(_COUNTED, _COUNT),
    **dict.fromkeys(("minimum", "maximum"), _NUMBER),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), _LIMIT),
    **dict.fromkeys(("pattern", "format", "title", "description"), _TEXT),
    **dict.fromkeys(("uniqueItems", "nullable", "readOnly", "writeOnly", "deprecated"), _FLAG),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), _SCHEMAS),
    **dict.fromkeys(("properties", "patternProperties", "dependentSchemas", "$defs"), _BY_NAME),
    **dict.fromkeys(_ONE_SCHEMA, _SCHEMA),
}  # fmt: skip
"""What the value of a keyword is, in words and as a test (JSON Schema 2020-12, Validation and Core; OpenAPI 3.0)."""
_ADVICE = {
    ("required", bool): "; whether this member is required is said by the schema around it",
    ("items", list): "; one schema for each place is 'prefixItems'",
}


def malformed_keywords(place: SchemaPlace) -> Iterator[Hit]:
    """Keywords of a schema that say nothing that anybody could keep."""
    for keyword, value in place.schema.items():
        pointer = f"{place.pointer}/{escape(keyword)}"
        if keyword == "type":
            yield from _types(value, pointer)
        elif keyword in _SHAPES and not _SHAPES[keyword][1](value):
            advice = _ADVICE.get((keyword, type(value)), "")
            message = f"{keyword!r} is {_shown(value)}; it has to be {_SHAPES[keyword][0]}{advice}."
            yield Hit("keyword-malformed", pointer, message)


def _types(value: Json, pointer: str) -> Iterator[Hit]:
    for wrong in [one for one in (value if isinstance(value, list) else [value]) if one not in TYPES]:
        near = get_close_matches(wrong, TYPES, n=1) if isinstance(wrong, str) else []
        hint = f" Did you mean {near[0]!r}?" if near else ""
        yield Hit("keyword-malformed", pointer, f"{_shown(wrong)} is no type; there are {', '.join(TYPES)}.{hint}")


def _shown(value: Json) -> str:
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)
