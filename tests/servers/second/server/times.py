"""Instants, and the forms of dates, addresses and codes."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from urllib.parse import urlsplit
from zoneinfo import available_timezones

RFC_3339 = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
ISO_8601 = re.compile(
    r"[+-]?\d{4,6}(-?(?P<month>\d\d)(-?(?P<day>\d\d))?|-?W\d\d(-?\d)?|-?\d{3})?([Tt ]([01]\d|2[0-4])(:?[0-5]\d.*)?)?",
    re.ASCII | re.DOTALL,
)
LOCAL_PART = re.compile(
    r"""([^\s@<>()\[\],;:\\".\x00-\x20\x7f]+(\.[^\s@<>()\[\],;:\\".\x00-\x20\x7f]+)*|"([^"\\\r\n]|\\.)+")"""
)
LABEL = re.compile(r"[^\W_]([^\W_]|-){0,61}[^\W_]|[^\W_]")
LITERAL = re.compile(r"\[(\d{1,3}(\.\d{1,3}){3}|IPv6:[0-9A-Fa-f:.]+)\]", re.ASCII)
CURRENCIES = frozenset(
    """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP
    CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
    ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT
    MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD
    SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES
    VND VUV WST XAF XCD XOF XPF YER ZAR ZMW""".split()
)
ZONES = frozenset(available_timezones())


def seconds(text: str) -> Fraction | None:
    """The instant of an RFC 3339 date-time as seconds since 1970, exactly; None if it is no such date-time."""
    found = RFC_3339.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(digits) for digits in found.groups()[:6])
    offset = 0
    if found[8] not in "Zz":
        hours, minutes = int(found[8][1:3]), int(found[8][4:6])
        if hours > 23 or minutes > 59:
            return None
        offset = (hours * 60 + minutes) * (-60 if found[8][0] == "-" else 60)
    try:
        days = date(2000 + year % 400, month, day).toordinal() + (year // 400 - 5) * 146097 - 719163
    except ValueError:
        return None
    if hour > 23 or minute > 59 or second > 60:
        return None
    instant = days * 86400 + hour * 3600 + minute * 60 + second - offset
    if second == 60 and instant % 86400:
        return None  # leap seconds are inserted at midnight UTC only
    return instant + Fraction((found[7] and "0" + found[7]) or 0)


def is_date(text: str) -> bool:
    """Whether a text is some ISO 8601 date, with or without a time and an offset."""
    found = ISO_8601.fullmatch(text)
    if found is None:
        return False
    month, day = int(found["month"] or 1), int(found["day"] or 1)
    return 1 <= month <= 12 and 1 <= day <= 31


def is_address(text: str) -> bool:
    """Whether a text is a mailbox as RFC 5321 and RFC 6531 have it."""
    local, _, domain = text.rpartition("@")
    if not LOCAL_PART.fullmatch(local) or len(local.encode()) > 64 or len(domain.encode()) > 255:
        return False
    return bool(LITERAL.fullmatch(domain)) or all(LABEL.fullmatch(label) for label in domain.split("."))


def is_web_address(text: str) -> bool:
    """Whether a text is an absolute http or https URL."""
    if re.search(r"[\s\x00-\x20<>\"{}|\\^`\x7f]", text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 80) > 0
    except ValueError:
        return False
