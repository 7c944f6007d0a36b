"""Judging recorded traffic with the same oracle: nothing is sent, and the model starts knowing nothing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from contract.generation.composition import Composer
from contract.http.access import Access
from contract.http.exchange import LOST_STATUSES, Exchange
from contract.http.har import Recording
from contract.http.harentry import Call, Missing
from contract.http.target import Target
from contract.judging.findings import ClauseResult, Ledger
from contract.judging.judge import Judge
from contract.judging.keyset import read_keys
from contract.judging.race import judge_burst, part_results
from contract.model.memory import Model
from contract.oracle.oracle import Oracle
from contract.probes.workbench import Options, Workbench
from contract.run.runner import OPERATION, Report
from spec.catalogue.clauses import Catalogue
from spec.openapi.document import Document
from spec.resources.annotations import resources

MEMORY = 500
"""How many exchanges back a finding's sequence may reach."""


class _Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


class _Nothing:
    """A transport for a judge that sends nothing."""

    def send(self, request: object) -> Exchange:
        raise RuntimeError("Recorded traffic is judged without sending anything.")

    def burst(self, requests: object) -> list[Exchange]:
        raise RuntimeError("Recorded traffic is judged without sending anything.")

    def close(self) -> None:
        pass


def judge_recording(
    recording: Recording,
    name: str,
    document: Document,
    catalogue: Catalogue,
    access: Access,
    *,
    only: frozenset[str] = frozenset(),
    skip: frozenset[str] = frozenset(),
) -> Report:
    """The verdict on a recording. ``name`` is what reports call it; ``access`` is passive."""
    started = time.monotonic()
    clock = _Clock()
    bench = _workbench(recording, document, catalogue, access, clock)
    counted = Counter[str]()
    seen: list[Exchange] = []
    for cluster in _clusters(recording.calls):
        # what is not known of overlapping calls may have come before or after the others
        _doubt(bench.judge, cluster)
        exchanges = []
        for call in cluster:
            clock.now = call.when
            _count(call.exchange, counted)
            if call.missing is Missing.NOTHING:
                exchanges.append(replace(call.exchange, index=len(seen) + 1, phase="recorded"))
                seen.append(exchanges[-1])
        _judge(bench, exchanges)
        if exchanges:
            _doubt(bench.judge, cluster)
    report = _report(recording, name, document, bench, seen)
    for clause, result in report.results.items():
        _explain(result, left_out=clause in skip or bool(only and clause not in only))
    report.throttled, report.unavailable, report.lost = counted["429"], counted["unavailable"], counted["lost"]
    report.seconds = time.monotonic() - started
    return report


def _count(exchange: Exchange, counted: Counter[str]) -> None:
    status = exchange.response.status if exchange.response is not None else None
    counted["429"] += status == 429
    counted["unavailable"] += status in LOST_STATUSES
    counted["lost"] += exchange.lost


def _doubt(judge: Judge, cluster: Sequence[Call]) -> None:
    """What nobody can tell of calls that were not recorded whole, the model is unsure of."""
    for call in cluster:
        exchange = call.exchange
        if call.missing is Missing.ANSWER:
            judge.lost(judge.expect(exchange.request))
        elif call.missing is Missing.REQUEST:
            answer = exchange.response.json if exchange.response is not None and exchange.response.ok else None
            judge.model.forget(_sids(judge, answer) if isinstance(answer, dict) else None)
        elif call.missing is Missing.MEANING:
            judge.model.clear()


def _sids(judge: Judge, answer: Mapping[str, Any]) -> set[str]:
    parts = judge.model.resources.parts
    shown = [(part, answer.get(part.response)) for part in parts]
    return {str(one.get(part.sid_member)) for part, one in shown if isinstance(one, dict)}


def _workbench(
    recording: Recording, document: Document, catalogue: Catalogue, access: Access, clock: _Clock
) -> Workbench:
    operation = document.operations[OPERATION]
    found = resources(operation)
    model = Model(found, closed=False)
    base = _base(recording)
    oracle = Oracle(operation, model, catalogue, access, clock)
    verify = read_keys(recording.keys[base]).complaint if base in recording.keys else None
    judge = Judge(oracle, secure=urlsplit(base).scheme == "https", verify=verify)
    composer = Composer(oracle.schema, found, {}, "")
    return Workbench(Target(_Nothing()), judge, Ledger(catalogue), composer, Options(), 0)


def _clusters(calls: Sequence[Call]) -> Iterator[list[Call]]:
    """Calls one by one; those that were under way at the same time together."""
    cluster: list[Call] = []
    until = 0.0
    for call in calls:
        if cluster and call.exchange.started >= until:
            yield cluster
            cluster = []
        until = max(until if cluster else 0.0, call.exchange.started + call.exchange.seconds)
        cluster.append(call)
    if cluster:
        yield cluster


def _judge(bench: Workbench, exchanges: list[Exchange]) -> None:
    """Judge exchanges whose order is open: identical calls as a burst, the others with those that created first."""
    same = {(one.request.method, one.request.body) for one in exchanges}
    bench.trail = bench.trail[-MEMORY:]
    if len(exchanges) > 1 and len(same) == 1:
        expected = bench.judge.expect(exchanges[0].request)
        bench.trail += exchanges
        bench.record(judge_burst(bench.judge, exchanges, expected), *exchanges)
        return
    for exchange in sorted(exchanges, key=lambda one: -part_results(bench.judge, one)):
        bench.trail.append(exchange)
        bench.record(bench.judge.judge(exchange), exchange)


def _report(recording: Recording, name: str, document: Document, bench: Workbench, seen: list[Exchange]) -> Report:
    ignored = ", ".join(f"{number} {reason}" for reason, number in sorted(recording.ignored.items()))
    notes = [f"Of {recording.entries} entries {len(seen)} were judged" + (f"; ignored: {ignored}." if ignored else ".")]
    if any(call.missing is not Missing.NOTHING for call in recording.calls):
        notes.append(
            "Calls that were not recorded whole may have happened; nobody is blamed for what they may have done."
        )
    cannot = None
    if not seen:
        cannot = (
            f"the recording holds no call of install {bench.access.install}"
            + (f" (ignored: {ignored})" if ignored else "")
            + "; is the SID right?"
        )
    base = _base(recording) or "no calls"
    return Report(
        target=f"{name} ({base})",
        seed=0,
        document=document,
        results=bench.ledger.results,
        exchanges=seen,
        created=[],
        seconds=0.0,
        throttled=0,
        unavailable=0,
        cannot=cannot,
        notes=notes,
    )


def _base(recording: Recording) -> str:
    return next((call.base for call in recording.calls if call.missing is not Missing.MEANING), "")


def _explain(result: ClauseResult, *, left_out: bool) -> None:
    if left_out:
        result.findings.clear()
        result.exercised = 0
        result.reason = "left out by --only or --skip"
    elif result.clause.judged_by == "mock":
        result.reason = "a black box cannot be judged on it"
    elif not result.exercised:
        result.reason = "the recorded traffic does not show it; 'invigilate check' asks for it"
