"""One checker per format that a document may use; both validation engines and the judge use these same functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache

from spec.schema.texts.addresses import is_email, is_http_url, is_uri

DATE_TIME, DATE, ISO_DATE, CALENDAR_DAY = "date-time", "date", "iso-8601-date", "calendar-day"
EMAIL, URI, HTTP_URL = "email", "uri", "http-url"
CURRENCY_CODE, TIME_ZONE = "currency-code", "time-zone"
"""The values of ``format`` that a document may use: those of JSON Schema, and our own. None of them names a member."""

_MOST_REMEMBERED = 64  # characters of a text whose instant is remembered
_DATE_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))\Z"
)
_CALENDAR = re.compile(r"[+-]?([0-9]{4,6})-([0-9]{2})-([0-9]{2})(?:[Tt ]([0-9]{2})(?::?([0-9]{2}))?.*)?\Z")
_IN_EVERY_MONTH = frozenset(f"{day:02}" for day in range(1, 29))
_OTHER_ISO = re.compile(r"[+-]?[0-9]{4}[-0-9W:Tt.,+Zz ]*\Z")


def _days(year: int, month: int, day: int) -> int | None:
    """Days since 1 March 0000 in the proleptic Gregorian calendar, or None if there is no such day."""
    if not (1 <= month <= 12 and day >= 1):
        return None
    try:
        date(2000 + year % 400, month, day)  # the calendar repeats every 400 years; date knows no year 0
    except ValueError:
        return None
    shifted = year - (month < 3)
    return 365 * shifted + shifted // 4 - shifted // 100 + shifted // 400 + (153 * ((month - 3) % 12) + 2) // 5 + day


def instant(text: str) -> tuple[int, str] | None:
    """The instant of an RFC 3339 date-time as whole seconds and fraction digits, or None if it is none.

    Comparable and hashable: ``2026-01-01T01:00:00+01:00`` and ``2026-01-01T00:00:00.0Z`` are equal.
    A leap second (RFC 3339 section 5.7) is taken only as the last second of a UTC day.
    """
    return _remembered(text) if len(text) <= _MOST_REMEMBERED else _instant(text)


def _instant(text: str) -> tuple[int, str] | None:
    found = _DATE_TIME.match(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(group) for group in found.groups()[:6])
    days = _days(year, month, day)
    offset_hours, offset_minutes = int(found[9] or 0), int(found[10] or 0)
    if days is None or hour > 23 or minute > 59 or second > 60 or offset_hours > 23 or offset_minutes > 59:
        return None
    offset = (offset_hours * 60 + offset_minutes) * (-60 if found[8] == "-" else 60)
    seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset
    if second == 60 and seconds % 86400 != 0:
        return None
    return seconds, (found[7] or "").rstrip("0")


_remembered = lru_cache(maxsize=4096)(_instant)


def is_date_time(text: str) -> bool:
    """RFC 3339 section 5.6 ``date-time``: an offset is required."""
    return instant(text) is not None


def is_iso_8601_date(text: str) -> bool:
    """Whether any reader of ISO 8601 takes it for a date: months have 1 to 31 days, other forms need look alike.

    Whether a calendar day exists is asked by ``calendar-day``: readers differ about it.
    """
    found = _CALENDAR.match(text)
    if found is None:
        return _OTHER_ISO.match(text) is not None
    return (
        1 <= int(found[2]) <= 12 and 1 <= int(found[3]) <= 31 and int(found[4] or 0) <= 24 and int(found[5] or 0) <= 59
    )


def is_calendar_day(text: str) -> bool:
    """False for a date whose day its month does not have, such as 30 February; texts without such a date are fine."""
    if text[4:5] == "-" == text[7:8] and text[8:10] in _IN_EVERY_MONTH:
        return True
    found = _CALENDAR.match(text)
    if found is None or not (1 <= int(found[2]) <= 12 and 1 <= int(found[3]) <= 31):
        return True
    return _days(int(found[1]), int(found[2]), int(found[3])) is not None


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    import iso4217  # late: it reads its table when it is imported

    return frozenset(one.code for one in iso4217.Currency)


def is_currency_code(text: str) -> bool:
    """An ISO 4217 code, in capitals: a currency, fund, precious metal or testing code of list one."""
    return len(text) == 3 and text in _currencies()


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    from importlib.resources import files

    listed = (files("tzdata") / "zones").read_text(encoding="utf-8")
    return frozenset(listed.split())


def is_time_zone(text: str) -> bool:
    """The name of a zone or link of the IANA database."""
    return text in _zones()


def is_date(text: str) -> bool:
    """RFC 3339 section 5.6 ``full-date``."""
    return len(text) == 10 and instant(f"{text}T00:00:00Z") is not None


FORMATS: Mapping[str, Callable[[str], bool]] = {
    DATE_TIME: is_date_time,
    ISO_DATE: is_iso_8601_date,
    CALENDAR_DAY: is_calendar_day,
    EMAIL: is_email,
    CURRENCY_CODE: is_currency_code,
    TIME_ZONE: is_time_zone,
    HTTP_URL: is_http_url,
    DATE: is_date,
    URI: is_uri,
}
