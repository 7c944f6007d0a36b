"""What a schema may ask for before it is refused: numbers, repeats and choices without end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from spec.source.pointer import Json

MOST_REPEATS = 10_000
MOST_CASES = 4_000
LARGEST_NUMBER = 10**300
SMALLEST_STEP = 1e-15
_DEEPEST = 20

Ask = Callable[[Json], str | None]


def _is_number(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _repeats(value: Json) -> str | None:
    return f"more than {MOST_REPEATS:,}" if _is_number(value) and value > MOST_REPEATS else None


def _size(value: Json) -> str | None:
    return "beyond 1e300" if _is_number(value) and abs(value) > LARGEST_NUMBER else None


def _step(value: Json) -> str | None:
    if _is_number(value) and 0 < value < SMALLEST_STEP:
        return f"smaller than {SMALLEST_STEP}"
    return _size(value)


def _values(value: Json) -> str | None:
    if not isinstance(value, list):
        return None
    if len(value) > MOST_REPEATS:
        return f"a list of more than {MOST_REPEATS:,}"
    return next((found for each in value if (found := _size(each))), None)


_LIMITS: Mapping[str, Ask] = {
    **dict.fromkeys(("minLength", "minItems", "minProperties", "minContains"), _repeats),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "const", "default"), _size),
    "multipleOf": _step,
    "enum": _values,
}


def beyond_limits(schema: Mapping[str, Json]) -> Iterator[str]:
    """A sentence for each keyword of a schema object (not of those below it) that asks for more than the limit."""
    for word, ask in _LIMITS.items():
        if word in schema and (found := ask(schema[word])):
            yield f"{word!r} is {found}, which is the limit; ask for less."
    if cases(schema) > MOST_CASES:
        yield f"its branches make more than {MOST_CASES:,} cases when they are multiplied out: the limit; ask for less."
    if (least := least_values(schema)) > MOST_REPEATS:
        yield f"its smallest value holds about {least:,} values, more than the limit of {MOST_REPEATS:,}; ask for less."


def cases(schema: Json) -> int:
    """The cases in which one value must be told apart: branches add up, what holds together multiplies."""
    return _Sizes({}).cases(schema)


def most_cases(schemas: Iterable[Json]) -> int:
    """The most cases that one of the schemas makes; what they have in common is counted once."""
    sizes = _Sizes({})
    return max(map(sizes.cases, schemas), default=1)


def least_values(schema: Json, definitions: Mapping[str, Json] | None = None) -> int:
    """About how many values the smallest value of a schema holds: repeats within repeats multiply.

    ``definitions`` are those that a ``$ref`` names by its last word.
    """
    return _Sizes(definitions or {}).least(schema)


class _Sizes:
    """Estimates for one schema and what it refers to; each schema object is looked at once."""

    def __init__(self, definitions: Mapping[str, Json]) -> None:
        self.definitions = definitions
        self._cases: dict[int, int] = {}
        self._least: dict[int, int] = {}

    def cases(self, schema: Json) -> int:
        if not isinstance(schema, Mapping):
            return 1
        if id(schema) not in self._cases:
            self._cases[id(schema)] = 1  # for one that holds itself
            self._cases[id(schema)] = min(self._counted_cases(schema), 10 * MOST_CASES)
        return self._cases[id(schema)]

    def _counted_cases(self, schema: Mapping[str, Json]) -> int:
        total = 1
        for word in ("anyOf", "oneOf"):
            if schema.get(word):
                total *= max(sum(map(self.cases, schema[word])), 1)
        for part in schema.get("allOf", ()):
            total = min(total * self.cases(part), 10 * MOST_CASES)
        for word in ("not", "if", "then", "else"):
            total *= self.cases(schema.get(word))
        if "if" in schema:
            total *= 2
        for part in schema.get("dependentSchemas", {}).values():
            total = min(total * (1 + self.cases(part)), 10 * MOST_CASES)
        return int(total * 2 ** min(len(schema.get("dependentRequired", ())), _DEEPEST))

    def least(self, schema: Json) -> int:
        if not isinstance(schema, Mapping):
            return 1
        if id(schema) not in self._least:
            self._least[id(schema)] = 1  # for one that asks for itself
            self._least[id(schema)] = int(min(self._counted_least(schema), 10**12))
        return self._least[id(schema)]

    def _counted_least(self, schema: Mapping[str, Json]) -> float:
        if "$ref" in schema:
            return self.least(self.definitions.get(str(schema["$ref"]).rpartition("/")[2], {}))
        parts = [self.least(part) for part in schema.get("allOf", ())]
        parts += [min(map(self.least, schema[word])) for word in ("anyOf", "oneOf") if schema.get(word)]
        repeats = max(schema.get("minItems", 0), schema.get("minProperties", 0))
        if repeats:
            parts.append(repeats * self.least(schema.get("items", schema.get("additionalProperties", {}))))
        if "contains" in schema:
            parts.append(schema.get("minContains", 1) * self.least(schema["contains"]))
        members = schema.get("properties", {})
        needed = sum(self.least(members.get(name, {})) for name in schema.get("required", ()))
        return max([1, needed, *parts])
