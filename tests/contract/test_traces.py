"""Lines of stack traces are seen wherever they stand in an answer, and sentences are not taken for them."""

from __future__ import annotations

import json

import pytest

from contract.judging.traces import has_trace
from tests.servers.answering import TRACE, TRACES


@pytest.mark.parametrize("trace", [TRACE, *TRACES.values()], ids=["python", *TRACES])
def test_a_trace_is_seen_wherever_it_stands(trace: str) -> None:
    page = f"<pre>{trace}</pre>".encode()
    assert has_trace(page, None)
    for value in ({"message": trace}, {"error": {"stack": trace.splitlines()}}, [trace]):
        assert has_trace(json.dumps(value).encode(), value)


@pytest.mark.parametrize(
    "sentence",
    [
        "The exam opens\nat 10:30:45 and closes at 2026-01-31T10:30:45Z.",
        "There is nothing at /v2/installs/x/provision:1",
        "#1 of 2: title (too long)",
        "File 'a', line 3, is no JSON: expected ',' at 1:17",
        "at least one identifier (api, lms or external)",
    ],
)
def test_a_sentence_is_no_trace(sentence: str) -> None:
    value = {"message": sentence, "errors": [{"message": sentence}]}
    assert not has_trace(json.dumps(value).encode(), value)
