"""What became of a resource, call by call, as far as the journal remembers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mockserver.control.clock import as_text
from mockserver.control.journal.entry import JournalEntry, Shelf
from mockserver.http.masking import MASK
from mockserver.http.scope import ServedExchange
from mockserver.inspector.rows import status_tone, tones
from spec.resources.resource import Part
from spec.source.pointer import Json, follow

_MOST = 200
_LONGEST = 60


class LeafChange(NamedTuple):
    """A value that a call changed: of which leaf, and what it was and is, in short. "" for what nobody knows."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """What one call did. ``word`` is the result, or the operation that names the resource."""

    call: int
    at: str
    word: str
    tone: str
    changes: tuple[LeafChange, ...]


class Histories:
    """Reads the journal for one resource."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.tones = tones(shelf.parts)

    def of(self, exchanges: Sequence[ServedExchange], kind: str, sid: str) -> list[HistoryEntry]:
        """The calls that made a resource what it is, or are about it, earliest first; the latest of many."""
        name = sid.encode()
        near = [one for one in exchanges if name in one.answer or name in one.raw_path]
        part = next((one for one in self.shelf.parts.parts if one.name == kind), None)
        known: dict[str, Json] = {}
        found = [self._entry(entry, part, sid, known) for entry in self.shelf.entries(near[-_MOST:])]
        return [one for one in found if one is not None]

    def _entry(self, entry: JournalEntry, part: Part | None, sid: str, known: dict[str, Json]) -> HistoryEntry | None:
        exchange = entry.exchange
        done = entry.done.get(part.name, {}) if part is not None else {}
        if part is not None and done.get("sid") == sid:
            result = str(done.get("result"))
            changes = _changes(part, entry.read.body, known)
            tone = self.tones.get((part.name, result), "")
            return HistoryEntry(
                exchange.number, as_text(exchange.at), result, tone, changes if result == part.updated else ()
            )
        if sid.encode() in exchange.raw_path:
            tone = "" if status_tone(exchange.status) == "good" else "refused"
            word = f"{entry.operation or entry.path}: {exchange.status or 'no answer'}"
            return HistoryEntry(exchange.number, as_text(exchange.at), word, tone, ())
        return None


def _changes(part: Part, body: Json, known: dict[str, Json]) -> tuple[LeafChange, ...]:
    """What a body sends of a part that differs from what was sent before; ``known`` goes on to the next call."""
    found = []
    for leaf in part.leaves:
        try:
            value = follow(body, [*part.path, *leaf.path])
        except LookupError:
            continue
        before = known.get(leaf.key, _UNKNOWN)
        known[leaf.key] = value
        if before is not _UNKNOWN and before != value:
            secret = bool(leaf.schema.get("writeOnly"))
            found.append(
                LeafChange(" ".join(leaf.path), MASK if secret else _short(before), MASK if secret else _short(value))
            )
    return tuple(found)


_UNKNOWN: Mapping[str, Json] = {}


def _short(value: Json) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
