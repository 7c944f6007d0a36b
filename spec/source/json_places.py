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

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)


@dataclass(slots=True)
class _Container:
    """An object or array that is open while the text is read."""

    pointer: str
    is_object: bool
    index: int = 0
    key: str | None = None


@dataclass
class JsonMarks(Mapping[str, Mark]):
    """JSON pointer → place of the member's name, or of the item, in a text that is known to be JSON."""

    text: str = field(repr=False)

    @cached_property
    def _found(self) -> dict[str, Mark]:
        return dict(_marks(self.text))

    def __getitem__(self, pointer: str) -> Mark:
        return self._found[pointer]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def _marks(text: str) -> Iterator[tuple[str, Mark]]:
    lines = [0, *(found.end() for found in re.finditer("\n", text))]

    def mark(offset: int) -> Mark:
        line = bisect_right(lines, offset)
        return Mark(line, offset - lines[line - 1] + 1)

    stack: list[_Container] = []
    for token in _TOKEN.finditer(text):
        word = token[0]
        top = stack[-1] if stack else None
        if word in "}]":
            stack.pop()
        elif word == ",":
            if top is not None:
                top.index, top.key = top.index + 1, None
        elif word == ":":
            continue
        elif top is not None and top.is_object and top.key is None:
            top.key = json.loads(word) if "\\" in word else word[1:-1]
            yield f"{top.pointer}/{escape(top.key or '')}", mark(token.start())
        else:
            pointer = "" if top is None else f"{top.pointer}/{escape(top.key if top.key is not None else top.index)}"
            if top is None or not top.is_object:
                yield pointer, mark(token.start())
            if word in "{[":
                stack.append(_Container(pointer, word == "{"))
