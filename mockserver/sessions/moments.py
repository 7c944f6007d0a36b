"""Moments of sessions: as they are told, and as they are compared."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from math import floor
from typing import NamedTuple

from spec.schema.texts.formats import instant

_MOST_REMEMBERED = 64  # characters of a moment that is remembered
_EPOCH = (instant("1970-01-01T00:00:00Z") or (0, ""))[0]


class Span(NamedTuple):
    """From when to when, in seconds since the epoch."""

    start: float
    end: float

    def meets(self, other: Span) -> bool:
        """Whether two have more than a border in common."""
        return self.start < other.end and other.start < self.end


@lru_cache(maxsize=64)  # a call writes its moment more than once
def as_date(seconds: float) -> str:
    """A moment as every answer about sessions writes it: ISO 8601 in UTC, to the millisecond, which is not rounded."""
    whole = floor(seconds)
    more, microseconds = divmod(round((seconds - whole) * 1_000_000), 1_000_000)
    return f"{_second(whole + more)}.{microseconds // 1000:03d}Z"


@lru_cache(maxsize=64)
def _second(whole: int) -> str:
    return datetime.fromtimestamp(whole, UTC).isoformat()[:19]


def seconds(moment: str) -> float:
    """An RFC 3339 date-time as seconds since the epoch."""
    return _remembered(moment) if len(moment) <= _MOST_REMEMBERED else _seconds(moment)


def _seconds(moment: str) -> float:
    found = instant(moment)
    if found is None:
        return 0.0
    whole, fraction = found
    return whole - _EPOCH + (float(f"0.{fraction}") if fraction else 0.0)


_remembered = lru_cache(maxsize=4096)(_seconds)
