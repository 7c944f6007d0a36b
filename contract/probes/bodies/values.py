"""Probes of values: widths of integers, spellings of moments, and everything that is refused at creation, at update."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contract.generation.breakages import Breakage, breakages
from contract.generation.leaves import bounds, types
from contract.model.identity import value_at
from contract.probes.changes import put, rename
from contract.probes.workbench import Workbench
from spec.resources.resource import Part
from spec.source.pointer import Json

_WIDTHS = (2**7, 2**8, 2**15, 2**16, 2**24, 2**31, 2**32, 2**53 - 2)
_MOMENTS = (
    ("2026-01-15T10:00:00+01:00", "2026-01-15T09:00:00Z", "2026-01-15T10:00:00Z"),
    ("2026-03-29T00:59:59Z", "2026-03-29T03:00:00+02:00", "2026-03-29T01:00:00Z"),
    ("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00Z"),
    ("2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", "2026-11-01T07:30:00Z", "2026-11-01T08:30:00Z"),
    ("2026-01-15T10:00:00Z", "2026-01-15T10:00:01Z", "2026-01-15T10:00:01.5Z"),
    ("2026-01-15T10:00:00+05:30", "2026-01-15T04:30:00Z", "2026-01-15T10:00:00+05:00"),
    ("2026-01-15T01:15:00-03:30", "2026-01-15T10:30:00+05:45", "2026-01-15T01:15:00-03:00"),
)
"""Moments that follow each other: the same instants and others, on both sides of a change of clocks."""


def widths(bench: Workbench) -> None:
    """Integers at the ends of what machines hold: each is an update, and none is taken for another.

    Kept beside the strategies: pairs on both sides of a width, in turn; a sequence draws one of them at a time.
    """
    for part in bench.resources.parts:
        for leaf in part.leaves:
            low, high = bounds(leaf.schema)
            if "integer" not in types(leaf.schema):
                continue
            base = bench.body()
            with bench.probe(f"widths: {leaf.key} of {part.name}"):
                for width in _WIDTHS:
                    for value in (width, width + 1):
                        if (high is None or value <= high) and (low is None or value >= low):
                            bench.provision(put(base, (*part.path, *leaf.path), value))
                small = (low or 0) + 59
                for value in (small, small + 2**8, small, small + 2**16, small, small + 2**32):
                    if high is None or value <= high:
                        bench.provision(put(base, (*part.path, *leaf.path), value))


def kept_keys(bench: Workbench) -> None:
    """An object that is replaced whole keeps its names, and what stands under one of them changes: an update.

    Nothing under a name is legal and no probe of it: some kinds may need settings.

    Kept beside the strategies: sequences draw such an object anew, which seldom keeps a name and changes what is
    under it.
    """
    for part in bench.resources.parts:
        for leaf in part.leaves:
            member = leaf.schema.get("additionalProperties")
            base = bench.body()
            value = value_at(base, (*part.path, *leaf.path))
            if (
                not isinstance(member, Mapping)
                or not member.get("properties")
                or not isinstance(value, dict)
                or not value
            ):
                continue
            key = next(iter(value))
            path = (*part.path, *leaf.path)
            with bench.probe(f"kept keys: {leaf.key} of {part.name}"):
                for _ in range(3):
                    before, after = (bench.composer.value(member, bench.chance) for _ in range(2))
                    for below in (before, after, after):
                        bench.provision(put(base, path, {key: below}))


def moments(bench: Workbench) -> None:
    """The same instant in another offset is the same, and another instant in the same clothes is another.

    Kept beside the strategies: pairs of equal instants on both sides of a change of clocks, which are hardly ever
    drawn together.
    """
    for part in bench.resources.parts:
        for leaf in part.leaves:
            later = any(
                one.schema.get("x-after") == leaf.path[-1] for one in part.leaves if one.path[:-1] == leaf.path[:-1]
            )
            if not leaf.date or not later:
                continue
            base = bench.body()
            path = (*part.path, *leaf.path)
            for one in _MOMENTS:
                with bench.probe(f"moments: {one[0]} at {leaf.key} of {part.name}"):
                    for text in (*one, one[0]):
                        bench.provision(put(base, path, text))


def broken_updates(bench: Workbench) -> None:
    """One thing wrong with what is known, at each place and for each clause: refused as it is at creation.

    Kept beside the strategies: whether somebody looks at creation only shows at known things alone, place by place.
    """
    base = bench.body()
    bench.provision(base)
    again: set[str] = set()
    for place, breakage in enumerate(_telling_breakages(bench, base)):
        if not bench.takes(place):
            continue
        with bench.probe(f"broken update: {breakage.label}"):
            if breakage.path[0] not in again:
                again.add(breakage.path[0])
                bench.provision(base)
            bench.provision(breakage.apply(base))
    bench.provision(base)
    for part in bench.resources.parts:
        _broken_beside_known(bench, part)


def _broken_beside_known(bench: Workbench, part: Part) -> None:
    """Something new with one thing wrong, everything beside and around it being known."""
    base = bench.body()
    bench.provision(base)
    newcomers = [part] if part.kinds else [bench.resources.part(name) for name in part.owners]
    for newcomer in newcomers:
        if not newcomer.kinds or part is bench.resources.parts[0]:
            continue
        for place, breakage in enumerate(_telling_breakages(bench, base)):
            below = breakage.path[: len(part.path)] == part.path and len(breakage.path) > len(part.path)
            if below and bench.takes(place):
                fresh = rename(base, newcomer, newcomer.kinds[0], bench.composer.name())
                with bench.probe(f"broken beside what is known: {breakage.label}, a new {newcomer.name}"):
                    bench.provision(breakage.apply(fresh))
    bench.provision(base)


def _telling_breakages(bench: Workbench, base: dict[str, Json]) -> Iterator[Breakage]:
    """One change for each place and set of clauses that it breaks, none of them about names."""
    holders = {(*part.path, str(part.identifiers)) for part in bench.resources.parts if part.identifiers is not None}
    seen: set[tuple[tuple[str, ...], frozenset[str]]] = set()
    for breakage in breakages(bench.judge.oracle.schema, base):
        if not breakage.path or breakage.path[:-1] in holders or breakage.path in holders:
            continue
        clauses = frozenset(one.clause for one in bench.judge.oracle.rules.violations(breakage.apply(base)))
        if clauses and (breakage.path, clauses) not in seen:
            seen.add((breakage.path, clauses))
            yield breakage
