"""JSON as lines to read, with what is wrong marked at its place: the member, or where it is missing, its parent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from spec.source.pointer import Json, escape, split

_MOST_LINES = 2000
_INDENT = "  "


@dataclass(frozen=True, slots=True)
class Mark:
    """Something to say about a place: what is so and what helps, under which clause, and what that promises.

    ``tone`` is ``bad`` for what is refused, and ``note`` for what is only remarkable.
    """

    pointer: str
    tone: str
    sentence: str
    clause: str = ""
    promise: str = ""


class JsonPiece(NamedTuple):
    """A piece of a line, and what it is: name, text, number, word, or punctuation."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class JsonLine:
    """A line. ``is_missing`` is one that is not there, and should be."""

    indent: str
    pieces: tuple[JsonPiece, ...]
    marks: tuple[Mark, ...] = ()
    is_missing: bool = False

    @property
    def tone(self) -> str:
        """How it is marked, or nothing."""
        tones = {one.tone for one in self.marks}
        return "bad" if "bad" in tones else "note" if tones else ""


@dataclass(frozen=True, slots=True)
class MarkedJson:
    """The lines of a value, what could not be placed in it, and how many lines are left out."""

    lines: tuple[JsonLine, ...]
    unplaced: tuple[Mark, ...]
    left: int


def marked(value: Json, marks: Sequence[Mark] = ()) -> MarkedJson:
    """A value with its marks. What is about no member stands before it, and so does what is about a text."""
    by_place: dict[str, list[Mark]] = {}
    unplaced: list[Mark] = []
    for one in marks:
        place = _place(value, one.pointer)
        if place:
            by_place.setdefault(place, []).append(one)
        else:
            unplaced.append(one)
    lines = list(_Lines(by_place).of(value))
    shown = lines[:_MOST_LINES]
    unplaced += [mark for line in lines[_MOST_LINES:] for mark in line.marks]
    return MarkedJson(tuple(shown), tuple(unplaced), len(lines) - len(shown))


def _place(value: Json, pointer: str) -> str:
    """The pointer, as far as it leads, and one step further in an object; nothing if that is the whole."""
    place = ""
    for token in _tokens(pointer):
        if isinstance(value, dict):
            place += "/" + escape(token)
            if token not in value:
                return place
            value = value[token]
        elif isinstance(value, list) and token.isascii() and token.isdigit() and int(token) < len(value):
            place += "/" + token
            value = value[int(token)]
        else:
            return place
    return place


def _tokens(pointer: str) -> tuple[str, ...]:
    try:
        return split(pointer)
    except ValueError:
        return ()


class _Lines:
    """Writes lines, taking the marks of each place as it comes by."""

    def __init__(self, marks: dict[str, list[Mark]]) -> None:
        self.marks = marks
        self.missing: dict[str, list[str]] = {}
        for place in marks:
            parent, _, name = place.rpartition("/")
            self.missing.setdefault(parent, []).append(name)

    def of(
        self, value: Json, place: str = "", depth: int = 0, name: str | None = None, comma: str = ""
    ) -> Iterator[JsonLine]:
        """The lines of what stands at a place."""
        head = (JsonPiece("name", _text(name)), JsonPiece("punctuation", ": ")) if name is not None else ()
        found = tuple(self.marks.get(place, ()))
        if not isinstance(value, dict | list):
            yield JsonLine(_INDENT * depth, (*head, _scalar(value), JsonPiece("punctuation", comma)), found)
            return
        opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
        absent = self._absent(value, place)
        if not value and not absent:
            yield JsonLine(_INDENT * depth, (*head, JsonPiece("punctuation", opening + closing + comma)), found)
            return
        yield JsonLine(_INDENT * depth, (*head, JsonPiece("punctuation", opening)), found)
        for one in absent:
            below = f"{place}/{one}"
            piece = JsonPiece("name", _text(one.replace("~1", "/").replace("~0", "~")))
            yield JsonLine(_INDENT * (depth + 1), (piece,), tuple(self.marks[below]), is_missing=True)
        children = list(value.items()) if isinstance(value, dict) else [(None, one) for one in value]
        for index, (key, child) in enumerate(children):
            below = f"{place}/{escape(key if key is not None else index)}"
            yield from self.of(child, below, depth + 1, key, "," if index + 1 < len(children) else "")
        yield JsonLine(_INDENT * depth, (JsonPiece("punctuation", closing + comma),))

    def _absent(self, value: Json, place: str) -> list[str]:
        """The members that are marked and not there."""
        if not isinstance(value, dict):
            return []
        there = {escape(name) for name in value}
        return [name for name in self.missing.get(place, ()) if name not in there]


def _scalar(value: Json) -> JsonPiece:
    if isinstance(value, str):
        return JsonPiece("text", _text(value))
    kind = "word" if value is None or isinstance(value, bool) else "number"
    return JsonPiece(kind, json.dumps(value))


def _text(text: str) -> str:
    """A JSON string to read; what could turn the direction of what follows, or hide, is told by its number."""
    written = json.dumps(text, ensure_ascii=False)
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in written)
