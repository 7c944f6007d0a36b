"""Lint rules about the project's own annotations; a document without ``x-resource`` meets none of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from spec.catalogue.clauses import Catalogue
from spec.lint.checks.places import SchemaPlace
from spec.lint.rules import Hit
from spec.load import build, load
from spec.openapi.document import Document, DocumentError
from spec.resources.agreement import installs_for
from spec.resources.annotations import resources
from spec.source.pointer import Json, escape
from spec.source.reading import Source, SourceError


def loader_hits(
    source: Source,
    places: Iterable[SchemaPlace],
    catalogue: Catalogue,
    *,
    strict: bool = False,
    installs: Path | None = None,
) -> Iterator[Hit]:
    """What the loader refuses in a document that says with ``x-resource`` that it is meant to be loaded.

    With the installs of a file (default: those that ship), as the mock has them. Raises SourceError for a given file
    that does not go with the document.
    """
    if not any("x-resource" in place.schema or "x-signon" in place.schema for place in places):
        return
    try:
        document = build(source, catalogue, strict=strict)
    except DocumentError as error:
        for problem in error.problems:
            if problem.pointer.endswith("/default"):
                continue  # default-mismatch tells it
            yield Hit("resource-unloadable", problem.pointer, f"The document cannot be served: {problem.reason}")
        return
    yield from _of_installs(document, installs)
    served = _served()
    for operation in document.operations.values():
        if operation.id not in served:
            reason = f"The mock has no handler for the operation {operation.id!r}; it has {', '.join(sorted(served))}."
            yield Hit("operation-unserved", f"{operation.pointer}/operationId", reason)


def _of_installs(document: Document, installs: Path | None) -> Iterator[Hit]:
    """Names of lists and defaults that no install has."""
    for operation in document.operations.values():
        if not resources(operation).parts:
            continue
        try:
            installs_for(document, operation, installs)
        except DocumentError as error:
            for problem in error.problems:
                yield Hit("resource-unloadable", problem.pointer, f"The document cannot be served: {problem.reason}")
        except SourceError:
            if installs is not None:
                raise  # those that ship are for the document that ships


@cache
def _served() -> frozenset[str]:
    """The operations of the document that ships: those that the mock has handlers for (a test holds it to them)."""
    return frozenset(load().operations)


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


def _names(value: Json, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, Mapping):
        for key, child in value.items():
            yield from _names(child, f"{pointer}/{escape(key)}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _names(child, f"{pointer}/{index}")
