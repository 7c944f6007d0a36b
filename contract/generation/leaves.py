"""Values of leaf schemas, and junk, by hypothesis-jsonschema; everything about that library stays in this file.

It is given scalars, enumerations and unions of them only: object schemas make it slow or make it fail.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

_SCALAR = frozenset({"string", "integer", "number", "boolean", "null"})
_KEPT = frozenset({"type", "enum", "const", "pattern", "minLength", "maxLength", "minimum", "maximum"}) | {
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
}


def boundary_values(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values of a leaf schema as extreme as it allows; for objects and arrays, junk of the same type."""
    types = schema.get("type", ())
    listed = {types} if isinstance(types, str) else set(types)
    if listed <= _SCALAR and (listed or {"enum", "const"} & set(schema)):
        return _from_schema(json.dumps({key: item for key, item in schema.items() if key in _KEPT}, sort_keys=True))
    return st.dictionaries(_text(), st.one_of(st.none(), _text(), st.dictionaries(_text(), st.none())), max_size=3)


@lru_cache(maxsize=256)
def _from_schema(text: str) -> st.SearchStrategy[Any]:
    from hypothesis_jsonschema import from_schema

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made: st.SearchStrategy[Any] = from_schema(json.loads(text))
    return made


def _text() -> st.SearchStrategy[str]:
    return st.text(alphabet=st.characters(codec="utf-8"), max_size=12)


@lru_cache(maxsize=1)
def junk() -> st.SearchStrategy[Any]:
    """Any JSON value, not large."""
    return _from_schema("{}")
