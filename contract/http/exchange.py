"""What was sent and what came back, as frozen data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from spec.source.depth import deeper_than
from spec.source.pointer import Json

_DEEPEST = 400
LOST_STATUSES = frozenset({502, 503, 504})
"""Answers of whatever stands before a server that did not hear its answer (RFC 9110 sections 15.6.3 to 15.6.5)."""


class Loss(StrEnum):
    """Why no answer came. Only after ``UNSENT`` is it certain that the request was not acted upon."""

    UNSENT = "unsent"
    BROKEN = "broken"
    LATE = "late"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class SentRequest:
    """A request as it goes over the wire. ``path`` starts with ``/`` and is relative to the target's prefix."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None = None

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True)
class ReceivedResponse:
    """A response; header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def json(self) -> Json:
        """The body as JSON, or None if it is not JSON, or deeper than anybody would read it (or ``null``).

        Not to be changed.
        """
        return _read(self.body)

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


@lru_cache(maxsize=64)
def _read(body: bytes) -> Json:
    """JSON is read once for all who look at an answer while it is judged; a run does not keep what was read."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return None if deeper_than(_DEEPEST, value) is not None else value


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request with its response, or with the reason why none came. Times are seconds of a monotonic clock.

    ``earlier`` are the attempts before this one at the same request: lost ones, and those that were told to wait.
    ``excused`` says of an answer that did not come in time that nothing else was answered quickly either.
    """

    request: SentRequest
    response: ReceivedResponse | None
    started: float
    seconds: float
    failure: str | None = None
    index: int = 0
    phase: str = ""
    loss: Loss | None = None
    earlier: tuple[Exchange, ...] = ()
    excused: bool = False

    @property
    def lost(self) -> bool:
        """Whether the answer was lost, so that the request may or may not have been acted upon."""
        if self.response is None:
            return self.loss is not Loss.UNSENT
        return self.response.status in LOST_STATUSES

    @property
    def uncertain(self) -> bool:
        """Whether this attempt or one before it at the same request was lost."""
        return self.lost or any(one.lost for one in self.earlier)
