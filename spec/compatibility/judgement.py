"""Whom a changed schema breaks: every rule hit judged by proof, by witness, or left possible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from spec.compatibility.align import aligned
from spec.compatibility.compare import Unit, Units
from spec.compatibility.hits import HitPlace, NoteHit, SchemaHit
from spec.compatibility.isolation import isolated
from spec.compatibility.keywords import Difference
from spec.compatibility.rules import SCHEMA_RULES, Effect
from spec.compatibility.usage import SchemaPair, Usage, Use
from spec.normal.identity import IdentityCache
from spec.normal.merge import Schema
from spec.witness.effort import WHOLE, Effort
from spec.witness.engine import is_contained
from spec.witness.search import Contest, Isolated, Witness, anywhere, search

_MOST_SEARCHES = 300
_MOST_BODIES = 3
_MOST_CONTAINED = 5
_MOST_DOUBTED = 3
_OUT_OF_STEPS = f"not proven: the search has taken {WHOLE:,} steps, which is the limit"


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether bodies are lost (or gained) by one hit: the proof, or why there is none.

    ``assumed``: compatible by the convention on ``oneOf`` (docs/diff.md), since no body showed the contrary.
    """

    effect: Effect
    witness: Witness | None = None
    use: Use | None = None
    doubt: str | None = None
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """One judged change of a schema: whether the set of bodies loses members, and whether it gains some."""

    hit: SchemaHit
    uses: tuple[Use, ...]
    lost: Proof
    gained: Proof

    @property
    def is_without_effect(self) -> bool:
        """True if it is proven, and not assumed, that the set of bodies stays as it is."""
        return all(answer.effect == "compatible" and not answer.assumed for answer in (self.lost, self.gained))


@dataclass(frozen=True, slots=True)
class NoteChange:
    """A changed annotation and the bodies that it concerns."""

    hit: NoteHit
    uses: tuple[Use, ...]


