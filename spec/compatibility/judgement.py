"""Whom a changed schema breaks: every rule hit judged by proof, by witness, or left possible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from spec.compatibility.align import aligned
from spec.compatibility.compare import SchemaHit, schema_hits
from spec.compatibility.keywords import Difference
from spec.compatibility.rules import SCHEMA_RULES, Effect
from spec.normal.merge import Schema, text
from spec.normal.place import Path
from spec.witness.engine import bare, is_contained
from spec.witness.search import Contest, Witness, anywhere, exchanged, search

_MOST_SEARCHES = 200


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """One judged change of a schema: whether the set of bodies loses members, and whether it gains some."""

    rule: str
    path: Path
    new_path: Path
    member: str | None
    old: Any
    new: Any
    lost: Effect
    gained: Effect
    lost_witness: Witness | None = None
    gained_witness: Witness | None = None


@dataclass(frozen=True, slots=True)
class _Side:
    """One question about a pair of schemas: does a body exist that ``contest`` is about."""

    contest: Contest
    settled: bool  # proven that there is none
    known: dict[str, _Answer] = field(default_factory=dict, compare=False)

    def judge(self, hit: SchemaHit, *, old_side: bool) -> _Answer:
        difference = hit.difference
        suspected = difference.narrows if old_side else difference.widens
        if self.settled or not suspected:
            return _Answer("compatible")
        place = hit.place
        # the same component expanded at many places is searched once; there is a limit to what one document may ask
        key = text([difference.rule, hit.member, list(difference.keywords), bare(place.old), bare(place.new)])
        if key in self.known or len(self.known) >= _MOST_SEARCHES:
            return self.known.get(key, _Answer("possible"))
        mine, other = (place.old, place.new) if old_side else (place.new, place.old)
        path = place.old_path if old_side else place.new_path
        changed = exchanged(mine, difference.keywords, other)
        if hit.member is not None and "required" in difference.keywords:
            names = {*mine.get("required", ())} | {hit.member}
            changed = {**mine, "required": sorted(names)}
        witness = search(self.contest, path, mine, changed)
        self.known[key] = answer = _Answer("breaking" if witness else "possible", witness)
        return answer


@dataclass(frozen=True, slots=True)
class _Answer:
    effect: Effect
    witness: Witness | None = None


def equal(old: Schema, new: Schema) -> bool:
    """True if two normal forms are the same text, or are proven to accept the same bodies."""
    return text(bare(old)) == text(bare(new)) or (is_contained(old, new) and is_contained(new, old))


def schema_changes(old: Schema, new: Schema) -> Iterator[SchemaChange]:
    """Every change between two normal forms, judged; nothing if they accept the same bodies.

    The convention on unknown members (see compatibility_align) applies.
    """
    if text(bare(old)) == text(bare(new)):
        return
    sides = aligned(old, new)
    lost = _side(sides.old, new)
    gained = _side(sides.new, old)
    hits = list(schema_hits(old, new))
    if lost.settled and gained.settled:
        hits = [hit for hit in hits if _keeps(hit)]
    changes = [_judged(hit, lost, gained) for hit in hits]
    yield from (
        each
        for each, hit in zip(changes, hits, strict=True)
        if {each.lost, each.gained} != {"compatible"} or _keeps(hit)
    )
    yield from _overlooked(changes, lost, gained)


def _keeps(hit: SchemaHit) -> bool:
    return SCHEMA_RULES[hit.difference.rule].sets == "keeps" or not (hit.difference.narrows or hit.difference.widens)


def _side(accepting: Schema, refusing: Schema) -> _Side:
    return _Side(Contest.between(accepting, refusing), is_contained(accepting, refusing))


def _judged(hit: SchemaHit, lost: _Side, gained: _Side) -> SchemaChange:
    difference: Difference = hit.difference
    less, more = lost.judge(hit, old_side=True), gained.judge(hit, old_side=False)
    return SchemaChange(
        rule=difference.rule, path=hit.place.old_path, new_path=hit.place.new_path, member=hit.member,
        old=difference.old, new=difference.new, lost=less.effect, gained=more.effect,
        lost_witness=less.witness, gained_witness=more.witness,
    )  # fmt: skip


def _overlooked(changes: list[SchemaChange], lost: _Side, gained: _Side) -> Iterator[SchemaChange]:
    """A body that proves a loss or gain which no single hit explains (several changes acting together)."""
    less = more = None
    if not lost.settled and all(change.lost != "breaking" for change in changes):
        less = anywhere(lost.contest)
    if not gained.settled and all(change.gained != "breaking" for change in changes):
        more = anywhere(gained.contest)
    if less or more:
        yield SchemaChange(
            "body-changed", (), (), None, None, None,
            "breaking" if less else "compatible", "breaking" if more else "compatible", less, more,
        )  # fmt: skip
