"""Two normal forms side by side: every place where they differ, with the rule that names the difference.

Comparable units are bodies and the components that they share. Each pair of units is compared once, however many
bodies use it; a unit knows its own differences, and the ways to the units below it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from spec.compatibility.align import paired
from spec.compatibility.hits import HitPlace, NoteHit, SchemaHit, plain
from spec.compatibility.keywords import OPAQUE, Difference, keyword_differences, same_condition, shared_types
from spec.compatibility.members import member_hits
from spec.compatibility.notes import note_hits
from spec.compatibility.rules import SCHEMA_RULES, Sets
from spec.compatibility.spelling import Spellings
from spec.normal.direction import Direction
from spec.normal.identity import IdentityCache
from spec.normal.merge import NOTE, UNEVALUATED, Schema, bare, conjunction, is_false
from spec.normal.place import BRANCHES, Path, opened, step


@dataclass(frozen=True, slots=True)
class Link:
    """The way from a unit to one below it, in the old and in the new schema."""

    old_path: Path
    new_path: Path
    unit: Unit


@dataclass(slots=True, eq=False)
class Unit:
    """Two corresponding schemas, their own differences, and the units below them."""

    old: Schema
    new: Schema
    mixed: bool
    hits: list[SchemaHit] = field(default_factory=list)
    notes: list[NoteHit] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


class Units:
    """All pairs of units of two documents in one direction."""

    def __init__(self, components: IdentityCache[str], direction: Direction, spellings: Spellings) -> None:
        self._components, self.direction, self.spellings = components, direction, spellings
        self._known: dict[tuple[object, object, bool], Unit] = {}
        self._keep: list[Schema] = []
        self.definitions: tuple[Schema, Schema] = ({}, {})
        self._waiting: list[Unit] = []

    def pair(self, old: Schema, new: Schema) -> Unit:
        """The unit of two whole normal forms, with everything below it compared."""
        found = [whole.get("$defs", known) for whole, known in zip((old, new), self.definitions, strict=True)]
        self.definitions = (found[0], found[1])
        unit = self._unit(old, new, mixed=False)
        while self._waiting:
            self._compare(self._waiting.pop())
        return unit

    def is_same(self, old: Schema, new: Schema) -> bool:
        """True if two schemas are written alike and every reference in them leads to one object in both documents."""
        written = self.spellings.key(old, noted=True)
        if written != self.spellings.key(new, noted=True):
            return False
        one, two = self.definitions
        return all(one.get(name) is two.get(name) for name in self.spellings.names(written))

    def is_moved(self, schema: Schema) -> bool:
        """True if some reference below a schema leads to definitions that are not written alike in both documents."""
        waiting, seen = set(self.spellings.names(self.spellings.key(schema))), set[str]()
        while waiting:
            seen |= waiting
            keys = set[str]()
            for name in waiting:
                pair = [definitions.get(name, {}) for definitions in self.definitions]
                one, two = map(self.spellings.key, pair)
                if one != two:
                    return True
                keys.add(one)
            waiting = set[str]().union(*map(self.spellings.names, keys)) - seen
        return False

    def _unit(self, old: Schema, new: Schema, *, mixed: bool) -> Unit:
        key = (self._key(old), self._key(new), mixed)
        if key not in self._known:
            self._keep += [old, new]
            self._known[key] = unit = Unit(old, new, mixed)
            self._waiting.append(unit)
        return self._known[key]

    def _key(self, schema: Schema) -> object:
        return id(schema) if schema in self._components else self.spellings.key(schema, noted=True)

    def _compare(self, unit: Unit) -> None:
        old, new = self._levelled(plain(unit.old), plain(unit.new))
        place = HitPlace(old, new, mixed=unit.mixed)
        if old.get("$ref") != new.get("$ref"):
            unit.hits.append(SchemaHit(Difference("recursion-changed", ("$ref",), None, None, True, True), place))
            return
        unit.old, unit.new = old, new
        _UnitComparison(self, unit).place(place)

    def _levelled(self, old: Schema, new: Schema) -> tuple[Schema, Schema]:
        """Two schemas opened as far as the other one needs it: ``$ref`` beside ``allOf: [$ref, …]`` stays a part."""
        if is_reference(old) and refers(new) and not is_reference(new):
            return {"allOf": [old]}, new
        if is_reference(new) and refers(old) and not is_reference(old):
            return old, {"allOf": [new]}
        old, new = opened(old, self.definitions[0]), opened(new, self.definitions[1])
        if refers(old) and not refers(new):
            old = self._unfolded(old, 0)
        elif refers(new) and not refers(old):
            new = self._unfolded(new, 1)
        return old, new

    def _unfolded(self, schema: Schema, side: int) -> Schema:
        """A schema with the references of its ``allOf`` written out."""
        rest = {key: value for key, value in schema.items() if key != "allOf"}
        return conjunction([rest, *(opened(part, self.definitions[side]) for part in schema["allOf"])])

    def is_unit(self, old: Schema, new: Schema) -> bool:
        """True if two schemas are compared by themselves: references, and components that both documents share."""
        if "$ref" in old or "$ref" in new or refers(old) != refers(new):
            return True
        return old in self._components and new in self._components

    def link(self, unit: Unit, place: HitPlace) -> None:
        """Note the way to the unit that stands at a place."""
        below = self._unit(place.old, place.new, mixed=place.mixed)
        unit.links.append(Link(place.old_path, place.new_path, below))


def is_reference(schema: Schema) -> bool:
    """True of a schema that is nothing but a reference."""
    return set(schema) <= {"$ref", NOTE} and "$ref" in schema


def refers(schema: Schema) -> bool:
    """True of a schema that must also hold what a reference in its ``allOf`` names."""
    return any("$ref" in part for part in schema.get("allOf", ()))


@dataclass(frozen=True, slots=True)
class _UnitComparison:
    """The comparison of one unit: walks both schemas side by side."""

    units: Units
    unit: Unit

    def place(self, place: HitPlace) -> None:
        one, two = place.old, place.new
        if one is two:
            return
        if place.old_path and self.units.is_unit(one, two):
            self.units.link(self.unit, place)
            return
        if self.units.is_same(one, two):
            return
        self.unit.notes += note_hits(one, two, place.old_path, self.units.direction)
        moved = not _WHOLES.isdisjoint(one) and self.units.is_moved(one)
        if moved or self.units.spellings.key(one) != self.units.spellings.key(two):
            for difference in keyword_differences(one, two, moved=moved):
                self.hit(place, difference)
        if is_false(one) or is_false(two) or ("enum" in one) != ("enum" in two):
            return
        self._below(place)

    def hit(
        self,
        place: HitPlace,
        difference: Difference,
        member: str | None = None,
        *,
        branch: int | None = None,
        twin: str | None = None,
    ) -> None:
        """Note a difference; below ``oneOf`` whatever narrows one branch may widen the whole, and the reverse."""
        indirect: frozenset[Sets] = frozenset()
        if place.mixed and (difference.narrows or difference.widens):
            if branch is None:
                indirect = _indirect(difference)
            difference = replace(difference, narrows=True, widens=True)
        self.unit.hits.append(SchemaHit(difference, place, member, branch, twin, indirect))

    def _below(self, place: HitPlace) -> None:
        one, two = place.old, place.new
        shared = shared_types(one, two)
        if "object" in shared:
            for found in member_hits(place, self.units.definitions):
                self.hit(place, found.difference, found.member, twin=found.twin)
            self._members(place)
        if "array" in shared:
            self._items(place)
        for word in BRANCHES:
            self._branches(place, word)
        if "if" in one and same_condition(one, two):
            for word in ("then", "else"):
                self.place(place.below(step(word), one.get(word, {}), two.get(word, {})))

    def _members(self, place: HitPlace) -> None:
        one, two = place.old.get("properties", {}), place.new.get("properties", {})
        for name in {**one, **two}:
            known = name in one and name in two
            demanded = name in (place.new if name in one else place.old).get("required", ())
            if known or (demanded and place.is_open()):  # undeclared but required: a known member of any shape
                self.place(place.below(step("member", name), one.get(name, {}), two.get(name, {})))
        extra = [side.get("additionalProperties", {}) for side in (place.old, place.new)]
        if all(bare(side) and not is_false(side) for side in extra):
            self.place(place.below(step("additional"), extra[0], extra[1]))
        if ("additionalProperties" in place.old) != ("additionalProperties" in place.new):
            self._unsaid(place, "unevaluatedProperties")
        patterns = [side.get("patternProperties", {}) for side in (place.old, place.new)]
        if patterns[0].keys() == patterns[1].keys():
            for pattern, schema in patterns[0].items():
                self.place(place.below(step("pattern", pattern), schema, patterns[1][pattern]))

    def _items(self, place: HitPlace) -> None:
        old, new = place.old, place.new
        prefixes = [side.get("prefixItems", []) for side in (old, new)]
        items = [side.get("items", {}) for side in (old, new)]
        for index in range(max(len(prefixes[0]), len(prefixes[1]))):
            one, two = (
                prefix[index] if index < len(prefix) else rest for prefix, rest in zip(prefixes, items, strict=True)
            )
            self.place(place.below(step("index", index), one, two))
        self.place(place.below(step("item"), items[0], items[1]))
        if len(prefixes[0]) != len(prefixes[1]) or ("items" in old) != ("items" in new):
            self._unsaid(place, "unevaluatedItems")

    def _unsaid(self, place: HitPlace, word: str) -> None:
        """What only one side speaks of, the other leaves to what is said of all that nothing else has evaluated."""
        if word in place.old or word in place.new:
            self.hit(place, Difference.of("unevaluated-changed", word, place.old.get(word), place.new.get(word)))

    def _branches(self, place: HitPlace, word: str) -> None:
        one, two = place.old.get(word, []), place.new.get(word, [])
        if not one and not two:
            return
        # what a branch declares counts for what stands beside it
        counted = any(UNEVALUATED & side.keys() for side in (place.old, place.new))
        if word != "allOf" and (not one or not two):
            rule = "alternatives-introduced" if two else "alternatives-dropped"
            self.hit(place, Difference.of(rule, word, sets="moves" if counted else None))
            return
        mixed = place.mixed or word == "oneOf" or counted
        pairs = paired(one, two, [self.units.spellings.key(each, noted=True) for each in (*one, *two)])
        for left, right in pairs.both:
            ways = ((*place.old_path, step(word, left)), (*place.new_path, step(word, right)))
            self.place(HitPlace(one[left], two[right], ways[0], ways[1], mixed))
        gone, come = _BRANCH_RULES[word]
        branching = replace(place, mixed=mixed)
        for number in pairs.old_only:
            self.hit(branching, Difference.of(gone, word, bare(one[number]), None), branch=number)
        for number in pairs.new_only:
            self.hit(branching, Difference.of(come, word, None, bare(two[number])), branch=number)


def _indirect(difference: Difference) -> frozenset[Sets]:
    """What a difference below ``oneOf`` does to the set through other branches only, and need not be feared.

    A branch that narrows leaves to another one what both took. A branch that widens may take what another one took:
    then ``oneOf`` refuses it, which is no small thing.
    """
    if SCHEMA_RULES[difference.rule].sets == "keeps":
        return frozenset({"narrows", "widens"})
    return frozenset({"widens"} if difference.narrows and not difference.widens else ())


_WHOLES = frozenset(word for words in OPAQUE.values() for word in words)
_BRANCH_RULES = {
    "anyOf": ("alternative-removed", "alternative-added"), "oneOf": ("alternative-removed", "alternative-added"),
    "allOf": ("constraint-removed", "constraint-added"),
}  # fmt: skip
