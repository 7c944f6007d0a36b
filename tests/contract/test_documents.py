"""On documents that Hypothesis draws, mock and judge agree, lint has nothing to say, and a fault is found."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest import mock as patching

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests_support import token

from contract.http.access import Access
from contract.http.exchange import Exchange, ReceivedResponse, SentRequest
from contract.http.inprocess import AsgiTransport
from contract.probes.options import Options
from contract.run import runner, sequences
from contract.run.runner import RunReport, RunSettings
from contract.run.schedule import climb
from mockserver.app import Mock
from mockserver.auth.keys import Keys
from spec.catalogue.clauses import Catalogue
from spec.lint.linting import findings
from spec.load import DOCUMENT_FILE
from spec.openapi.document import Document
from spec.source.reading import read
from tests.contract.documents import Drawing, Drawn, drawings

BASE = "https://testserver"
FEW = frozenset({"recall", "subsets"})
PROBES = FEW | frozenset("kinds by-sid scopes implied needed-at-creation nameless changes bare".split())
DRAWN = settings(
    max_examples=5, database=None, deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck)
)
Bend = Callable[[SentRequest, Exchange], Exchange]


class Bent:
    """A transport whose answers are bent."""

    def __init__(self, inner: AsgiTransport, bend: Bend) -> None:
        self.inner, self.bend = inner, bend

    def send(self, request: SentRequest) -> Exchange:
        return self.bend(request, self.inner.send(request))

    def burst(self, requests: Any) -> list[Exchange]:
        return [self.bend(one.request, one) for one in self.inner.burst(requests)]

    def close(self) -> None:
        self.inner.close()


def honest(_: SentRequest, exchange: Exchange) -> Exchange:
    return exchange


def told_as_new(part: Drawn) -> Bend:
    """Whatever happens to a part, it is said to be created."""

    def bend(_: SentRequest, exchange: Exchange) -> Exchange:
        response = exchange.response
        if response is None or not response.ok or not isinstance(response.json, dict) or part.name not in response.json:
            return exchange
        shown = {**response.json[part.name], "result": "Created"}
        body = json.dumps({**response.json, part.name: shown}).encode()
        return replace(exchange, response=ReceivedResponse(response.status, response.headers, body))

    return bend


def left_out(part: Drawn) -> Bend:
    """A part is never answered."""

    def bend(_: SentRequest, exchange: Exchange) -> Exchange:
        response = exchange.response
        if response is None or not response.ok or not isinstance(response.json, dict):
            return exchange
        body = json.dumps({name: one for name, one in response.json.items() if name != part.name}).encode()
        return replace(exchange, response=ReceivedResponse(response.status, response.headers, body))

    return bend


@pytest.fixture(scope="session")
def judged_document(catalogue: Catalogue, keys: Keys, mock: Callable[..., Mock]) -> Callable[..., RunReport]:
    def judge(document: Document, bend: Bend = honest, examples: int = 1, seed: int = 1) -> RunReport:
        application = mock(document)
        first = application.installs[0]
        known = {name: tuple(first.members[name]) for name in ("integrations", "proctorTypes")}
        access = Access(first.sid, token(keys, first.sid), known=known)
        plan = RunSettings(seed=seed, examples=examples, options=Options(growth=0))
        transport = Bent(AsgiTransport(application), bend)
        with patching.patch.object(runner, "climb", lambda bench, only, **_: climb(bench, PROBES if examples else FEW)):
            try:
                return runner.run(
                    transport, BASE, document, catalogue, access, plan,
                    generate=sequences.generate, sleep=lambda seconds: None,
                )  # fmt: skip
            finally:
                transport.close()

    return judge


def told(report: RunReport) -> list[str]:
    return [f"{one.clause}: {one.cause}: {one.expected} / {one.received} ({one.probe})" for one in report.findings()]


@pytest.fixture(scope="session")
def told_of_ours(catalogue: Catalogue) -> frozenset[str]:
    """What lint says of the document that all are drawn from."""
    return frozenset(one.message for one in findings(read(DOCUMENT_FILE), clauses=catalogue))


def check(
    drawing: Drawing, document: Document, catalogue: Catalogue, judge: Callable[..., RunReport], ours: frozenset[str]
) -> None:
    """Everything that is to hold of one document."""
    assert {one.message for one in findings(document.source, clauses=catalogue)} - ours == set()
    report = judge(document)
    assert report.cannot is None
    assert told(report) == []
    created = {one.part for one in report.created}
    for part in drawing.parts:
        assert part.name in created
    last = drawing.parts[-1]
    for bend in (told_as_new(last), left_out(last)):
        assert told(judge(document, bend, examples=0)) != []


def test_mock_and_judge_agree_on_drawn_documents(
    variant: Callable[..., Document],
    catalogue: Catalogue,
    judged_document: Callable[..., RunReport],
    told_of_ours: frozenset[str],
) -> None:
    @given(drawings())
    @DRAWN
    def every(drawing: Drawing) -> None:
        check(drawing, variant(drawing.change), catalogue, judged_document, told_of_ours)

    every()


@pytest.mark.outside
def test_mock_and_judge_agree_on_many_drawn_documents(
    variant: Callable[..., Document],
    catalogue: Catalogue,
    judged_document: Callable[..., RunReport],
    told_of_ours: frozenset[str],
    pytestconfig: pytest.Config,
) -> None:
    """Two hundred of them; ``--drawn 2000`` by hand, which takes most of an hour."""
    wanted, seen = int(pytestconfig.getoption("--drawn")), list[Drawing]()

    @given(drawings())
    @settings(DRAWN, max_examples=wanted)
    def every(drawing: Drawing) -> None:
        check(drawing, variant(drawing.change), catalogue, judged_document, told_of_ours)
        seen.append(drawing)
        if len(seen) % 20 == 0:
            gc.freeze()  # what Hypothesis keeps of each document is looked through by no later collection

    try:
        every()
    finally:
        gc.unfreeze()
        print(f"{len(seen)} documents were drawn, and nothing was wrong with them.")
    assert len(seen) >= wanted * 0.9