class DirectionChanges:
    """The changes of all bodies of one direction. Each unit is judged once, in the bodies nearest to it."""

    def __init__(self, bodies: Iterable[SchemaPair], units: Units) -> None:
        self._bodies = list(bodies)
        self._units = units
        self._usage = Usage(self._bodies)
        self._contests: IdentityCache[Contest] = IdentityCache()
        self._settled: IdentityCache[bool] = IdentityCache()
        self._searches = 0
        self._effort = Effort()

    def changes(self) -> Iterator[SchemaChange | NoteChange]:
        """Every change, judged; nothing for bodies that are proven to stay as they are.

        The convention on unknown members (see spec/compatibility/align.py) applies.
        """
        self._units.spellings.forget()
        unexplained: list[SchemaChange] = []
        explained: set[tuple[int, bool]] = set()
        for unit in self._usage.changed():
            uses = tuple(sorted(self._usage.uses(unit), key=lambda use: len(use.old_path)))
            yield from (NoteChange(hit, uses) for hit in unit.notes)
            for hit in unit.hits:
                change = self._judged(unit, hit, uses)
                self._sort(change, unexplained, explained)
                if not change.is_without_effect or _keeps(hit):
                    yield change
        yield from self._overlooked(unexplained, explained)

    def _judged(self, unit: Unit, hit: SchemaHit, uses: tuple[Use, ...]) -> SchemaChange:
        lost = self._answer(unit, hit, uses, old_side=True) if hit.difference.narrows else Proof("compatible")
        gained = self._answer(unit, hit, uses, old_side=False) if hit.difference.widens else Proof("compatible")
        return SchemaChange(hit, uses, lost, gained)

    def _answer(self, unit: Unit, hit: SchemaHit, uses: tuple[Use, ...], *, old_side: bool) -> Proof:
        doubt: str | None = None
        if self._searches >= _MOST_SEARCHES:
            doubt = f"not proven: there are more changes than the {_MOST_SEARCHES} that are searched for a proof"
        if self._effort.is_spent:
            doubt = _OUT_OF_STEPS
        found_doubtful = False
        for use in uses[: _MOST_BODIES if doubt is None else 0]:
            self._searches += 1
            change = _below(isolated(hit, old_side=old_side), use, old_side=old_side)
            found = search(self._contest(use.body, old_side=old_side), change)
            for witness in islice(found, _MOST_DOUBTED):
                reason = use.body.confirm(witness.body, old_side)
                if reason is None:
                    return Proof("breaking", witness, use)
                doubt = reason
            if doubt is None and self._is_settled(unit, uses, old_side=old_side):
                return Proof("compatible")
            found_doubtful = found_doubtful or doubt is not None
        if ("narrows" if old_side else "widens") in hit.indirect and not found_doubtful:
            return Proof("compatible", assumed=True)
        return Proof("possible", doubt=doubt or self._limit(uses[0].body, old_side=old_side))

    def _limit(self, body: SchemaPair, *, old_side: bool) -> str | None:
        """The limit that kept a search from going on, as a clause; None if nothing did."""
        contest = self._contest(body, old_side=old_side)
        if contest.limit:
            return f"not proven: {contest.limit}"
        return _OUT_OF_STEPS if self._effort.is_spent else None

    def _contest(self, body: SchemaPair, *, old_side: bool) -> Contest:
        known = self._contests.get(body, old_side)
        if known is None:
            sides = aligned(body.old, body.new)
            pair = (sides.old, body.new) if old_side else (sides.new, body.old)
            known = Contest(*pair, self._effort)
            self._contests.put(body, known, old_side)
        return known

    def _is_settled(self, unit: Unit, uses: tuple[Use, ...], *, old_side: bool) -> bool:
        """True if it is proven that no body is lost (gained): in the unit alone, or in every body that uses it.

        What holds in a unit holds around it unless it stands below ``oneOf``.
        """
        if not unit.mixed and self._contained(unit, self._whole(unit.old, 0), self._whole(unit.new, 1), old_side):
            return True
        bodies = [use.body for use in uses]
        return len(bodies) <= _MOST_CONTAINED and all(
            self._contained(body, body.old, body.new, old_side) for body in bodies
        )

    def _whole(self, schema: Schema, side: int) -> Schema:
        definitions = self._units.definitions[side]
        return {**schema, "$defs": definitions} if definitions else schema

    def _contained(self, holder: Unit | SchemaPair, old: Schema, new: Schema, old_side: bool) -> bool:
        known = self._settled.get(holder, old_side)
        if known is None:
            sides = aligned(old, new)
            known = is_contained(sides.old, new) if old_side else is_contained(sides.new, old)
            self._settled.put(holder, known, old_side)
        return known

    def _sort(self, change: SchemaChange, unexplained: list[SchemaChange], explained: set[tuple[int, bool]]) -> None:
        for answer, old_side in ((change.lost, True), (change.gained, False)):
            if answer.effect == "breaking":
                explained.update((id(use.body), old_side) for use in change.uses)
        if any(answer.effect == "possible" or answer.assumed for answer in (change.lost, change.gained)):
            unexplained.append(change)

    def _overlooked(self, unexplained: list[SchemaChange], explained: set[tuple[int, bool]]) -> Iterator[SchemaChange]:
        """Bodies that prove a loss or gain which no single hit explains (several changes acting together)."""
        nearest = {id(use.body): use.body for change in unexplained for use in change.uses[:1]}
        for body in islice(nearest.values(), 20):
            place = HitPlace(body.old, body.new)
            use = Use(body, (), ())
            answers = []
            for old_side in (True, False):
                answer = Proof("compatible")
                if (id(body), old_side) not in explained:
                    answer = self._anywhere(body, use, old_side=old_side)
                answers.append(answer)
            if "breaking" in {answer.effect for answer in answers}:
                hit = SchemaHit(Difference("body-changed", (), None, None, True, True), place)
                yield SchemaChange(hit, (use,), *answers)

    def _anywhere(self, body: SchemaPair, use: Use, *, old_side: bool) -> Proof:
        if self._contained(body, body.old, body.new, old_side):
            return Proof("compatible")
        for witness in islice(anywhere(self._contest(body, old_side=old_side)), _MOST_DOUBTED):
            if body.confirm(witness.body, old_side) is None:
                return Proof("breaking", witness, use)
        return Proof("compatible")


def _below(change: Isolated, use: Use, *, old_side: bool) -> Isolated:
    mine, other = (use.old_path, use.new_path) if old_side else (use.new_path, use.old_path)
    return replace(change, path=(*mine, *change.path), other_path=(*other, *change.other_path))


def _keeps(hit: SchemaHit) -> bool:
    difference = hit.difference
    return SCHEMA_RULES[difference.rule].sets == "keeps" or not (difference.narrows or difference.widens)
