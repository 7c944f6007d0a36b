"""A verdict as reports show it: frozen data, masked and bounded, from which every format is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from contract.judging.findings import ClauseOutcome, Reproduced
from contract.report.known import BaselineEntry
from spec.catalogue.clauses import Standing

GRAVEST_FIRST = (
    ClauseOutcome.FAILED,
    ClauseOutcome.WARNED,
    ClauseOutcome.KNOWN,
    ClauseOutcome.NOT_EXERCISED,
    ClauseOutcome.PASSED,
)
"""The order in which every report shows clauses and findings."""


@dataclass(frozen=True, slots=True)
class ShownRequest:
    """A request that can be sent again. ``packed`` (base64 of zlib) replaces ``body`` where that is long or no text."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: str | None = None
    packed: str | None = None
    size: int = 0


@dataclass(frozen=True, slots=True)
class ShownExchange:
    """A request with its answer. ``body`` is bounded and neutral text; ``sids`` are those of the answer, by part.

    Exchanges with the same ``together`` (not 0) were sent at the same time.
    """

    index: int
    phase: str
    request: ShownRequest
    request_text: str
    status: int | None
    headers: tuple[tuple[str, str], ...]
    body: str
    failure: str | None
    milliseconds: float
    sids: Mapping[str, str] = field(default_factory=dict)
    together: int = 0
    minted: Mapping[str, str] = field(default_factory=dict)
    """Where in the answer each SID stands, as a path of jq."""


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding. ``known`` is the reason that a baseline gives for it, ``counts`` whether it decides the exit code."""

    fingerprint: str
    clause: str
    message: str
    cause: str
    expected: str
    received: str
    pointer: str
    probe: str
    intermittent: bool
    known: str | None
    counts: bool
    exchanges: tuple[ShownExchange, ...]
    left_out: int
    curl: tuple[str, ...]
    reproduced: Reproduced
    rung: str
    about: tuple[str, ...]
    times: int
    symptom_of: str | None
    """Fingerprint of the finding that seems to be the cause, or None if this is one."""

    @property
    def outcome(self) -> ClauseOutcome:
        """Failed if it decides the exit code, known if the baseline has it, otherwise warned."""
        if self.known is not None:
            return ClauseOutcome.KNOWN
        return ClauseOutcome.FAILED if self.counts else ClauseOutcome.WARNED

    @property
    def further(self) -> tuple[str, ...]:
        """What it is about, without the words that ``received`` says already, with the values in them."""
        return tuple(
            one for one in self.about if not all(piece in self.received for piece in one.split("…") if piece.strip())
        )


@dataclass(frozen=True, slots=True)
class ShownClause:
    """What a run found out about a clause."""

    id: str
    sentence: str
    standing: Standing
    source: str
    outcome: ClauseOutcome
    exercised: int
    reason: str
    findings: tuple[ShownFinding, ...]


@dataclass(frozen=True, slots=True)
class ShownCause:
    """What seems to be one fault: the finding that says it best under its clause, and its symptoms."""

    clause: ShownClause
    head: ShownFinding
    symptoms: tuple[ShownFinding, ...]

    @property
    def outcome(self) -> ClauseOutcome:
        """The gravest outcome of its findings."""
        return min((one.outcome for one in (self.head, *self.symptoms)), key=GRAVEST_FIRST.index)


@dataclass(frozen=True, slots=True)
class Tick:
    """One request on the timeline; times are seconds since the first one."""

    phase: str
    status: int | None
    started: float
    seconds: float


@dataclass(frozen=True, slots=True)
class ListedCreation:
    """Something that the run made on the target. ``within`` is the SID of what holds it."""

    part: str
    sid: str
    within: str


@dataclass(frozen=True, slots=True)
class ShownCoverage:
    """How much of the document's body was sent: states of members, combinations of connected members, what was not."""

    states: int
    states_wanted: int
    pairs: int
    pairs_wanted: int
    unseen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportedVerdict:
    """Everything that a report says."""

    target: str
    install: str
    other_install: str | None
    seed: int
    prefix: str
    title: str
    version: str
    digest: str
    passive: bool
    strict: bool
    exit_code: int
    cannot: str | None
    clauses: tuple[ShownClause, ...]
    created: tuple[ListedCreation, ...]
    notes: tuple[str, ...]
    examples: int
    began: datetime
    spec_file: str
    lines: Mapping[str, int]
    """In which line of the document each clause is named, as far as it is."""
    stale: tuple[BaselineEntry, ...]
    """Entries of the baseline that are gone: their clauses were exercised in full, and they were not seen."""
    unproven: tuple[BaselineEntry, ...]
    """Entries that were not seen, of which this run cannot say that they are gone."""
    expired: tuple[BaselineEntry, ...]
    """Entries that were seen, and count again."""
    ticks: tuple[Tick, ...]
    seconds: float
    throttled: int
    unavailable: int
    lost: int = 0
    stopped: str | None = None
    unmet: tuple[str, ...] = ()
    coverage: ShownCoverage | None = None

    @property
    def findings(self) -> list[ShownFinding]:
        """Every finding, in the order of the catalogue."""
        return [one for clause in self.clauses for one in clause.findings]

    @property
    def causes(self) -> list[ShownCause]:
        """The findings by cause: those that failed first, then warned, then known; within that as in the catalogue."""
        under: dict[str, list[ShownFinding]] = {}
        for one in self.findings:
            if one.symptom_of is not None:
                under.setdefault(one.symptom_of, []).append(one)
        made = [
            ShownCause(clause, one, tuple(under.get(one.fingerprint, ())))
            for clause in self.clauses
            for one in clause.findings
            if one.symptom_of is None
        ]
        return sorted(made, key=lambda one: GRAVEST_FIRST.index(one.outcome))

    @property
    def gravest_first(self) -> list[ShownClause]:
        """The clauses: failed, warned, known, not exercised, passed; within that as in the catalogue."""
        return sorted(self.clauses, key=lambda one: GRAVEST_FIRST.index(one.outcome))

    @property
    def silent(self) -> dict[str, list[str]]:
        """The clauses that were not exercised, by the reason why."""
        reasons: dict[str, list[str]] = {}
        for clause in self.clauses:
            if clause.outcome is ClauseOutcome.NOT_EXERCISED:
                reasons.setdefault(clause.reason or "the run ended before it", []).append(clause.id)
        return reasons

    @property
    def requests(self) -> int:
        return len(self.ticks)

    def count(self, outcome: ClauseOutcome, standing: Standing | None = None) -> int:
        """How many clauses have an outcome."""
        return sum(one.outcome is outcome and standing in (None, one.standing) for one in self.clauses)

    @property
    def created_by_part(self) -> dict[str, list[ListedCreation]]:
        """What was made, by part."""
        grouped: dict[str, list[ListedCreation]] = {}
        for one in self.created:
            grouped.setdefault(one.part, []).append(one)
        return grouped

    @property
    def sentence(self) -> str:
        """The verdict in one sentence."""
        if self.cannot is not None:
            return f"No verdict: {self.cannot}"
        counted = ", ".join(
            f"{number} {outcome.value.replace('-', ' ')}"
            for outcome in ClauseOutcome
            if (number := self.count(outcome)) or outcome is not ClauseOutcome.KNOWN
        )
        known = sum(one.known is not None for one in self.findings)
        said = "The contract is kept" if self.exit_code == 0 else "The contract is broken"
        if self.exit_code == 0 and self.stopped is not None:
            said = f"Stopped early ({self.stopped.rstrip('.')}); nothing was found in the part that was judged"
        if self.exit_code == 1 and self.unmet and not any(one.counts for one in self.findings):
            said = f"Nothing was found, but {len(self.unmet)} required clauses were not exercised"
        extra = f" {known} known finding{'s' * (known != 1)} did not count." if known else ""
        return f"{said}: of {len(self.clauses)} clauses {counted}.{extra}"
