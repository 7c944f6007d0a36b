"""Any sequence of calls keeps the invariants: one SID per identity, truthful results, refusals that change nothing."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.provisioning.engine import Provisioning
from mockserver.state.ids import SeededIds
from mockserver.state.memory import MemoryStore
from spec.openapi.document import Document
from spec.resources.annotations import resources
from spec.resources.installs import load_installs

IDS = st.sampled_from(["a", "A", "a "])
CONFIGURATION = {
    "url": "https://e.example.com", "duration": 1, "password": "p", "proctorTypes": {"TS" + "0" * 32: {}},
    "access": {"open": "2026-01-01T00:00:00Z", "close": "2036-01-01T00:00:00Z"},
}  # fmt: skip


def ids(*kinds: str) -> st.SearchStrategy[Any]:
    return st.builds(lambda kind, text: {kind: text}, st.sampled_from(kinds), IDS)


BODIES = st.fixed_dictionaries(
    {
        "course": st.fixed_dictionaries(
            {"ids": ids("api", "lms", "external")}, optional={"title": st.sampled_from("xy"), "code": st.none() | IDS}
        )
    },
    optional={
        "user": st.fixed_dictionaries({"ids": ids("api", "lms")}, optional={"email": IDS, "timeZone": st.none() | IDS}),
        "exam": st.fixed_dictionaries(
            {"ids": ids("external")},
            optional={
                "practice": st.booleans(),
                "configuration": st.fixed_dictionaries(
                    {name: st.just(value) for name, value in CONFIGURATION.items()},
                    optional={"type": st.sampled_from(["primary", "accommodation"]), "ids": ids("api", "external")},
                ),
            },
        ),
        "enrollment": st.fixed_dictionaries({}, optional={"role": st.sampled_from(["learner", "instructor"])}),
    },
)


@pytest.fixture(scope="module")
def world(document: Document) -> Any:
    found = resources(document.operations["provision"])
    return Provisioning(found), load_installs(found)


def identities(engine: Provisioning, store: MemoryStore) -> Any:
    return {one.sid: (one.part, one.scope, copy.deepcopy(dict(one.attributes))) for one in store}


@settings(max_examples=150, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(bodies=st.lists(BODIES, min_size=1, max_size=8), seed=st.integers(0, 5))
def test_sequences(world: Any, bodies: list[Any], seed: int) -> None:
    engine, installs = world
    store, source = MemoryStore(), SeededIds(seed)
    engine.restore(store, installs)
    given_sids: dict[Any, str] = {}
    for body in bodies:
        if "user" not in body:
            body.pop("enrollment", None)
        before = identities(engine, store)
        plan = engine.plan(store, installs[0], body)
        assert identities(engine, store) == before
        if plan.violations:
            assert any(form.required for form in engine.forms)
            continue
        done = engine.commit(store, plan, source)
        after = identities(engine, store)
        answer = engine.answer(done)
        for name, resource in done.resources.items():
            told = answer[engine.resources.part(name).response]["result"]
            expected = "Created" if resource.sid not in before else (
                "Found Existing" if before[resource.sid] == after[resource.sid] else "Updated"
            )  # fmt: skip
            assert told == expected
            assert after[resource.sid][1] == resource.scope
        for name in ("course", "user"):
            if name in body:
                identity = (name, *body[name]["ids"].items())
                assert given_sids.setdefault(identity, done.resources[name].sid) == done.resources[name].sid
        if "user" in body:
            joined = ("=", done.resources["user"].sid, done.resources["course"].sid)
            assert given_sids.setdefault(joined, done.resources["enrollment"].sid) == done.resources["enrollment"].sid
        again = engine.plan(store, installs[0], body)
        assert {step.outcome.value for step in again.steps.values()} == {"found"}
        assert len(set(given_sids.values())) == len(given_sids)
