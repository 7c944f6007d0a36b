"""Moments as they are told."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mockserver.sessions.moments import as_date, seconds
from mockserver.state.clock import LATEST


@settings(deadline=None, max_examples=200)
@given(st.floats(0, LATEST))
@example(0.9999999)
@example(1792000000.9995)
@example(1792000000.0005)
@example(LATEST)
def test_a_moment_is_told_as_datetime_tells_it(moment: float) -> None:
    told = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert as_date(moment) == told
    assert abs(seconds(told) - moment) < 0.002
