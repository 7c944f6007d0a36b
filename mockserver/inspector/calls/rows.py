"""A call as one row of a list: what it was, what was answered, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mockserver.control.clock import as_text
from mockserver.control.journal.entry import JournalEntry, Shelf
from mockserver.http.masking import MaskedExchange
from mockserver.tenancy.tenants import Tenants
from spec.resources.resource import Resources
from spec.source.pointer import Json

_SID = re.compile(r"\b([A-Z]{2})([0-9a-fA-F]{4})[0-9a-fA-F]{24}([0-9a-fA-F]{4})\b")
_LONGEST = 160
_REFUSED, _FAILED = 400, 500


class Outcome(NamedTuple):
    """What became of a part: the words of the answer, how they are shown, and its SID."""

    part: str
    result: str
    tone: str
    sid: str


class AlikeOutcomes(NamedTuple):
    """The parts of which the same became."""

    result: str
    tone: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CallRow:
    """A row. ``short`` is the path with SIDs in short.

    ``happened`` are sentences beside the outcomes, ``reason`` says why it was refused.
    """

    number: int
    at: str
    milliseconds: float
    method: str
    path: str
    short: str
    status: int
    tone: str
    operation: str
    install: str
    outcomes: tuple[Outcome, ...]
    happened: tuple[str, ...]
    reason: str
    clauses: tuple[str, ...]

    @property
    def time(self) -> str:
        """The time of day of its end, in UTC."""
        return self.at[11:19]

    @property
    def alike(self) -> list[AlikeOutcomes]:
        """The outcomes by what became of the parts."""
        results = dict.fromkeys((one.result, one.tone) for one in self.outcomes)
        return [
            AlikeOutcomes(result, tone, tuple(one.part for one in self.outcomes if one.result == result))
            for result, tone in results
        ]


class Rows:
    """Makes rows of entries, with secrets masked."""

    def __init__(self, shelf: Shelf, tenants: Tenants) -> None:
        self.shelf, self.tenants = shelf, tenants
        self.tones = tones(shelf.parts)

    def of(self, entries: Sequence[JournalEntry]) -> list[CallRow]:
        """The rows of entries, in their order."""
        masked = self.shelf.masking.show(one.exchange for one in entries)
        return [self._row(entry, shown) for entry, shown in zip(entries, masked, strict=True)]

    def _row(self, entry: JournalEntry, shown: MaskedExchange) -> CallRow:
        exchange = entry.exchange
        tenant = self.tenants.by_sid.get(exchange.install)
        path = _cut(shown.path)
        return CallRow(
            number=exchange.number,
            at=as_text(exchange.at),
            milliseconds=round(exchange.seconds * 1000, 1),
            method=shown.method,
            path=path,
            short=short(path),
            status=shown.status,
            tone=status_tone(shown.status),
            operation=entry.operation,
            install=tenant.install.name if tenant is not None else "",
            outcomes=tuple(self.outcomes(entry)),
            happened=tuple(_cut(one) for one in _happened(entry, shown)),
            reason=_cut(_reason(entry, shown)),
            clauses=tuple(entry.clauses),
        )

    def outcomes(self, entry: JournalEntry) -> list[Outcome]:
        """What became of each part."""
        found = []
        for part, listed in entry.done.items():
            result = str(listed.get("result", ""))
            found.append(Outcome(part, result, self.tones.get((part, result), ""), str(listed.get("sid", ""))))
        return found


def tones(parts: Resources) -> Mapping[tuple[str, str], str]:
    """How the results of each part are shown."""
    return {
        (part.name, word): tone
        for part in parts.parts
        for word, tone in ((part.created, "created"), (part.found, "found"), (part.updated, "updated"))
    }


def status_tone(status: int) -> str:
    """How a status is shown."""
    if status == 0 or status >= _FAILED:
        return "failed"
    return "refused" if status >= _REFUSED else "good"


def short(text: str) -> str:
    """A text with SIDs in short: their kind, the first and the last four digits."""
    return _SID.sub(r"\1\2…\3", text)


def _happened(entry: JournalEntry, shown: MaskedExchange) -> list[str]:
    said = [one for one in shown.notes if one.startswith("weather ")]
    if not shown.status:
        said.append("the connection ended without an answer")
    if entry.unknown and not entry.is_refused:
        said.append(f"ignored: {', '.join(entry.unknown[:3])}{' …' if len(entry.unknown) > 3 else ''}")
    return said


def _reason(entry: JournalEntry, shown: MaskedExchange) -> str:
    """Why it was refused: the first reason, and how many there are beside it."""
    if not entry.is_refused or not isinstance(shown.answer, dict):
        return ""
    listed = reasons(shown.answer)
    if len(listed) > 1:
        return f"{listed[0].get('pointer')}: {listed[0].get('message')} And {len(listed) - 1} more."
    message = shown.answer.get("message", shown.answer.get("error_description", ""))
    return "" if entry.is_weather else str(message)


def reasons(answer: Json) -> list[dict[str, Json]]:
    """The reasons that an answer lists for its refusal, as it tells them."""
    errors = answer.get("errors") if isinstance(answer, dict) else None
    return [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
