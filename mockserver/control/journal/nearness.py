"""Near misses: what means nothing here, and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches

from mockserver.control.journal.entry import JournalEntry
from mockserver.control.journal.selection import JournalSelection
from spec.openapi.document import Document, Schema
from spec.source.pointer import Json, split

_CLOSE = 0.6
_LONGEST = 300  # characters of a path that are compared
_NOTHING_THERE = (404, 405, 501)


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Something of a call that nobody knows: where, what it is, and what comes nearest (or nothing)."""

    number: int
    where: str
    sent: str
    meant: str
    distance: int

    def __str__(self) -> str:
        if not self.meant:
            return f"{self.where}: nobody knows {self.sent!r}, and nothing is near it"
        off = "one letter" if self.distance == 1 else f"{self.distance} letters"
        off = "nothing but the method" if self.distance == 0 else off
        return f"{self.where}: {off} off: {self.sent!r}, probably {self.meant!r}"


class Nearness:
    """What a document knows, to compare with what it does not."""

    def __init__(self, document: Document) -> None:
        self._bodies = {
            one.id: one.body.json for one in document.operations.values() if one.body and _has_json(one.body.content)
        }
        self._paths = [(one.method, one.path) for one in document.operations.values()]

    def misses(self, entry: JournalEntry) -> Iterator[NearMiss]:
        """What of a call means nothing here."""
        number = entry.exchange.number
        if not entry.operation and entry.exchange.status in _NOTHING_THERE:
            yield self._path(entry)
        for pointer in entry.unknown:
            *above, name = split(pointer)
            known = _known(self._bodies.get(entry.operation, {}), above)
            yield _miss(number, pointer, name, known)

    def _path(self, entry: JournalEntry) -> NearMiss:
        def filled(path: str) -> str:
            """A path with what was sent in the place of its parameters."""
            pieces = entry.path.split("/")
            names = path.split("/")
            same = len(pieces) == len(names)
            return "/".join(
                piece if name.startswith("{") and same else name for piece, name in zip(pieces, names, strict=False)
            ) if same else path  # fmt: skip

        def likeness(path: str) -> float:
            return SequenceMatcher(None, entry.path[:_LONGEST], filled(path)).ratio()

        sent, method = f"{entry.exchange.method} {entry.path[:_LONGEST]}", entry.exchange.method
        best = max({path for _, path in self._paths}, key=likeness)
        if likeness(best) < _CLOSE:
            return NearMiss(entry.exchange.number, "path", sent, "", 0)
        methods = [one for one, path in self._paths if path == best]
        meant = f"{method if method in methods else methods[0]} {filled(best)}"
        return NearMiss(entry.exchange.number, "path", sent, meant, distance(entry.path[:_LONGEST], filled(best)))


def nearest(
    entries: Iterable[JournalEntry], wanted: JournalSelection, most: int = 3
) -> list[tuple[JournalEntry, list[str]]]:
    """The entries that miss least of what is wanted, each with what it misses; those that miss nothing are left out."""
    ranked = [(entry, wanted.unmet(entry)) for entry in entries]
    ranked = sorted((one for one in ranked if one[1]), key=lambda one: (len(one[1]), -one[0].exchange.number))
    return ranked[:most]


def distance(one: str, other: str) -> int:
    """In how many letters two texts differ (Levenshtein)."""
    row = list(range(len(other) + 1))
    for index, letter in enumerate(one, 1):
        above, row[0] = row[0], index
        for place, mark in enumerate(other, 1):
            above, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, above + (letter != mark))
    return row[-1]


def _miss(number: int, pointer: str, name: str, known: list[str]) -> NearMiss:
    lowered = {one.lower(): one for one in known}
    close = get_close_matches(name.lower()[:200], lowered, n=1, cutoff=_CLOSE)
    meant = lowered[close[0]] if close else ""
    return NearMiss(number, pointer, name[:200], meant, distance(name[:200], meant) if meant else 0)


def _known(schema: Schema, path: list[str]) -> list[str]:
    """The members that a schema names at a path."""
    for name in path:
        found: Json = schema.get("properties", {}).get(name)
        if found is None:
            return []
        schema = found
    return list(schema.get("properties", {}))


def _has_json(content: Mapping[str, Schema]) -> bool:
    return "application/json" in content
