"""Where probes work: it composes, sends, has every exchange judged, and keeps the ledger."""

from __future__ import annotations

import copy
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from contract.generation.chance import Chance, Seeded
from contract.generation.composition import Composer
from contract.generation.coverage import Coverage
from contract.http.exchange import Exchange, SentRequest
from contract.http.origin import path_within
from contract.http.target import Target
from contract.journey.calls import JourneyCall
from contract.journey.judge import JourneyJudge
from contract.judging.findings import ExchangeJudgement, Finding, Ledger
from contract.judging.judge import Judge
from contract.judging.keyset import PublishedKeys
from contract.judging.latency import TimedPair
from contract.judging.oauth import OAuthContract
from contract.judging.race import judge_burst, part_results, told_of_conflict
from contract.model.identity import texts_of, value_at
from contract.model.memory import Model
from contract.oracle.expectation import Admissibility, Expectation
from contract.oracle.oracle import Oracle
from contract.probes.options import Options, Share
from contract.probes.outcomes import ShownOutcome, shown
from contract.probes.relevance import Relevance
from spec.resources.resource import Resources
from spec.source.pointer import Json

JSON = ("Content-Type", "application/json")
PATIENT, WHILE = 4, 1.0
"""How often a list is asked for at most until a session is on it that is to be there, and the seconds in between."""
COME_AGAIN = frozenset({409, 429, 503})
"""Statuses by which whoever lost a race is told to come again."""


