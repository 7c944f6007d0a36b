"""Texts for the formats that a document may use, and texts that some reader would cut, trim, normalise or choke on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from spec.schema.texts.formats import CURRENCY_CODE, DATE, DATE_TIME, EMAIL, HTTP_URL, ISO_DATE, TIME_ZONE, URI

_OFFSETS = ("Z", "z", "+00:00", "-00:00", "+01:00", "-05:00", "+05:45", "-09:30", "+14:00", "-12:00", "+23:59")
_FRACTIONS = ("", "", "", ".0", ".5", ".123", ".000001", ".999999999")
_DAY = timedelta(days=1)


def moments(earliest: datetime, latest: datetime) -> st.SearchStrategy[str]:
    """Date-times as the safest reader wants them: whole seconds, in UTC, written with ``Z``. Shrinks to the first."""
    seconds = int((latest - earliest).total_seconds())
    return st.integers(0, max(seconds, 0)).map(
        lambda one: (earliest + timedelta(seconds=one)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    )


def odd_moments(earliest: datetime, latest: datetime) -> st.SearchStrategy[str]:
    """Date-times of RFC 3339 in every spelling: offsets, fractions, lower-case letters, both sides of clock changes."""
    return st.builds(
        _spelled,
        st.datetimes(earliest.replace(tzinfo=None, microsecond=0), latest.replace(tzinfo=None, microsecond=0)),
        st.sampled_from(_OFFSETS),
        st.sampled_from(_FRACTIONS),
        st.sampled_from("Tt"),
    )


def _spelled(moment: datetime, offset: str, fraction: str, letter: str) -> str:
    return f"{moment:%Y-%m-%d}{letter}{moment:%H:%M:%S}{fraction}{offset}"


_LOCAL = "abcdefghijklmnopqrstuvwxyz0123456789"
FORMATS: Mapping[str, st.SearchStrategy[str]] = {
    DATE_TIME: odd_moments(datetime(1970, 1, 2), datetime(2099, 12, 30)),  # offsets are put on after
    ISO_DATE: st.one_of(
        odd_moments(datetime(1970, 1, 2), datetime(2099, 12, 30)),  # offsets are put on after
        st.dates().map(lambda day: day.isoformat()),
    ),
    EMAIL: st.builds(
        lambda first, rest, host: f"{first}{rest}@{host}",
        st.sampled_from(_LOCAL),
        st.sampled_from(("", "a", ".a", "+tag", "-x", "_y", "'s", "0" * 40, "é")),
        st.sampled_from(("example.com", "EXAMPLE.com", "mail.example.co.uk", "a.b.c.example.org", "exämple.com")),
    ),
    CURRENCY_CODE: st.sampled_from(("USD", "EUR", "GBP", "JPY", "CHF", "XAF", "KWD", "UYU")),
    TIME_ZONE: st.sampled_from(
        ("UTC", "Europe/London", "America/New_York", "Asia/Kathmandu", "Etc/GMT+12", "America/Argentina/Buenos_Aires")
    ),
    HTTP_URL: st.builds(
        lambda scheme, host, rest: f"{scheme}://{host}{rest}",
        st.sampled_from(("https", "http")),
        st.sampled_from(("example.com", "exams.example.com", "127.0.0.1", "[::1]", "example.com:8443")),
        st.sampled_from(("", "/", "/a/b", "/a?b=c&d=%20", "/#top", "/" + "x" * 2000)),
    ),
    DATE: st.dates(date(1970, 1, 2), date(2099, 12, 30)).map(lambda day: day.isoformat()),
    URI: st.sampled_from(("https://example.com/a", "urn:isbn:0451450523", "mailto:a@example.com", "tag:a,2026:b")),
}
"""A strategy for each format; every text fits."""

_NAMES = st.text(_LOCAL, min_size=1, max_size=12).map(lambda one: f"a{one}")
_LOCAL_PARTS = st.builds(
    lambda first, mark, name: f"{first}{mark}{name}",
    st.sampled_from(_LOCAL),
    st.sampled_from(("", "", "+", ".", "-", "7", "a.b-c+d", "0123456789" * 2)),
    _NAMES,
)
"""What stands before the @ of ordinary people: also dots, hyphens, digits first, and what is put after a plus."""
_PAGES = st.builds(
    lambda name, rest: f"https://exams.example.com/{name}{rest}", _NAMES, st.sampled_from(("", "", "/", "/Mid-term/2"))
)


@dataclass(frozen=True, slots=True)
class PlainTexts:
    """Texts of a format that no reader refuses, and one of them."""

    texts: st.SearchStrategy[str]
    example: str


SAFE: Mapping[str, PlainTexts] = {
    EMAIL: PlainTexts(_LOCAL_PARTS.map(lambda one: f"{one}@example.com"), "a@example.com"),
    CURRENCY_CODE: PlainTexts(st.sampled_from(("USD", "EUR", "GBP")), "USD"),
    TIME_ZONE: PlainTexts(st.sampled_from(("Europe/London", "America/New_York")), "Europe/London"),
    DATE: PlainTexts(st.dates(date(2026, 1, 1), date(2027, 12, 31)).map(lambda day: day.isoformat()), "2026-06-01"),
    URI: PlainTexts(_NAMES.map(lambda one: f"https://exams.example.com/{one}"), "https://exams.example.com/a"),
    HTTP_URL: PlainTexts(_PAGES, "https://exams.example.com/a"),
}
"""Texts of formats that no reader refuses; date-times depend on the present and are made by ``moments``."""

WORDS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=20)
"""Words that no reader refuses, cuts or changes."""

_SENTENCES = st.lists(WORDS, min_size=2, max_size=12).map(lambda words: " ".join(words)[:64].strip())
PLAIN = st.one_of(
    WORDS,
    _SENTENCES,
    st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=64).filter(
        lambda one: one == one.strip()
    ),
)
"""Short texts that no reader refuses, cuts or changes: also with spaces, quotes and whatever else ASCII prints."""

ODD = (
    " padded ",
    "tab\tand\nnewline",
    "nul \x00 inside",
    "\U0001f393\U0001d54f astral",
    "\u05e9\u05dc\u05d5\u05dd \u202eabc",
    "e\u0301 decomposed",
    "\ufb01gure \u212b compatibility",
    "'; DROP TABLE exams; --",
    "<script>alert(1)</script>",
    "100%_\\' \"",
    "007",
    "1e3",
    "true",
    "null",
    "constructor",
    "__proto__",
    "${7*7}{{7*7}}",
    "../../etc/passwd",
    "a/b?c#d;e,f|g:h",
)
"""Texts that are legal and that some reader cuts, trims, normalises, interprets or chokes on."""

LONG = ("x" * 255, "x" * 256, "y" * 4096)
"""Texts that columns and buffers are too short for."""
