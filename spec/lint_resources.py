"""Lint rules about the project's own annotations; a document without ``x-resource`` meets none of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from spec.lint_places import SchemaPlace
from spec.lint_rules import Hit
from spec.pointer import escape


def clause_hits(places: Iterable[SchemaPlace], clauses: frozenset[str]) -> Iterator[Hit]:
    """Clause ids that no catalogue knows; an empty catalogue knows nothing and is not asked."""
    if not clauses:
        return
    for place in places:
        named = place.schema.get("x-clause")
        for word, value in named.items() if isinstance(named, Mapping) else ():
            pointer = f"{place.pointer}/x-clause/{escape(word)}"
            for where, name in _names(value, pointer):
                if name not in clauses:
                    yield Hit("clause-unknown", where, f"There is no clause {name!r} in the catalogue.")


def _names(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, Mapping):
        for key, child in value.items():
            yield from _names(child, f"{pointer}/{escape(key)}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _names(child, f"{pointer}/{index}")
