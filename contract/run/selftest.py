"""Judging implementations that are known to break a promise: it must be found, and nothing that does not follow."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from contract.http.access import Access, ClientCredentials
from contract.http.exchange import Exchange
from contract.http.inprocess import AsgiTransport
from contract.journey.steps import Step
from contract.judging.findings import ClauseOutcome
from contract.probes.ladder import JOURNEY
from contract.probes.options import Options
from contract.run.runner import RunSettings, Stage, run
from spec.catalogue.clauses import Catalogue, load_clauses
from spec.load import load
from spec.openapi.document import Document
from spec.resources.annotations import resources
from spec.resources.installs import Install, load_installs


@dataclass(frozen=True, slots=True)
class Subject:
    """What to judge: the clauses that must be found, and those that may be found because they follow.

    ``start`` gives an application and the facts of its ready file.
    """

    id: str
    expected: frozenset[str]
    start: Callable[[], tuple[Any, Any]]
    entailed: frozenset[str] = frozenset()
    journey: bool = False
    """Whether the journey after provisioning is walked, and nothing else."""


@dataclass(frozen=True, slots=True)
class SelfTestRow:
    """What the judge found about a subject."""

    id: str
    expected: frozenset[str]
    found: frozenset[str]
    cannot: str | None
    seconds: float
    seen_after: float | None = None
    """Seconds until the first expected clause was found, if one was."""
    entailed: frozenset[str] = frozenset()

    @property
    def missed(self) -> frozenset[str]:
        """What had to be found and was not."""
        return self.expected - self.found

    @property
    def strange(self) -> frozenset[str]:
        """What was found and does not follow from what had to be found."""
        return self.found - self.expected - self.entailed

    @property
    def right(self) -> bool:
        """Whether all that had to be found was, and nothing strange."""
        return not self.missed and not self.strange and (self.cannot is None or bool(self.expected))


@cache
def _promised() -> tuple[Catalogue, Document, tuple[Install, ...]]:
    catalogue = load_clauses()
    document = load(clauses=catalogue)
    return catalogue, document, tuple(load_installs(resources(document.operations["provision"])))


def examine(subject: Subject) -> SelfTestRow:
    """Judge one subject with the ladder, all options given (or the journey alone); adopted clauses count."""
    application, ready = subject.start()
    catalogue, document, installs = _promised()
    access = Access(
        install=ready.install,
        token=ready.token,
        known={
            "integrations": (ready.integration,),
            "proctorTypes": tuple(installs[0].members.get("proctorTypes", ())),
        },
        expired_token=ready.expired_token,
        other_install=ready.other_install,
        other_token=ready.other_token,
        client=ClientCredentials(ready.client_id, ready.client_secret) if ready.client_id else None,
    )
    step = Step.READ if subject.journey else None
    plan = RunSettings(
        seed=1,
        examples=0,
        probes=JOURNEY if subject.journey else None,
        options=Options(follow_signon=True, growth=60, journey=step),
    )
    transport = AsgiTransport(application, timeout=2.0)
    began, moments = time.monotonic(), dict[int, float]()

    def watch(exchange: Exchange, stage: Stage) -> None:
        moments[id(exchange)] = time.monotonic() - began

    try:
        report = run(transport, ready.url, document, catalogue, access, plan, watch=watch, sleep=lambda seconds: None)
    finally:
        transport.close()
    broken = (ClauseOutcome.FAILED, ClauseOutcome.WARNED)
    found = frozenset(name for name, one in report.results.items() if one.outcome() in broken)
    telling = [
        max(moments.get(id(one), report.seconds) for one in finding.exchanges)
        for finding in report.findings()
        if finding.clause in subject.expected and finding.exchanges
    ]
    seen_after = min(telling, default=report.seconds if found & subject.expected else None)
    return SelfTestRow(subject.id, subject.expected, found, report.cannot, report.seconds, seen_after, subject.entailed)


def matrix(rows: Iterable[SelfTestRow], write: Callable[[str], Any]) -> int:
    """Write a line per row as it comes, with what was found beside what had to be; 0 if every row is right, else 1."""
    wrong = total = 0
    for row in rows:
        total += 1
        wrong += not row.right
        missed, strange = sorted(row.missed), sorted(row.strange)
        seen = ", ".join(sorted(row.found & row.expected)) or "nothing"
        extra = (f"; MISSED {', '.join(missed)}" if missed else "") + (
            f"; ALSO {', '.join(strange)}" if strange else ""
        )
        unable = f"; {row.cannot}" if row.cannot and not row.right else ""
        write(f"{'✓' if row.right else '✗'} {row.id:<44} {row.seconds:5.1f} s  found {seen}{extra}{unable}\n")
    write(f"{total - wrong} of {total} as they should be.\n")
    return 1 if wrong else 0
