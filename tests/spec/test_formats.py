"""Formats and instants, against vectors and against the standard library where that is right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec.schema.texts.formats import FORMATS, instant, is_calendar_day, is_date_time, is_iso_8601_date


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T09:00:00Z",
        "2026-01-31t09:00:00z",
        "2026-01-31T09:00:00.123456789+14:00",
        "2024-02-29T23:59:59-23:59",
        "0000-01-01T00:00:00Z",
        "1998-12-31T23:59:60Z",
        "1998-12-31T15:59:60.5-08:00",
        "9999-12-31T23:59:59-12:00",
    ],
)
def test_date_times(text: str) -> None:
    assert is_date_time(text)
    assert is_iso_8601_date(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-31",
        "2026-01-31T09:00:00",
        "2026-01-31T09:00Z",
        "2026-01-31 09:00:00Z",
        "2026-02-29T09:00:00Z",
        "2100-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T09:60:00Z",
        "2026-01-31T09:00:60Z",
        "1998-12-31T22:59:60Z",
        "2026-01-31T09:00:00+24:00",
        "2026-01-31T09:00:00+01:60",
        "2026-01-31T09:00:00.Z",
        "2026-01-31T09:00:00Z\n",
        "٢٠٢٦-01-31T09:00:00Z",
        "20260131T090000Z",
    ],
)
def test_no_date_times(text: str) -> None:
    assert not is_date_time(text)


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("2026-01-31", True),
        ("2026-W05-6", True),
        ("20260131T090000Z", True),
        ("2026-01-31 09:00", True),
        ("2026-13-01", False),
        ("2026-02-30T00:00:00Z", True),
        ("2026-02-32T00:00:00Z", False),
        ("2026-02-00T00:00:00Z", False),
        ("2026-01-01T25:00:00Z", False),
        ("2026-01-01T10:61:00Z", False),
        ("yesterday", False),
        ("", False),
    ],
)
def test_the_loosest_reading_of_a_date(text: str, taken: bool) -> None:
    assert is_iso_8601_date(text) is taken


@pytest.mark.parametrize(
    ("text", "exists"),
    [
        ("2024-02-29T00:00:00Z", True),
        ("2026-02-29T00:00:00Z", False),
        ("2026-02-30", False),
        ("2026-04-31 10:00", False),
        ("1900-02-29T00:00:00+01:00", False),
        ("2026-13-30", True),
        ("2026-01-32", True),
        ("soon", True),
        ("", True),
    ],
)
def test_days_that_the_calendar_does_not_have(text: str, exists: bool) -> None:
    assert is_calendar_day(text) is exists


def test_equal_instants_are_equal() -> None:
    assert instant("2026-01-01T01:00:00+01:00") == instant("2026-01-01T00:00:00.000Z")
    assert instant("2016-12-31T23:59:60Z") == instant("2017-01-01T00:00:00Z")


offsets = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=offsets)


@given(moments, moments)
def test_instants_are_ordered_as_datetimes_are(one: datetime, other: datetime) -> None:
    first, second = instant(one.isoformat()), instant(other.isoformat())
    assert first is not None
    assert second is not None
    assert (first < second) is (one.astimezone(UTC) < other.astimezone(UTC))


@pytest.mark.parametrize(
    ("name", "text", "taken"),
    [
        ("email", "somebody@example.com", True),
        ("email", "some.body+tag@sub.example.org", True),
        ("email", "jos\u00e9@example.com", True),
        ("email", "nobody", False),
        ("email", "a@b@example.com", False),
        ("email", "a@-example.com", False),
        ("email", "@example.com", False),
        ("email", "a..b@example.com", False),
        ("email", "x" * 70 + "@example.com", False),
        ("currency-code", "USD", True),
        ("currency-code", "usd", False),
        ("currency-code", "XQZ", False),
        ("currency-code", "XAD", True),
        ("currency-code", "USD ", False),
        ("time-zone", "America/New_York", True),
        ("time-zone", "UTC", True),
        ("time-zone", "America", False),
        ("time-zone", "Mars/Olympus", False),
        ("http-url", "https://example.com/a?b#c", True),
        ("http-url", "http://localhost:8400", True),
        ("http-url", "https://[::1]/x", True),
        ("http-url", "https://", False),
        ("http-url", "//example.com", False),
        ("http-url", "ftp://example.com", False),
        ("http-url", "https://example.com/a b", False),
        ("http-url", "https://example.com:port", False),
        ("http-url", "https://[::1", False),
        ("http-url", "", False),
        ("http-url", "HTTPS://example.com", True),
        ("http-url", "https://example.com:99999", False),
        ("http-url", "https://" + "a" * 2000, False),
    ],
)
def test_other_formats(name: str, text: str, taken: bool) -> None:
    assert FORMATS[name](text) is taken


@given(st.text())
def test_no_format_ever_raises(text: str) -> None:
    assert all(accepts(text) in (True, False) for accepts in FORMATS.values())


@pytest.mark.parametrize(
    ("text", "right"),
    [("https://a.example/b?c#d", True), ("urn:isbn:1", True), ("mailto:a@b", True), ("a", False), ("/a", False), (":a", False),
     ("1a:b", False), ("http://a b", False), ("http://\u00e9", False), ("a:", False), ("a:b\n", False)],
)  # fmt: skip
def test_uri(text: str, right: bool) -> None:
    assert FORMATS["uri"](text) == right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("2026-02-28", True),
        ("2024-02-29", True),
        ("2026-02-30", False),
        ("2026-2-28", False),
        ("2026-02-28T00:00:00Z", False),
        ("", False),
    ],
)
def test_date(text: str, right: bool) -> None:
    assert FORMATS["date"](text) == right
