"""Schemas of the two documents compared in one direction, as changes with their places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from spec.compatibility.judgement import SchemaChange, schema_changes
from spec.compatibility.notes import note_hits
from spec.compatibility.rules import SCHEMA_RULES
from spec.diff.change import GRADES, Change, change, filled
from spec.diff.document import Part, Side
from spec.normal.form import Direction
from spec.normal.merge import NOTE, Schema
from spec.normal.place import Path

_FLIPS = ("member-became-", "member-no-longer-")


@dataclass(frozen=True, slots=True)
class Sides:
    """Both documents, and the schema comparisons already made."""

    old: Side
    new: Side
    known: dict[tuple[str, str, str], tuple[Change, ...]] = field(default_factory=dict, compare=False)


def schema_diff(sides: Sides, old: Part, new: Part, direction: Direction, *, wire: bool = False) -> tuple[Change, ...]:
    """Changes between two schemas. ``wire``: the values are texts on the wire (parameters, headers), so a free
    string schema accepts what any other scalar schema does.
    """
    key = (old.pointer, new.pointer, f"{direction} {wire}")
    if key not in sides.known:
        sides.known[key] = tuple(_diff(sides, old, new, direction, wire=wire))
    return sides.known[key]


def _diff(sides: Sides, old: Part, new: Part, direction: Direction, *, wire: bool) -> Iterator[Change]:
    one = sides.old.normaliser.normal(old.value, direction)
    two = sides.new.normaliser.normal(new.value, direction)
    if wire:
        one, two = _on_the_wire(one), _on_the_wire(two)
    notes = list(note_hits(one, two, direction))
    flipped = {(hit.path, hit.member) for hit in notes if hit.rule.startswith(_FLIPS)}
    partial = _is_partial(one) or _is_partial(two)
    for hit in notes:
        where, pointer = _place(sides, old, new, hit.path, hit.path, (hit.keyword,) if hit.keyword else (), hit.member)
        made = change(hit.rule, pointer, hit.old, hit.new, where=where)
        yield made if made.direction != "document" else _directed(made, direction)
    for found in schema_changes(one, two):
        if (found.path, found.member) in flipped and found.rule in ("member-added", "member-removed"):
            continue
        told = _change(sides, old, new, found, direction)
        yield _doubted(told) if partial else told


def _is_partial(schema: Any) -> bool:
    """Whether a reference in a normal form could not be followed: then it says less than the document does."""
    stack = [schema]
    while stack:
        here = stack.pop()
        if isinstance(here, dict):
            if "unresolved" in here.get(NOTE, ()):
                return True
            stack.extend(here.values())
        elif isinstance(here, list):
            stack.extend(here)
    return False


def _doubted(found: Change) -> Change:
    """A change between schemas that are not known whole: it proves nothing."""
    effects = [min(effect, "possible", key=GRADES.index) for effect in (found.client, found.server)]
    return replace(
        found, client=effects[0], server=effects[1], witness=None, server_witness=None, proven=False,
    )  # fmt: skip


def _directed(made: Change, direction: Direction) -> Change:
    return Change(
        made.rule, made.pointer, direction, made.client, made.server, made.message, old=made.old, new=made.new,
        where=made.where,
    )  # fmt: skip


def _on_the_wire(schema: Schema) -> Schema:
    """Every scalar is written as text: a string schema without limits accepts any scalar."""
    types = schema.get("type", ())
    if "string" in types and not {"enum", "pattern", "format", "minLength", "maxLength", "allOf", "not"} & set(schema):
        return {**schema, "type": sorted({*types, "boolean", "number", "null"} - {"integer"})}
    return schema


_KEYWORDS: dict[str, tuple[str, ...]] = {
    "null-refused": ("nullable", "type"), "null-allowed": ("nullable", "type"), "enum-introduced": ("enum",),
    "enum-dropped": ("enum",), "format-changed": ("format",),
}  # fmt: skip


def _change(sides: Sides, old: Part, new: Part, found: SchemaChange, direction: Direction) -> Change:
    rule = SCHEMA_RULES[found.rule]
    lost, gained = (found.lost, found.lost_witness), (found.gained, found.gained_witness)
    client, server = (lost, gained) if direction == "request" else (gained, lost)
    row = None
    from spec.compatibility.rules import BOUNDS

    words = _KEYWORDS.get(found.rule) or next(
        ((bound.keyword,) for bound in BOUNDS if found.rule in (bound.raised, bound.lowered)), row or _words(found.rule)
    )
    member = None if "required" in found.rule or "optional" in found.rule else found.member
    where, pointer = _place(sides, old, new, found.path, found.new_path, words, member, removed=found.new is None)
    return Change(
        rule.id, pointer, direction, client[0], server[0], filled(rule.message, found.old, found.new),
        witness=client[1].body if client[1] else None, old=found.old, new=found.new, where=where,
        server_witness=server[1].body if server[1] else None, proven=client[1] is not None,
    )  # fmt: skip


def _words(rule: str) -> tuple[str, ...]:
    head = rule.partition("-")[0]
    return {
        "minimum": ("minimum", "exclusiveMinimum"), "maximum": ("maximum", "exclusiveMaximum"),
        "multiple": ("multipleOf",), "pattern": ("pattern", "patternProperties"), "enum": ("enum",),
        "type": ("type",), "format": ("format",), "unique": ("uniqueItems",), "contains": ("contains",),
        "unknown": ("additionalProperties",), "condition": ("if",), "exclusion": ("not",),
    }.get(head, ("required",) if "required" in rule or "optional" in rule else ())  # fmt: skip


def _place(
    sides: Sides, old: Part, new: Part, old_path: Path, new_path: Path, words: tuple[str, ...], member: str | None,
    *, removed: bool = False,
) -> tuple[Literal["old", "new"], str]:  # fmt: skip
    """The place in the new document; in the old one for what only it has."""
    there = sides.new.located(new, new_path, words, member)
    gone = sides.old.located(old, old_path, words, member)
    if there is None and gone is not None:
        return "old", gone.pointer
    if there is None:
        return "new", new.pointer
    if removed and gone is not None and member is not None and gone.pointer.count("/") > there.pointer.count("/"):
        return "old", gone.pointer
    return "new", there.pointer


def unequal(one: Any, two: Any) -> bool:
    """True if two JSON values differ (True and 1 do)."""
    return type(one) is not type(two) or one != two
