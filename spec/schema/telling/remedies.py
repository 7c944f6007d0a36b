"""What is nearly right: how a text that a format refuses would have to be written.

``2026-01-31T09:00:00+0000`` lacks a colon, not an offset; whoever reads only "send a date-time" looks long for it.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping

from spec.schema.texts.formats import is_calendar_day, is_currency_code, is_date_time, is_time_zone

_LONGEST = 64
_DATE = re.compile(r"([0-9]{4,6})-([0-9]{2})-([0-9]{2})")
_OFFSET = re.compile(r"(.*[0-9])[ ]?(?:([+-][0-9]{2}):?([0-9]{2})?|[Zz])\Z")
_MONTHS = "January February March April May June July August September October November December".split()


def remedy(name: str, text: str) -> str | None:
    """The end of a sentence that says how to write a text so that it keeps a format; None if nobody can tell."""
    find = _REMEDIES.get(name)
    return find(text) if find is not None and len(text) <= _LONGEST else None


def _date_time(text: str) -> str | None:
    """Try the slips that people make one by one; the first that repairs the text (with all before it) is named."""
    slips: list[str] = []
    tried: list[Callable[[str], str]] = []
    for slip, repair in _SLIPS:
        repaired = repair(text)
        if repaired != text:
            slips.append(slip)
            tried.append(repair)
            text = repaired
        if slips and is_date_time(text):
            meant = ", if UTC is meant" if _with_offset in tried else ""
            return f"{' and '.join(slips)}: send {text}{meant}"
    return None


def _with_colon(text: str) -> str:
    found = _OFFSET.match(text)
    return f"{found[1]}{found[2]}:{found[3] or '00'}" if found and found[2] and "T" in found[1] else text


def _with_seconds(text: str) -> str:
    return re.sub(r"(T[0-9]{2}:[0-9]{2})(?=[Z+-]|\Z)", r"\1:00", text)


def _with_offset(text: str) -> str:
    return text if _OFFSET.match(text) and re.search(r"T.*([Zz]|[+-][0-9:]+)\Z", text) else f"{text}Z"


_SLIPS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("it has white space around it", str.strip),
    ("it needs a T between date and time", lambda text: re.sub(r"\A([0-9-]{10,12}) +(?=[0-9])", r"\1T", text)),
    ("it needs a time", lambda text: re.sub(r"\A([0-9]{4}-[0-9]{2}-[0-9]{2})\Z", r"\1T00:00:00", text)),
    ("its offset needs a colon", _with_colon),
    ("it needs seconds", _with_seconds),
    ("it lacks an offset", _with_offset),
)


def _day(text: str) -> str | None:
    found = _DATE.search(text)
    if found is None or is_calendar_day(text):
        return None
    year, month = int(found[1]), int(found[2])
    days = monthrange(2000 + year % 400, month)[1]
    return f"{_MONTHS[month - 1]} {year:04d} has {days} days; send a day that the calendar has"


def _currency(text: str) -> str | None:
    better = text.strip().upper()
    return f"codes are written in capitals, so send {better}" if is_currency_code(better) else None


def _zone(text: str) -> str | None:
    plain = text.strip().replace(" ", "_")
    better = next((one for one in (plain, plain.title(), plain.upper()) if is_time_zone(one)), None)
    return f"send {better}, as IANA writes it" if better is not None and better != text else None


_REMEDIES: Mapping[str, Callable[[str], str | None]] = {
    "date-time": _date_time,
    "calendar-day": _day,
    "currency-code": _currency,
    "time-zone": _zone,
}
