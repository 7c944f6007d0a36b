"""A run of the judge from the first knock to the verdict."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from urllib.parse import urlsplit

from contract.generation.composition import Composer
from contract.generation.coverage import Coverage
from contract.http.access import Access
from contract.http.exchange import Exchange
from contract.http.patience import UnavailableError
from contract.http.target import BudgetError, Target, Transport
from contract.journey.calls import journey_contract
from contract.journey.judge import JourneyJudge
from contract.journey.memory import SeenInRun
from contract.judging.findings import ClauseOutcome, ClauseResult, Finding, Ledger
from contract.judging.judge import Judge
from contract.judging.oauth import oauth_contract
from contract.judging.signon import SIGNED, UNVERIFIED
from contract.model.memory import Model
from contract.oracle.expectation import Admissibility as Wanted
from contract.oracle.oracle import Oracle
from contract.probes.ladder import LADDER
from contract.probes.options import Options
from contract.probes.workbench import Workbench
from contract.reproduction.confirmation import confirm
from contract.run.accounting import affordable, explain, limits, unconfirmed, unexercised
from contract.run.knocking import Arrival, knock
from contract.run.schedule import NothingAcceptedError, climb
from spec.catalogue.clauses import Catalogue
from spec.openapi.document import Document
from spec.resources.annotations import resources

OPERATION = "provision"


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How a run goes. ``examples`` is the number of generated sequences; times are seconds, None means no limit."""

    seed: int = 0
    examples: int = 60
    only: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()
    arrival: Arrival = field(default_factory=Arrival)
    jobs: int = 1
    budget: float | None = None
    """Seconds after which no more sequences are generated than fit, if the number was not asked for."""
    most_seconds: float | None = None
    most_requests: int | None = None
    rate: float | None = None
    require: frozenset[str] = frozenset()
    options: Options = field(default_factory=Options)
    probes: frozenset[str] | None = None
    """The probes that are run; None: all of the ladder."""

    def leaves_out(self, clause: str) -> bool:
        """Whether ``only`` and ``skip`` keep a clause from being judged."""
        return clause in self.skip or bool(self.only and clause not in self.only)


@dataclass(frozen=True, slots=True)
class Created:
    """Something that a run made on the target and cannot take away again."""

    part: str
    sid: str
    install: str


@dataclass(slots=True)
class RunReport:
    """The verdict: what was found about every clause, and what was sent to find it out."""

    target: str
    seed: int
    document: Document
    results: Mapping[str, ClauseResult]
    exchanges: list[Exchange]
    created: list[Created]
    seconds: float
    throttled: int
    unavailable: int
    cannot: str | None = None
    lost: int = 0
    stopped: str | None = None
    unmet: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    prefix: str = ""
    published_keys: list[str] = field(default_factory=list)
    coverage: Coverage | None = None
    examples: int = 0
    """How many sequences were to be generated."""

    @property
    def complete(self) -> bool:
        """Whether the run went to its end, so that its silence about something says something."""
        return self.cannot is None and self.stopped is None

    def outcomes(self) -> Mapping[ClauseOutcome, int]:
        """How many clauses have each outcome."""
        counted = dict.fromkeys(ClauseOutcome, 0)
        for result in self.results.values():
            counted[result.outcome()] += 1
        return counted

    def findings(self) -> list[Finding]:
        """Every finding, in the order of the catalogue."""
        return [one for result in self.results.values() for one in result.findings.values()]

    def exit_code(self, *, strict: bool, known: frozenset[str] = frozenset()) -> int:
        """0 clean, 1 findings that count or required clauses that were not exercised (``unmet``), 2 could not check.

        ``known`` are fingerprints of a baseline.
        """
        if self.cannot is not None:
            return 2
        for result in self.results.values():
            fresh = [one for one in result.findings if one not in known]
            if fresh and (strict or result.clause.binding):
                return 1
        return 1 if self.unmet else 0


class Stage(NamedTuple):
    """How far a run is: its phase, and how many of its probes and generated sequences are done."""

    phase: str
    done: int
    total: int

    def __str__(self) -> str:
        return f"{self.phase}, {min(self.done, self.total)} of {self.total} probes and sequences"


Watch = Callable[[Exchange, Stage], None]


