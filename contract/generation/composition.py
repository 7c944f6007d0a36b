"""Composing bodies that every reading accepts: a walk over the document, with chance injected.

This is what the ladder sends: the same seed, the same shapes. What Hypothesis draws is in ``contract.strategies``.
Nothing here names a part or a field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import ceil, floor

from contract.generation.chance import Chance
from contract.generation.matching import matching
from spec.openapi.document import Schema
from spec.regex.tree import PatternError
from spec.resources.resource import Part, Resources
from spec.schema.texts.formats import DATE, DATE_TIME, EMAIL, HTTP_URL, URI
from spec.schema.validation import Rules
from spec.source.pointer import Json

_WORDS = "amber birch cedar delta ember fjord grove heath islet jetty knoll ledge maple north olive plain".split()


class Composer:
    """Composes values that fit their schema and that no reading refuses.

    ``known`` maps a list of ``x-install-member`` to values that the target is said to have; ``prefix`` starts
    every name that is made up, so that runs never meet each other's leftovers.
    """

    def __init__(
        self,
        schema: Schema,
        resources: Resources,
        known: Mapping[str, Sequence[str]],
        prefix: str,
        now: datetime | None = None,
    ) -> None:
        self.schema, self.resources, self.known, self.prefix = schema, resources, known, prefix
        self.now = now or datetime.now(UTC)
        self.rules = Rules(schema)
        self.count = 0
        self.widest = True

    def name(self) -> str:
        """A fresh name that nothing else in the run has."""
        self.count += 1
        return f"{self.prefix}-{self.count:x}"

    def body(self, chance: Chance, *parts: str, kinds: Mapping[str, str] | None = None) -> dict[str, Json]:
        """A full body with the named parts (and those that hold them), each under a fresh identifier.

        ``kinds`` chooses the kind of identifier per part. A part without identifiers in ``kinds`` gets the first.
        """
        return self._members(self.schema, chance, set(parts), kinds or {}, ())

    def signon(self, chance: Chance) -> dict[str, Json] | None:
        """The sign-on member, or None if no integration is known."""
        signon = self.resources.signon
        if signon is None:
            return None
        schema = self.schema["properties"][signon.path[0]]
        member = schema["properties"][signon.audience]
        value = self.value(member, chance)
        return None if value is None else {signon.audience: value}

    def _members(
        self, schema: Schema, chance: Chance, wanted: set[str], kinds: Mapping[str, str], path: tuple[str, ...]
    ) -> dict[str, Json]:
        body: dict[str, Json] = {}
        for name, member in schema.get("properties", {}).items():
            if "x-resource" in member:
                if name in wanted or (not path and name in schema.get("required", ())):
                    body[name] = self.part(self.resources.part(name), chance, wanted, kinds)
            elif "x-signon" in member:
                if name in wanted and (made := self.signon(chance)) is not None:
                    body[name] = made
            elif path or name in schema.get("required", ()):
                body[name] = self.value(member, chance)
        return body

    def part(self, part: Part, chance: Chance, wanted: set[str], kinds: Mapping[str, str]) -> dict[str, Json]:
        """One part with all its members, under a fresh identifier (none where a part can do without)."""
        value: dict[str, Json] = {}
        self.widest = True
        for name, member in part.schema.get("properties", {}).items():
            if name == part.identifiers:
                if part.fallback is None or part.name in kinds:
                    value[name] = {kinds.get(part.name, part.kinds[0]): self.name()}
            elif "x-resource" in member or "x-signon" in member:
                if name in wanted or name in part.required_on_create:
                    value[name] = self.part(self.resources.part(name), chance, wanted, kinds)
            else:
                made = self.value(member, chance)
                if made is not None:
                    value[name] = made
        return value

    def value(self, schema: Schema, chance: Chance) -> Json:
        """A plain value of a schema, or None if only the target could know one."""
        schema = flat(schema)
        if "x-install-member" in schema:
            raw = schema["x-install-member"]
            listed = self.known.get(raw if isinstance(raw, str) else raw["list"], ())
            return chance.pick(list(listed)) if listed else None
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            safe = [one for one in schema["enum"] if one is not None]
            return chance.pick(safe)
        kind = schema.get("type", "object" if "properties" in schema else "string")
        kind = kind if isinstance(kind, str) else next(one for one in kind if one != "null")
        make = getattr(self, f"_{kind}")
        return make(schema, chance)

    def _string(self, schema: Schema, chance: Chance) -> str:
        form = schema.get("format")
        if form == DATE_TIME:
            # the first window of a part is the widest, so that those after it lie within it
            low, high = (200, 300) if self.widest else (2, 100)
            days = chance.integer(low, high) if "x-after" in schema else -chance.integer(low, high)
            self.widest = self.widest and "x-after" not in schema
            return (self.now + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.count += 1
        word = f"{chance.pick(_WORDS)}-{self.prefix[-6:]}{self.count:x}"
        if form == EMAIL:
            return f"{word}@example.com"
        if form == DATE:
            return (self.now + timedelta(days=chance.integer(2, 100))).strftime("%Y-%m-%d")
        if form in (HTTP_URL, URI):
            return f"https://exams.example.com/{word}"
        if "pattern" in schema and not re.search(schema["pattern"], word):
            try:
                return matching(schema["pattern"], chance)
            except PatternError:
                return word  # no text is known that matches: what is sent is refused, as the oracle will expect
        longest = schema.get("maxLength", 64)
        return word[:longest].ljust(schema.get("minLength", 0), "x")

    def _integer(self, schema: Schema, chance: Chance) -> int:
        return int(_multiple(schema, step_of(schema), chance))

    def _number(self, schema: Schema, chance: Chance) -> float:
        step = Fraction(str(schema.get("multipleOf", 1)))
        return float(_multiple(schema, step, chance))

    def _boolean(self, schema: Schema, chance: Chance) -> bool:
        return bool(chance.integer(0, 1))

    def _array(self, schema: Schema, chance: Chance) -> list[Json]:
        length = max(schema.get("minItems", 1), 1)
        return [self.value(schema.get("items", {}), chance) for _ in range(length)]

    def _object(self, schema: Schema, chance: Chance) -> dict[str, Json]:
        value = {}
        for name, member in schema.get("properties", {}).items():
            made = self.value(member, chance)
            if made is not None:
                value[name] = made
        if "propertyNames" in schema:
            member = schema.get("additionalProperties")
            for name in self._names(schema, chance):
                value[name] = self.value(member, chance) if isinstance(member, Mapping) else {}
        return value

    def _names(self, schema: Schema, chance: Chance) -> list[str]:
        names = schema["propertyNames"]
        if "enum" in names:
            count = chance.integer(max(1, schema.get("minProperties", 0)), 3)
            return list(dict.fromkeys(chance.pick(names["enum"]) for _ in range(count)))
        made = self.value({"type": "string", **names}, chance)
        return [] if made is None else [made]


def step_of(schema: Schema) -> Fraction:
    """The least distance between two integers that a numeric schema allows."""
    return Fraction(Fraction(str(schema.get("multipleOf", 1))).numerator)


def _multiple(schema: Schema, step: Fraction, chance: Chance) -> Fraction:
    """A multiple of a step between the bounds of a schema, near the least one."""
    low = (
        Fraction(str(schema["minimum"]))
        if "minimum" in schema
        else Fraction(str(schema.get("exclusiveMinimum", 0))) + 1
    )
    first = ceil(low / step)
    last = first + 100
    if "maximum" in schema or "exclusiveMaximum" in schema:
        high = Fraction(str(schema.get("maximum", schema.get("exclusiveMaximum"))))
        within = floor((high - ("maximum" not in schema)) / step)
        last = max(first, min(within, first + 1000))
    return step * chance.integer(first, last)


def flat(schema: Schema) -> dict[str, Json]:
    """A schema with what allOf, a single non-empty branch of anyOf, and x-safe say about its values put on top."""
    merged = dict(schema)
    for nested in schema.get("allOf", ()):
        merged |= {key: item for key, item in flat(nested).items() if key not in ("x-clause",)}
    for nested in schema.get("anyOf", ()):
        if "maxLength" not in nested and "required" not in nested:
            merged |= {key: item for key, item in flat(nested).items() if key not in ("x-clause",)}
    safe = schema.get("x-safe", {})
    if "pattern" in safe and not {"pattern", "format"} & merged.keys():
        merged["pattern"] = safe["pattern"]
    merged |= {key: item for key, item in safe.items() if key in ("enum", "maximum", "minimum", "const", "maxLength")}
    return merged
