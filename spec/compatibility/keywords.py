"""What changed between two schema objects, keyword by keyword, without going down into members or items."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spec.compatibility.rules import BOUNDS, SCHEMA_RULES, WIDER_FORMATS, Sets
from spec.normal.merge import ALL_TYPES, NOTE, UNEVALUATED, Schema, bare, is_false, text
from spec.regex.automaton import texts
from spec.regex.tree import PatternError
from spec.source.pointer import Json
from spec.witness.engine import is_contained, judge


@dataclass(frozen=True, slots=True)
class Difference:
    """One rule hit at one schema object: the keywords it is about, and whether the set may lose or gain bodies."""

    rule: str
    keywords: tuple[str, ...]
    old: Json
    new: Json
    narrows: bool
    widens: bool

    @classmethod
    def of(
        cls, rule: str, keywords: tuple[str, ...] | str, old: Json = None, new: Json = None, sets: Sets | None = None
    ) -> Difference:
        """A hit of a rule; what it does to the set is the rule's word unless ``sets`` knows better."""
        sets = sets or SCHEMA_RULES[rule].sets
        words = (keywords,) if isinstance(keywords, str) else keywords
        return cls(rule, words, old, new, sets in ("narrows", "moves"), sets in ("widens", "moves"))


_hit = Difference.of


def keyword_differences(old: Schema, new: Schema, *, moved: bool = False) -> Iterator[Difference]:
    """Rule hits about the value itself: types, enumerations, bounds, patterns, formats, conditions.

    ``moved``: some reference that both have leads to definitions that are not the same.
    """
    if moved:
        yield from _moved(old, new)
    if is_false(old) or is_false(new):
        if is_false(old) != is_false(new):
            yield _hit("nothing-allowed" if is_false(new) else "something-allowed", tuple({*old, *new} - {NOTE}))
        return
    if "enum" in old or "enum" in new:
        yield from _enums(old, new)
    if ("enum" in old) == ("enum" in new):  # beside an enumeration only what needs a reference is left
        yield from _types(old, new)
        shared = shared_types(old, new)
        if {"integer", "number"} & shared:
            yield from _ranges(old, new)
        for bound in BOUNDS:
            if bound.type in shared:
                yield from _bound(old, new, bound.keyword, bound.raised, bound.lowered)
        if "string" in shared:
            yield from _texts(old, new)
        if "array" in shared:
            yield from _arrays(old, new)
    yield from _conditions(old, new)


def same_condition(old: Schema, new: Schema) -> bool:
    """True if both ask the same ``if``: then their ``then`` and ``else`` are compared each with its like."""
    return (
        "if" in old and "if" in new and text(bare(old["if"])) == text(bare(new["if"])) and "$ref" not in text(old["if"])
    )


def shared_types(old: Schema, new: Schema) -> set[str]:
    """The types that both schemas allow; ``integer`` where one allows only that of the numbers."""
    one, two = set(old.get("type", ALL_TYPES)), set(new.get("type", ALL_TYPES))
    numbers = {"integer"} if {"integer", "number"} & one and {"integer", "number"} & two else set()
    return (one & two) | numbers


def _types(old: Schema, new: Schema) -> Iterator[Difference]:
    one, two = set(old.get("type", ALL_TYPES)), set(new.get("type", ALL_TYPES))
    lost = {name for name in one - two if not (name == "integer" and "number" in two)}
    gained = {name for name in two - one if not (name == "integer" and "number" in one)}
    if not lost and not gained:
        return
    shown = (sorted(one), sorted(two))
    if lost == {"null"} and not gained:
        yield _hit("null-refused", "type", shown[0], shown[1])
    elif gained == {"null"} and not lost:
        yield _hit("null-allowed", "type", shown[0], shown[1])
    else:
        rule = "type-changed" if lost and gained else "type-narrowed" if lost else "type-widened"
        yield _hit(rule, ("type",), shown[0], shown[1])


def _enums(old: Schema, new: Schema) -> Iterator[Difference]:
    one, two = old.get("enum"), new.get("enum")
    if one is not None and two is not None:
        left, right = {text(value): value for value in one}, {text(value): value for value in two}
        removed = [left[key] for key in left if key not in right]
        added = [right[key] for key in right if key not in left]
        if removed:
            yield _hit("enum-member-removed", "enum", removed)
        if added:
            yield _hit("enum-member-added", "enum", None, added)
        return
    every = tuple({*old, *new} - {NOTE, "$defs"})
    if two is not None:
        accepts = judge(old)
        gains = "$ref" in text(old) or not all(accepts(value) for value in two)
        yield Difference("enum-introduced", every, _limits(old), two, True, gains)
    elif one is not None:
        accepts = judge(new)
        loses = "$ref" in text(new) or not all(accepts(value) for value in one)
        yield Difference("enum-dropped", every, one, _limits(new), loses, True)


def _limits(schema: Schema) -> Json:
    return {key: value for key, value in bare(schema).items() if key != "$defs"} or None


