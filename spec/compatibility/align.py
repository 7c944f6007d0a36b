"""Bringing two schemas side by side: which branch corresponds to which, and the convention on unknown members.

The convention: where both schemas leave an object open, a member that only one of them declares is unknown to the
other, and nobody is taken to send unknown members of another shape. So declaring an optional member breaks nobody.
What a branch, a condition or an enumeration of the other speaks of is not unknown to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from spec.compatibility.hits import is_open, plain
from spec.compatibility.keywords import same_condition
from spec.compatibility.naming import speaks_of
from spec.normal.merge import NOTE, Schema, bare, text
from spec.normal.place import opened
from spec.source.pointer import Json

_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class Pairing:
    """The branches of two lists: numbers that correspond, and those left over on either side."""

    both: list[tuple[int, int]]
    old_only: list[int]
    new_only: list[int]


def paired(old: list[Schema], new: list[Schema], texts: list[str] | None = None) -> Pairing:
    """Which branch became which: equal ones first, then the most alike. ``texts`` are those of old and new branches."""
    both: list[tuple[int, int]] = []
    olds, news = list(range(len(old))), list(range(len(new)))
    texts = [text(branch) for branch in (*old, *new)] if texts is None else texts
    left_of: dict[str, list[int]] = {}
    for right in reversed(news):
        left_of.setdefault(texts[len(old) + right], []).append(right)
    both += [(left, waiting.pop()) for left in olds if (waiting := left_of.get(texts[left]))]
    olds = [left for left in olds if left not in {pair[0] for pair in both}]
    news = [right for right in news if right not in {pair[1] for pair in both}]
    scores = sorted((-_likeness(old[left], new[right]), left, right) for left in olds[:40] for right in news[:40])
    for score, left, right in scores:
        if left in olds and right in news and (score < 0 or (len(olds) == 1 and len(news) == 1)):
            both.append((left, right))
            olds.remove(left)
            news.remove(right)
    return Pairing(both, olds, news)


def _likeness(old: Schema, new: Schema) -> int:
    one, two = (set(side.get(NOTE, {}).get("values", ())) for side in (old, new))
    named = 100 if one & two else -100 if one and two else 0  # what a discriminator calls them decides
    if set(old) <= {"$ref", NOTE} or set(new) <= {"$ref", NOTE}:
        return named + (5 if old.get("$ref") == new.get("$ref") else 0)
    return named + _condition(old, new) + _members_alike(old, new) + _values_alike(old, new)


def _condition(old: Schema, new: Schema) -> int:
    if "if" not in old and "if" not in new:
        return 2 if old.get("type") == new.get("type") and "type" in old else 0
    return 50 if text(old.get("if")) == text(new.get("if")) else -50


def _members_alike(old: Schema, new: Schema) -> int:
    one, two = old.get("properties", {}), new.get("properties", {})
    shared = one.keys() & two.keys()
    enumerations = [(one[name].get("enum"), two[name].get("enum")) for name in shared if "enum" in one[name]]
    return 2 * len(shared) + sum(3 if left == right else -3 for left, right in enumerations)


def _values_alike(old: Schema, new: Schema) -> int:
    if "enum" not in old or "enum" not in new:
        return 0
    return 2 * len({text(value) for value in old["enum"]} & {text(value) for value in new["enum"]})


@dataclass(frozen=True, slots=True)
class Aligned:
    """Two schemas in which the undeclared members of each are declared as the other declares them."""

    old: Schema
    new: Schema


@dataclass(slots=True)
class _Alignment:
    old: Schema
    new: Schema
    old_added: Schema = field(default_factory=dict)
    new_added: Schema = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)


def aligned(old: Schema, new: Schema) -> Aligned:
    """Both normal forms under the convention on unknown members."""
    run = _Alignment(old.get("$defs", {}), new.get("$defs", {}))
    sides = _aligned(plain(old), plain(new), run, 0)
    one, two = {**run.old, **run.old_added}, {**run.new, **run.new_added}
    return Aligned({**sides.old, "$defs": one} if one else sides.old, {**sides.new, "$defs": two} if two else sides.new)


def _aligned(old: Schema, new: Schema, run: _Alignment, depth: int) -> Aligned:
    if old is new or depth > _DEEPEST:
        return Aligned(old, new)
    if "$ref" in old and "$ref" in new:
        return _references(old, new, run, depth)
    if "$ref" in old or "$ref" in new:
        one, two = opened(old, run.old), opened(new, run.new)
        return Aligned(old, new) if "$ref" in one or "$ref" in two else _aligned(one, two, run, depth + 1)
    left, right = dict(old), dict(new)
    _members(left, right, run, depth)
    for word in ("items", "additionalProperties"):
        if word in left and word in right:
            sides = _aligned(left[word], right[word], run, depth + 1)
            left[word], right[word] = sides.old, sides.new
    for word in ("anyOf", "oneOf", "allOf", "prefixItems"):
        if word in left and word in right:
            _branches(word, left, right, run, depth)
    if "if" in left and same_condition(left, right):
        for word in ("then", "else"):
            if word in left and word in right:
                sides = _aligned(left[word], right[word], run, depth + 1)
                left[word], right[word] = sides.old, sides.new
    return Aligned(left, right)


def _members(left: Schema, right: Schema, run: _Alignment, depth: int) -> None:
    one, two = dict(left.get("properties", {})), dict(right.get("properties", {}))
    is_object = any("object" in side.get("type", ["object"]) for side in (left, right))
    for name in {**one, **two}:
        if name in one and name in two:
            sides = _aligned(one[name], two[name], run, depth + 1)
            one[name], two[name] = sides.old, sides.new
        elif (
            is_open(left)
            and is_open(right)
            and is_object
            and name not in (right if name in one else left).get("required", ())
            and not (speaks_of(right, name, run.new) if name in one else speaks_of(left, name, run.old))
        ):
            if name in one:
                two[name] = _transplanted(one[name], run.old, run.new_added, "old.")
            else:
                one[name] = _transplanted(two[name], run.new, run.old_added, "new.")
    for side, members in ((left, one), (right, two)):
        if members:
            side["properties"] = members


def _transplanted(node: Json, definitions: Schema, added: Schema, prefix: str) -> Json:
    """A schema of one document for use in the other, together with the definitions it refers to."""
    if isinstance(node, list):
        return [_transplanted(child, definitions, added, prefix) for child in node]
    if not isinstance(node, dict):
        return node
    result = {key: _transplanted(child, definitions, added, prefix) for key, child in node.items()}
    if isinstance(node.get("$ref"), str):
        name = node["$ref"].rpartition("/")[2]
        result["$ref"] = f"#/$defs/{prefix}{name}"
        if prefix + name not in added:
            added[prefix + name] = {}
            added[prefix + name] = _transplanted(definitions.get(name, {}), definitions, added, prefix)
    return result


def _branches(word: str, left: Schema, right: Schema, run: _Alignment, depth: int) -> None:
    one, two = list(left[word]), list(right[word])
    pairs = (
        list(zip(range(len(one)), range(len(two)), strict=False)) if word == "prefixItems" else paired(one, two).both
    )
    for first, second in pairs:
        sides = _aligned(one[first], two[second], run, depth + 1)
        one[first], two[second] = sides.old, sides.new
    left[word], right[word] = one, two


def _references(old: Schema, new: Schema, run: _Alignment, depth: int) -> Aligned:
    key = (text(bare(old)), text(bare(new)))
    if key not in run.names:
        run.names[key] = name = f"pair.{len(run.names)}"
        sides = _aligned(opened(old, run.old), opened(new, run.new), run, depth + 1)
        run.old_added[name], run.new_added[name] = sides.old, sides.new
    reference = {"$ref": f"#/$defs/{run.names[key]}"}
    return Aligned({**old, **reference}, {**new, **reference})
