"""Walking two normal forms side by side: every place where they differ, with the rule that names the difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from spec.compatibility.align import is_open, paired
from spec.compatibility.keywords import Difference, keyword_differences, shared_types
from spec.normal.merge import Schema, is_false, text
from spec.normal.place import Path, Step, opened, step
from spec.witness.engine import bare, is_contained


@dataclass(frozen=True, slots=True)
class Place:
    """Two corresponding schema objects and the ways to them from the whole body."""

    old: Schema
    new: Schema
    old_path: Path = ()
    new_path: Path = ()
    mixed: bool = False  # below oneOf, where narrowing one branch may widen the whole

    def below(self, step: Step, old: Schema, new: Schema) -> Place:
        return replace(self, old=old, new=new, old_path=(*self.old_path, step), new_path=(*self.new_path, step))


@dataclass(frozen=True, slots=True)
class SchemaHit:
    """A rule hit at a place. ``member`` names the member that was added, removed or (un)required, if any."""

    difference: Difference
    place: Place
    member: str | None = None


@dataclass(slots=True)
class _Walk:
    old: Schema
    new: Schema
    passed: set[tuple[str, str]] = field(default_factory=set)


def schema_hits(old: Schema, new: Schema) -> Iterator[SchemaHit]:
    """Every structural difference between two normal forms; nothing when they are equal.

    ``narrows`` and ``widens`` of the hits are sound where they are False: if no hit may narrow, no body is lost.
    """
    walk = _Walk(old.get("$defs", {}), new.get("$defs", {}))
    yield from _compare(Place(_plain(old), _plain(new)), walk)


def _plain(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key != "$defs"}


def _compare(place: Place, walk: _Walk) -> Iterator[SchemaHit]:
    one, two = place.old, place.new
    if "$ref" in one or "$ref" in two:
        key = (one.get("$ref") or text(bare(one)), two.get("$ref") or text(bare(two)))
        if key in walk.passed:
            return
        walk.passed.add(key)
        one, two = opened(one, walk.old), opened(two, walk.new)
        place = replace(place, old=one, new=two)
        if one.get("$ref") != two.get("$ref"):
            yield SchemaHit(Difference("recursion-changed", ("$ref",), None, None, True, True), place)
            return
    elif text(bare(one)) == text(bare(two)) and '"$ref"' not in text(bare(one)):
        return
    for difference in keyword_differences(one, two):
        yield _found(place, difference)
    if is_false(one) or is_false(two) or "enum" in one or "enum" in two:
        return
    shared = shared_types(one, two)
    if "object" in shared:
        yield from _required(place)
        yield from _members(place, walk)
    if "array" in shared:
        yield from _items(place, walk)
    for word in ("anyOf", "oneOf", "allOf"):
        yield from _branches(place, word, walk)


def _found(place: Place, difference: Difference, member: str | None = None) -> SchemaHit:
    if place.mixed and (difference.narrows or difference.widens):
        difference = replace(difference, narrows=True, widens=True)
    return SchemaHit(difference, place, member)


def _named(
    place: Place, rule: str, words: tuple[str, ...], old: Any, new: Any, sets: str, member: str | None = None
) -> SchemaHit:
    narrows, widens = sets in ("narrows", "moves"), sets in ("widens", "moves")
    return _found(place, Difference(rule, words, old, new, narrows, widens), member)


def _required(place: Place) -> Iterator[SchemaHit]:
    old, new = place.old.get("required", []), place.new.get("required", [])
    for name in new:
        if name not in old:
            yield _named(place, "member-became-required", ("required",), None, name, "narrows", name)
    for name in old:
        if name not in new:
            yield _named(place, "member-became-optional", ("required",), name, None, "widens", name)


def _members(place: Place, walk: _Walk) -> Iterator[SchemaHit]:
    old, new = place.old, place.new
    one, two = old.get("properties", {}), new.get("properties", {})
    for name in {**one, **two}:
        way = Step("member", name)
        if name in one and name in two:
            yield from _compare(place.below(way, one[name], two[name]), walk)
        elif name in (new if name in one else old).get("required", ()) and is_open(old) and is_open(new):
            # undeclared but required: a known member of any shape
            yield from _compare(place.below(way, one.get(name, {}), two.get(name, {})), walk)
        elif name in one:
            yield from _lone(place, name, one[name], new, removed=True)
        else:
            yield from _lone(place, name, two[name], old, removed=False)
    extra = [side.get("additionalProperties", {}) for side in (old, new)]
    if text(bare(extra[0])) != text(bare(extra[1])):
        yield from _extra(place, extra[0], extra[1], walk)
    patterns = [side.get("patternProperties", {}) for side in (old, new)]
    if patterns[0].keys() == patterns[1].keys():
        for pattern, schema in patterns[0].items():
            yield from _compare(place.below(Step("pattern", pattern), schema, patterns[1][pattern]), walk)
    else:
        words = ("patternProperties", "additionalProperties")
        yield _named(place, "pattern-members-changed", words, [*patterns[0]] or None, [*patterns[1]] or None, "moves")


def _lone(place: Place, name: str, schema: Schema, other: Schema, *, removed: bool) -> Iterator[SchemaHit]:
    """A member that only one side declares; what the other side says of undeclared members decides."""
    gone, come = (name if removed else None), (None if removed else name)
    words = ("properties",)
    if is_open(other) and is_open(place.old if removed else place.new):
        yield _named(
            place,
            "member-removed" if removed else "member-added",
            words,
            gone,
            come,
            "moves" if place.mixed else "keeps",
            name,
        )
        return
    extra = other.get("additionalProperties", {})
    if is_false(extra) and "patternProperties" not in other:
        if not is_false(schema):
            rule, sets = ("member-refused", "narrows") if removed else ("member-allowed", "widens")
            yield _named(place, rule, words, gone, come, sets, name)
        return
    old, new = (schema, extra) if removed else (extra, schema)
    local = "patternProperties" not in other and "unevaluatedProperties" not in other and "$ref" not in text([old, new])
    narrows = not (local and is_contained(old, new))
    widens = not (local and is_contained(new, old))
    sets = "moves" if narrows and widens else "narrows" if narrows else "widens" if widens else "keeps"
    yield _named(place, "member-redeclared", words, name, name, sets, name)


def _extra(place: Place, old: Schema, new: Schema, walk: _Walk) -> Iterator[SchemaHit]:
    words = ("additionalProperties",)
    shown = (_shown(old), _shown(new))
    if is_false(new):
        yield _named(place, "unknown-members-refused", words, *shown, "narrows")
    elif is_false(old):
        yield _named(place, "unknown-members-allowed", words, *shown, "widens")
    elif not bare(old):
        yield _named(place, "unknown-members-limited", words, *shown, "narrows")
    elif not bare(new):
        yield _named(place, "unknown-members-freed", words, *shown, "widens")
    else:
        yield from _compare(place.below(Step("additional"), old, new), walk)


def _shown(schema: Schema) -> Any:
    if is_false(schema):
        return False
    return bare(schema) or True


def _items(place: Place, walk: _Walk) -> Iterator[SchemaHit]:
    old, new = place.old, place.new
    one, two = old.get("prefixItems", []), new.get("prefixItems", [])
    rest = [side.get("items", {}) for side in (old, new)]
    for index in range(max(len(one), len(two))):
        left = one[index] if index < len(one) else rest[0]
        right = two[index] if index < len(two) else rest[1]
        yield from _compare(place.below(Step("index", str(index)), left, right), walk)
    yield from _compare(place.below(Step("item"), rest[0], rest[1]), walk)


def _branches(place: Place, word: str, walk: _Walk) -> Iterator[SchemaHit]:
    one, two = place.old.get(word, []), place.new.get(word, [])
    if (not one and not two) or (text(bare(one)) == text(bare(two)) and '"$ref"' not in text(one)):
        return
    if word != "allOf" and (not one or not two):
        rule, sets = ("alternatives-introduced", "narrows") if two else ("alternatives-dropped", "widens")
        yield _named(place, rule, (word,), None, None, sets)
        return
    pairs = paired(one, two)
    mixed = place.mixed or word == "oneOf"
    for left, right in pairs.both:
        ways = ((*place.old_path, step(word, left)), (*place.new_path, step(word, right)))
        inner = Place(one[left], two[right], ways[0], ways[1], mixed)
        yield from _compare(inner, walk)
    rules = (
        ("constraint-removed", "constraint-added") if word == "allOf" else ("alternative-removed", "alternative-added")
    )
    for number in pairs.old_only:
        sets = "moves" if mixed else "widens" if word == "allOf" else "narrows"
        yield _named(place, rules[0], (word,), bare(one[number]), None, sets)
    for number in pairs.new_only:
        sets = "moves" if mixed else "narrows" if word == "allOf" else "widens"
        yield _named(place, rules[1], (word,), None, bare(two[number]), sets)
