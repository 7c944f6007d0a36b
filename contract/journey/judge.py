"""One call of the journey under judgement: what was expected of it, what came back, and what is learned from that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from contract.http.exchange import Exchange, ReceivedResponse, SentRequest
from contract.journey.calls import (
    ADDED,
    ASSIGNS,
    EVENTS,
    LISTS,
    ONBOARDS,
    READS,
    REMOVED,
    REPORTS,
    RESCHEDULES,
    SCHEDULES,
    STORED,
    JourneyCall,
    JourneyContract,
)
from contract.journey.forms import about, judge_shape
from contract.journey.lists import ACTIVE, Lists
from contract.journey.memory import KnownSession, SeenInRun, SessionMemory
from contract.journey.oracle import JourneyExpectation, JourneyOracle
from contract.journey.report import Reports
from contract.journey.sessions import ShownSessions
from contract.journey.stored import ShownThings
from contract.judging.findings import ExchangeJudgement
from contract.judging.judge import Judge
from contract.judging.refusals import judge_form, judge_refusal, summary
from contract.model.identity import texts_of, value_at
from contract.oracle.expectation import Admissibility, Expectation
from spec.source.pointer import Json


class JourneyJudge:
    """Judges calls in the order in which they happened. ``judge`` is the one of provisioning: its model is shared."""

    def __init__(self, contract: JourneyContract, judge: Judge, seen: SeenInRun) -> None:
        self.contract, self.kind, self.judging, self.seen = contract, contract.kind, judge, seen
        self.memory = SessionMemory(contract, judge.model, seen)
        self.oracle = JourneyOracle(contract, self.memory, judge.oracle)
        self.lists = Lists(self.memory)
        self.shown = ShownSessions(self.memory, self.oracle)
        self.things = ShownThings(self.memory, judge)
        self._content: Mapping[str, Callable[[JourneyCall, JourneyExpectation, Json, ExchangeJudgement], None]] = {
            ASSIGNS: self._assigned,
            LISTS: self.lists.judge,
            REPORTS: Reports(self.lists).judge,
            READS: self.shown.read,
            SCHEDULES: self.shown.scheduled,
            RESCHEDULES: self.shown.rescheduled,
            ONBOARDS: self.shown.onboarded,
            **dict.fromkeys(STORED, self.things.judge),
        }

    def fork(self, judge: Judge) -> JourneyJudge:
        """A judge of the same run with a memory of its own."""
        return JourneyJudge(self.contract, judge, self.seen)

    def owns(self, exchange: Exchange) -> bool:
        """Whether an exchange is one of the journey, and not of provisioning."""
        return self.contract.call(exchange.request) is not None

    # --- what provisioning shows

    def provisioned(self, exchange: Exchange, expected: Expectation, sids: Mapping[str, str]) -> None:
        """Learn from a call of provisioning that was judged."""
        if exchange.uncertain:
            self.memory.cloud_everything()
        response = exchange.response
        if response is None or not response.ok or not isinstance(expected.body, dict):
            return
        certain = expected.verdict is Admissibility.MUST_ACCEPT and not exchange.uncertain
        named = {}
        for part in self.contract.resources.parts:
            told = response.json.get(part.response) if isinstance(response.json, dict) else None
            if isinstance(told, dict) and told.get(part.result_member) == part.created:
                named[part.name] = dict(texts_of(part, value_at(expected.body, part.path)))
        self.memory.provisioned(sids, named, certain=certain)

    # --- calls of the journey

    def expect(self, call: JourneyCall) -> JourneyExpectation:
        """What the contract makes of a call in the present state."""
        return self.oracle.expect(call)

    def judge(self, call: JourneyCall, exchange: Exchange, expected: JourneyExpectation) -> ExchangeJudgement:
        """Findings about an exchange; the memory learns what it showed."""
        judgement = ExchangeJudgement()
        if any(one.lost for one in exchange.earlier):
            self.unsure(call)
            expected = self.expect(call)
        for attempt in exchange.earlier:
            if not attempt.lost and attempt.response is not None:
                self._form(attempt, attempt.response, expected, judgement)
        self._judged(call, exchange, expected, judgement)
        return judgement

    def _judged(
        self, call: JourneyCall, exchange: Exchange, expected: JourneyExpectation, judgement: ExchangeJudgement
    ) -> None:
        judgement.touch("never-hang", "never-server-error")
        response = exchange.response
        if response is None:
            if not exchange.excused:
                received = exchange.failure or "no answer"
                judgement.find("never-hang", "no answer", "an answer in time", received, "", (call.id,))
            self.unsure(call)
            return
        self.judging.leaks(exchange.request, response, judgement)
        if response.status >= 500:
            received = f"status {response.status}"
            judgement.find("never-server-error", received, "no 5xx status", received, "", (call.id,))
            self.unsure(call)
        elif response.ok:
            self._accepted(call, response, expected, judgement)
        elif response.status == 429:
            self._form(exchange, response, expected, judgement)
        else:
            self._refused(call, exchange, response, expected, judgement)

    def _form(
        self, exchange: Exchange, response: ReceivedResponse, expected: JourneyExpectation, judgement: ExchangeJudgement
    ) -> None:
        empty = Expectation((), (), expected.wanted.install, None, (), provisions=False)
        judge_form(exchange.request, response, empty, judgement)

    def _refused(
        self,
        call: JourneyCall,
        exchange: Exchange,
        response: ReceivedResponse,
        expected: JourneyExpectation,
        judgement: ExchangeJudgement,
    ) -> None:
        shown = ExchangeJudgement()
        if expected.wanted.reasons and not expected.vague and not expected.refusable:
            judge_refusal(exchange.request, response, expected.wanted, shown)
        else:
            self._form(exchange, response, expected, shown)
            shown.touch(expected.clause, *(one.clause for one in expected.wanted.reasons))
            if not expected.vague and not expected.refusable:
                received = f"status {response.status}: {summary(response)}"
                shown.find(expected.clause, "valid call refused", "status 200", received)
        about(shown, call, *(one.clause for one in expected.wanted.reasons))
        judgement.merge(shown)

    def _accepted(
        self, call: JourneyCall, response: ReceivedResponse, expected: JourneyExpectation, judgement: ExchangeJudgement
    ) -> None:
        shown = ExchangeJudgement()
        shown.touch(expected.clause, call.what.success)
        for reason in expected.wanted.broken:
            received = f"status {response.status}, although {reason.message}"
            shown.find(reason.clause, "accepted", "a refusal", received, reason.pointer)
        if expected.wanted.broken or expected.vague:
            self.unsure(call)
        if response.status != 200:
            received = f"status {response.status}"
            shown.find(call.what.success, "another success status", "status 200", received)
        value = response.json
        shown.touch(call.what.clause)
        if response.body or response.status == 200:
            judge_shape(call, value, shown)
        about(shown, call, *(one.clause for one in expected.wanted.broken))
        judgement.merge(shown)
        told = ExchangeJudgement()
        if not expected.wanted.broken:
            self._content[call.id](call, expected, value, told)
        about(told, call)
        judgement.merge(told)

    def unsure(self, call: JourneyCall) -> None:
        """A call may have happened or not, or did what nobody can tell."""
        if call.id == ASSIGNS and isinstance(call.body, dict):
            for side in (ADDED, REMOVED):
                listed = call.body.get(side)
                for sid in listed if isinstance(listed, list) else ():
                    pair = self.memory.pairs.get((str(sid), call.named.get(self.kind.scope, "")))
                    if pair is not None:
                        self.memory.cloud(pair)
        elif call.id in EVENTS and call.id != ONBOARDS:
            session = self.session(call)
            if session is not None:
                session.vague()
                session.pair.version += 1

    def session(self, call: JourneyCall) -> KnownSession | None:
        """The session that the path of a call names, if it is known."""
        return self.memory.sessions.get(call.named.get(self.kind.name, ""))

    def _assigned(
        self, call: JourneyCall, expected: JourneyExpectation, value: Json, judgement: ExchangeJudgement
    ) -> None:
        if expected.vague:
            return
        for side, learn in ((ADDED, self.memory.added), (REMOVED, self.memory.removed)):
            for sid in call.body.get(side) or ():
                pair = self.memory.pairs.get((sid, call.named[self.kind.scope]))
                if pair is not None:
                    learn(pair)

    def lacks(self, call: JourneyCall, exchange: Exchange) -> bool:
        """Whether an answer lists no session where one is owed: some servers take their time to start one."""
        pair = self.memory.pairs.get((call.named.get(self.kind.who, ""), call.named.get(self.kind.scope, "")))
        if call.id != LISTS or pair is None or pair.vague or pair.owed is None or self.memory.active(pair):
            return False
        value = exchange.response.json if exchange.response is not None and exchange.response.ok else None
        return call.query.get(ACTIVE) is True and self.lists.active(call, value) == 0

    # --- races

    def race(self, requests: Sequence[SentRequest], exchanges: Sequence[Exchange]) -> ExchangeJudgement:
        """Findings about calls that were sent at once: of two for one session only one is done, or they were the same.

        What is known afterwards are the outcomes that any order has.
        """
        judgement = ExchangeJudgement()
        calls = [call for one in requests if (call := self.contract.call(one)) is not None]
        before = [self.expect(call) for call in calls]
        for call, exchange, expected in zip(calls, exchanges, before, strict=True):
            response = exchange.response
            if response is None or exchange.lost:
                self.unsure(call)
            elif response.ok:
                if response.body:
                    judge_shape(call, response.json, judgement)
            elif response.status != 429:
                self._form(exchange, response, expected, judgement)
        done = [one for one in range(len(calls)) if (got := exchanges[one].response) is not None and got.ok]
        certain = all(not one.lost for one in exchanges)
        if any(self.kind.name in call.named and self.session(call) is None for call in calls):
            return judgement  # nobody knows what they are about
        if all(call.id in (SCHEDULES, RESCHEDULES) for call in calls):
            chosen = [calls[one] for one in done]
            self.shown.raced(chosen, calls, certain=certain, judgement=judgement)
            if not done and certain and not any(one.vague or one.refusable or one.wanted.reasons for one in before):
                statuses = ", ".join(f"{one.response.status}" for one in exchanges if one.response is not None)
                judgement.find(before[0].clause, "nobody was served", "one of them", f"statuses {statuses}")
        elif all(call.id == ONBOARDS for call in calls):
            for place in done:
                response = exchanges[place].response
                value = response.json if response is not None else None
                self.shown.onboarded(calls[place], before[place], value, judgement)
        elif all(call.id == ASSIGNS for call in calls):
            for place in done:
                self._assigned(calls[place], before[place], None, judgement)
        about(judgement, calls[0], "at once")
        return judgement
