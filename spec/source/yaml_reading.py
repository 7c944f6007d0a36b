"""Reading YAML as one JSON value with the place of every value.

Anchors may be defined twice (the last one counts), merge keys (``<<``) are followed as YAML 1.1 means them, and what
aliases repeat is bounded: the size of what comes out, not of what goes in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from spec.source.place import Mark, SourceError
from spec.source.pointer import escape
from spec.source.scalars import NumberError, scalar

DEEPEST = 200
"""Levels of nesting that a file may have."""
MOST_REPEATED = 200_000
"""Values that the aliases and merge keys of one file may repeat."""
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT = "tag:yaml.org,2002:str"


@dataclass(slots=True)
class _Open:
    """A mapping or sequence whose end has not been read yet."""

    container: dict[str, Any] | list[Any]
    pointer: str
    anchor: str | None
    key: str | None = None
    merged: list[tuple[str, Any]] = field(default_factory=list)  # pointers and values of merge keys


@dataclass(frozen=True, slots=True)
class _Anchored:
    pointer: str
    value: Any


class YamlReading:
    """One reading of one text."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.marks: dict[str, Mark] = {}
        self._open: list[_Open] = []
        self._anchors: dict[str, _Anchored | None] = {}  # None: defined here, and not closed yet
        self._repeated = 0
        self._root: list[Any] = []

    def value(self, text: str) -> Any:
        """The value of the text. Raises SourceError."""
        try:
            for event in yaml.parse(text, Loader=_Loader):
                self._event(event)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1)
            raise SourceError(self.name, place, _reason(error, text, place)) from None
        except yaml.reader.ReaderError as error:
            before = text[: error.position]
            place = Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))
            raise SourceError(self.name, place, f"is not YAML: {error.reason}.") from None
        except yaml.YAMLError as error:
            raise SourceError(self.name, Mark(1, 1), f"is not YAML: {str(error).splitlines()[0]}.") from None
        if not self._root:
            raise SourceError(self.name, Mark(1, 1), "is empty.")
        return self._root[0]

    def _fail(self, event: yaml.Event, reason: str) -> SourceError:
        return SourceError(self.name, _mark(event), reason)

    def _event(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            if self._awaits_key():
                self._key(event, event.value, plain=not event.style)
                if event.anchor is not None:
                    self._anchors[event.anchor] = _Anchored("", event.value)
            else:
                self._put(event, self._scalar(event), event.anchor)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._begin(event)
        elif isinstance(event, yaml.MappingEndEvent):
            self._end(event)
        elif isinstance(event, yaml.SequenceEndEvent):
            self._close(self._open.pop())
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent) and self._root:
            raise self._fail(event, "is not YAML of one document: a second one begins here; keep one of them.")

    def _awaits_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].container, dict) and self._open[-1].key is None

    def _key(self, event: yaml.Event, key: str, *, plain: bool) -> None:
        top = self._open[-1]
        if key in top.container or any(pointer == f"{top.pointer}/{escape(key)}" for pointer, _ in top.merged):
            raise self._fail(event, f"the key {key!r} occurs twice in one mapping; keep one of them.")
        top.key = key
        below = f"{top.pointer}/{escape(key)}"
        self.marks[below] = _mark(event)
        if key == "<<" and plain:
            top.merged.append((below, None))

    def _put(self, event: yaml.Event, value: Any, anchor: str | None = None) -> str:
        """Place a value where the text has come to; returns its pointer."""
        if not self._open:
            pointer = ""
            self._root.append(value)
        else:
            top = self._open[-1]
            if isinstance(top.container, list):
                pointer = f"{top.pointer}/{len(top.container)}"
                top.container.append(value)
            else:
                pointer = f"{top.pointer}/{escape(top.key or '')}"
                if top.merged and top.merged[-1] == (pointer, None):
                    top.merged[-1] = (pointer, value)
                else:
                    top.container[top.key or ""] = value
                top.key = None
        self.marks.setdefault(pointer, _mark(event))
        if anchor is not None:
            container = isinstance(value, (dict, list))
            self._anchors[anchor] = None if container else _Anchored(pointer, value)
        return pointer

    def _begin(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        if self._awaits_key():
            raise self._fail(event, "a mapping key must be a plain string.")
        if len(self._open) >= DEEPEST:
            raise self._fail(event, f"is nested deeper than {DEEPEST} levels.")
        value: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._open.append(_Open(value, self._put(event, value, event.anchor), event.anchor))

    def _end(self, event: yaml.Event) -> None:
        top = self._open.pop()
        for pointer, merged in top.merged:
            listed = isinstance(merged, list)
            for index, source in enumerate(merged if listed else [merged]):
                if not isinstance(source, dict):
                    place = self.marks[pointer]
                    raise SourceError(self.name, place, "a merge key ('<<') takes a mapping or a list of mappings.")
                below = f"{pointer}/{index}" if listed else pointer
                for key, value in source.items():
                    if isinstance(top.container, dict) and key not in top.container:
                        name = escape(key)
                        copied = self._copied(event, value, f"{below}/{name}", f"{top.pointer}/{name}")
                        top.container[key] = copied
        self._close(top)

    def _close(self, done: _Open) -> None:
        if done.anchor is not None:
            self._anchors[done.anchor] = _Anchored(done.pointer, done.container)

    def _alias(self, event: yaml.AliasEvent) -> None:
        name = event.anchor
        if name not in self._anchors:
            raise self._fail(event, f"the alias *{name} has no anchor &{name} before it.")
        found = self._anchors[name]
        if found is None:
            raise self._fail(event, f"the alias *{name} contains itself.")
        if self._awaits_key():
            if not isinstance(found.value, str):
                raise self._fail(event, "a mapping key must be a plain string.")
            self._key(event, found.value, plain=False)
            return
        top = self._open[-1]
        last = len(top.container) if isinstance(top.container, list) else escape(top.key or "")
        pointer = f"{top.pointer}/{last}"
        self._put(event, self._copied(event, found.value, found.pointer, pointer))

    def _copied(self, event: yaml.Event, value: Any, old: str, new: str) -> Any:
        """A copy of a value, the places of what is below it included."""
        self._repeated += 1
        if self._repeated > MOST_REPEATED:
            reason = f"aliases and merge keys repeat more than {MOST_REPEATED:,} values, which is the limit"
            raise self._fail(event, f"{reason} ({new}); write a $ref instead.")
        if new not in self.marks and old in self.marks:
            self.marks[new] = self.marks[old]
        if isinstance(value, dict):
            return {
                key: self._copied(event, child, f"{old}/{escape(key)}", f"{new}/{escape(key)}")
                for key, child in value.items()
            }
        if isinstance(value, list):
            return [self._copied(event, child, f"{old}/{at}", f"{new}/{at}") for at, child in enumerate(value)]
        return value

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        if event.style or event.tag == _TEXT:  # quoted or block: always a string
            return event.value
        try:
            return scalar(event.value)
        except NumberError as error:
            raise self._fail(event, f"{error} ({self._next_pointer()})") from None

    def _next_pointer(self) -> str:
        if not self._open:
            return "whole file"
        top = self._open[-1]
        last = len(top.container) if isinstance(top.container, list) else escape(top.key or "")
        return f"{top.pointer}/{last}"


def _reason(error: yaml.MarkedYAMLError, text: str, place: Mark) -> str:
    if "nesting depth" in str(error.problem):
        return f"is nested deeper than {DEEPEST} levels."
    line = next(iter(_line(text, place.line)), "")
    if line[place.column - 1 : place.column] == "\t" or line[: len(line) - len(line.lstrip())].count("\t"):
        return "is not YAML: a tab stands here; YAML is indented with spaces."
    return f"is not YAML: {error.problem or error.context}."


def _line(text: str, number: int) -> Iterator[str]:
    for index, line in enumerate(text.split("\n"), 1):
        if index == number:
            yield line


def _mark(event: yaml.Event) -> Mark:
    mark = event.start_mark
    return Mark(1, 1) if mark is None else Mark(mark.line + 1, mark.column + 1)
