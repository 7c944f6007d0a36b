"""One change made alone: what a schema would be with just this difference taken over from the other side."""

from __future__ import annotations

from collections.abc import Callable

from spec.compatibility.hits import SchemaHit
from spec.normal.merge import FALSE, Schema
from spec.normal.place import SchemaStep, child
from spec.source.pointer import Json
from spec.witness.search import Isolated, exchanged

Change = Callable[[SchemaHit, Schema, Schema], Schema]


def _requirement(hit: SchemaHit, mine: Schema, other: Schema) -> Schema:
    names = set(mine.get("required", ())) - {hit.member}
    names |= {hit.member} & set(other.get("required", ()))
    rest = {key: value for key, value in mine.items() if key != "required"}
    return {**rest, "required": sorted(map(str, names))} if names else rest


def _declaration(hit: SchemaHit, mine: Schema, other: Schema) -> Schema:
    name = str(hit.member)
    if "patternProperties" in other:
        return exchanged(mine, ("properties", "patternProperties", "additionalProperties"), other)
    declared = child(other, SchemaStep("member", name))
    return {**mine, "properties": {**mine.get("properties", {}), name: declared}}


def _branch(hit: SchemaHit, mine: Schema, other: Schema) -> Schema:
    """Without the branch that only this side has, or with the one that only the other side has."""
    word, number = hit.difference.keywords[0], hit.branch or 0
    has_it = mine is (hit.place.old if hit.difference.new is None else hit.place.new)
    own: list[Json] = list(mine.get(word, ()))
    if not has_it:
        return {**mine, word: [*own, other[word][number]]}
    del own[number]
    if own or word == "allOf":
        rest = {key: value for key, value in mine.items() if key != word}
        return {**rest, word: own} if own else rest
    return dict(FALSE)


_RULES: dict[str, Change] = {
    **dict.fromkeys(("member-became-required", "member-became-optional"), _requirement),
    **dict.fromkeys(("member-added", "member-removed", "member-allowed", "member-refused"), _declaration),
    "member-redeclared": _declaration,
    **dict.fromkeys(("alternative-removed", "alternative-added"), _branch),
    **dict.fromkeys(("constraint-removed", "constraint-added"), _branch),
}


def with_difference(hit: SchemaHit, mine: Schema, other: Schema) -> Schema:
    """A schema of one side with this one difference as the other side has it."""
    change = _RULES.get(hit.difference.rule)
    return change(hit, mine, other) if change else exchanged(mine, hit.difference.keywords, other)


def isolated(hit: SchemaHit, *, old_side: bool) -> Isolated:
    """The change of a hit alone. ``old_side``: the old schema accepts and the new one refuses; else the reverse."""
    place = hit.place
    sides = (place.old, place.new) if old_side else (place.new, place.old)
    paths = (place.old_path, place.new_path) if old_side else (place.new_path, place.old_path)
    mine, other = sides
    return Isolated(
        paths[0], mine, with_difference(hit, mine, other), paths[1], with_difference(hit, other, mine)
    )  # fmt: skip
