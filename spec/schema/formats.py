"""One checker per format that a document may use; both validation engines and the judge use these same functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from urllib.parse import urlsplit

_MOST_REMEMBERED = 64  # characters of a text whose instant is remembered
_DATE_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))\Z"
)
_CALENDAR = re.compile(r"[+-]?([0-9]{4,6})-([0-9]{2})-([0-9]{2})(?:[Tt ]([0-9]{2})(?::?([0-9]{2}))?.*)?\Z")
_OTHER_ISO = re.compile(r"[+-]?[0-9]{4}[-0-9W:Tt.,+Zz ]*\Z")
_LABEL = re.compile(r"[^\s\x00-\x20<>\"{}|\\^`\x7f]*\Z")
_EMAIL_SHORTCUT = re.compile(
    r"[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*@[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.(?:com|org|net|edu)\Z"
)
_CURRENCIES = frozenset(
    (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF "
        "CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD "
        "GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP "
        "LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB "
        "PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB "
        "TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XAG XAU XBA XBB XBC "
        "XBD XCD XCG XDR XOF XPD XPF XPT XSU XTS XUA XXX YER ZAR ZMW ZWG "
    ).split()
)  # ISO 4217 list one, with the funds, precious-metal and testing codes


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
    """Whether any reading of ISO 8601 takes it for a date: calendar dates must exist, other forms need look alike."""
    found = _CALENDAR.match(text)
    if found is None:
        return _OTHER_ISO.match(text) is not None
    return (
        _days(int(found[1]), int(found[2]), int(found[3])) is not None
        and int(found[4] or 0) <= 24
        and int(found[5] or 0) <= 59
    )


@lru_cache(maxsize=4096)
def is_email(text: str) -> bool:
    """RFC 5321 and RFC 6531 address, syntax only; domains reserved for tests are taken."""
    if _EMAIL_SHORTCUT.match(text) and len(text) <= 64:
        return True
    from email_validator import EmailNotValidError, validate_email  # imported late: it costs start-up time

    try:
        validate_email(text, check_deliverability=False, test_environment=True, strict=True)
    except (EmailNotValidError, UnicodeError, ValueError):
        return False
    return True


def is_currency_code(text: str) -> bool:
    """An ISO 4217 code, in capitals."""
    return text in _CURRENCIES


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    from importlib.resources import files

    listed = (files("tzdata") / "zones").read_text(encoding="utf-8")
    return frozenset(listed.split())


def is_time_zone(text: str) -> bool:
    """The name of a zone or link of the IANA database."""
    return text in _zones()


def is_http_url(text: str) -> bool:
    """An absolute http or https URL with a host (RFC 3986, RFC 9110 section 4.2)."""
    if not _LABEL.match(text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port >= 0)
    except ValueError:
        return False


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "date-time": is_date_time,
    "iso-8601-date": is_iso_8601_date,
    "email": is_email,
    "currency-code": is_currency_code,
    "time-zone": is_time_zone,
    "http-url": is_http_url,
}
