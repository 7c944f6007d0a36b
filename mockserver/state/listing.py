"""Pages of lists, and an index of a list by the value of one leaf, so that no page is found by looking through it."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from heapq import merge
from typing import NamedTuple

from spec.source.pointer import Json


class ListPage(NamedTuple):
    """A part of a list: how long all of it is, and the SIDs that stand on the page."""

    total: int
    sids: Sequence[str]


class Chosen(NamedTuple):
    """Which of a list are meant: those that have one of several values in a stored leaf."""

    leaf: str
    values: Sequence[Json]


class ValueIndex:
    """What is in a list, by the value of one leaf. Each has a number, in the order of the list, and keeps it."""

    __slots__ = ("_by_value", "_numbers", "_sids", "_values", "leaf")

    def __init__(self, leaf: str) -> None:
        self.leaf = leaf
        self._numbers: dict[str, int] = {}
        self._sids: list[str] = []
        self._values: list[Json] = []
        self._by_value: dict[Json, list[int]] = {}

    def __contains__(self, sid: str) -> bool:
        return sid in self._numbers

    def put(self, sid: str, value: Json) -> None:
        """Note the value that one has now; who is new comes last in the list."""
        number = self._numbers.get(sid)
        if number is None:
            number = self._numbers[sid] = len(self._sids)
            self._sids.append(sid)
            self._values.append(value)
        elif self._values[number] == value:
            return
        else:
            before = self._by_value[self._values[number]]
            del before[bisect_left(before, number)]
            self._values[number] = value
        insort(self._by_value.setdefault(value, []), number)

    def page(self, values: Iterable[Json], start: int, most: int) -> ListPage:
        """At most so many of those that have one of the values, from a place among these on, in the list's order."""
        found = [self._by_value[one] for one in dict.fromkeys(values) if one in self._by_value]
        total = sum(map(len, found))
        if start >= total:
            return ListPage(total, ())
        # the number before which as many stand as are to be left out
        first = bisect_left(
            range(len(self._sids)), start, key=lambda number: sum(bisect_left(one, number) for one in found)
        )
        places = ((one, bisect_left(one, first)) for one in found)
        heads = (one[place : place + most] for one, place in places)
        return ListPage(total, [self._sids[number] for number in list(merge(*heads))[:most]])
