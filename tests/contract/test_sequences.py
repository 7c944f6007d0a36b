"""Generated sequences alone, without the ladder: silent on an honest server, and they find and shrink what is wrong."""

from __future__ import annotations

import gc
import json
from typing import Any

import pytest

from contract.judging.findings import Finding
from contract.run import sequences
from tests.servers.behaviour import HONEST, Behaviour
from tests.servers.breakages import UPSERT
from tests.servers.harness import failed, found, generated
from tests.servers.independent import Independent


def sent(finding: Finding) -> list[Any]:
    return [json.loads(one.request.body or b"null") for one in finding.exchanges]


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    report = generated(HONEST, examples=4)
    assert failed(report) == []
    assert report.coverage is not None
    assert report.coverage.states_seen > 50


def test_sequences_that_were_asked_for_are_all_generated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequences, "PATIENCE", 0.0)  # on a slow machine
    asked = generated(HONEST, examples=3)
    assert (len(asked.exchanges) > 3, asked.notes) == (True, [])
    unasked = generated(HONEST, examples=3, budget=95.0)
    assert {one.phase for one in unasked.exchanges} == {"knock"}
    assert unasked.notes == ["Only 0 of 3 sequences were generated: 0 seconds were over."]


def test_a_run_that_is_over_keeps_no_target_alive() -> None:
    """Hypothesis remembers the classes of state machines, and with them whatever they lead to."""

    def alive() -> int:
        gc.collect()
        return sum(type(one) is Independent for one in gc.get_objects())

    before = alive()
    for seed in (1, 2):
        generated(HONEST, examples=1, seed=seed)
    assert alive() == before


@pytest.mark.outside
def test_nothing_is_found_in_a_longer_run_either() -> None:
    for seed in (1, 2):
        assert failed(generated(HONEST, examples=40, seed=seed)) == []


def test_a_fault_that_two_calls_show() -> None:
    breakage = UPSERT["user-forgotten"]
    assert breakage.clauses & found(generated(breakage.behaviour, examples=6))


RELATIONS = ("user-forgotten", "exams-matched-across-courses", "kinds-confused", "enrollment-known-told-as-created")


@pytest.mark.outside
@pytest.mark.parametrize("name", RELATIONS)
def test_a_fault_that_only_a_relation_shows(name: str) -> None:
    breakage = UPSERT[name]
    assert breakage.clauses & found(generated(breakage.behaviour, examples=25))


def test_what_executions_name_is_their_own_also_by_address_and_title() -> None:
    """Who matches users by address is no failure, and two executions must not draw the same one."""
    sent_to = [
        one.request for one in generated(HONEST, examples=6).exchanges if one.request.path.endswith("/provision")
    ]
    bodies = [json.loads(one.body or b"{}") for one in sent_to]
    owners: dict[str, set[str]] = {}
    for body in bodies:
        users, courses = (body.get(name) if isinstance(body, dict) else None for name in ("user", "course"))
        named = courses.get("ids") if isinstance(courses, dict) else None
        owner = next((str(one)[:13] for one in named.values()), "") if isinstance(named, dict) else ""
        if isinstance(users, dict) and str(users.get("email")).endswith("@example.com") and owner.startswith("iv-"):
            owners.setdefault(users["email"], set()).add(owner)
    assert len(owners) > 5
    assert max(map(len, owners.values())) == 1


@pytest.mark.outside
def test_what_is_found_was_shrunk_as_a_body() -> None:
    report = generated(Behaviour(quirks=frozenset({"breaks-on-nul"})), examples=200, seed=3)
    finding = next(one for one in report.findings() if one.clause == "never-server-error")
    last = sent(finding)[-1]
    assert "\\u0000" in json.dumps(last)
    drawn = max(len(one.request.body or b"") for one in report.exchanges)
    assert len(json.dumps(last)) < drawn / 2


@pytest.mark.outside
def test_a_search_does_not_shrink_forever() -> None:
    clean = len(generated(HONEST, examples=20).exchanges)
    broken = generated(Behaviour(results="inverted", errors="boom"), examples=20)
    assert broken.findings()
    assert len(broken.exchanges) < 2.5 * clean
