"""Bodies as strategies: what is called valid must be accepted, what is broken breaks the document, and they shrink."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings

from contract.generation.coverage import Coverage, SentState
from contract.http.access import Access
from contract.http.exchange import SentRequest
from contract.judging.judge import Judge
from contract.model.identity import value_at
from contract.model.memory import Model
from contract.oracle.expectation import Admissibility
from contract.oracle.oracle import Oracle
from contract.strategies import Bodies, bodies
from spec.catalogue.clauses import load_clauses
from spec.load import load
from spec.openapi.document import Document

INSTALL = "AI" + "0" * 32
KNOWN = {
    "proctorTypes": ("TS4b894875d26194988853e490dfb9bc41", "TS9531c6b112f145018dae3cd2a9f60c4c"),
    "integrations": ("IIf5a9128504e251fad9e4a38dc0813f74",),
}
DOCUMENT = load()
CLAUSES = load_clauses()
BODIES = bodies(DOCUMENT, known=KNOWN)
QUICK = settings(max_examples=40, database=None, deadline=None, phases=(Phase.generate,))
SHRINKING = settings(QUICK, max_examples=3000, derandomize=True, phases=(Phase.generate, Phase.shrink))


def judge(of: Document = DOCUMENT) -> Judge:
    """A judge that has seen nothing."""
    operation = of.operations["provision"]
    access = Access(INSTALL, "not-a-real-token", known=KNOWN)
    return Judge(Oracle(operation, Model(BODIES.resources), CLAUSES, access))


def expected(body: Any) -> Admissibility:
    one = judge()
    headers = (("token", "not-a-real-token"), ("Content-Type", "application/json"))
    return one.expect(SentRequest("POST", one.oracle.path(INSTALL), headers, json.dumps(body).encode())).verdict


@given(BODIES.valid())
@QUICK
def test_valid_bodies_must_be_accepted(body: Any) -> None:
    assert expected(body) is Admissibility.MUST_ACCEPT


ORDINARY = {
    "an address with a plus": ("user/email", "[+]"),
    "an address with a dot": ("user/email", "[.].*@"),
    "an address that begins with a digit": ("user/email", "^[0-9]"),
    "a title with a quote": ("course/title", "['\"]"),
    "a title of several words": ("course/title", "[^ ] [^ ]"),
    "a title with an angle bracket": ("exam/title", "[<>]"),
    "a title of more than 40 letters": ("exam/title", ".{41}"),
    "instructions with a sign of some syntax": ("exam/configuration/notes/student", "[&%$#;]"),
    "a page below a page": ("exam/configuration/url", "//.*/.*/."),
}


def test_what_every_reading_takes_is_drawn_as_valid() -> None:
    """Whoever refuses what is ordinary is found out only if it is sent."""
    met: set[str] = set()

    @given(BODIES.valid(having=["user", "configuration"]))
    @settings(QUICK, max_examples=300, derandomize=True, suppress_health_check=list(HealthCheck))
    def look(body: Any) -> None:
        texts = {name: value_at(body, tuple(place.split("/"))) for name, (place, _) in ORDINARY.items()}
        met.update(one for one, text in texts.items() if isinstance(text, str) and re.search(ORDINARY[one][1], text))

    look()
    assert met == set(ORDINARY)


@given(BODIES.broken())
@QUICK
def test_broken_bodies_break_the_document(body: Any) -> None:
    assert not BODIES.keeps_the_document(body)
    assert expected(body) is not Admissibility.MUST_ACCEPT


@given(BODIES.boundary())
@QUICK
def test_boundary_bodies_keep_the_document(body: Any) -> None:
    assert BODIES.keeps_the_document(body)
    assert expected(body) is not Admissibility.MUST_REFUSE


@pytest.mark.parametrize("name", [part.name for part in BODIES.resources.parts])
def test_a_part_can_be_asked_for(name: str) -> None:
    part = BODIES.resources.part(name)

    @given(BODIES.valid(having=[name]))
    @settings(QUICK, max_examples=10)
    def check(body: Any) -> None:
        assert isinstance(value_at(body, part.path), dict)
        assert expected(body) is Admissibility.MUST_ACCEPT

    check()


def test_a_part_can_be_left_out() -> None:
    @given(BODIES.valid(without=["user", "exam"]))
    @QUICK
    def check(body: Any) -> None:
        assert set(body) == {"course"}

    check()


def test_what_depends_on_a_part_that_is_left_out_is_left_out_too() -> None:
    @given(BODIES.valid(having=["exam"], without=["user"]))
    @QUICK
    def check(body: Any) -> None:
        assert {"enrollment", "signon", "user"}.isdisjoint(body)

    check()


def test_they_shrink_as_bodies() -> None:
    smallest = find(BODIES.valid(), lambda body: True, settings=SHRINKING)
    assert smallest == {"course": {"ids": {"api": "0"}, "title": "0", "code": "0"}}
    rare = settings(
        SHRINKING, max_examples=5000
    )  # one draw in some hundreds has it; the first that has ends the search
    odd = find(BODIES.boundary(), lambda body: "\x00" in str(body["course"].get("title")), settings=rare)
    assert odd["course"].pop("title") in ("nul \x00 inside", "\x00")  # a text of the list, or a drawn one
    assert odd == {"course": {"ids": {"api": "0"}, "code": "0"}}


@pytest.mark.outside
def test_deep_values_shrink_as_bodies() -> None:
    longer = find(
        BODIES.valid(having=["configuration"]),
        lambda body: body["exam"]["configuration"]["duration"] > 77,
        settings=SHRINKING,
    )
    assert longer["exam"]["configuration"]["duration"] == 78
    assert set(longer) == {"course", "exam"}


def test_identifiers_come_from_a_pool() -> None:
    sid = "CU" + "a" * 32

    @given(BODIES.with_identifiers(["x", "y"]).valid(having=["exam", "user"]))
    @QUICK
    def pooled(body: Any) -> None:
        texts = [text for part in ("course", "exam", "user") for text in body[part]["ids"].values()]
        assert set(texts) <= {"x", "y"}

    @given(BODIES.with_identifiers({"course": {"sid": [sid]}}).valid())
    @QUICK
    def by_sid(body: Any) -> None:
        assert body["course"]["ids"] == {"sid": sid}

    pooled()
    by_sid()


@pytest.mark.outside
def test_every_kind_of_state_is_drawn() -> None:
    coverage = Coverage(BODIES.schema)
    everything = [part.name for part in BODIES.resources.parts]
    for strategy in (BODIES.boundary(having=everything), BODIES.broken(having=everything)):

        @given(strategy)
        @settings(
            QUICK, max_examples=200, derandomize=True, suppress_health_check=list(HealthCheck)
        )  # what is rare is drawn, too
        def draw(body: Any) -> None:
            coverage.observe(body)

        draw()
    states = [state for member in coverage.wanted for state in coverage.members.get(member.path, ())]
    assert {SentState.ABSENT, SentState.NULL, SentState.LEAST, SentState.MOST, SentState.ODD, SentState.PLAIN} == set(
        states
    )
    assert coverage.states_seen > coverage.states_wanted / 2


def test_other_documents_have_other_bodies(variant: Callable[[Callable[[dict[str, Any]], None]], Document]) -> None:
    def change(tree: dict[str, Any]) -> None:
        course = tree["components"]["schemas"]["Course"]
        course["properties"]["credits"] = {"type": "integer", "minimum": 3, "maximum": 4}
        course["required"].append("credits")
        for example in tree["components"]["examples"].values():
            if "ids" in example["value"].get("course", {}):
                example["value"]["course"]["credits"] = 3

    @given(bodies(variant(change)).valid())
    @QUICK
    def check(body: Any) -> None:
        assert body["course"]["credits"] in (3, 4)

    check()


def test_members_that_only_an_install_can_know_are_left_out() -> None:
    unknowing: Bodies = bodies(DOCUMENT)

    @given(unknowing.valid(having=["user"], without=["exam"]))
    @settings(QUICK, max_examples=10)
    def check(body: Any) -> None:
        assert "signon" not in body

    check()


def test_misuse_is_told() -> None:
    with pytest.raises(ValueError, match="no operation 'provide' with a JSON body"):
        bodies(DOCUMENT, operation="provide")
    with pytest.raises(ValueError, match="has no time zone"):
        bodies(DOCUMENT, now=datetime(2026, 1, 1))
    assert bodies(DOCUMENT, now=datetime(2026, 1, 1, tzinfo=UTC)).vocabulary.now.year == 2026
