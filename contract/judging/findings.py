"""Findings and what is known of every clause: pure data that runner, reports and tests share."""

from __future__ import annotations

import hashlib
import re
import threading
from dataclasses import dataclass, field, replace
from enum import StrEnum

from contract.http.exchange import Exchange
from spec.catalogue.clauses import Catalogue, Clause, Standing


class Outcome(StrEnum):
    """What a run found out about a clause."""

    PASSED = "passed"
    FAILED = "failed"
    WARNED = "warned"
    NOT_EXERCISED = "not-exercised"


@dataclass(frozen=True, slots=True)
class Finding:
    """A clause that was seen broken. ``cause`` is a short stable phrase; with clause and pointer it is the identity."""

    clause: str
    cause: str
    expected: str
    received: str
    pointer: str = ""
    exchanges: tuple[Exchange, ...] = ()
    probe: str = ""
    intermittent: bool = False

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits that stay the same from run to run."""
        pointer = re.sub(r"[A-Z]{2}[0-9a-f]{32}", "SID", self.pointer)
        return hashlib.sha256(f"{self.clause}\n{self.cause}\n{pointer}".encode()).hexdigest()[:12]

    def of(self, *exchanges: Exchange, probe: str = "") -> Finding:
        """The same finding with the exchanges that reproduce it."""
        return replace(self, exchanges=exchanges, probe=probe or self.probe)


@dataclass(slots=True)
class Judgement:
    """What one exchange (or burst) showed: the clauses that it exercised and the findings."""

    exercised: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def touch(self, *clauses: str) -> None:
        self.exercised.update(clauses)

    def find(self, clause: str, cause: str, expected: str, received: str, pointer: str = "") -> None:
        self.exercised.add(clause)
        self.findings.append(Finding(clause, cause, expected, received, pointer))

    def merge(self, other: Judgement) -> None:
        self.exercised |= other.exercised
        self.findings += other.findings


@dataclass(slots=True)
class ClauseResult:
    """One clause in a verdict."""

    clause: Clause
    exercised: int = 0
    findings: dict[str, Finding] = field(default_factory=dict)
    reason: str = ""

    def outcome(self) -> Outcome:
        """Failed or warned by standing; passed only if it was exercised."""
        if self.findings:
            return Outcome.WARNED if self.clause.standing is Standing.ADOPTED else Outcome.FAILED
        return Outcome.PASSED if self.exercised else Outcome.NOT_EXERCISED


class Ledger:
    """Collects judgements per clause, keeping one finding per fingerprint: the one with the fewest exchanges."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.results = {clause.id: ClauseResult(clause) for clause in catalogue.values()}
        self.lock = threading.Lock()

    def record(self, judgement: Judgement, *exchanges: Exchange, probe: str = "") -> list[Finding]:
        """Add a judgement; returns the findings that are new."""
        new = []
        for clause in judgement.exercised:
            self.results[clause].exercised += 1
        for finding in judgement.findings:
            result = self.results[finding.clause]
            full = finding if finding.exchanges else finding.of(*exchanges, probe=probe)
            known = result.findings.get(full.fingerprint)
            if known is None:
                new.append(full)
            if known is None or len(full.exchanges) < len(known.exchanges):
                result.findings[full.fingerprint] = full
        return new

    def findings(self) -> list[Finding]:
        """Every finding, in the order of the catalogue."""
        return [finding for result in self.results.values() for finding in result.findings.values()]
