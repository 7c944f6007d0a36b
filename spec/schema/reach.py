"""Which definitions of a schema a value can meet: a shallow value is judged without those further down.

In a document whose schemas all lead to one another every schema has all of them; a body of three levels meets few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, NamedTuple, TypeVar

from spec.source.pointer import Json

Judge = TypeVar("Judge")

_SAME_VALUE = ("not", "if", "then", "else")
_SAME_VALUE_LISTS = ("allOf", "anyOf", "oneOf")
_LITERAL = frozenset({"enum", "const", "default", "example", "examples", "required", "dependentRequired", "$defs"})
_NAMED = frozenset({"properties", "patternProperties"})
_FEW = 40
_STEPS = (2, 4, 8, 16)


class _Reached(NamedTuple):
    """A schema and how many levels below the root the values stand that it speaks of."""

    schema: Mapping[str, Json]
    level: int


def levels(value: Json) -> int:
    """How many containers stand within one another: 0 for a scalar."""
    deepest, stack = 0, [(value, 0)]
    while stack:
        here, depth = stack.pop()
        deepest = max(deepest, depth)
        if isinstance(here, dict):
            stack.extend((child, depth + 1) for child in here.values())
            deepest = max(deepest, depth + 1)  # its names are values as well
        elif isinstance(here, list):
            stack.extend((child, depth + 1) for child in here)
    return deepest


class ByDepth(Generic[Judge]):
    """Judges of one schema, made when they are needed: one for shallow values, others for deeper ones."""

    def __init__(self, schema: Mapping[str, Json], made: Callable[[Json], Judge]) -> None:
        self._schema, self._made = schema, made
        self._judges: dict[int, Judge] = {}
        self._levels: dict[str, int] | None = None

    def of(self, value: Json) -> Judge:
        """The judge whose schema has every definition that this value can meet."""
        depth = self._depth(value)
        if depth not in self._judges:
            self._judges[depth] = self._made(self._cut(depth))
        return self._judges[depth]

    def _depth(self, value: Json) -> int:
        """The smallest step that holds the value; -1 where all definitions are kept."""
        if len(self._schema.get("$defs", ())) <= _FEW:
            return -1
        if self._levels is None:
            self._levels = _definition_levels(self._schema)
        wanted = levels(value)
        found = next((step for step in _STEPS if step >= wanted), -1)
        return found if found < max(self._levels.values(), default=0) else -1

    def _cut(self, depth: int) -> Json:
        definitions = self._schema.get("$defs", {})
        if depth < 0 or self._levels is None:
            return self._schema
        met = {name: one if self._levels.get(name, depth + 1) <= depth else {} for name, one in definitions.items()}
        return {**self._schema, "$defs": met}


def _definition_levels(schema: Mapping[str, Json]) -> dict[str, int]:
    """The least level of a value that each definition can speak of."""
    definitions = schema.get("$defs", {})
    found: dict[str, int] = {}
    nearest: list[_Reached] = [_Reached(schema, 0)]
    while nearest:
        further: list[_Reached] = []
        while nearest:
            schema_here, level = nearest.pop()
            for child in _below(schema_here, level):
                (nearest if child.level == level else further).append(child)
            name = str(schema_here.get("$ref", "")).rpartition("/")[2]
            if name in definitions and name not in found:
                found[name] = level
                if isinstance(definitions[name], Mapping):
                    nearest.append(_Reached(definitions[name], level))
        nearest = further
    return found


def _below(schema: Mapping[str, Json], level: int) -> Iterator[_Reached]:
    for word, child in schema.items():
        if word in _LITERAL:
            continue
        if word in _SAME_VALUE_LISTS and isinstance(child, list):
            yield from (_Reached(one, level) for one in child if isinstance(one, Mapping))
        elif word == "dependentSchemas" and isinstance(child, Mapping):
            yield from (_Reached(one, level) for one in child.values() if isinstance(one, Mapping))
        elif word in _NAMED and isinstance(child, Mapping):
            yield from (_Reached(one, level + 1) for one in child.values() if isinstance(one, Mapping))
        elif isinstance(child, Mapping):
            yield _Reached(child, level if word in _SAME_VALUE else level + 1)
        elif word == "prefixItems" and isinstance(child, list):
            yield from (_Reached(one, level + 1) for one in child if isinstance(one, Mapping))
