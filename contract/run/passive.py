"""Judging recorded traffic with the same oracle: nothing is sent, and the model starts knowing nothing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from contract.generation.composition import Composer
from contract.http.access import Access
from contract.http.exchange import LOST_STATUSES, Exchange, SentRequest
from contract.http.har import Recording
from contract.http.harentry import Call, Missing
from contract.http.target import Target
from contract.judging.findings import ClauseResult, Ledger
from contract.judging.judge import Judge
from contract.judging.keyset import PublishedKeys, read_keys
from contract.judging.race import judge_burst
from contract.model.memory import Model
from contract.oracle.expectation import Expectation
from contract.oracle.oracle import Oracle
from contract.probes.options import Options
from contract.probes.workbench import Workbench
from contract.run.overlap import turns
from contract.run.runner import OPERATION, RunReport
from spec.catalogue.clauses import Catalogue
from spec.openapi.document import Document
from spec.resources.annotations import resources
from spec.source.pointer import Json

MEMORY = 500
"""How many exchanges back a finding's sequence may reach."""


class _RecordedClock:
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


class PassiveJudge:
    """Judges traffic as it comes, call by call or cluster by cluster. ``access`` is passive.

    ``base`` is origin and prefix of the target, ``keys`` the key set that it publishes (RFC 7517), if it was seen.
    """

    def __init__(
        self, document: Document, catalogue: Catalogue, access: Access, base: str, keys: bytes | None = None
    ) -> None:
        self.document, self.base = document, base
        self.clock = _RecordedClock()
        self.bench = _workbench(base, document, catalogue, access, self.clock)
        self.seen: list[Exchange] = []
        self.counted = Counter[str]()
        self.partial = False
        if keys is not None:
            self.trust(keys)

    def trust(self, keys: bytes) -> None:
        """From now on sign-on tokens are verified with a published key set."""
        self.bench.judge.verify = PublishedKeys(lambda: read_keys(keys), current=False).complaint

    def expect(self, request: SentRequest, when: datetime) -> Expectation:
        """What the contract makes of a request that was sent now, as far as it is known what happened before."""
        self.clock.now = when
        return self.bench.judge.expect(request)

    def judge(self, cluster: Sequence[Call]) -> None:
        """Judge calls that were under way at the same time (or one), in the order of their start."""
        # what is not known of overlapping calls may have come before or after the others
        _doubt(self.bench.judge, cluster)
        exchanges = []
        for call in cluster:
            self.clock.now = call.when
            _count(call.exchange, self.counted)
            if call.missing is Missing.NOTHING:
                exchanges.append(replace(call.exchange, index=len(self.seen) + 1, phase="recorded"))
                self.seen.append(exchanges[-1])
            else:
                self.partial = True
        _judge(self.bench, exchanges)
        if exchanges:
            _doubt(self.bench.judge, cluster)

    def report(
        self, target: str, notes: list[str], cannot: str | None, *, only: frozenset[str], skip: frozenset[str]
    ) -> RunReport:
        """The verdict on what was seen. ``target`` is what reports call it, ``cannot`` why there is none."""
        if self.partial:
            notes = [
                *notes,
                "Calls that were not recorded whole may have happened; nobody is blamed for what they may have done.",
            ]
        results = self.bench.ledger.results
        for clause, result in results.items():
            _explain(result, left_out=clause in skip or bool(only and clause not in only))
        report = RunReport(
            target=target,
            seed=0,
            document=self.document,
            results=results,
            exchanges=self.seen,
            created=[],
            seconds=0.0,
            throttled=self.counted["429"],
            unavailable=self.counted["unavailable"],
            cannot=cannot,
            notes=notes,
        )
        report.lost = self.counted["lost"]
        return report


def judge_recording(
    recording: Recording,
    name: str,
    document: Document,
    catalogue: Catalogue,
    access: Access,
    *,
    only: frozenset[str] = frozenset(),
    skip: frozenset[str] = frozenset(),
) -> RunReport:
    """The verdict on a recording. ``name`` is what reports call it; ``access`` is passive."""
    started = time.monotonic()
    base = _base(recording)
    passive = PassiveJudge(document, catalogue, access, base, None if recording.masked else recording.keys.get(base))
    for cluster in _clusters(recording.calls):
        passive.judge(cluster)
    ignored = ", ".join(f"{number} {reason}" for reason, number in sorted(recording.ignored.items()))
    count = len(passive.seen)
    notes = [f"Of {recording.entries} entries {count} were judged" + (f"; ignored: {ignored}." if ignored else ".")]
    if recording.masked:
        notes.append("The recording is masked: the signatures of sign-on tokens cannot be verified.")
    cannot = None
    if not count:
        cannot = (
            f"the recording holds no call of install {access.install}"
            + (f" (ignored: {ignored})" if ignored else "")
            + "; is the SID right?"
        )
    report = passive.report(f"{name} ({base or 'no calls'})", notes, cannot, only=only, skip=skip)
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


def _sids(judge: Judge, answer: Mapping[str, Json]) -> set[str]:
    parts = judge.model.resources.parts
    shown = [(part, answer.get(part.response)) for part in parts]
    return {str(one.get(part.sid_member)) for part, one in shown if isinstance(one, dict)}


def _workbench(base: str, document: Document, catalogue: Catalogue, access: Access, clock: _RecordedClock) -> Workbench:
    operation = document.operations[OPERATION]
    found = resources(operation)
    model = Model(found, closed=False)
    oracle = Oracle(operation, model, catalogue, access, clock)
    judge = Judge(oracle, secure=urlsplit(base).scheme == "https")
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
    """Judge exchanges of which some were under way at the same time. What depends on an order that nobody knows blames
    nobody, whichever of them is judged first.
    """
    bench.trail = bench.trail[-MEMORY:]
    judge = bench.judge
    known = set(judge.model.index) if len(exchanges) > 1 else set()
    for turn in turns(judge, exchanges):
        for rival in turn.rivals:
            judge.lost(judge.expect(rival.request))
        if turn.rivals and turn.created > 0:
            judge.model.unlearn_met(known)
        bench.trail += turn.exchanges
        first = turn.exchanges[0]
        if len(turn.exchanges) > 1:
            bench.record(judge_burst(judge, turn.exchanges, judge.expect(first.request)), *turn.exchanges)
        else:
            bench.record(judge.judge(first), first)
        for rival in turn.rivals:
            judge.lost(judge.expect(rival.request))


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
