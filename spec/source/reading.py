"""Reading YAML and JSON files with the place of every value, so that any complaint can name file, line and column.

Scalars are typed as JSON Schema's YAML profile types them (YAML 1.2 core): unquoted dates, ``on`` and ``yes``
stay strings, mapping keys are always strings, and a key that occurs twice is refused.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from spec.source.pointer import escape

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]+\Z|0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_DEEPEST = 200


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file; line and column count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed file: its name, its JSON value and, per JSON pointer, where that value (or its key) stands."""

    name: str
    value: Any
    marks: Mapping[str, Mark] = field(repr=False)

    def place(self, pointer: str) -> str:
        """``file:line:column`` of a pointer, or of the nearest ancestor that the file holds."""
        mark = self.mark(pointer)
        return f"{self.name}:{mark.line}:{mark.column}"

    def mark(self, pointer: str) -> Mark:
        """The place of a pointer, or of its nearest ancestor that the file holds."""
        while pointer and pointer not in self.marks:
            pointer = pointer.rpartition("/")[0]
        return self.marks.get(pointer, Mark(1, 1))


class SourceError(Exception):
    """A file cannot be read as one JSON value. The message names the file, the place and the reason."""

    def __init__(self, name: str, mark: Mark, reason: str) -> None:
        super().__init__(f"{name}:{mark.line}:{mark.column}: {reason}")
        self.name, self.mark, self.reason = name, mark, reason


def read(path: Path | str) -> Source:
    """Parse a YAML or JSON file. Raises SourceError (also when it is missing or not UTF-8)."""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SourceError(str(path), Mark(1, 1), f"cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError as error:
        raise SourceError(str(path), Mark(1, 1), f"is not UTF-8 (byte {error.start}): save it as UTF-8.") from None
    return parse(text, str(path))


def parse(text: str, name: str) -> Source:
    """Parse YAML or JSON text; ``name`` is what messages call it. Raises SourceError."""
    looks_json = text.lstrip()[:1] in ("{", "[")
    if looks_json:
        try:
            value = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_unique)
        except (ValueError, RecursionError):
            pass  # perhaps YAML in flow style: the YAML reader has the last word, and knows the place
        else:
            return Source(name, value, _marks_of_json(text, name))
    return _Builder(name).source(text)


def _refuse_constant(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key occurs twice")
    return value


def _marks_of_json(text: str, name: str) -> Mapping[str, Mark]:
    # libyaml refuses some JSON: escaped surrogate pairs, keys of more than 1,024 characters. The value is known
    # already, so the places before the trouble will do.
    builder = _Builder(name)
    try:
        builder.source(_SURROGATE_ESCAPE.sub(lambda found: f"x{found[0][1:]}", text))
    except SourceError as error:
        if "nested deeper" in error.reason:
            raise
    return builder.marks


class _Builder:
    """Turns YAML's node graph into a JSON value and notes where each value stands."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.marks: dict[str, Mark] = {}

    def source(self, text: str) -> Source:
        try:
            node = yaml.compose(text, Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1)
            raise SourceError(self.name, place, f"is not YAML: {error.problem or error.context}.") from None
        except yaml.YAMLError as error:
            raise SourceError(self.name, Mark(1, 1), f"is not YAML: {str(error).splitlines()[0]}.") from None
        except RecursionError:
            raise SourceError(self.name, Mark(1, 1), f"is nested deeper than {_DEEPEST} levels.") from None
        if node is None:
            raise SourceError(self.name, Mark(1, 1), "is empty.")
        return Source(self.name, self._value(node, "", ()), self.marks)

    def _fail(self, node: yaml.Node, reason: str) -> SourceError:
        return SourceError(self.name, _mark(node), reason)

    def _value(self, node: yaml.Node, pointer: str, ancestors: tuple[int, ...]) -> Any:
        self.marks.setdefault(pointer, _mark(node))
        if len(ancestors) > _DEEPEST or id(node) in ancestors:
            raise self._fail(node, f"is nested deeper than {_DEEPEST} levels, or an alias contains itself.")
        below = (*ancestors, id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, pointer, below)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(child, f"{pointer}/{index}", below) for index, child in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        raise self._fail(node, "is neither a mapping, a sequence nor a scalar.")

    def _mapping(self, node: yaml.MappingNode, pointer: str, ancestors: tuple[int, ...]) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._fail(key_node, "a mapping key must be a plain string.")
            key = key_node.value
            if key == "<<" and not key_node.style:
                raise self._fail(key_node, "merge keys ('<<') are not JSON; write the members out or use $ref.")
            if key in mapping:
                raise self._fail(key_node, f"the key {key!r} occurs twice in one mapping; keep one of them.")
            below = f"{pointer}/{escape(key)}"
            self.marks[below] = _mark(key_node)
            mapping[key] = self._value(value_node, below, ancestors)
        return mapping

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        text: str = node.value
        if node.style:  # quoted or block: always a string
            return text
        return _WORDS[text] if text in _WORDS else self._number(node, text)

    def _number(self, node: yaml.ScalarNode, text: str) -> Any:
        if _INTEGER.match(text):
            if len(text) > 400:
                raise self._fail(node, "an integer of more than 400 digits.")
            return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
        if _NUMBER.match(text):
            number = float(text)
            if math.isinf(number):
                raise self._fail(node, f"the number {text} is larger than any JSON reader can hold.")
            return number
        if text.lower().lstrip("+-") in (".inf", ".nan"):
            raise self._fail(node, f"{text} is not a JSON number.")
        return text


def _mark(node: yaml.Node) -> Mark:
    return Mark(node.start_mark.line + 1, node.start_mark.column + 1)
