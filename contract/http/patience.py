"""When a request is sent once more, and after how long: pure decisions about what came back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite

from contract.http.exchange import LOST_STATUSES, Exchange, Loss

LONGEST_PAUSE = 30.0
"""Seconds; a target that asks for more is asked again after this."""
LONGEST_WAIT = 60.0
"""Seconds of pauses for one request that is told to wait again and again."""
RESTART = 5.0
"""Seconds for which connections may fail: a target that starts again refuses them. A dead one ends the run."""
_MOST_LOST = 4
_MOST_LATE = 2


class UnavailableError(Exception):
    """The target cannot be judged: it does not answer, or keeps saying that it is unavailable."""


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that ``Retry-After`` (RFC 9110 section 10.2.3: seconds, or a date) asks for; None if it cannot be read.

    A date counts from the ``Date`` of the same answer, so that clocks that differ do no harm. Fractions are taken.
    """
    text = headers.get("retry-after", "").strip()
    if not text.isascii() or not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        moment = _date(text)
        if moment is None:
            return None
        seconds = (moment - (_date(headers.get("date", "")) or now)).total_seconds()
    return float(min(max(seconds, 0.0), LONGEST_PAUSE)) if isfinite(seconds) else None


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def pause(exchange: Exchange, earlier: list[Exchange], waited: float, now: datetime) -> float | None:
    """Seconds until the same request is sent again, or None: what came back counts.

    ``earlier`` are the attempts before, ``waited`` the seconds of the pauses between them. Raises UnavailableError.
    Where nobody says no (a host that is gone, packets that are dropped), the attempts themselves take the time.
    """
    response = exchange.response
    backoff = min(0.1 * 2.0 ** len(earlier), 8.0)
    if exchange.loss is Loss.UNSENT:
        if waited + sum(one.seconds for one in (*earlier, exchange)) >= RESTART:
            raise UnavailableError(f"The target cannot be reached any more: {exchange.failure}.")
        return min(backoff, 1.0)
    if response is not None and response.status == 429:
        if waited >= LONGEST_WAIT:
            raise UnavailableError("The target answers 429 again and again; lower the --rate.")
        asked = retry_after(response.headers, now)
        return backoff if asked is None else max(asked, 0.05)
    if not exchange.lost:
        return None
    lost = [one for one in earlier if one.lost]
    if exchange.loss in (Loss.LATE, Loss.UNREADABLE):
        return backoff if sum(one.loss is exchange.loss for one in lost) + 1 < _MOST_LATE else None
    if len(lost) + 1 >= _MOST_LOST:
        return None
    if response is not None and response.status in LOST_STATUSES:
        asked = retry_after(response.headers, now)
        return backoff if asked is None else max(asked, 0.05)
    return backoff
