"""Runs the judge on the independent implementation, with every option given."""

from __future__ import annotations

from functools import cache
from unittest import mock

from contract.http.access import Access, ClientCredentials
from contract.http.target import Transport
from contract.journey.steps import Step
from contract.probes.ladder import LADDER
from contract.probes.options import Options
from contract.probes.workbench import Workbench
from contract.run import runner
from contract.run.runner import RunReport, RunSettings
from contract.run.schedule import climb
from contract.run.sequences import generate
from spec.catalogue.clauses import Catalogue, load_clauses
from spec.load import load
from spec.openapi.document import Document
from tests.servers.behaviour import Behaviour
from tests.servers.credentials import api_token
from tests.servers.independent import INTEGRATION, ONE, TWO, TYPES, Independent
from tests.servers.inprocess import InProcess
from tests.servers.tokens import CLIENT, SECRET


@cache
def clauses() -> Catalogue:
    return load_clauses()


@cache
def document() -> Document:
    return load(clauses=clauses())


def access(behaviour: Behaviour) -> Access:
    """What a user would tell the judge about this implementation."""
    kind = behaviour.credential
    return Access(
        ONE,
        api_token(ONE, kind),
        auth="token" if "token" in behaviour.schemes else "bearer",
        known={"integrations": (INTEGRATION,), "proctorTypes": TYPES},
        expired_token=api_token(ONE, kind, lifetime=-600),
        other_install=TWO,
        other_token=api_token(TWO, kind),
        client=ClientCredentials(CLIENT, SECRET) if kind == "RS256" and behaviour.jwks == "own" else None,
    )


def judged(
    behaviour: Behaviour,
    *probes: str,
    base: str = "http://127.0.0.1:8019",
    transport: Transport | None = None,
    growth: int = 5,
    jobs: int = 1,
    given: Access | None = None,
    seed: int = 0,
    journey: Step | None = None,
) -> RunReport:
    """The verdict of the ladder, or of some of its probes. Waiting is skipped."""
    if unknown := set(probes) - set(LADDER):
        raise ValueError(f"The ladder has no probe {unknown}.")

    def some(bench: Workbench, only: object = None, *, jobs: int) -> None:
        climb(bench, frozenset(probes) or None, jobs=jobs)

    with mock.patch.object(runner, "climb", some):
        return runner.run(
            transport or InProcess(Independent(behaviour, base)),
            base,
            document(),
            clauses(),
            given or access(behaviour),
            RunSettings(
                examples=0, jobs=jobs, seed=seed, options=Options(follow_signon=True, growth=growth, journey=journey)
            ),
            sleep=lambda seconds: None,
        )


def generated(
    behaviour: Behaviour,
    *,
    examples: int,
    seed: int = 1,
    base: str = "http://127.0.0.1:8019",
    budget: float | None = None,
    journey: Step | None = None,
) -> RunReport:
    """The verdict of generated sequences alone, without the ladder."""
    with mock.patch.object(runner, "climb", return_value=None):
        return runner.run(
            InProcess(Independent(behaviour, base)),
            base,
            document(),
            clauses(),
            access(behaviour),
            RunSettings(examples=examples, seed=seed, budget=budget, options=Options(growth=0, journey=journey)),
            generate=generate,
            sleep=lambda seconds: None,
        )


def failed(report: RunReport) -> list[str]:
    """Every finding that counts, as a line for people."""
    return [
        f"{finding.clause}: {finding.cause}; expected {finding.expected}, received {finding.received[:200]} "
        f"at {finding.pointer or '/'} in {finding.probe!r}"
        for finding in report.findings()
        if report.results[finding.clause].clause.binding
    ]


def found(report: RunReport) -> set[str]:
    """The clauses with findings, failed or warned."""
    return {finding.clause for finding in report.findings()}
