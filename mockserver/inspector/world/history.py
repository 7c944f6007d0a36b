"""What became of a resource, call by call, as far as the journal remembers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mockserver.control.clock import as_text
from mockserver.control.journal.entry import JournalEntry, Shelf
from mockserver.http.masking import MASK
from mockserver.http.scope import ServedExchange
from mockserver.inspector.calls.rows import status_tone, tones
from mockserver.provisioning.forms import Form
from mockserver.tenancy.tenants import Tenants
from spec.source.pointer import Json, split

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
    """Reads the journal for one resource. Values are compared as they are when a call is committed."""

    def __init__(self, shelf: Shelf, tenants: Tenants) -> None:
        self.shelf, self.tenants = shelf, tenants
        self.tones = tones(shelf.parts)
        self.forms = {part.name: Form(part) for part in shelf.parts.parts}

    def of(self, exchanges: Sequence[ServedExchange], kind: str, sid: str) -> list[HistoryEntry]:
        """The calls that made a resource what it is, or are about it, earliest first; the latest of many."""
        name = sid.encode()
        near = [one for one in exchanges if name in one.answer or name in one.raw_path]
        form = self.forms.get(kind)
        known: dict[str, Json] = {}
        found = [self._entry(entry, form, sid, known) for entry in self.shelf.entries(near[-_MOST:])]
        return [one for one in found if one is not None]

    def _entry(self, entry: JournalEntry, form: Form | None, sid: str, known: dict[str, Json]) -> HistoryEntry | None:
        exchange = entry.exchange
        done = entry.done.get(form.name, {}) if form is not None else {}
        if form is not None and done.get("sid") == sid:
            result = str(done.get("result"))
            changes = self._changes(form, entry, result, known)
            tone = self.tones.get((form.name, result), "")
            return HistoryEntry(exchange.number, as_text(exchange.at), result, tone, changes)
        if sid.encode() in exchange.raw_path:
            tone = "" if status_tone(exchange.status) == "good" else "refused"
            word = f"{entry.operation or entry.path}: {exchange.status or 'no answer'}"
            return HistoryEntry(exchange.number, as_text(exchange.at), word, tone, ())
        return None

    def _changes(self, form: Form, entry: JournalEntry, result: str, known: dict[str, Json]) -> tuple[LeafChange, ...]:
        """What a call changed of what was known before; ``known`` goes on to the next call."""
        tenant = self.tenants.by_sid.get(entry.exchange.install)
        defaults = tenant.install.defaults if tenant is not None else {}
        sent = form.at(entry.read.body)
        if result == form.part.created:
            known.clear()
            known.update(form.fresh(sent, defaults))
            return ()
        changed = form.changed(known, sent, defaults)
        told = tuple(
            LeafChange(" ".join(split(key)), *self._told(form, key, known[key], value))
            for key, value in changed.items()
            if key in known
        )
        known.update(changed)
        return told if result == form.part.updated else ()

    def _told(self, form: Form, key: str, before: Json, after: Json) -> tuple[str, str]:
        return (MASK, MASK) if form.entries[key].secret else (_short(before), _short(after))


def _short(value: Json) -> str:
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
