"""Findings are seen again before they are reported: under fresh names, from nothing, in as few calls as it takes."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from contract.http.exchange import Exchange
from contract.http.target import BudgetError
from contract.judging.causes import causes
from contract.judging.findings import Finding, Ledger, Reproduced
from contract.probes.ladder import LADDER
from contract.probes.workbench import Workbench
from contract.reproduction.sequence import SequenceStep, groups, renaming_for, send, stage_for, steps_of

_DIGITS = re.compile(r"(?<=[a-z]{2})[0-9a-f-]{10,}")
SHORTEST_SID = 12
SHARE = 0.6
"""Requests that may be spent on reproductions, as a share of those that the run has sent."""
MOST_PER_FINDING = 60
MOST_STEPS = 5
"""A sequence that is longer is tried with its first call and its last two, then its last five, before all of it."""
TRIES = 3


class Allowance:
    """How many requests may still be sent for reproductions, and what the run has sent until now.

    ``minted`` says which exchange gave each SID first; ``spelled`` knows a SID by its digits, whatever its case.
    """

    def __init__(self, bench: Workbench, most: int) -> None:
        self.bench, self.end = bench, bench.target.sent + most
        self.minted: dict[str, Exchange] = {}
        for exchange in tuple(bench.target.exchanges):
            for sid in bench.sids(exchange).values():
                self.minted.setdefault(sid, exchange)
        self.spelled = {sid[2:].lower(): sid for sid in self.minted if len(sid) > SHORTEST_SID}

    def named(self, exchange: Exchange) -> set[str]:
        """The SIDs of this run's answers that a request names, in whatever case and under whatever prefix."""
        request = exchange.request
        text = f"{request.path} {(request.body or b'').decode('utf-8', 'replace')}".lower()
        return {self.spelled[word] for found in _DIGITS.findall(text) if (word := found) in self.spelled}

    @property
    def left(self) -> int:
        return self.end - self.bench.target.sent


def confirm(bench: Workbench, wanted: Callable[[str], bool]) -> None:
    """Reproduce the findings of the wanted clauses, the causes first, as far as requests are left for it.

    Raises UnavailableError if the target goes away.
    """
    allowance = Allowance(bench, max(MOST_PER_FINDING, int(bench.target.sent * SHARE)))
    bench.target.phase = "reproduced"
    found = causes((one for one in bench.ledger.findings() if wanted(one.clause)), bench.judge.catalogue)
    every = [one.head for one in found] + [other for one in found for other in one.symptoms]
    for place, finding in enumerate(every):
        try:
            again = Reproduction(bench, finding, allowance).run(shrunk=place < len(found))
            if again.intermittent and finding.met is not None:
                among_others = Reproduction(bench, finding.met, allowance).run(shrunk=place < len(found))
                again = again if among_others.intermittent else replace(among_others, times=finding.times)
        except BudgetError:
            again = finding
        bench.ledger.results[finding.clause].findings[finding.fingerprint] = again


