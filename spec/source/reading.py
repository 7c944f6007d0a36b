"""Reading YAML and JSON files with the place of every value, so that any complaint can name file, line and column.

Scalars are typed as JSON Schema's YAML profile types them (YAML 1.2 core): unquoted dates, ``on`` and ``yes``
stay strings, mapping keys are always strings, and a key that occurs twice is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from spec.source.depth import deeper_than
from spec.source.json_places import JsonMarks
from spec.source.place import Mark, Place, SourceError
from spec.source.pointer import Json, escape
from spec.source.scalars import NumberError, integer, number
from spec.source.yaml_reading import DEEPEST, YamlReading

__all__ = ["HOLDER", "LARGEST", "Gap", "Mark", "Place", "Source", "SourceError", "parse", "read", "written"]

LARGEST = 64 * 2**20
"""Bytes that a file may have."""
HOLDER = "x-invigilate-files"
"""The root member that holds what a document takes from other files: name of the file → the parts in use."""
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Gap:
    """A piece of a document that could not be followed: its pointer, the reference that stands there, and why not.

    Without ``reference`` it is a member that nothing here reads. ``unseen``: what is named was not read at all, so
    that even two equal documents may differ in it. ``void``: all was read, and nothing has that name.
    """

    pointer: str
    reference: str | None
    reason: str
    unseen: bool = True
    void: bool = False

    @property
    def sentence(self) -> str:
        """What is not known, and why."""
        if self.reference is None:
            return f"{self.reason[:1].upper()}{self.reason[1:]}."
        return f"What {self.reference!r} names was not read, so nothing is known of it: it {self.reason}."


@dataclass(frozen=True, slots=True)
class Source:
    """A document as one JSON value: its name, the value and, per JSON pointer, where that value (or its key) stands.

    A document of several files holds the parts it takes from the others below ``HOLDER``; ``files`` are those files
    by name. ``moved`` says of values that were put elsewhere (members of a referenced path item) whence they came;
    ``spliced`` are references (pointer of the object that held it → its text) that stood where OpenAPI knows none.
    """

    name: str
    value: Json
    marks: Mapping[str, Mark] = field(repr=False)
    files: Mapping[str, Source] = field(default_factory=dict, repr=False)
    moved: Mapping[str, str] = field(default_factory=dict, repr=False)
    gaps: tuple[Gap, ...] = ()
    spliced: Mapping[str, str] = field(default_factory=dict, repr=False)

    def place(self, pointer: str) -> str:
        """``file:line:column`` of a pointer, or of the nearest ancestor that the file holds."""
        return str(self.locate(pointer))

    def mark(self, pointer: str) -> Mark:
        """Line and column of ``locate``."""
        return self.locate(pointer).mark

    def locate(self, pointer: str) -> Place:
        """The file, and the place in it, of a pointer or of its nearest ancestor that the file holds."""
        pointer = written(pointer, self.moved)
        name, at = self._held(pointer)
        if name is not None:
            return self.files[name].locate(at)
        while at and at not in self.marks:
            at = at.rpartition("/")[0]
        return Place(self.name, pointer, self.marks.get(at, Mark(1, 1)))

    def shown(self, pointer: str) -> str:
        """The pointer as people and programs are told it: ``parts/order.yaml#/properties`` if it is in another file."""
        pointer = written(pointer, self.moved)
        name, rest = self._held(pointer)
        return pointer if name is None else f"{name}#{rest}"

    def _held(self, pointer: str) -> tuple[str | None, str]:
        """The file among the others in which a pointer (or what ``shown`` gave) leads, and the pointer within it."""
        if self.files and pointer.startswith(f"/{HOLDER}/"):
            token, slash, rest = pointer.removeprefix(f"/{HOLDER}/").partition("/")
            name = token.replace("~1", "/").replace("~0", "~")
            return (name, slash + rest) if name in self.files else (None, pointer)
        at = pointer.find("#") if self.files else -1
        while at >= 0:
            if pointer[:at] in self.files:
                return pointer[:at], pointer[at + 1 :]
            at = pointer.find("#", at + 1)
        return None, pointer


def written(pointer: str, moved: Mapping[str, str]) -> str:
    """Where a value stood before it was moved: the nearest of its ancestors that was decides."""
    cut = pointer if moved else ""
    while cut and cut not in moved:
        cut = cut.rpartition("/")[0]
    return moved[cut] + pointer[len(cut) :] if cut else pointer


def read(path: Path | str) -> Source:
    """Parse a YAML or JSON file. Raises SourceError (also when it is missing, too large or not UTF-8)."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise SourceError(str(path), Mark(1, 1), f"cannot be read: {reason}.") from None
    return decoded(data, str(path))


def decoded(data: bytes, name: str) -> Source:
    """Parse the bytes of a file. Raises SourceError."""
    if len(data) > LARGEST:
        raise SourceError(name, Mark(1, 1), f"is larger than {LARGEST // 2**20} MiB, which is the limit.")
    try:
        return parse(data.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SourceError(name, Mark(line, 1), f"is not UTF-8 (byte {error.start}): save it as UTF-8.") from None


def parse(text: str, name: str) -> Source:
    """Parse YAML or JSON text; ``name`` is what messages call it. Raises SourceError."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            value = json.loads(
                text,
                parse_constant=_refuse_constant,
                object_pairs_hook=_unique,
                parse_float=number,
                parse_int=integer,
            )
        except (ValueError, RecursionError):
            pass  # perhaps YAML in flow style: the YAML reader has the last word, and knows the place
        else:
            return _checked(Source(name, value, JsonMarks(text)), text)
    reading = YamlReading(name)
    return _checked(Source(name, reading.value(text), reading.marks), text)


def _refuse_constant(word: str) -> Json:
    raise NumberError(f"{word} is not JSON")


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key occurs twice")
    return value


def _checked(source: Source, text: str) -> Source:
    """The source, if it is not nested too deeply and no text in it is one that UTF-8 cannot hold."""
    if isinstance(source.value, (dict, list)) and (deep := deeper_than(DEEPEST, source.value)) is not None:
        raise SourceError(source.name, source.mark(deep), f"is nested deeper than {DEEPEST} levels.")
    if _SURROGATE.search(text) is not None:
        _refuse_surrogates(source)
    return source


def _refuse_surrogates(source: Source) -> None:
    stack: list[tuple[str, Json]] = [("", source.value)]
    while stack:
        pointer, value = stack.pop()
        if isinstance(value, dict):
            stack += [(f"{pointer}/{escape(key)}", child) for key, child in value.items()]
            stack += [(f"{pointer}/{escape(key)}", key) for key in value]
        elif isinstance(value, list):
            stack += [(f"{pointer}/{index}", child) for index, child in enumerate(value)]
        elif isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value):
            reason = "holds half a surrogate pair, which no UTF-8 text can; write the whole character"
            shown = pointer.encode("ascii", "backslashreplace").decode()
            raise SourceError(source.name, source.mark(pointer), f"{reason} ({shown}).")
