"""What changed in the members of an object: required ones, those that one side only declares, undeclared ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from spec.compatibility.hits import HitPlace
from spec.compatibility.keywords import Difference
from spec.compatibility.naming import speaks_of
from spec.compatibility.rules import Sets
from spec.normal.merge import Schema, bare, is_false, text
from spec.source.pointer import Json
from spec.witness.engine import is_contained


@dataclass(frozen=True, slots=True)
class MemberDifference:
    """A difference and the member that it is about; ``twin`` is a member of the other side with the same schema."""

    difference: Difference
    member: str | None = None
    twin: str | None = None


def member_hits(place: HitPlace, definitions: tuple[Schema, Schema] = ({}, {})) -> Iterator[MemberDifference]:
    """Every difference of two object schemas but those inside members that both declare.

    ``definitions`` are those of the old and of the new document that a ``$ref`` names by its last word.
    """
    yield from _required(place)
    one, two = place.old.get("properties", {}), place.new.get("properties", {})
    lone = [each for each in {**one, **two} if (each in one) != (each in two)]
    twins = _twins(one, two, lone)
    for name in lone:
        demanded = name in (place.new if name in one else place.old).get("required", ())
        if not (demanded and place.is_open()):
            unknown = place.is_open() and not (
                speaks_of(place.new, name, definitions[1])
                if name in one
                else speaks_of(place.old, name, definitions[0])
            )
            yield _lone(place, name, twins.get(name), removed=name in one, unknown=unknown)
    yield from _extra(place.old.get("additionalProperties", {}), place.new.get("additionalProperties", {}))
    patterns = [side.get("patternProperties", {}) for side in (place.old, place.new)]
    if patterns[0].keys() != patterns[1].keys():
        words = ("patternProperties", "additionalProperties")
        shown = [[*side] or None for side in patterns]
        yield MemberDifference(Difference.of("pattern-members-changed", words, shown[0], shown[1]))


def _required(place: HitPlace) -> Iterator[MemberDifference]:
    old, new = place.old.get("required", []), place.new.get("required", [])
    for name in new:
        if name not in old:
            yield MemberDifference(Difference.of("member-became-required", "required", None, name), name)
    for name in old:
        if name not in new:
            yield MemberDifference(Difference.of("member-became-optional", "required", name), name)


def _lone(place: HitPlace, name: str, twin: str | None, *, removed: bool, unknown: bool) -> MemberDifference:
    """A member that only one side declares; what the other side says of it, or of undeclared members, decides."""
    mine, other = (place.old, place.new) if removed else (place.new, place.old)
    shown = (name if removed else None, None if removed else name)
    schema = mine["properties"][name]
    if unknown:
        rule = "member-removed" if removed else "member-added"
        return MemberDifference(
            Difference.of(rule, "properties", *shown, "moves" if place.mixed else "keeps"), name, twin
        )
    extra = other.get("additionalProperties", {})
    if is_false(extra) and "patternProperties" not in other and not is_false(schema):
        rule = "member-refused" if removed else "member-allowed"
        return MemberDifference(Difference.of(rule, "properties", *shown), name, twin)
    old, new = (schema, extra) if removed else (extra, schema)
    if is_false(old) and is_false(new):
        sets: Sets = "keeps"
    else:
        sets = _sets(old, new, local=not {"patternProperties", "unevaluatedProperties"} & other.keys())
    return MemberDifference(Difference.of("member-redeclared", "properties", name, name, sets), name)


def _twins(one: Schema, two: Schema, lone: list[str]) -> dict[str, str]:
    """For a member that one side only declares: the one member that only the other declares with the same schema."""
    spelt = {name: text(bare(one.get(name, two.get(name)))) for name in lone}
    only: tuple[dict[str, list[str]], dict[str, list[str]]] = ({}, {})
    for name in lone:
        only[name in one].setdefault(spelt[name], []).append(name)
    found = {name: only[name not in one].get(spelt[name], []) for name in lone}
    return {name: twins[0] for name, twins in found.items() if len(twins) == 1}


def _sets(old: Schema, new: Schema, *, local: bool) -> Sets:
    local = local and "$ref" not in text([old, new])
    narrows, widens = not (local and is_contained(old, new)), not (local and is_contained(new, old))
    return "moves" if narrows and widens else "narrows" if narrows else "widens" if widens else "keeps"


def _extra(old: Schema, new: Schema) -> Iterator[MemberDifference]:
    """Schemas of undeclared members, where at least one side does not go by a schema of its own."""
    if text(bare(old)) == text(bare(new)):
        return
    rules = (
        ("unknown-members-refused", is_false(new)), ("unknown-members-allowed", is_false(old)),
        ("unknown-members-limited", not bare(old)), ("unknown-members-freed", not bare(new)),
    )  # fmt: skip
    rule = next((name for name, holds in rules if holds), None)
    if rule is not None:
        yield MemberDifference(Difference.of(rule, "additionalProperties", _shown(old), _shown(new)))


def _shown(schema: Schema) -> Json:
    if is_false(schema):
        return False
    return bare(schema) or True
