"""Lint rules about the project's own annotations; a document without ``x-resource`` meets none of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from spec.catalogue.clauses import Catalogue
from spec.lint.places import SchemaPlace
from spec.lint.rules import Hit
from spec.load import build
from spec.openapi.document import DocumentError
from spec.source.pointer import escape
from spec.source.reading import Source


def loader_hits(source: Source, places: Iterable[SchemaPlace], catalogue: Catalogue) -> Iterator[Hit]:
    """What the loader refuses in a document that says with ``x-resource`` that it is meant to be loaded."""
    if not any("x-resource" in place.schema or "x-signon" in place.schema for place in places):
        return
    try:
        build(source, catalogue)
    except DocumentError as error:
        for problem in error.problems:
            yield Hit("resource-unloadable", problem.pointer, f"The document cannot be served: {problem.reason}")


def clause_hits(places: Iterable[SchemaPlace], clauses: Catalogue) -> Iterator[Hit]:
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
