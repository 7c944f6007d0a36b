"""Generated sequences: a rule-based state machine (Hypothesis) that drives the target through tiny pools of names.

Every execution works under names of its own, drawn outside Hypothesis, so that shrinking never meets leftovers.
A finding stops the search, is shrunk, and is looked past in the next search.
"""

from __future__ import annotations

import copy
import secrets
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.errors import Flaky, FlakyFailure
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from contract.generation.breakages import breakages
from contract.generation.composition import flat
from contract.generation.leaves import boundary_values, junk
from contract.judging.findings import Finding
from contract.model.identity import value_at
from contract.model.values import leaf_value
from contract.probes.entry import bad_credentials
from contract.probes.workbench import Workbench
from contract.run.runner import RunSettings
from spec.resources.resource import ABSENT, Part

_STEPS = 10
_TEXTS = ("a", "b", "A")
MOST_HUNTING = 40
"""Requests for shrinking one finding as bodies; contract.reproduction shrinks it as a sequence."""


class Drawn:
    """Choices that Hypothesis makes and shrinks."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data

    def integer(self, low: int, high: int) -> int:
        return self.data.draw(st.integers(low, high))

    def pick(self, options: Sequence[Any]) -> Any:
        return options[self.data.draw(st.integers(0, len(options) - 1))]


class FoundError(AssertionError):
    """A finding that this search has not seen before."""


class EnoughError(BaseException):
    """A finding was shrunk for long enough. No Exception, so that Hypothesis lets it pass."""


class Search:
    """What one search looks for: anything new at first, then only what it found, for ``most`` requests."""

    def __init__(self, bench: Workbench, most: int) -> None:
        self.bench, self.most = bench, most
        self.known = bench.ledger.findings()
        self.hunted: Finding | None = None

    def heed(self, fork: Workbench, before: int) -> None:
        """Raise if the fork has found what this search hunts, or has hunted it for long enough."""
        if self.hunted is not None:
            self.most -= 1
            if self.most < 0:
                raise EnoughError
        for finding in fork.seen_findings[before:]:
            if any(one.covers(finding) for one in self.known):
                continue
            if self.hunted is None or finding.covers(self.hunted):
                self.hunted = finding
            if finding.fingerprint == self.hunted.fingerprint:
                raise FoundError(f"{finding.clause}: {finding.cause}")


def generate(bench: Workbench, plan: RunSettings) -> None:
    """Search until the examples or the time of the plan are used up; findings go to the workbench's ledger."""
    left, attempt = plan.examples, 0
    started = time.monotonic()
    while left > 0 and attempt < 12:
        search = Search(bench, MOST_HUNTING)
        executions = _execute(search, min(left, plan.examples), plan.seed + attempt)
        left -= max(executions, 1)
        attempt += 1
        if search.hunted is None or time.monotonic() - started > (plan.most_seconds or 120):
            return


def _execute(search: Search, examples: int, seed: int) -> int:
    count = 0

    class Machine(Provisioning):
        def __init__(self) -> None:
            nonlocal count
            count += 1
            search.bench.target.done += 1
            super().__init__(search)

    chosen = settings(
        max_examples=examples,
        stateful_step_count=_STEPS,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
    )
    try:
        run_state_machine_as_test(seeded(seed)(Machine), settings=chosen)
    except (FoundError, EnoughError):
        pass
    except (Flaky, FlakyFailure):
        _mark_intermittent(search)
    return count


def _mark_intermittent(search: Search) -> None:
    for result in search.bench.ledger.results.values():
        for fingerprint, one in result.findings.items():
            if search.hunted is not None and one.covers(search.hunted):
                result.findings[fingerprint] = replace(one, intermittent=True)


