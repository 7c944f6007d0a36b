"""Everything that a careful reader would find wrong in one OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from spec.catalogue.clauses import Catalogue
from spec.diff.document import Side
from spec.lint.checks.components import unused_components
from spec.lint.checks.document import operation_hits, reference_hits, template_hits
from spec.lint.checks.places import schema_places
from spec.lint.checks.prose import prose_hits
from spec.lint.checks.resources import clause_hits, loader_hits
from spec.lint.checks.schemas import schema_hits
from spec.lint.checks.spelling import misspelt_members
from spec.lint.checks.values import value_hits
from spec.lint.rules import Hit, LintFinding, finding
from spec.openapi.resolving import references
from spec.source.pointer import Json
from spec.source.reading import Source
from spec.witness.effort import WHOLE, Effort


def findings(
    source: Source,
    *,
    formats: frozenset[str] = frozenset(),
    clauses: Catalogue | None = None,
    strict: bool = False,
    steps: int = WHOLE,
    installs: Path | None = None,
) -> tuple[LintFinding, ...]:
    """The findings in an OpenAPI 3.0 or 3.1 document, in the order of the file, each once.

    ``formats`` are formats that the reader's own validators check; ``clauses`` the
    catalogue whose ids ``x-clause`` may name (without it, neither clauses nor resources are looked at).
    ``strict``: as if mock and judge were asked to refuse keywords that mean nothing to them.
    ``installs``: the file of installs that the mock would have (default: those that ship).
    ``steps``: how much each of the two searches may try, that of the schemas and that of the operations' bodies.
    """
    found = {finding(source, hit) for hit in _hits(source, formats, clauses, steps, strict=strict, installs=installs)}
    return tuple(sorted(found))


def _hits(
    source: Source,
    formats: frozenset[str],
    clauses: Catalogue | None,
    steps: int,
    *,
    strict: bool,
    installs: Path | None,
) -> Iterator[Hit]:
    document: Mapping[str, Json] = source.value
    side = Side.of(document)
    written = tuple(references(document))
    places = list(schema_places(document, written))
    yield from reference_hits(source, written, legacy=side.normaliser.legacy)
    yield from schema_hits(places, document, side.normaliser, formats, Effort(steps))
    yield from misspelt_members(document)
    yield from unused_components(document, places, written)
    yield from value_hits(places, document, side.normaliser)
    yield from prose_hits(places, document, side.normaliser)
    yield from operation_hits(side, Effort(steps))
    yield from template_hits(side)
    if clauses is not None:
        yield from clause_hits(places, clauses)
        yield from loader_hits(source, places, clauses, strict=strict, installs=installs)