class Reproduction:
    """One finding, and the shortest sequence so far that shows it from nothing."""

    def __init__(self, bench: Workbench, finding: Finding, allowance: Allowance) -> None:
        self.bench, self.finding, self.allowance = bench, finding, allowance
        self.origin: Sequence[SequenceStep] = ()
        self.foreign: set[str] = set()
        self.shown: list[Exchange] = []

    def run(self, *, shrunk: bool) -> Finding:
        """The finding with exchanges that show it from nothing, or marked as one that did not show again."""
        tried = False
        for steps in self._candidates():
            if self.allowance.left < len(steps):
                continue
            tried, self.origin = True, steps
            self.foreign = {sid for one in steps for sid in self.allowance.named(Exchange(one.request, None, 0.0, 0.0))}
            if self._shows(steps, TRIES if any(one.together for one in steps) else 1):
                if shrunk or len(self.shown) > MOST_STEPS:
                    self._shrink(steps)
                return replace(self.finding, exchanges=tuple(self.shown), trail=(), reproduced=Reproduced.SEQUENCE)
        journey = self.bench.journey is not None and any(map(self.bench.journey.owns, self.finding.exchanges))
        if (
            (journey or not self.finding.about)
            and self.finding.rung in LADDER
            and self.allowance.left > MOST_PER_FINDING
        ):
            tried = True
            if self._probe_shows():
                return replace(self.finding, trail=(), reproduced=Reproduced.PROBE)
        if not tried:
            return self.finding
        return replace(self.finding, trail=(), reproduced=Reproduced.NEVER, intermittent=True)

    def _candidates(self) -> Iterator[tuple[SequenceStep, ...]]:
        """What seems to belong to the finding, at first its ends; all that its probe sent; all that gave its SIDs."""
        exchanges = self.finding.exchanges
        if not exchanges or not all(map(self.bench.can_send_again, exchanges)):
            return
        if len(exchanges) > MOST_STEPS:
            yield self._whole([exchanges[0], *exchanges[-2:]])
            yield self._whole([exchanges[0], *exchanges[-MOST_STEPS:]])
        yield self._whole(exchanges)
        if len(self.finding.trail) > len(exchanges):
            yield self._whole(self.finding.trail)
        related = self._related(exchanges)
        if len(related) > len(exchanges):
            yield self._whole(related)

    def _whole(self, exchanges: Sequence[Exchange]) -> tuple[SequenceStep, ...]:
        """The steps of exchanges, with the calls before them that gave the SIDs which they name."""
        whole = {one.index: one for one in exchanges}
        left = list(exchanges)
        while left and len(whole) < MOST_PER_FINDING:
            one = left.pop()
            for sid in self.allowance.named(one):
                minting = self.allowance.minted[sid]
                if minting.index not in whole and minting.index < one.index:
                    whole[minting.index] = minting
                    left.append(minting)
        return steps_of([whole[index] for index in sorted(whole)], self.bench.sids)

    def _related(self, exchanges: Sequence[Exchange]) -> list[Exchange]:
        """The exchanges, and those of the run whose answers gave the SIDs that theirs give."""
        given = {sid for one in exchanges for sid in self.bench.sids(one).values()}
        last = max(one.index for one in exchanges)
        own = {one.index for one in exchanges}
        related = [
            one
            for one in self.bench.target.exchanges
            if one.index in own or (one.index < last and not given.isdisjoint(self.bench.sids(one).values()))
        ]
        return related[-MOST_PER_FINDING // 2 :]

    def _shows(self, steps: Sequence[SequenceStep], tries: int = 1) -> bool:
        """Whether a sequence shows the finding; then its exchanges are kept."""
        for _ in range(tries):
            renaming = renaming_for(self.origin)
            renaming.unknown(self.foreign)
            fork = stage_for(self.bench, renaming, self.finding.probe)
            sent = send(steps, fork, renaming)
            if self._seen(fork):
                self.shown = sent
                return True
        return False

    def _shrink(self, steps: Sequence[SequenceStep]) -> None:
        """Leave out whatever the finding does not need: halves first, then one call after the other."""
        before, last = [list(one) for one in groups(steps)][:-1], list(groups(steps))[-1]
        end = self.allowance.left - MOST_PER_FINDING
        size = len(before)
        while size >= 1 and before:
            place = 0
            while place < len(before):
                fewer = before[:place] + before[place + size :]
                kept = [step for group in [*fewer, last] for step in group]
                if self.allowance.left <= max(end, len(kept)):
                    return
                if self._shows(kept):
                    before = fewer
                else:
                    place += size
            size = size // 2 if size > 1 else 0

    def _probe_shows(self) -> bool:
        """Whether the finding's probe shows it once more."""
        fork = self.bench.fork(f"iv-{secrets.token_hex(5)}")
        fork.ledger = Ledger(self.bench.judge.catalogue)
        with fork.probe(self.finding.rung):
            LADDER[self.finding.rung](fork)
        return self._seen(fork)

    def _seen(self, fork: Workbench) -> bool:
        return any(one.fingerprint == self.finding.fingerprint for one in fork.seen_findings)