class Provisioning(RuleBasedStateMachine):
    """One execution: calls on few things, so that they meet again and again."""

    def __init__(self, search: Search) -> None:
        super().__init__()
        self.search = search
        self.bench = search.bench.fork(f"iv-{secrets.token_hex(5)}")
        self.bench.name = "generated"
        self.bodies: list[dict[str, Any]] = []
        self.sids: dict[str, list[str]] = {}

    def call(self, body: Any, **how: Any) -> None:
        """Send a body, remember what it made, and stop if it showed what is hunted."""
        before = len(self.bench.seen_findings)
        exchange = self.bench.provision(body, **how)
        for name, sid in self.bench.sids(exchange).items():
            known = self.sids.setdefault(name, [])
            if sid not in known:
                known.append(sid)
        self.search.heed(self.bench, before)

    def compose(self, data: st.DataObject) -> dict[str, Any]:
        """A good body: a fresh one under pooled names, or one of before with a value changed."""
        chance = Drawn(data)
        if self.bodies and chance.integer(0, 2):
            body = copy.deepcopy(chance.pick(self.bodies))
            return self.vary(body, chance) if chance.integer(0, 1) else body
        names = [part.name for part in self.bench.resources.parts if chance.integer(0, 3)]
        needed = {one for name in names for one in (self.bench.resources.part(name).path[0], name)}
        body = self.bench.body(*(needed or {"?"}), chance=chance)
        for part in self.bench.resources.parts:
            self.pool(body, part, chance)
            if part.identity and value_at(body, part.path) is not ABSENT:
                self.complete(body, part, chance)
        self.bodies.append(body)
        return body

    def complete(self, body: dict[str, Any], part: Part, chance: Drawn) -> None:
        """Bring in the parts that a joining part needs."""
        for name in part.identity:
            joined = self.bench.resources.part(name)
            if value_at(body, joined.path) is ABSENT:
                body.update(self.bench.body(name, chance=chance))
                self.pool(body, joined, chance)

    def pool(self, body: dict[str, Any], part: Part, chance: Drawn) -> None:
        """Give a part one of few names, under one of its kinds, or its SID."""
        value = value_at(body, part.path)
        if part.identifiers is None or not isinstance(value, dict):
            return
        if part.fallback is not None:
            return
        known = self.sids.get(part.name, [])
        if part.scope is None and known and not chance.integer(0, 3):
            value[part.identifiers] = {str(part.sid_kind): chance.pick(known)}
            return
        text = f"{self.bench.composer.prefix}-{chance.pick(_TEXTS)}"
        value[part.identifiers] = {chance.pick(part.kinds): text}

    def vary(self, body: dict[str, Any], chance: Drawn) -> dict[str, Any]:
        """Change, leave out or clear one value of a body."""
        places = [
            (part, leaf)
            for part in self.bench.resources.parts
            if isinstance(value_at(body, part.path), dict)
            for leaf in part.leaves
            if leaf_value(value_at(body, part.path), leaf) is not ABSENT
        ]
        if not places:
            return body
        part, leaf = chance.pick(places)
        holder = value_at(body, (*part.path, *leaf.path[:-1]))
        nullable = "null" in leaf.schema.get("type", ())
        choice = chance.integer(0, 2 if nullable else 1)
        if choice == 2:
            holder[leaf.path[-1]] = None
        elif choice == 1 and (nullable or leaf.default is not ABSENT):
            holder.pop(leaf.path[-1])
        else:
            made = self.bench.composer.value(leaf.schema, chance)
            if made is not None:
                holder[leaf.path[-1]] = made
        return body

    @rule(data=st.data())
    def provision(self, data: st.DataObject) -> None:
        """A good call."""
        self.call(self.compose(data))

    @rule(data=st.data())
    def provision_again(self, data: st.DataObject) -> None:
        """A good call, twice."""
        body = self.compose(data)
        self.call(body)
        self.call(body)

    @rule(data=st.data())
    def sign_on(self, data: st.DataObject) -> None:
        """A good call that asks for a link."""
        signon = self.bench.resources.signon
        body = self.compose(data)
        if signon is not None and (made := self.bench.composer.signon(Drawn(data))) is not None:
            subject = self.bench.resources.part(signon.subject)
            if value_at(body, subject.path) is not ABSENT:
                body = {**body, signon.path[0]: made}
        self.call(body)

    @rule(data=st.data())
    def break_one_place(self, data: st.DataObject) -> None:
        """A call that is wrong, or odd, in one place."""
        chance = Drawn(data)
        body = self.compose(data)
        self.call(chance.pick(list(breakages(self.bench.judge.oracle.schema, body))).apply(body))

    @rule(data=st.data())
    def boundary(self, data: st.DataObject) -> None:
        """A value at the edge of what its schema allows, as hypothesis-jsonschema makes it."""
        chance = Drawn(data)
        body = copy.deepcopy(self.compose(data))
        places = [
            (part, leaf)
            for part in self.bench.resources.parts
            if isinstance(value_at(body, part.path), dict)
            for leaf in part.leaves
        ]
        if not places:
            return
        part, leaf = chance.pick(places)
        holder = value_at(body, (*part.path, *leaf.path[:-1]))
        if isinstance(holder, dict):
            holder[leaf.path[-1]] = data.draw(boundary_values(flat(leaf.schema)))
            self.call(body)

    @rule(data=st.data())
    def put_junk(self, data: st.DataObject) -> None:
        """Any JSON value where a part is expected, or as the whole body."""
        chance = Drawn(data)
        body = copy.deepcopy(self.compose(data))
        value = data.draw(junk())
        part = chance.pick(self.bench.resources.parts)
        holder = value_at(body, part.path[:-1])
        if isinstance(holder, dict) and chance.integer(0, 4):
            holder[part.path[-1]] = value
            self.call(body)
        else:
            self.call(value)

    @rule(data=st.data())
    def knock_without_key(self, data: st.DataObject) -> None:
        """A good body with a credential that is not."""
        chance = Drawn(data)
        body = self.compose(data)
        _, headers = chance.pick(list(bad_credentials(self.bench.access, self.bench.published_keys)))
        self.call(body, headers=headers)
        self.call(body)
