"""One exchange under judgement: what the contract expected of the request, and what the response showed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from contract.http.access import sent_tokens
from contract.http.exchange import Exchange, Loss, ReceivedResponse, SentRequest
from contract.judging.answers import Answers
from contract.judging.circumstances import circumstances, explained
from contract.judging.findings import ExchangeJudgement
from contract.judging.refusals import doubt_after, judge_form, judge_refusal
from contract.judging.signon import SignonTerms, judge_signon
from contract.judging.traces import has_trace
from contract.model.uncertainty import may_have_happened, may_still_happen, must_not_have_happened
from contract.oracle.expectation import Expectation
from contract.oracle.oracle import Oracle
from spec.source.pointer import Json


class Judge:
    """Judges exchanges in the order in which they happened, by what an oracle expects of them.

    ``verify`` checks a sign-on token's signature if it can; ``secure`` says that the target is reached by https.
    """

    def __init__(
        self, oracle: Oracle, *, secure: bool = False, verify: Callable[[str], str | None] | None = None
    ) -> None:
        self.oracle, self.operation, self.model = oracle, oracle.operation, oracle.model
        self.catalogue, self.access = oracle.catalogue, oracle.access
        self.answers = Answers(self.operation, self.model)
        self.secure, self.verify = secure, verify

    def expect(self, request: SentRequest) -> Expectation:
        """What the contract makes of a request in the present state."""
        return self.oracle.expect(request)

    def judge(self, exchange: Exchange, expected: Expectation | None = None) -> ExchangeJudgement:
        """Findings about an exchange and the attempts before it; the model learns what they showed."""
        judgement = ExchangeJudgement()
        wanted = expected if expected is not None else self.expect(exchange.request)
        for attempt in exchange.earlier:
            if attempt.lost:
                self.lost(wanted)
            elif attempt.response is not None:
                self.throttled(attempt.request, attempt.response, wanted, judgement)
        if any(attempt.lost for attempt in exchange.earlier):
            wanted = self.expect(exchange.request)
        around = circumstances(self.model, self.oracle.schema, wanted)
        shown = self._judged(exchange, wanted)
        if Loss.LATE in {one.loss for one in (exchange, *exchange.earlier)}:
            may_still_happen(self.model, wanted.body, wanted.install)
        shown.findings = explained(shown.findings, around, exchange.response)
        judgement.merge(shown)
        return judgement

    def _judged(self, exchange: Exchange, wanted: Expectation) -> ExchangeJudgement:
        judgement = ExchangeJudgement()
        judgement.touch("never-hang", "never-server-error")
        response = exchange.response
        if response is None:
            if not exchange.excused:
                judgement.find("never-hang", "no answer", "an answer in time", exchange.failure or "no answer")
            self.lost(wanted)
            return judgement
        self.leaks(exchange.request, response, judgement)
        if response.status >= 500:
            received = f"status {response.status}"
            judgement.find("never-server-error", received, "no 5xx status", received)
            self.lost(wanted)
        elif response.ok:
            self._accepted(response, wanted, judgement)
        elif self.access.passive and not wanted.binding and self._excused(response.status, wanted.body):
            judge_form(exchange.request, response, wanted, judgement)
            self._refused(response, wanted)
        elif response.status == 429:
            self.throttled(exchange.request, response, wanted, judgement)
        else:
            judge_refusal(exchange.request, response, wanted, judgement)
            self._refused(response, wanted)
        return judgement

    def lost(self, wanted: Expectation) -> None:
        """A call whose answer was lost may have happened: the model is unsure of all that it named."""
        may_have_happened(self.model, wanted.body, wanted.install)

    def throttled(
        self, request: SentRequest, response: ReceivedResponse, wanted: Expectation, judgement: ExchangeJudgement
    ) -> None:
        """Add findings about an answer that says to come again: only its form can be wrong."""
        shown = ExchangeJudgement()
        around = circumstances(self.model, self.oracle.schema, wanted)
        judge_form(request, response, replace(wanted, reasons=(), binding=()), shown)
        shown.findings = explained(shown.findings, around, response)
        judgement.merge(shown)
        self._refused(response, wanted)

    def _refused(self, response: ReceivedResponse, wanted: Expectation) -> None:
        if wanted.provisions:
            doubt = doubt_after(wanted, response.status, self.catalogue)
            must_not_have_happened(self.model, wanted.body, wanted.install, doubt)

    def _excused(self, status: int, body: Json) -> bool:
        """Whether what nobody can tell from recorded traffic may be why it was refused: the credential, or the
        lists of the install.
        """
        if status in (401, 403):
            return True
        return status in (400, 404) and self.oracle.names_what_installs_have(body)

    def _accepted(self, response: ReceivedResponse, wanted: Expectation, judgement: ExchangeJudgement) -> None:
        for reason in wanted.broken:
            received = f"status {response.status}, although {reason.message}"
            judgement.find(reason.clause, "accepted", "a refusal", received, reason.pointer)
        judgement.touch(*(odd.clause for odd in wanted.oddities))
        for odd in wanted.oddities:
            if odd.clause == "unknown-members-ignored" and (place := self.answers.echo_of(odd.pointer, response.json)):
                judgement.find(odd.clause, "unknown member echoed", "nothing of it", f"{place} in the answer", place)
        if not wanted.provisions or not isinstance(wanted.body, dict):
            return
        if not wanted.reasons and not wanted.oddities:
            judgement.touch("valid-accepted")
        sids = self.answers.judge(response, wanted, judgement)
        signon = self.model.resources.signon
        if signon is not None and isinstance(response.json, dict):
            now = self.oracle.clock().timestamp()
            terms = SignonTerms(signon, self.model, self.access.secrets, self.secure, self.verify, now)
            judge_signon(terms, response, wanted, sids, judgement)

    def leaks(self, request: SentRequest, response: ReceivedResponse, judgement: ExchangeJudgement) -> None:
        """Add findings about what no answer shows: credentials, and lines of a stack trace."""
        judgement.touch("credential-not-echoed", "never-trace")
        haystack = response.body + b"\n" + "\n".join(response.headers.values()).encode("utf-8", "replace")
        for token in {*sent_tokens(request), *self.access.secrets}:
            if len(token) >= 16 and token.encode("utf-8", "replace") in haystack:
                judgement.find(
                    "credential-not-echoed", "credential in an answer", "no credential", "the credential sent"
                )
                break
        if not response.ok and has_trace(response.body, response.json):
            judgement.find("never-trace", "stack trace", "a sentence", "lines of a stack trace")
