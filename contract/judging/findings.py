"""Findings and what is known of every clause: pure data that runner, reports and tests share."""

from __future__ import annotations

import hashlib
import re
import threading
from dataclasses import dataclass, field, replace
from enum import StrEnum

from contract.http.exchange import Exchange
from spec.catalogue.clauses import Catalogue, Clause, Standing


class ClauseOutcome(StrEnum):
    """What a run found out about a clause."""

    PASSED = "passed"
    FAILED = "failed"
    WARNED = "warned"
    KNOWN = "known"
    NOT_EXERCISED = "not-exercised"


class Reproduced(StrEnum):
    """How a finding was seen again before it was reported."""

    SEQUENCE = "sequence"
    PROBE = "probe"
    NEVER = "never"
    UNTRIED = "untried"


@dataclass(frozen=True, slots=True)
class Finding:
    """A clause that was seen broken. ``cause`` is a short stable phrase.

    The identity of a finding is its clause, cause and pointer, and what it is ``about``: parts, members, statuses and
    rules (see contract.judging.circumstances). ``reproduced`` says how it was seen again.
    """

    clause: str
    cause: str
    expected: str
    received: str
    pointer: str = ""
    exchanges: tuple[Exchange, ...] = ()
    probe: str = ""
    intermittent: bool = False
    about: tuple[str, ...] = ()
    site: str = ""
    reproduced: Reproduced = Reproduced.UNTRIED
    times: int = 1
    trail: tuple[Exchange, ...] = ()
    """Everything that its probe had sent until then."""
    rung: str = ""
    """The probe of the ladder that showed it, or ""."""
    met: Finding | None = None
    """Another sighting of it, among calls at the same time: what shows among such only is seen again there."""

    @property
    def is_of_calls_at_once(self) -> bool:
        """Whether some of the calls that led to it were under way at the same time."""
        until = float("-inf")
        for one in self.trail or self.exchanges:
            if one.started < until:
                return True
            until = max(until, one.started + one.seconds)
        return False

    @property
    def place(self) -> str:
        """The pointer without the names in it that differ from run to run."""
        return self.site or re.sub(r"[A-Z]{2}[0-9a-f]{32}", "SID", self.pointer)

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits that stay the same from run to run."""
        words = "\n".join((self.clause, self.cause, self.place, *self.about))
        return hashlib.sha256(words.encode("utf-8", "backslashreplace")).hexdigest()[:12]

    def covers(self, other: Finding) -> bool:
        """Whether another finding shows no more than this one: the same, in a call about which more is to be said."""
        return (self.clause, self.cause, self.place) == (other.clause, other.cause, other.place) and set(
            self.about
        ) <= set(other.about)

    def of(self, *exchanges: Exchange, probe: str = "") -> Finding:
        """The same finding with the exchanges that reproduce it."""
        return replace(self, exchanges=exchanges, probe=probe or self.probe)


@dataclass(slots=True)
class ExchangeJudgement:
    """What one exchange (or burst) showed: the clauses that it exercised and the findings."""

    exercised: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def touch(self, *clauses: str) -> None:
        self.exercised.update(clauses)

    def find(
        self, clause: str, cause: str, expected: str, received: str, pointer: str = "", about: tuple[str, ...] = ()
    ) -> None:
        self.exercised.add(clause)
        self.findings.append(Finding(clause, cause, expected, received, pointer, about=about))

    def merge(self, other: ExchangeJudgement) -> None:
        self.exercised |= other.exercised
        self.findings += other.findings


@dataclass(slots=True)
class ClauseResult:
    """One clause in a verdict."""

    clause: Clause
    exercised: int = 0
    findings: dict[str, Finding] = field(default_factory=dict)
    reason: str = ""

    def outcome(self) -> ClauseOutcome:
        """Failed or warned by standing; passed only if it was exercised."""
        if self.findings:
            return ClauseOutcome.WARNED if self.clause.standing is Standing.ADOPTED else ClauseOutcome.FAILED
        return ClauseOutcome.PASSED if self.exercised else ClauseOutcome.NOT_EXERCISED


class Ledger:
    """Collects judgements per clause: of findings of which one covers the other, only the one that says less is kept.

    Of two sightings of the same finding, the one with the fewest exchanges is kept.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.results = {clause.id: ClauseResult(clause) for clause in catalogue.values()}
        self.lock = threading.RLock()

    def record(self, judgement: ExchangeJudgement, *exchanges: Exchange, probe: str = "") -> list[Finding]:
        """Add a judgement; returns the findings that are new."""
        for clause in judgement.exercised:
            self.results[clause].exercised += 1
        new = []
        for finding in judgement.findings:
            full = finding if finding.exchanges else finding.of(*exchanges, probe=probe)
            if self._keep(self.results[finding.clause].findings, full):
                new.append(full)
        return new

    @staticmethod
    def _keep(kept: dict[str, Finding], full: Finding) -> bool:
        """Put a finding in its place among those of its clause; whether nothing covered it."""
        for fingerprint, known in kept.items():
            if known.covers(full):
                shorter = known.about == full.about and len(full.exchanges) < len(known.exchanges)
                one, other = (full, known) if shorter else (known, full)
                met = known.met or (other if known.about == full.about and other.is_of_calls_at_once else None)
                kept[fingerprint] = replace(one, times=known.times + 1, met=met)
                return False
        covered = [one for one in kept.values() if full.covers(one)]
        for one in covered:
            del kept[one.fingerprint]
        kept[full.fingerprint] = replace(full, times=full.times + sum(one.times for one in covered))
        return True

    def findings(self) -> list[Finding]:
        """Every finding, in the order of the catalogue."""
        with self.lock:
            return [finding for result in self.results.values() for finding in result.findings.values()]
