"""Judging traffic while it passes, with the judge of recordings: calls that overlap are judged together."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from contract.http.exchange import Exchange, Loss, ReceivedResponse, SentRequest
from contract.http.har import note_keys
from contract.http.harentry import Call, IgnoredError, Missing, read_entry
from contract.http.origin import origin
from contract.judging.findings import Finding
from contract.oracle.expectation import Expectation, Reason
from contract.proxy.keeping.passed import Passed, entry_of
from contract.run.passive import MEMORY, PassiveJudge
from contract.run.runner import RunReport
from spec.source.pointer import Json

MOST = 500
"""How many overlapping calls are kept for one judgement; then what is still under way counts as unknown."""


class RequestFault(NamedTuple):
    """A firm promise that a request breaks, and the request."""

    reason: Reason
    request: SentRequest


class NewFindings(NamedTuple):
    """What a judgement showed that was not told before."""

    answers: list[Finding]
    requests: list[RequestFault]


Watch = Callable[[NewFindings], None]


class Live:
    """The judge of one proxy. ``watch`` is told of what is new; calls are followed from begin to end."""

    def __init__(
        self,
        passive: PassiveJudge,
        operation_path: str,
        watch: Watch,
        *,
        strict: bool = False,
        left_out: Callable[[str], bool] = lambda clause: False,
    ) -> None:
        self.passive, self.operation_path, self.watch, self.strict = passive, operation_path, watch, strict
        self.left_out = left_out
        self.ignored = Counter[str]()
        self.entries = self.request_faults = 0
        self._under_way = self._slimmed = 0
        self._cluster: list[Call] = []
        self._cut = False
        self._reported: set[tuple[str, str, str]] = set()
        self._told_requests: set[tuple[str, str]] = set()

    def matters(self, method: str, url: str) -> bool:
        """Whether a call has to do with what is judged."""
        return self._skeleton(method, url) is not None

    def is_call(self, method: str, url: str) -> bool:
        """Whether a call is one to the operation that is judged."""
        call = self._skeleton(method, url)
        return call is not None and call.missing is not Missing.MEANING

    def _skeleton(self, method: str, url: str) -> Call | None:
        """The call that method and URL are of, if it is ours, with nothing else in it."""
        skeleton = {"request": {"method": method, "url": url}, "response": {"status": 0}}
        try:
            call = read_entry(skeleton, self.operation_path, datetime.now(UTC))
        except (IgnoredError, KeyError, TypeError, ValueError, AttributeError):
            return None
        return call if self._is_ours(call) else None

    def begin(self) -> None:
        """A call that matters is under way."""
        self._under_way += 1

    def end(self, passed: Passed, *, mattered: bool) -> list[Finding]:
        """It has ended. What is new is told to ``watch``; everything that was found now is returned."""
        return self.end_entry(entry_of(passed), passed.when, mattered=mattered)

    def end_entry(self, entry: Mapping[str, Json], when: datetime, *, mattered: bool) -> list[Finding]:
        """The same for an entry of an archive."""
        self.entries += 1
        keys: dict[str, bytes] = {}
        try:
            note_keys(entry, keys)
            if (found := keys.get(self.passive.base)) is not None:
                self.passive.trust(found)
            call = read_entry(entry, self.operation_path, when)
        except IgnoredError as reason:
            self.ignored[str(reason)] += 1
        except (KeyError, TypeError, ValueError, AttributeError):
            self.ignored["damaged entries"] += 1
        else:
            if not self._is_ours(call):
                self.ignored["calls to another host or prefix"] += 1
            else:
                if call.reason:
                    self.ignored[call.reason] += 1
                self._cluster.append(call)
        if mattered:
            self._under_way -= 1
        if self._under_way <= 0:
            return self.flush()
        if len(self._cluster) >= MOST:
            return self._cut_short()
        return []

    def flush(self) -> list[Finding]:
        """Judge what has ended; at the end also what overlaps with calls that never did."""
        cluster, self._cluster = sorted(self._cluster, key=lambda one: one.when), []
        if not cluster:
            return []
        if self._cut or self._under_way > 0:
            cluster.append(_anything(cluster[-1].when))
            self._cut = self._under_way > 0
        requests = [fault for call in cluster if call.missing is Missing.NOTHING for fault in self._faults(call)]
        self.passive.judge(cluster)
        found = [one for one in self.passive.bench.seen_findings if not self.left_out(one.clause)]
        self.passive.bench.seen_findings.clear()
        self._forget_bodies()
        fresh = NewFindings([one for one in self._new_findings() if not self.left_out(one.clause)], requests)
        if fresh.answers or fresh.requests:
            self.watch(fresh)
        return found

    def expect(self, request: SentRequest, when: datetime) -> Expectation:
        """What the contract makes of a request that is about to be sent, nothing else being under way."""
        return self.passive.expect(request, when)

    def broken_by(self, expected: Expectation) -> tuple[Reason, ...]:
        """Why a request is refused under every reading (with ``strict``: under ours)."""
        reasons = expected.reasons if self.strict else expected.binding
        return tuple(one for one in reasons if not self.left_out(one.clause))

    def report(self, name: str, *, only: frozenset[str], skip: frozenset[str], notes: list[str]) -> RunReport:
        """The verdict on all that passed."""
        self.flush()
        count = len(self.passive.seen)
        ignored = ", ".join(f"{number} {reason}" for reason, number in sorted(self.ignored.items()))
        said = [f"Of {self.entries} calls {count} were judged" + (f"; ignored: {ignored}." if ignored else ".")]
        if self.request_faults:
            said.append(f"Requests that broke what the contract asks of clients: {self.request_faults}.")
        cannot = None
        if not count:
            cannot = (
                f"no call of install {self.passive.bench.access.install} was answered"
                + (f" (ignored: {ignored})" if ignored else "")
                + "; is the SID right?"
            )
        return self.passive.report(name, [*said, *notes], cannot, only=only, skip=skip)

    def _is_ours(self, call: Call) -> bool:
        base = self.passive.base
        return call.base == base or (call.missing is Missing.MEANING and origin(urlsplit(base)) == call.base)

    def counts(self, finding: Finding) -> bool:
        """Whether a finding contradicts every reading (with ``strict``: also ours)."""
        return self.strict or self.passive.bench.ledger.results[finding.clause].clause.binding

    def _cut_short(self) -> list[Finding]:
        self._cut = True
        return self.flush()

    def _forget_bodies(self) -> None:
        """What lies further back than a finding's sequence may reach is kept as a line of the timeline only."""
        seen = self.passive.seen
        for place in range(self._slimmed, len(seen) - MEMORY):
            seen[place] = _slim(seen[place])
        self._slimmed = max(self._slimmed, len(seen) - MEMORY)

    def _faults(self, call: Call) -> list[RequestFault]:
        expected = self.passive.expect(call.exchange.request, call.when)
        broken = self.broken_by(expected)
        self.request_faults += bool(broken)
        return self._fresh(broken, call.exchange.request)

    def turned_away(self, broken: tuple[Reason, ...], request: SentRequest) -> None:
        """A request was refused before it was sent on."""
        self.request_faults += 1
        if fresh := self._fresh(broken, request):
            self.watch(NewFindings([], fresh))

    def _fresh(self, broken: tuple[Reason, ...], request: SentRequest) -> list[RequestFault]:
        """Those reasons that were not told before, of this place and clause."""
        new = [one for one in broken if (one.clause, one.pointer) not in self._told_requests]
        if len(self._told_requests) < 10_000:
            self._told_requests.update((one.clause, one.pointer) for one in new)
        return [RequestFault(one, request) for one in new]

    def _new_findings(self) -> list[Finding]:
        new = []
        for result in self.passive.bench.ledger.results.values():
            for finding in result.findings.values():
                identity = (finding.clause, finding.cause, finding.place)
                if identity not in self._reported:
                    self._reported.add(identity)
                    new.append(finding)
        return new


def _anything(when: datetime) -> Call:
    """A call of which nothing is known."""
    nothing = Exchange(SentRequest("POST", "/", ()), None, when.timestamp(), 0.0, loss=Loss.BROKEN)
    return Call("", nothing, when, Missing.MEANING, "calls that were still under way")


def _slim(exchange: Exchange) -> Exchange:
    """An exchange of which only the line on the timeline is kept."""
    response = exchange.response
    return dataclasses.replace(
        exchange,
        request=SentRequest(exchange.request.method, exchange.request.path, ()),
        response=None if response is None else ReceivedResponse(response.status, {}, b""),
    )
