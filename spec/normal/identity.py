"""Values remembered per object: what was worked out for one schema object is not worked out again."""

from __future__ import annotations

from typing import Generic, TypeVar

from spec.source.pointer import Json

Found = TypeVar("Found")


class IdentityCache(Generic[Found]):
    """Remembers one value per object (not per equal object); the object is kept, so that its identity stays its own."""

    def __init__(self) -> None:
        self._known: dict[object, dict[int, Found]] = {}
        self._kept: dict[int, Json] = {}

    def get(self, holder: Json, beside: object = None) -> Found | None:
        """What is remembered of an object (and of something hashable beside it), or None."""
        known = self._known.get(beside)
        return None if known is None else known.get(id(holder))

    def put(self, holder: Json, value: Found, beside: object = None) -> Found:
        """Remember a value; returns it."""
        key = id(holder)
        self._kept[key] = holder
        known = self._known.get(beside)
        if known is None:
            known = self._known[beside] = {}
        known[key] = value
        return value

    def clear(self) -> None:
        """Forget everything."""
        self._known.clear()
        self._kept.clear()

    def __contains__(self, holder: Json) -> bool:
        return id(holder) in self._known.get(None, ())
