"""Changes that are known and accepted: entries of rule, pointer, reason and expiry, and what became of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase

from spec.diff.change import Change, known_rules
from spec.source.pointer import Json
from spec.source.reading import Source, SourceError

_WORDS = ("rule", "pointer", "reason", "expires")


@dataclass(frozen=True, slots=True)
class IgnoreEntry:
    """One entry: the rule, where (``*`` stands for anything), why, the last day it holds, and where it is written."""

    rule: str
    pointer: str
    reason: str
    expires: dt.date
    place: str

    def covers(self, change: Change) -> bool:
        """True if the change is of that rule and stands at a place that the pointer matches."""
        return self.rule == change.rule and fnmatchcase(change.pointer, self.pointer)


@dataclass(frozen=True, slots=True)
class IgnoredChange:
    """A change that an entry covers."""

    change: Change
    entry: IgnoreEntry

    def as_json(self) -> dict[str, Json]:
        """The published shape: that of the change, with the reason and the last day."""
        return {**self.change.as_json(), "reason": self.entry.reason, "expires": self.entry.expires.isoformat()}


@dataclass(frozen=True, slots=True)
class Sifted:
    """Changes left after ignoring, those ignored, and remarks about entries that expired or cover nothing."""

    changes: tuple[Change, ...]
    ignored: tuple[IgnoredChange, ...]
    remarks: tuple[str, ...]


def ignored(source: Source) -> tuple[IgnoreEntry, ...]:
    """The entries of an ignore file. Raises SourceError for an entry that is incomplete or names no rule."""
    if not isinstance(source.value, list):
        raise SourceError(
            source.name, source.mark(""), "must be a list of entries with rule, pointer, reason, expires."
        )
    return entries(source, source.value, "")


def entries(source: Source, listed: list[Json], place: str) -> tuple[IgnoreEntry, ...]:
    """The entries of a list that stands at a place of a file."""
    return tuple(_entry(source, f"{place}/{index}", entry) for index, entry in enumerate(listed))


def _entry(source: Source, place: str, entry: Json) -> IgnoreEntry:
    mark = source.mark(place)
    if not isinstance(entry, dict) or not all(isinstance(entry.get(word), str) and entry[word] for word in _WORDS):
        raise SourceError(source.name, mark, "an entry needs the texts rule, pointer, reason and expires (2027-01-31).")
    rule = entry["rule"]
    if rule not in known_rules():
        near = get_close_matches(rule, known_rules(), n=1)
        hint = f"did you mean {near[0]!r}?" if near else "'invigilate diff --rules' lists them."
        raise SourceError(source.name, mark, f"there is no rule {rule!r}; {hint}")
    try:
        expires = dt.date.fromisoformat(entry["expires"])
    except ValueError:
        raise SourceError(source.name, mark, f"expires {entry['expires']!r} is not a date like 2027-01-31.") from None
    return IgnoreEntry(rule, entry["pointer"], entry["reason"], expires, source.place(place))


def sifted(changes: Iterable[Change], entries: Iterable[IgnoreEntry], today: dt.date) -> Sifted:
    """The changes that no entry still in force covers; an entry holds up to and including its last day."""
    everything, listed = tuple(changes), tuple(entries)
    kept: list[Change] = []
    covered: list[IgnoredChange] = []
    for change in everything:
        entry = next((each for each in listed if each.expires >= today and each.covers(change)), None)
        if entry is None:
            kept.append(change)
        else:
            covered.append(IgnoredChange(change, entry))
    remarks = [remark for entry in listed if (remark := _remark(entry, everything, today))]
    return Sifted(tuple(kept), tuple(covered), tuple(remarks))


def _remark(entry: IgnoreEntry, changes: tuple[Change, ...], today: dt.date) -> str | None:
    count = sum(entry.covers(change) for change in changes)
    about = f"{entry.place}: the ignore entry for {entry.rule} at {entry.pointer}"
    if entry.expires < today:
        counts = f"{count} change(s) that it covered count again" if count else "it would cover nothing now"
        return f"{about} expired on {entry.expires.isoformat()}: {counts}; renew or remove it."
    return None if count else f"{about} covers no change; remove it."
