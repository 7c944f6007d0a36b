"""Generated sequences: the search of Hypothesis through the state machine, within a budget of requests.

A finding stops the search, is shrunk as the bodies and steps that it is, and is looked past in the next search.
Names are drawn outside Hypothesis, so that shrinking never meets leftovers.
"""

from __future__ import annotations

import gc
import secrets
import time
from dataclasses import replace

from hypothesis import HealthCheck, Phase, Verbosity, settings, target
from hypothesis import seed as seeded
from hypothesis.errors import Flaky, FlakyFailure
from hypothesis.stateful import run_state_machine_as_test

from contract.generation.bodies import Bodies
from contract.generation.objects import Vocabulary
from contract.judging.findings import Finding
from contract.probes.outcomes import ShownOutcome
from contract.probes.workbench import Workbench
from contract.run.machine import ProvisioningMachine, machine
from contract.run.runner import RunSettings

STEPS = 14
AT_ONCE = 20
"""The executions of one search: Hypothesis keeps all that it drew until a search ends."""
_REQUESTS_PER_STEP = 2
PATIENCE = 120.0
"""Seconds of the search, if nobody asked for a number of sequences."""
_SHRINKING = 6
"""One search spends at most this part of all requests on shrinking."""


class FoundError(AssertionError):
    """A finding that this search has not seen before."""


class EnoughError(BaseException):
    """A finding was shrunk for long enough. No Exception, so that Hypothesis lets it pass."""


class SequenceSearch:
    """What one search looks for: anything new at first, then only what it found. ``most`` bounds its requests.

    ``shown_before`` is what earlier searches were shown, and adds nothing to the worth of an execution.
    """

    def __init__(self, bench: Workbench, most: int, shown_before: set[ShownOutcome], *, steers: bool = False) -> None:
        self.bench, self.most, self.steers = bench, most, steers
        self.known = bench.ledger.findings()
        self.shown_before = frozenset(shown_before)
        self.shown = shown_before
        self.hunted: Finding | None = None
        self.looked_at = 0
        self.executions_before_finding = 0
        self.started_at = bench.target.sent_here
        self.hunted_since = 0

    @property
    def sent(self) -> int:
        """How many requests this search has sent."""
        return self.bench.target.sent_here - self.started_at

    def open_bench(self) -> Workbench:
        """A workbench for one execution."""
        self.executions_before_finding += self.hunted is None
        self.looked_at = 0
        self.bench.target.done += 1
        fork = self.bench.fork(f"iv-{secrets.token_hex(5)}")
        fork.name = "generated"
        return fork

    def watch(self, fork: Workbench) -> None:
        """Raise if the execution has found what this search hunts."""
        fresh, self.looked_at = fork.seen_findings[self.looked_at :], len(fork.seen_findings)
        if self.hunted is not None and self.sent - self.hunted_since > self.most // _SHRINKING:
            raise EnoughError
        for finding in fresh:
            if any(one.covers(finding) for one in self.known):
                continue
            if self.hunted is None:
                self.hunted, self.hunted_since = finding, self.sent
            elif finding.covers(self.hunted):
                self.hunted = finding
            if finding.fingerprint == self.hunted.fingerprint:
                raise FoundError(f"{finding.clause}: {finding.cause}")

    def finish(self, fork: Workbench) -> None:
        """Steer towards executions that show much which no earlier search was shown."""
        self.shown |= fork.shown
        if self.steers and self.hunted is None:
            target(float(len(fork.shown - self.shown_before)), label="clauses, outcomes and parts not seen before")


def generate(bench: Workbench, plan: RunSettings) -> str | None:
    """Search until the examples or their requests are used up; findings go to the bench's ledger.

    Three quarters of the examples look everywhere; the last quarter is steered towards what those were not shown. Where
    nobody asked for a number of them (``plan.budget``), it ends after ``PATIENCE`` seconds as well. A note says if it
    ended before all were generated.
    """
    bodies = Bodies(bench.composer.schema, bench.resources, Vocabulary(bench.composer.known, bench.composer.now))
    made = machine(bench, bodies)
    shown: set[ShownOutcome] = set()
    started, left, attempt = time.monotonic(), plan.examples, 0
    granted = plan.examples * STEPS * _REQUESTS_PER_STEP
    steered = plan.examples // 4
    until = float("inf") if plan.budget is None else started + PATIENCE
    while left > 0 and granted > 0 and time.monotonic() < until:
        search = SequenceSearch(bench, granted, shown, steers=left <= steered)
        _execute(made, search, min(AT_ONCE, left if search.steers else left - steered), plan.seed + attempt)
        gc.collect()  # what a search drew refers to itself in circles, and would lie beside what the next one draws
        # a search that was cut short by a finding has not looked at what it left, the next one does
        left -= max(search.executions_before_finding, 1)
        granted -= search.sent
        attempt += 1
    bench.shown |= shown
    if left <= 0:
        return None
    why = f"{PATIENCE:g} seconds were over" if granted > 0 else "their requests were used up"
    return f"Only {plan.examples - left} of {plan.examples} sequences were generated: {why}."


def _execute(made: type[ProvisioningMachine], search: SequenceSearch, examples: int, seed: int) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        database=None,
        deadline=None,
        phases=(Phase.generate, *((Phase.target,) if search.steers else ()), Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
    )
    made.observer = search
    try:
        run_state_machine_as_test(seeded(seed)(made), settings=chosen)
    except (FoundError, EnoughError):
        pass
    except (Flaky, FlakyFailure):
        _mark_intermittent(search)
    finally:
        del made.observer


def _mark_intermittent(search: SequenceSearch) -> None:
    for result in search.bench.ledger.results.values():
        for fingerprint, one in result.findings.items():
            if search.hunted is not None and one.covers(search.hunted):
                result.findings[fingerprint] = replace(one, intermittent=True)
