"""One exchange under judgement: what the contract expected of the request, and what the response showed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from contract.http.access import Access, sent_tokens
from contract.http.exchange import Exchange, Request, Response
from contract.judging.answers import Answers
from contract.judging.circumstances import circumstances, explained
from contract.judging.findings import Judgement
from contract.judging.refusals import judge_form, judge_refusal, taint
from contract.judging.signon import judge_signon
from contract.model.memory import Model
from contract.oracle.expectation import Expectation
from contract.oracle.oracle import Oracle
from spec.catalogue.clauses import Catalogue
from spec.openapi.document import Operation

_TRACE = re.compile(
    rb"Traceback \(most recent call last\)|\n\s+at [\w.$<>]+ ?\([^)\n]*:\d+|^\s*at [\w.$]+\([\w]+\.java:\d+\)|"
    rb"goroutine \d+ \[|Exception in thread|File \"[^\"]+\", line \d+|panicked at |/node_modules/|\bSQLSTATE\[",
    re.MULTILINE,
)


class Judge:
    """Judges exchanges in the order in which they happened. ``verify`` checks a sign-on token's signature if it can."""

    def __init__(
        self,
        operation: Operation,
        model: Model,
        catalogue: Catalogue,
        access: Access,
        *,
        secure: bool = False,
        verify: Callable[[str], str | None] | None = None,
        oracle: Oracle | None = None,
    ) -> None:
        self.operation, self.model, self.catalogue, self.access = operation, model, catalogue, access
        self.oracle = oracle or Oracle(operation, model, catalogue, access)
        self.answers = Answers(operation, model)
        self.secure, self.verify = secure, verify
        self.step = 0

    def expect(self, request: Request) -> Expectation:
        """What the contract makes of a request in the present state."""
        return self.oracle.expect(request)

    def judge(self, exchange: Exchange, expected: Expectation | None = None) -> Judgement:
        """Findings about an exchange; the model learns what it showed."""
        self.step += 1
        wanted = expected if expected is not None else self.expect(exchange.request)
        around = circumstances(self.model, self.oracle.schema, wanted)
        judgement = self._judged(exchange, wanted)
        judgement.findings = explained(judgement.findings, around, exchange.response)
        return judgement

    def _judged(self, exchange: Exchange, wanted: Expectation) -> Judgement:
        judgement = Judgement()
        judgement.touch("never-hang", "never-server-error")
        response = exchange.response
        if response is None:
            received = exchange.failure or "no answer"
            judgement.find("never-hang", "no answer", "an answer in time", received)
            taint(self.model, wanted, (), self.step, known=False)
            return judgement
        self._leaks(exchange.request, response, judgement)
        if response.status >= 500:
            judgement.find(
                "never-server-error", f"status {response.status}", "no 5xx status", f"status {response.status}"
            )
            taint(self.model, wanted, (), self.step, known=False)
        elif response.ok:
            self._accepted(exchange, response, wanted, judgement)
        elif self.access.passive and not wanted.binding and self._excused(response.status, wanted.body):
            judge_form(response, wanted, judgement)
            taint(self.model, wanted, (), self.step, known=True)
        else:
            judge_refusal(exchange.request, response, wanted, judgement)
            if wanted.provisions:
                taint(self.model, wanted, wanted.reasons, self.step, known=response.status != 429)
        return judgement

    def _excused(self, status: int, body: Any) -> bool:
        """Whether what nobody can tell from recorded traffic may be why it was refused: the credential, or the
        lists of the install.
        """
        if status in (401, 403):
            return True
        return status in (400, 404) and self.oracle.names_what_installs_have(body)

    def _accepted(self, exchange: Exchange, response: Response, wanted: Expectation, judgement: Judgement) -> None:
        for reason in wanted.broken:
            received = f"status {response.status}, although {reason.message}"
            judgement.find(reason.clause, "accepted", "a refusal", received, reason.pointer)
        judgement.touch(*(odd.clause for odd in wanted.oddities))
        for odd in wanted.oddities:
            name = odd.pointer.rpartition("/")[2]
            if odd.clause == "unknown-members-ignored" and f'"{name}"'.encode() in response.body:
                judgement.find(odd.clause, "unknown member echoed", "nothing of it", f"{name!r} in the answer")
        if not wanted.provisions or not isinstance(wanted.body, dict):
            return
        if not wanted.reasons and not wanted.oddities:
            judgement.touch("valid-accepted")
        sids = self.answers.judge(response, wanted, judgement)
        signon = self.model.resources.signon
        if signon is not None and isinstance(response.json, dict):
            judge_signon(self, signon, exchange, wanted, sids, judgement)

    def _leaks(self, request: Request, response: Response, judgement: Judgement) -> None:
        judgement.touch("credential-not-echoed", "never-trace")
        haystack = response.body + b"\n" + "\n".join(response.headers.values()).encode("utf-8", "replace")
        for token in {*sent_tokens(request), *self.access.secrets}:
            if len(token) >= 16 and token.encode("utf-8", "replace") in haystack:
                judgement.find(
                    "credential-not-echoed", "credential in an answer", "no credential", "the credential sent"
                )
                break
        if not response.ok and _TRACE.search(response.body[:65536]):
            judgement.find("never-trace", "stack trace", "a sentence", "lines of a stack trace")
