"""Calls that overlap: whatever order they had, an honest server is not blamed, and a dishonest one is found."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.http.access import Access
from contract.http.exchange import Exchange, SentRequest
from contract.http.har import Recording
from contract.http.harentry import Call
from contract.http.inprocess import AsgiTransport
from contract.run.passive import judge_recording
from contract.run.runner import RunReport

NAMES = st.sampled_from(["a", "b"])
COURSES = st.builds(lambda name, title: {"ids": {"lms": name}, "title": title, "code": "C"}, NAMES, NAMES)
USERS = st.builds(
    lambda name, first: {"ids": {"api": name}, "firstName": first, "lastName": "L", "email": "u@example.com"},
    NAMES,
    NAMES,
)
EXAMS = st.builds(
    lambda name, title: {
        "ids": {"external": name},
        "title": title,
        "configuration": {
            "ids": {"external": name},
            "url": "https://example.com/x",
            "password": "p-a-s-s",
            "access": {"open": "2025-01-01T00:00:00Z", "close": "2035-01-01T00:00:00Z"},
            "duration": 60,
            "proctorTypes": {"TYPE": {}},
        },
    },
    NAMES,
    NAMES,
)
BODIES = st.fixed_dictionaries({"course": COURSES}, optional={"user": USERS, "exam": EXAMS})
LENGTHS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=7, max_size=7)


NUMBERS = count()


Told = Callable[[list[Any], list[tuple[int, int]]], list[str]]
"""What is found of bodies that a server was sent one after the other, spread over time."""


def telling(stage: Any, application: Any) -> Iterator[Told]:
    transport = AsgiTransport(application)

    def told(bodies: list[Any], lengths: list[tuple[int, int]]) -> list[str]:
        prefix = f"o{next(NUMBERS)}-"
        exchanges = spread([sent(stage, transport, one, prefix) for one in bodies], lengths)
        assert {one.response.status for one in exchanges if one.response is not None} == {200}
        found = judged(stage, exchanges).findings()
        return [f"{one.clause}: {one.cause}: {one.expected} / {one.received}" for one in found]

    yield told
    transport.close()


@pytest.fixture(scope="module")
def honest(stage: Any) -> Iterator[Told]:
    yield from telling(stage, stage.application)


@pytest.fixture(scope="module")
def forgetful(stage: Any, mock: Any) -> Iterator[Told]:
    yield from telling(stage, mock(None, "creates-again"))


def sent(stage: Any, transport: AsgiTransport, body: Any, prefix: str) -> Exchange:
    """A call to the mock, under names of its own."""
    text = json.dumps(body).replace("TYPE", stage.access.known["proctorTypes"][0])
    for one in ("a", "b"):
        text = text.replace(f'"lms": "{one}"', f'"lms": "{prefix}{one}"').replace(
            f'"api": "{one}"', f'"api": "{prefix}{one}"'
        )
    path = f"/v2/installs/{stage.access.install}/provision"
    headers = (("token", stage.access.token), ("Content-Type", "application/json"), *stage.access.headers)
    return transport.send(SentRequest("POST", path, headers, text.encode()))


def judged(stage: Any, exchanges: list[Exchange]) -> RunReport:
    calls = tuple(
        Call("http://testserver", one, datetime.fromtimestamp(one.started, UTC))
        for one in sorted(exchanges, key=lambda each: each.started)
    )
    access = Access(install=stage.access.install, token="", passive=True)
    return judge_recording(Recording(calls, {}, {}, len(calls)), "x", stage.document, stage.catalogue, access)


def spread(exchanges: list[Exchange], lengths: list[tuple[int, int]]) -> list[Exchange]:
    """Each call acted at its own moment; it began some time before, and ended some time after."""
    return [
        replace(one, started=10.0 + place - before - place / 100, seconds=before + after + 0.001)
        for place, (one, (before, after)) in enumerate(zip(exchanges, lengths, strict=False))
    ]


@settings(max_examples=50, deadline=None, database=None, derandomize=True)
@given(bodies=st.lists(BODIES, min_size=2, max_size=7), lengths=LENGTHS)
def test_honest_calls_that_overlap_are_not_blamed(
    bodies: list[Any], lengths: list[tuple[int, int]], honest: Told
) -> None:
    assert honest(bodies, lengths) == []


@settings(max_examples=15, deadline=None, database=None, derandomize=True)
@given(bodies=st.lists(BODIES, min_size=2, max_size=5), lengths=LENGTHS)
def test_a_server_that_creates_everything_again_is_found_however_calls_overlap(
    bodies: list[Any], lengths: list[tuple[int, int]], forgetful: Told
) -> None:
    assert forgetful([*bodies, bodies[0], bodies[0]], lengths) != []
