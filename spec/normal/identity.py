"""Values remembered per object: what was worked out for one schema object is not worked out again."""

from __future__ import annotations

from typing import Generic, TypeVar

from spec.source.pointer import Json

Found = TypeVar("Found")


class IdentityCache(Generic[Found]):
    """Remembers one value per object (not per equal object); the object is kept, so that its identity stays its own."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, object], tuple[Json, Found]] = {}

    def get(self, holder: Json, beside: object = None) -> Found | None:
        """What is remembered of an object (and of something hashable beside it), or None."""
        entry = self._known.get((id(holder), beside))
        return None if entry is None else entry[1]

    def put(self, holder: Json, value: Found, beside: object = None) -> Found:
        """Remember a value; returns it."""
        self._known[id(holder), beside] = (holder, value)
        return value

    def __contains__(self, holder: Json) -> bool:
        return (id(holder), None) in self._known
