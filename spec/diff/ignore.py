"""Changes that are known and accepted: a file of rule, pointer, reason and expiry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from spec.diff.change import Change, is_rule
from spec.source.reading import Source, SourceError


@dataclass(frozen=True, slots=True)
class Ignored:
    """One accepted change: the rule, where (``*`` stands for anything), why, and the last day it holds."""

    rule: str
    pointer: str
    reason: str
    expires: dt.date

    def covers(self, change: Change) -> bool:
        return self.rule == change.rule and fnmatchcase(change.pointer, self.pointer)


@dataclass(frozen=True, slots=True)
class Sifted:
    """Changes left after ignoring, and how many were ignored."""

    changes: tuple[Change, ...]
    ignored: int


def ignored(source: Source) -> tuple[Ignored, ...]:
    """The entries of an ignore file. Raises SourceError for an entry that is incomplete or names no rule."""
    if not isinstance(source.value, list):
        raise SourceError(
            source.name, source.mark(""), "must be a list of entries with rule, pointer, reason, expires."
        )
    return tuple(_entry(source, index, entry) for index, entry in enumerate(source.value))


def _entry(source: Source, index: int, entry: Any) -> Ignored:
    mark = source.mark(f"/{index}")
    words = ("rule", "pointer", "reason", "expires")
    if not isinstance(entry, dict) or not all(isinstance(entry.get(word), str) and entry[word] for word in words):
        raise SourceError(source.name, mark, "an entry needs the texts rule, pointer, reason and expires (2027-01-31).")
    if not is_rule(entry["rule"]):
        raise SourceError(
            source.name, mark, f"there is no rule {entry['rule']!r}; 'invigilate diff --rules' lists them."
        )
    try:
        expires = dt.date.fromisoformat(entry["expires"])
    except ValueError:
        raise SourceError(source.name, mark, f"expires {entry['expires']!r} is not a date like 2027-01-31.") from None
    return Ignored(entry["rule"], entry["pointer"], entry["reason"], expires)


def sifted(changes: Iterable[Change], entries: Iterable[Ignored], today: dt.date) -> Sifted:
    """The changes that no entry still in force covers; an entry holds up to and including its last day."""
    live = [entry for entry in entries if entry.expires >= today]
    everything = tuple(changes)
    kept = tuple(change for change in everything if not any(entry.covers(change) for entry in live))
    return Sifted(kept, len(everything) - len(kept))