class Workbench:
    """One run against one target. A probe's exchanges since ``probe`` began reproduce its findings."""

    def __init__(
        self, target: Target, judge: Judge, ledger: Ledger, composer: Composer, options: Options, seed: int
    ) -> None:
        self.target, self.judge, self.ledger, self.composer = target, judge, ledger, composer
        self.access, self.options, self.seed = judge.access, options, seed
        self.share = Share()
        self.chance: Chance = Seeded(seed)
        self.trail: list[Exchange] = []
        self.name = self.rung = ""
        self.tally: dict[Admissibility, tuple[int, int]] = dict.fromkeys(Admissibility, (0, 0))
        self.published_keys: list[str] = []
        self.keys: PublishedKeys | None = None
        self.base = ""
        self.unfollowed: str | None = None
        self.earliest: Exchange | None = None
        self.pace: list[TimedPair] = []
        self.seen_findings: list[Finding] = []
        self.coverage = Coverage(composer.schema)
        self.oauth: OAuthContract | None = None
        self.shown: set[ShownOutcome] = set()
        self.journey: JourneyJudge | None = None
        self.relevance = Relevance(self.resources, self.sids, None)

    def tell(self, name: str, values: Sequence[str]) -> None:
        """From now on these are known to be what the install has in a list."""
        known = {**self.access.known, name: tuple(values)}
        self.access = self.judge.access = replace(self.access, known=known)
        self.composer.known = known
        self.judge.oracle.learn(self.access)

    def takes(self, place: int) -> bool:
        """Whether the request at this place of a probe falls to this workbench."""
        return place % self.share.shares == self.share.place

    def fork(self, prefix: str) -> Workbench:
        """A workbench for one execution: the same target and ledger, but names and a memory of its own."""
        model = Model(self.resources, made=self.judge.model.made, shown=self.judge.model.shown)
        oracle = Oracle(self.judge.operation, model, self.judge.catalogue, self.access)
        judge = Judge(oracle, secure=self.judge.secure, verify=self.judge.verify)
        composer = Composer(self.composer.schema, self.resources, self.composer.known, prefix, self.composer.now)
        bench = Workbench(self.target, judge, self.ledger, composer, self.options, 0)
        bench.published_keys, bench.keys = self.published_keys, self.keys
        bench.base, bench.coverage = self.base, self.coverage
        bench.oauth = self.oauth
        if self.journey is not None:
            bench.go_on(self.journey.fork(judge))
        return bench

    def go_on(self, journey: JourneyJudge) -> None:
        """From now on calls after provisioning are judged as well."""
        self.journey = journey
        self.relevance = Relevance(self.resources, self.sids, journey.contract)

    def holding(self, token: str) -> Workbench:
        """A fork whose good credential is another token."""
        fork = self.fork(f"iv-{secrets.token_hex(5)}")
        fork.access = fork.judge.access = replace(self.access, token=token)
        fork.judge.oracle.learn(fork.access)
        return fork

    @property
    def resources(self) -> Resources:
        return self.judge.model.resources

    @property
    def everything(self) -> tuple[str, ...]:
        """The names of all parts."""
        return tuple(part.name for part in self.resources.parts)

    @contextmanager
    def probe(self, name: str) -> Iterator[None]:
        """Findings from here on belong to a probe, and its exchanges reproduce them."""
        outer = self.name, self.trail, self.rung
        self.name, self.trail, self.rung = name, [], self.rung or name
        yield
        self.name, self.trail, self.rung = outer
        self.target.done += not self.rung

    def body(
        self, *parts: str, kinds: Mapping[str, str] | None = None, chance: Chance | None = None
    ) -> dict[str, Json]:
        """A good body with the named parts (all if none is named)."""
        return self.composer.body(chance or self.chance, *(parts or self.everything), kinds=kinds)

    def renamed(self, body: dict[str, Json]) -> dict[str, Json]:
        """A copy of a body under fresh identifiers."""
        changed = copy.deepcopy(body)
        for part in self.resources.parts:
            value = value_at(changed, part.path)
            for kind, _ in texts_of(part, value):
                value[part.identifiers][kind] = self.composer.name()
        return changed

    def request(
        self,
        body: Json,
        *,
        install: str | None = None,
        headers: Sequence[tuple[str, str]] | None = None,
        raw: bytes | None = None,
        path: str | None = None,
        method: str | None = None,
        media: Sequence[tuple[str, str]] = (JSON,),
    ) -> SentRequest:
        """A request for the operation; the good credential and our media type unless others are given."""
        place = install or self.access.install
        credential = self.access.credential_headers() if headers is None else tuple(headers)
        if headers is None and place == self.access.other_install:
            credential = self.access.credential_headers(self.access.other_token)
        data = raw if raw is not None else json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return SentRequest(
            method or self.judge.operation.method,
            path if path is not None else self.judge.oracle.path(place),
            (*credential, *media, *self.access.headers),
            data,
        )

    def send(self, request: SentRequest) -> Exchange:
        """Send a request, have it judged and record what was found."""
        if self.journey is not None and (call := self.journey.contract.call(request)) is not None:
            return self._send_later(self.journey, call)
        expected = self.judge.expect(request)
        exchange = self.target.send(request)
        self.trail.append(exchange)
        asked, accepted = self.tally[expected.verdict]
        done = exchange.response is not None and exchange.response.ok
        self.tally[expected.verdict] = (asked + 1, accepted + done)
        self._see(exchange, expected, self.judge.judge(exchange, expected))
        return exchange

    def _send_later(self, journey: JourneyJudge, call: JourneyCall) -> Exchange:
        """A call of the journey. A list without a session that is to be there is asked for again, after a while."""
        for attempt in range(PATIENT):
            expected = journey.expect(call)
            exchange = self.target.send(call.request)
            self.trail.append(exchange)
            if attempt + 1 < PATIENT and journey.lacks(call, exchange):
                self.target.sleep(WHILE)
                continue
            break
        self.record(journey.judge(call, exchange, expected), exchange)
        return exchange

    def race(self, requests: Sequence[SentRequest]) -> list[Exchange]:
        """Calls of the journey at the same time, which meet; judged together."""
        exchanges = self.target.burst(requests)
        self.trail += exchanges
        if self.journey is not None:
            self.record(self.journey.race(requests, exchanges), *exchanges)
        return exchanges

    def _see(self, exchange: Exchange, expected: Expectation, judgement: ExchangeJudgement) -> None:
        self.coverage.observe(expected.body)
        self.shown |= shown(exchange, expected, judgement, self.resources)
        if self.journey is not None:
            self.journey.provisioned(exchange, expected, self.sids(exchange))
        self.record(judgement, exchange)

    def provision(self, body: Any, **how: Any) -> Exchange:
        """Send a body."""
        return self.send(self.request(body, **how))

    def burst(self, body: Json, count: int) -> bool:
        """Send the same body several times at once, and judge the answers together: whether nothing was found.

        A burst most of whose answers were lost is sent again under other names; what is lost each time is a hang.
        """
        for attempt in range(3):
            request = self.request(body if attempt == 0 else self.renamed(body))
            expected = self.judge.expect(request)
            exchanges = self.target.burst([request] * count)
            self.trail += exchanges
            unanswered = [one for one in exchanges if one.response is None]
            judgement = judge_burst(self.judge, exchanges, expected)
            self._meet(exchanges)
            if len(unanswered) * 2 < count:
                break
            if attempt == 2:
                judgement.merge(self.judge.judge(unanswered[0], expected))
        self.record(judgement, *exchanges)
        return not judgement.findings

    def _meet(self, exchanges: Sequence[Exchange]) -> None:
        """Of what was provisioned at once nothing is known for the journey but that it is there."""
        for one in exchanges:
            if self.journey is not None:
                self.journey.memory.provisioned(self.sids(one), {}, certain=False)

    def together(self, requests: Sequence[SentRequest]) -> None:
        """Send requests that differ at the same time, and judge each answer for its own call.

        They may meet in what they share only where none of them changes it.
        """
        exchanges = self.target.burst(requests)
        self.trail += exchanges
        self._meet(exchanges)
        for exchange in sorted(exchanges, key=lambda one: part_results(self.judge, one), reverse=True):
            expected = self.judge.expect(exchange.request)
            judgement = ExchangeJudgement()
            if _lost_a_race(exchange):
                self.judge.lost(expected)
                told_of_conflict([exchange], expected, judgement)
            else:
                judgement = self.judge.judge(exchange, expected)
            self.coverage.observe(expected.body)
            self.shown |= shown(exchange, expected, judgement, self.resources)
            self.record(judgement, *exchanges)

    def record(self, judgement: ExchangeJudgement, *exchanges: Exchange) -> None:
        """Enter a judgement in the ledger, with the part of the trail that has to do with the last exchange."""
        if judgement.findings:
            relevant, trail = tuple(self.relevance.of(self.trail, exchanges)), tuple(self.trail)
            judgement.findings = [
                finding
                if finding.exchanges
                else replace(finding, exchanges=relevant, probe=self.name, trail=trail, rung=self.rung)
                for finding in judgement.findings
            ]
        with self.ledger.lock:
            self.ledger.record(judgement)
        self.seen_findings += judgement.findings

    def can_send_again(self, exchange: Exchange) -> bool:
        """Whether an exchange is judged by itself, so that it shows again what it showed."""
        later = self.journey is not None and self.journey.owns(exchange)
        return later or exchange.request.path.startswith(self.judge.oracle.before)

    def relative(self, link: str) -> str | None:
        """The path and query of a link that leads to the target itself, or None: other hosts are never asked."""
        return path_within(self.base, link) if self.base else None

    def sids(self, exchange: Exchange) -> dict[str, str]:
        """The SIDs of an answer, by part; of sessions by where they stand in it."""
        if self.journey is not None and (found := self.journey.contract.sids(exchange)):
            return found
        answer = exchange.response.json if exchange.response is not None and exchange.response.ok else None
        if not isinstance(answer, dict):
            return {}
        found = {}
        for part in self.resources.parts:
            shown = answer.get(part.response)
            if isinstance(shown, dict) and isinstance(shown.get(part.sid_member), str):
                found[part.name] = shown[part.sid_member]
        return found


def _lost_a_race(exchange: Exchange) -> bool:
    """Whether a call among others was told to come again, or its answer was lost: it is sent again by itself."""
    return exchange.response is None or exchange.lost or exchange.response.status in COME_AGAIN
