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


def _is_schema(value: Json) -> bool:
    return isinstance(value, (dict, bool))


def _is_schemas(value: Json) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_schema, value))


def _is_by_name(value: Json) -> bool:
    return isinstance(value, dict) and all(map(_is_schema, value.values()))


def _is_texts_by_name(value: Json) -> bool:
    return isinstance(value, dict) and all(map(_is_texts, value.values()))


_Shape = tuple[str, Callable[[Json], bool]]
_COUNT: _Shape = ("a whole number from 0", _is_count)
_NUMBER: _Shape = ("a number", _is_number)
_LIMIT: _Shape = ("a number, or true in OpenAPI 3.0", lambda value: _is_number(value) or isinstance(value, bool))
_TEXT: _Shape = ("a text", lambda value: isinstance(value, str))
_FLAG: _Shape = ("true or false", lambda value: isinstance(value, bool))
_SCHEMAS: _Shape = ("a list of one or more schemas", _is_schemas)
_BY_NAME: _Shape = ("an object of schemas, by name", _is_by_name)
_SCHEMA: _Shape = ("a schema", _is_schema)
_ONE_SCHEMA = (
    "items", "not", "additionalProperties", "propertyNames", "contains", "if", "then", "else", "unevaluatedItems",
    "unevaluatedProperties", "contentSchema",
)  # fmt: skip
_COUNTED = tuple(f"{end}{of}" for end in ("min", "max") for of in ("Length", "Items", "Properties", "Contains"))
_SHAPES: dict[str, _Shape] = {
    "required": ("a list of the names of members", _is_texts),
    "enum": ("a list of one or more values", lambda value: isinstance(value, list) and bool(value)),
    "multipleOf": ("a number above 0", lambda value: _is_number(value) and value > 0),
    "dependentRequired": ("an object with a list of the names of members, by name", _is_texts_by_name),
    "discriminator": ("an object with a 'propertyName'", lambda value: isinstance(value, dict)),
    "examples": ("a list of values", lambda value: isinstance(value, list)),
    **dict.fromkeys(_COUNTED, _COUNT),
    **dict.fromkeys(("minimum", "maximum"), _NUMBER),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), _LIMIT),
    **dict.fromkeys(("pattern", "format", "title", "description", "$ref", "$id", "$anchor", "$dynamicRef"), _TEXT),
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
_EMPTY = {
    "enum": "no value is allowed; list those that are, or leave the keyword out",
    "type": "no value has a type out of none; name one, or leave the keyword out for any",
    "oneOf": "no value fits exactly one of no branches; add a branch, or leave the keyword out",
    "anyOf": "no value fits one of no branches; add a branch, or leave the keyword out",
    "allOf": "it asks for nothing; add a branch, or leave the keyword out",
    "prefixItems": "it asks for nothing; add a schema for the first item, or leave the keyword out",
}
"""What an empty list means, and what to do: JSON Schema wants at least one entry."""


def malformed_keywords(place: SchemaPlace) -> Iterator[Hit]:
    """Keywords of a schema that say nothing that anybody could keep."""
    for keyword, value in place.schema.items():
        if keyword in _SHAPES and not _SHAPES[keyword][1](value):
            yield _malformed(place.pointer, keyword, value)
        elif keyword == "type":
            yield from _types(value, f"{place.pointer}/type")


def _malformed(above: str, keyword: str, value: Json) -> Hit:
    pointer = f"{above}/{escape(keyword)}"
    if value == [] and keyword in _EMPTY:
        return Hit("keyword-malformed", pointer, f"The list {keyword!r} is empty: {_EMPTY[keyword]}.")
    shape = _SHAPES[keyword][0]
    for key, wrong in _entries(value) if _SHAPES[keyword] in _HOLDERS else ():
        said = "a list of the names of members" if keyword == "dependentRequired" else "a schema"
        if not (_is_texts(wrong) if keyword == "dependentRequired" else _is_schema(wrong)):
            message = f"{keyword!r} is {shape}; what stands at {key!r} is {_shown(wrong)}, which is not {said}."
            return Hit("keyword-malformed", f"{pointer}/{escape(key)}", message)
    advice = _ADVICE.get((keyword, type(value)), "")
    return Hit("keyword-malformed", pointer, f"{keyword!r} is {_shown(value)}; it has to be {shape}{advice}.")


_HOLDERS = (_SCHEMAS, _BY_NAME, _SHAPES["dependentRequired"])


def _entries(value: Json) -> list[tuple[str | int, Json]]:
    return list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())


def _types(value: Json, pointer: str) -> Iterator[Hit]:
    if value == []:
        yield Hit("keyword-malformed", pointer, f"The list 'type' is empty: {_EMPTY['type']}.")
    for wrong in [one for one in (value if isinstance(value, list) else [value]) if one not in TYPES]:
        near = get_close_matches(wrong, TYPES, n=1) if isinstance(wrong, str) else []
        hint = f" Did you mean {near[0]!r}?" if near else ""
        yield Hit("keyword-malformed", pointer, f"{_shown(wrong)} is no type; there are {', '.join(TYPES)}.{hint}")


def _shown(value: Json) -> str:
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)
