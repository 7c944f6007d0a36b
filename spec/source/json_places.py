"""Where the values of a JSON text stand, found only when somebody asks for a place."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from spec.source.place import Mark
from spec.source.pointer import escape

_TEXT = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_SCALAR = rf'{_TEXT}|[^\s{{}}\[\]:,"]++'
_TOKEN = re.compile(rf"({_TEXT})\s*+:\s*+(?:([{{\[])|{_SCALAR})|([{{\[])|([}}\]])|{_SCALAR}", re.DOTALL)
"""A member, with all of its value that is not an object or array; the beginning of an item; or an end."""
_MEMBER, _MEMBER_OPENS, _OPENS, _CLOSES = 1, 2, 3, 4


@dataclass
class JsonMarks(Mapping[str, Mark]):
    """JSON pointer → place of the member's name, or of the item, in a text that is known to be JSON."""

    text: str = field(repr=False)

    @cached_property
    def _offsets(self) -> dict[str, int]:
        return _offsets(self.text)

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    def __getitem__(self, pointer: str) -> Mark:
        offset = self._offsets[pointer]
        line = bisect_right(self._lines, offset)
        return Mark(line, offset - self._lines[line - 1] + 1)

    def __contains__(self, pointer: object) -> bool:
        return pointer in self._offsets

    def __iter__(self) -> Iterator[str]:
        return iter(self._offsets)

    def __len__(self) -> int:
        return len(self._offsets)


def _offsets(text: str) -> dict[str, int]:
    """Where each value begins (a member with its name), by pointer."""
    found: dict[str, int] = {}
    above: list[str] = []  # the containers that are open, and how many items each had
    counts: list[int] = []
    here, count = "", -1  # the root is no item of anything
    for token in _TOKEN.finditer(text):
        kind = token.lastindex
        if kind == _CLOSES:
            here, count = above.pop(), counts.pop()
            continue
        if kind in (_MEMBER, _MEMBER_OPENS):
            name = token[1]
            key = json.loads(name) if "\\" in name else name[1:-1]
            pointer = f"{here}/{escape(key) if '/' in key or '~' in key else key}"
        else:
            pointer = "" if count < 0 else f"{here}/{count}"
            count += 1
        found[pointer] = token.start()
        if kind in (_MEMBER_OPENS, _OPENS):
            above.append(here)
            counts.append(count)
            here, count = pointer, 0
    return found
