"""Any sequence of calls keeps the invariants of the engine: one SID per identity, truthful results, no half calls."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests_support import token

from contract.http.exchange import SentRequest
from contract.http.inprocess import AsgiTransport
from mockserver.app import Mock
from mockserver.auth.keys import Keys

NAMES = st.sampled_from(["a", "A", "b"])
KINDS = st.sampled_from(["api", "lms", "external"])
CONFIGURATION = {
    "url": "https://exams.example.com/1",
    "access": {"open": "2026-01-01T00:00:00Z", "close": "2036-01-01T00:00:00Z"},
    "duration": 60,
    "password": "open-sesame",
    "proctorTypes": {"TS4b894875d26194988853e490dfb9bc41": {}},
}
BAD = {"ids": {"sid": "EX" + "0" * 32}}


@st.composite
def calls(draw: st.DrawFn) -> dict[str, Any]:
    course = {"ids": {draw(KINDS): draw(NAMES)}, "title": draw(NAMES), "code": None}
    body: dict[str, Any] = {"course": course}
    if draw(st.booleans()):
        body["user"] = {
            "ids": {draw(KINDS): draw(NAMES)},
            "firstName": draw(NAMES),
            "lastName": "L",
            "email": "same@example.com",
        }
        if draw(st.booleans()):
            body["enrollment"] = draw(st.sampled_from([{}, {"role": "learner"}, {"role": "instructor"}]))
    exam = draw(st.sampled_from([None, None, "good", "good", "bad"]))
    if exam == "good":
        body["exam"] = {"ids": {"external": draw(NAMES)}, "title": draw(NAMES), "configuration": CONFIGURATION}
    elif exam == "bad":
        body["exam"] = BAD
    return body


def identity(body: dict[str, Any], part: str, answer: dict[str, Any]) -> tuple[str, ...]:
    if part == "enrollment":
        return part, answer["user"]["sid"], answer["course"]["sid"]
    if part == "configuration":
        return part, answer["exam"]["sid"]
    ((kind, text),) = body[part]["ids"].items()
    return part, answer["course"]["sid"] if part == "exam" else "", kind, text


@given(st.lists(calls(), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_any_sequence_keeps_the_invariants(
    mock: Callable[..., Mock], keys: Keys, sequence: list[dict[str, Any]]
) -> None:
    app = mock()
    transport = AsgiTransport(app)
    headers = (("token", token(keys, app.installs[0].sid)), ("Content-Type", "application/json"))
    path = f"/v2/installs/{app.installs[0].sid}/provision"
    sids: dict[tuple[str, ...], str] = {}
    sent: dict[tuple[str, ...], Any] = {}
    try:
        for body in [copy.deepcopy(call) for call in sequence for _ in range(2)]:
            response = transport.send(SentRequest("POST", path, headers, json.dumps(body).encode())).response
            assert response is not None
            if body.get("exam") == BAD:
                assert response.status == 404
                continue
            assert response.status == 200, response.body
            answer = response.json
            wanted = {"course", *body, *(("enrollment",) if "user" in body else ())}
            wanted |= {"configuration"} if "exam" in body else set()
            assert set(answer) == wanted
            for part, told in answer.items():
                name = identity(body, part, answer)
                value = {key: one for key, one in body.get(part, {}).items() if key != "configuration"}
                if part == "configuration":
                    value = body["exam"]["configuration"]
                before = sent.get(name)
                expected = "Created" if name not in sids else "Found Existing"
                if name in sids and before is not None and {**before, **value} != before:
                    expected = "Updated"
                assert told["result"] == expected, (part, body)
                assert sids.setdefault(name, told["sid"]) == told["sid"]
                default = {"role": "learner"} if part == "enrollment" else {}
                sent[name] = {**default, **(before or {}), **value}
        assert len(set(sids.values())) == len(sids)
    finally:
        transport.close()