def run(
    transport: Transport,
    url: str,
    document: Document,
    catalogue: Catalogue,
    access: Access,
    plan: RunSettings,
    *,
    watch: Watch | None = None,
    generate: Callable[[Workbench, RunSettings], str | None] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> RunReport:
    """Judge a target. Raises nothing that a target could cause: what prevents a verdict is in ``cannot``."""
    started = time.monotonic()
    target = Target(transport, most=plan.most_requests, rate=plan.rate, sleep=sleep)
    bench = open_workbench(target, url, document, catalogue, access, plan)
    target.watch = _watcher(target, plan, started, watch)
    notes: list[str] = []
    cannot = stopped = None
    try:
        cannot = knock(bench, plan.arrival, sleep)
        if cannot is None:
            target.phase = "ladder"
            climb(bench, plan.probes, jobs=plan.jobs)
            if generate is not None and plan.examples > 0:
                target.phase = "generated"
                examples, note = affordable(plan.examples, plan.budget, time.monotonic() - started, target.exchanges)
                ended = generate(bench, replace(plan, examples=examples))
                notes += [one for one in (note, ended) if one]
            _settle_signatures(bench, sleep)
            confirm(bench, lambda clause: not plan.leaves_out(clause))
            cannot = _vacuous(bench)
    except UnavailableError as error:
        cannot = str(error)
    except NothingAcceptedError:
        cannot = _vacuous(bench)
    except KeyboardInterrupt:
        cannot = "The run was interrupted; what was seen and created until then is listed."
    except BudgetError as error:
        stopped = str(error)
        cannot = _vacuous(bench)
    if bench.unfollowed is not None:
        notes.append("The sign-on link leads to another host and was not followed.")
    results = bench.ledger.results
    secure = urlsplit(url).scheme == "https"
    explain(
        results,
        access,
        plan.leaves_out,
        follows=plan.options.follow_signon,
        secure=secure,
        journey=plan.options.journey is not None,
    )
    unmet = unexercised(results, plan.require)
    notes += unconfirmed(results)
    notes += limits(results, stopped, target.lost, target.restarts if cannot is None else 0)
    notes += [f"Required, but not exercised: {name} ({results[name].reason})." for name in unmet]
    return RunReport(
        target=url,
        seed=plan.seed,
        document=document,
        results=results,
        exchanges=target.exchanges,
        created=[
            *(Created(one.part, one.sid, one.scope) for one in bench.judge.model.made),
            *(_sessions(bench.journey) if bench.journey is not None else ()),
        ],
        seconds=time.monotonic() - started,
        throttled=target.throttled,
        unavailable=target.unavailable,
        lost=target.lost,
        stopped=stopped,
        unmet=unmet,
        cannot=cannot,
        notes=notes,
        prefix=bench.composer.prefix,
        published_keys=bench.published_keys,
        examples=plan.examples,
        coverage=bench.coverage,
    )


def _sessions(journey: JourneyJudge) -> Iterator[Created]:
    yield from (Created(journey.kind.name, sid, scope) for sid, scope in journey.seen.created.items())


def _watcher(target: Target, plan: RunSettings, started: float, watch: Watch | None) -> Callable[[Exchange], None]:
    def see(exchange: Exchange) -> None:
        if watch is not None:
            watch(exchange, Stage(target.phase, target.done, len(LADDER) + plan.examples))
        if plan.most_seconds is not None and time.monotonic() - started > plan.most_seconds:
            raise BudgetError(f"The limit of {plan.most_seconds:g} seconds is reached.")

    return see


def open_workbench(
    target: Target, url: str, document: Document, catalogue: Catalogue, access: Access, plan: RunSettings
) -> Workbench:
    """A workbench with a memory that is empty, for names that nobody else has."""
    operation = document.operations[OPERATION]
    found = resources(operation)
    judge = Judge(Oracle(operation, Model(found), catalogue, access), secure=urlsplit(url).scheme == "https")
    prefix = f"iv-{secrets.token_hex(5)}"
    if operation.body is None:
        raise ValueError("The operation has no body.")
    composer = Composer(operation.body.json, found, access.known, prefix)
    bench = Workbench(target, judge, Ledger(catalogue), composer, plan.options, plan.seed)
    bench.base, bench.oauth = url.rstrip("/"), oauth_contract(document)
    if plan.options.journey is not None and (journey := journey_contract(document, found)) is not None:
        bench.go_on(JourneyJudge(journey, judge, SeenInRun()))
    return bench


def _settle_signatures(bench: Workbench, sleep: Callable[[float], None]) -> None:
    """Take back what was said of tokens whose keys were published later, or by another machine."""
    if bench.keys is not None and not bench.keys.unverified(sleep):
        findings = bench.ledger.results[SIGNED].findings
        for fingerprint in [key for key, one in findings.items() if one.cause == UNVERIFIED]:
            del findings[fingerprint]


def _vacuous(bench: Workbench) -> str | None:
    must, did = bench.tally[Wanted.MUST_ACCEPT]
    if must and did * 10 < must:
        return (
            f"The verdict would mean nothing: of {must} requests that every reading accepts, {did} were accepted. "
            "Is the install right, and are the --proctor-type values enabled?"
        )
    return None
