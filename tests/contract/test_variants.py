"""The judge is silent on every legal way of doing things differently."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import pytest

from contract.http.target import HttpTransport
from tests.servers.behaviour import HONEST, Behaviour
from tests.servers.harness import failed, generated, judged
from tests.servers.independent import Independent
from tests.servers.inprocess import InProcess
from tests.servers.overhttp import served
from tests.servers.variants import VARIANTS

KNOWN_OPEN: Mapping[str, str] = {}
"""Where the judge is wrong for now, and about what."""


def changes(behaviour: Behaviour) -> dict[str, Any]:
    """The members in which a behaviour is not the honest one."""
    pairs = ((field.name, getattr(behaviour, field.name)) for field in dataclasses.fields(Behaviour))
    return {name: value for name, value in pairs if value != getattr(HONEST, name)}


def bundles(most: int = 12) -> list[tuple[str, ...]]:
    """Variants that do not contradict each other, several together: what is legal alone is legal in company."""
    found: list[tuple[list[str], dict[str, Any]]] = []
    for name, behaviour in VARIANTS.items():
        mine = changes(behaviour)
        if name in KNOWN_OPEN or not mine:
            continue
        for names, held in found:
            if len(names) < most and all(isinstance(mine[one], frozenset) for one in mine.keys() & held.keys()):
                names.append(name)
                held.update({one: value | held[one] if one in held else value for one, value in mine.items()})
                break
        else:
            found.append(([name], dict(mine)))
    return [tuple(names) for names, _ in found]


def together(names: tuple[str, ...]) -> Behaviour:
    held: dict[str, Any] = {}
    for name in names:
        for field, value in changes(VARIANTS[name]).items():
            held[field] = value | held[field] if field in held else value
    return Behaviour(**held)


def test_the_honest_implementation_keeps_everything() -> None:
    report = judged(HONEST, growth=60)
    assert report.cannot is None
    assert failed(report) == []


@pytest.mark.outside
@pytest.mark.parametrize("names", bundles(), ids=lambda names: f"{names[0]}-and-{len(names) - 1}-more")
def test_no_alarm_on_legal_variants_together(names: tuple[str, ...]) -> None:
    """Twice on one server, as in a pipeline: what does not carry a name of the run may be there already."""
    server = InProcess(Independent(together(names), "http://127.0.0.1:8019"))
    for seed in (0, 1):
        report = judged(together(names), transport=server, seed=seed)
        assert report.cannot is None
        assert failed(report) == [], f"in run {seed + 1}, among {', '.join(names)}"


@pytest.mark.outside
@pytest.mark.parametrize("names", bundles(), ids=lambda names: names[0])
def test_no_alarm_by_sequences_on_legal_variants(names: tuple[str, ...]) -> None:
    report = generated(together(names), examples=8)
    assert report.cannot is None
    assert failed(report) == [], f"among {', '.join(names)}"


@pytest.mark.outside
@pytest.mark.parametrize("name", [name for name in VARIANTS if name not in KNOWN_OPEN])
def test_no_alarm_on_a_legal_variant(name: str) -> None:
    report = judged(VARIANTS[name])
    assert report.cannot is None
    assert failed(report) == []


WIRES: Mapping[str, tuple[Behaviour, dict[str, bool]]] = {
    "chunked and gzip": (Behaviour(gzip=True), {"chunked": True}),
    "closing each connection": (HONEST, {"close": True}),
    "HTTP/1.0": (HONEST, {"old": True}),
    "503 and 429 now and then": (Behaviour(unavailable_every=37, throttle_every=29), {}),
}


@pytest.mark.outside
@pytest.mark.parametrize("name", WIRES)
def test_no_alarm_over_a_wire(name: str) -> None:
    behaviour, how = WIRES[name]
    with served(behaviour, **how) as url:
        transport = HttpTransport(url)
        try:
            report = judged(behaviour, base=url, transport=transport)
        finally:
            transport.close()
    assert report.cannot is None
    assert failed(report) == []


def test_no_kind_of_proctoring_is_sent_without_settings() -> None:
    """Some kinds may need them; which kind a probe takes is drawn, so that a verdict alone would say little."""
    report = judged(HONEST, "kept-keys")
    sent = [one.request for one in report.exchanges if one.request.path.endswith("/provision")]
    exams = [json.loads(one.body or b"{}").get("exam", {}) for one in sent]
    kinds = [kind for exam in exams for kind in exam.get("configuration", {}).get("proctorTypes", {}).values()]
    assert len(kinds) > 10
    assert all(kind.get("options") for kind in kinds)
