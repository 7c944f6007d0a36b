"""Values of leaf schemas; everything about hypothesis-jsonschema stays in this file.

That library is given scalars, enumerations and unions of them only: object schemas make it slow or make it fail.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from contract.generation.composition import flat
from contract.generation.texts import FORMATS, LONG, ODD, PLAIN, SAFE
from contract.oracle.readings import is_plain, oddities
from spec.openapi.document import Schema
from spec.schema.validation import Rules
from spec.source.pointer import Json

SCALARS = frozenset({"string", "integer", "number", "boolean", "null"})
_KEPT = frozenset({"type", "enum", "const", "pattern", "minLength", "maxLength", "minimum", "maximum"}) | {
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "format",
}
_WIDTHS = (2**15, 2**16, 2**31 - 1, 2**31, 2**32, 2**53 - 1)


def types(schema: Schema) -> frozenset[str]:
    """The types that a schema names; none if it leaves them open."""
    own = schema.get("type", ())
    return frozenset({own} if isinstance(own, str) else own)


def allowed(schema: Schema) -> st.SearchStrategy[Any]:
    """Every value that a leaf schema allows, as hypothesis-jsonschema makes them from it and our formats."""
    rules = _rules(json.dumps(schema, sort_keys=True))
    return _from_schema(_text(flat({**schema, "x-safe": {}}))).filter(rules.fits_schema)


def safe(schema: Schema) -> st.SearchStrategy[Any]:
    """The values of a leaf schema that every reading takes: short plain texts, never null, within ``x-safe``."""
    plain = flat(schema)
    if "const" in plain:
        return st.just(plain["const"])
    if "enum" in plain:
        return st.sampled_from([one for one in plain["enum"] if one is not None])
    named = types(plain) - {"null"} or {"string"}
    made = [_safe_text(plain) if one == "string" else _from_schema(_text({**plain, "type": one})) for one in named]
    return st.one_of(made).filter(_rules(json.dumps(schema, sort_keys=True)).fits_schema)


def is_safe(schema: Schema, value: Json) -> bool:
    """Whether every reading takes a value of a leaf schema that holds no date."""
    fits = _rules(json.dumps(schema, sort_keys=True)).fits_schema(value)
    return fits and next(oddities(value, schema, (0, "")), None) is None


def _safe_text(schema: Schema) -> st.SearchStrategy[str]:
    form, narrowed = str(schema.get("format")), schema.get("x-safe", {}).get("pattern")
    if form in SAFE and (narrowed is None or Rules({"pattern": narrowed}).fits_schema(SAFE[form].example)):
        return SAFE[form].texts
    if narrowed is None and form in FORMATS:
        return FORMATS[form]
    if narrowed is not None or "pattern" in schema:
        narrow = {**schema, "type": "string", "format": None, "pattern": narrowed or schema.get("pattern")}
        matching: st.SearchStrategy[str] = _from_schema(_text(narrow))
        return matching.filter(is_plain)
    least, most = schema.get("minLength", 0), schema.get("maxLength", 64)
    return PLAIN.map(lambda text: text[:most].rstrip().ljust(least, "x"))


def edges(schema: Schema) -> list[Json]:
    """Values at the ends of what a leaf schema allows, the least first; and legal ones that are odd."""
    plain = flat({**schema, "x-safe": {}})
    found: list[Json] = []
    if "enum" in plain:
        found += plain["enum"]
    named = types(plain)
    if "null" in named:
        found.append(None)
    if "boolean" in named:
        found += [False, True]
    if named & {"integer", "number"}:
        found += _numbers(plain)
    if "string" in named and "enum" not in plain:
        least = plain.get("minLength", 0)
        found += ["x" * least, "x" * plain.get("maxLength", least + 1), *ODD, *LONG]
    rules = _rules(json.dumps(schema, sort_keys=True))
    return [one for one in found if rules.fits_schema(one)]


def _numbers(schema: Schema) -> list[Json]:
    low, high = bounds(schema)
    values: list[Json] = [*(one for one in (low, high) if one is not None), *_WIDTHS]
    if low is not None:
        values += [low + 1, float(low + 1)]
    return values


def bounds(schema: Schema) -> tuple[int | None, int | None]:
    """The least and the greatest integer that a numeric schema allows; None where it has no bound."""
    low, high = schema.get("minimum"), schema.get("maximum")
    if "exclusiveMinimum" in schema:
        low = int(schema["exclusiveMinimum"]) + 1
    if "exclusiveMaximum" in schema:
        high = int(schema["exclusiveMaximum"]) - 1
    return (None if low is None else int(low)), (None if high is None else int(high))


def edge(schema: Schema) -> st.SearchStrategy[Any]:
    """Values of a leaf schema as extreme as it allows, and whatever else it allows."""
    listed = edges(schema)
    if not types(schema) <= SCALARS:
        return objects_of_that_kind()
    every = allowed(schema)
    return st.one_of(st.sampled_from(listed), every) if listed else every


def objects_of_that_kind() -> st.SearchStrategy[Any]:
    """Small objects with any names and little in them."""
    return st.dictionaries(_any_text(), st.one_of(st.none(), _any_text(), st.just({})), max_size=3)


@lru_cache(maxsize=1)
def junk() -> st.SearchStrategy[Any]:
    """Any JSON value, not large."""
    return _from_schema("{}")


def _text(schema: Schema) -> str:
    return json.dumps({key: item for key, item in schema.items() if key in _KEPT and item is not None}, sort_keys=True)


@lru_cache(maxsize=512)
def _from_schema(text: str) -> st.SearchStrategy[Any]:
    from hypothesis_jsonschema import from_schema

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # our own "date-time" and "email" stand in for the library's, on purpose
        made: st.SearchStrategy[Any] = from_schema(json.loads(text), custom_formats=dict(FORMATS))
    return made


@lru_cache(maxsize=512)
def _rules(text: str) -> Rules:
    """Rules of a schema, which tell values that the library's reading of it lets through."""
    return Rules(json.loads(text))


def _any_text() -> st.SearchStrategy[str]:
    return st.text(alphabet=st.characters(codec="utf-8"), max_size=12)


def leaf_kinds(schema: Mapping[str, Json]) -> bool:
    """Whether a schema is a leaf for the library: scalars, enumerations and unions of them."""
    return types(schema) <= SCALARS and bool(types(schema) or {"enum", "const"} & set(schema))
