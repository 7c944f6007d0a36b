"""The moments that texts mean, and the time between two of them."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from spec.schema.texts.formats import instant
from spec.source.pointer import Json

Instant: TypeAlias = tuple[int, str]
"""Whole seconds and the digits of their fraction, as ``instant`` has them."""
_EPOCH = instant("1970-01-01T00:00:00Z")


class Span(NamedTuple):
    """When a session takes place, as POSIX times."""

    start: float
    end: float


def moment_of(value: Json) -> Instant | None:
    """The moment that a text means, or None."""
    return instant(value) if isinstance(value, str) else None


def seconds(moment: Instant) -> float:
    """A moment as a POSIX time."""
    return float(moment[0] - (_EPOCH[0] if _EPOCH else 0)) + float(f"0.{moment[1] or 0}")
