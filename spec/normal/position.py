"""How a schema is reached while its normal form is made, and what tells two schemas of scalars apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from spec.source.pointer import Json

Way: TypeAlias = Literal["below", "branch", "part"]
"""How a schema is reached: as the value itself, as a branch of ``anyOf`` and ``oneOf``, as a part of ``allOf``."""

ScalarKey: TypeAlias = tuple[object, ...]
LEADING = ("$ref", "$dynamicRef")
"""Keywords that lead to another schema."""
_PROSE = frozenset({"title", "description", "example", "$comment"})


@dataclass(frozen=True, slots=True)
class Position:
    """The references that lead here: all of them, and those passed without a step into the body."""

    open: tuple[str, ...] = ()
    in_place: frozenset[str] = frozenset()
    depth: int = 0

    def below(self) -> Position:
        return Position(self.open, frozenset(), self.depth + 1)

    def through(self, place: str) -> Position:
        return Position((*self.open, place), self.in_place | {place}, self.depth + 1)


def scalar_key(node: Mapping[str, Json]) -> ScalarKey | None:
    """What a schema says that holds nothing but scalars, prose left out; None for any other schema.

    Schemas with equal keys have equal normal forms: 1, 1.0 and true are kept apart, the order of keywords counts.
    """
    said: list[object] = []
    for word, value in node.items():
        kind = type(value)
        if kind is dict or kind is list or word in LEADING:
            return None
        if word not in _PROSE:
            said += (word, kind, value)
    return tuple(said)