def _ranges(old: Schema, new: Schema) -> Iterator[Difference]:
    for plain, strict, sign, raised, lowered in (
        ("minimum", "exclusiveMinimum", 1, "minimum-raised", "minimum-lowered"),
        ("maximum", "exclusiveMaximum", -1, "maximum-raised", "maximum-lowered"),
    ):
        ends = [_end(side, plain, strict, sign) for side in (old, new)]
        if ends[0] != ends[1]:
            up = (ends[1] > ends[0]) == (sign == 1)
            shown = [{key: side[key] for key in (plain, strict) if key in side} or None for side in (old, new)]
            yield _hit(raised if up else lowered, (plain, strict), shown[0], shown[1])
    one, two = old.get("multipleOf"), new.get("multipleOf")
    if one != two:
        if one is None or (two is not None and _is_multiple(two, one)):
            yield _hit("multiple-narrowed", "multipleOf", one, two)
        elif two is None or _is_multiple(one, two):
            yield _hit("multiple-widened", "multipleOf", one, two)
        else:
            yield _hit("multiple-changed", "multipleOf", one, two)


def _end(schema: Schema, plain: str, strict: str, sign: int) -> list[float]:
    """The bound as (place, strictness); a greater list is the tighter bound."""
    found = [[sign * schema[plain], 0.0]] if plain in schema else []
    found += [[sign * schema[strict], 1.0]] if strict in schema else []
    return max(found, default=[-math.inf, 0.0])


def _is_multiple(large: float, small: float) -> bool:
    return bool(judge({"multipleOf": small})(large))


def _bound(old: Schema, new: Schema, word: str, raised: str, lowered: str) -> Iterator[Difference]:
    unset = 0 if word.startswith("min") else math.inf
    one, two = old.get(word, unset), new.get(word, unset)
    if one != two:
        yield _hit(raised if two > one else lowered, word, old.get(word), new.get(word))


def _texts(old: Schema, new: Schema) -> Iterator[Difference]:
    one, two = old.get("pattern"), new.get("pattern")
    if one != two:
        lost = two is not None and _escapes(two, one, old)
        gained = one is not None and _escapes(one, two, new)
        if lost or gained:
            rule = "pattern-changed" if lost and gained else "pattern-narrowed" if lost else "pattern-widened"
            yield _hit(rule, "pattern", one, two)
    one, two = old.get("format"), new.get("format")
    if one != two:
        if one is None or one in WIDER_FORMATS.get(str(two), ()):
            yield _hit("format-narrowed", "format", one, two)
        elif two is None or two in WIDER_FORMATS.get(str(one), ()):
            yield _hit("format-widened", "format", one, two)
        else:
            yield _hit("format-changed", "format", one, two)


def _escapes(limit: str, own: str | None, schema: Schema) -> bool:
    """True unless it is proven that every text of a schema (its own pattern and those of allOf) keeps to a limit."""
    patterns = [own] if own is not None else []
    patterns += [part["pattern"] for part in schema.get("allOf", ()) if "pattern" in part]
    try:
        found = texts(patterns, [limit], shortest=int(schema.get("minLength", 0)), longest=schema.get("maxLength"))
        return next(found, None) is not None
    except PatternError:
        return True


def _moved(old: Schema, new: Schema) -> Iterator[Difference]:
    """Keywords that are looked at as a whole, written alike, and yet with a reference to what differs."""
    for rule, words in OPAQUE.items():
        if rule == "condition-changed" and same_condition(old, new):
            continue  # what follows from it is compared by itself
        one = {word: bare(old[word]) for word in words if word in old}
        two = {word: bare(new[word]) for word in words if word in new}
        if text(one) == text(two) and "$ref" in text(one):
            yield Difference(rule, words, one, two, True, True)


OPAQUE: Mapping[str, tuple[str, ...]] = {
    "contains-changed": ("contains", "minContains", "maxContains"),
    "condition-changed": ("if", "then", "else"),
    "exclusion-changed": ("not",),
    "unevaluated-changed": ("unevaluatedProperties", "unevaluatedItems"),
    "dependency-changed": ("dependentRequired", "dependentSchemas"),
    "member-names-changed": ("propertyNames",),
}
"""Keywords that are compared as a whole, by the rule that tells a change."""


def _arrays(old: Schema, new: Schema) -> Iterator[Difference]:
    if bool(old.get("uniqueItems")) != bool(new.get("uniqueItems")):
        yield _hit("unique-items-demanded" if new.get("uniqueItems") else "unique-items-dropped", "uniqueItems")
    yield from _opaque(old, new, "contains-changed")


def _conditions(old: Schema, new: Schema) -> Iterator[Difference]:
    if not same_condition(old, new):
        yield from _opaque(old, new, "condition-changed")
    for rule in ("exclusion-changed", "unevaluated-changed", "dependency-changed", "member-names-changed"):
        yield from _opaque(old, new, rule)


def _opaque(old: Schema, new: Schema, rule: str) -> Iterator[Difference]:
    words = OPAQUE[rule]
    one = {word: bare(old[word]) for word in words if word in old}
    two = {word: bare(new[word]) for word in words if word in new}
    if text(one) != text(two):
        local = "$ref" not in text([one, two]) and not any(UNEVALUATED & side.keys() for side in (old, new))
        narrows = not (local and is_contained(one, two))
        widens = not (local and is_contained(two, one))
        if narrows or widens:
            yield Difference(rule, words, one or None, two or None, narrows, widens)
