"""Judging a burst of identical calls: each thing is created once, and losers may be told to come again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from contract.http.exchange import Exchange
from contract.judging.findings import ExchangeJudgement
from contract.judging.judge import Judge
from contract.judging.refusals import summary
from contract.oracle.expectation import Admissibility, Expectation
from spec.resources.resource import Part
from spec.schema.keywords import clause_of
from spec.source.pointer import Json


def judge_burst(judge: Judge, exchanges: Sequence[Exchange], expected: Expectation) -> ExchangeJudgement:
    """Findings about identical calls that were sent at once; the model learns from the first one that was accepted.

    Members whose answer was lost blame nobody: each of them may have been the one that created.
    """
    judgement = ExchangeJudgement()
    judgement.touch("concurrent-once")
    accepted = [one for one in exchanges if one.response is not None and one.response.ok]
    lost = any(one.lost for one in exchanges)
    for exchange in exchanges:
        if exchange not in accepted and exchange.response is not None and not exchange.lost:
            _loser(judge, exchange, expected, judgement)
    if lost:
        judge.lost(expected)
    for part in judge.model.resources.parts:
        _once(part, _shown(part, accepted), judgement)
        if judgement.findings:
            break  # what hangs on a thing that exists twice says nothing more
    if accepted:
        creator = max(accepted, key=lambda one: part_results(judge, one))
        quiet = judge.judge(creator, judge.expect(creator.request) if lost else expected)
        if not judgement.findings:
            judgement.merge(quiet)
    told_of_conflict(exchanges, expected, judgement)
    return judgement


def told_of_conflict(exchanges: Sequence[Exchange], expected: Expectation, judgement: ExchangeJudgement) -> None:
    """Add a finding if one of several good calls at once is told of a conflict, which nobody has to expect."""
    judgement.touch("concurrent-accepted")
    conflicts = [one.response for one in exchanges if one.response is not None and one.response.status == 409]
    if conflicts and expected.verdict is Admissibility.MUST_ACCEPT:
        received = f"status 409: {summary(conflicts[0])}"
        judgement.find("concurrent-accepted", "told of a conflict", "status 200", received, "", ("at once",))


def _loser(judge: Judge, exchange: Exchange, expected: Expectation, judgement: ExchangeJudgement) -> None:
    """A member that was refused: it may be told of a conflict or to come again, and is judged like any other then."""
    response = exchange.response
    if response is not None and response.status in (409, 429):
        judge.throttled(exchange.request, response, expected, judgement)
    else:
        judgement.merge(judge.judge(exchange, expected))


def _shown(part: Part, accepted: Sequence[Exchange]) -> list[Mapping[str, Json]]:
    answers = [one.response.json for one in accepted if one.response is not None]
    found = [answer.get(part.response) for answer in answers if isinstance(answer, dict)]
    return [one for one in found if isinstance(one, dict)]


def _once(part: Part, shown: list[Mapping[str, Json]], judgement: ExchangeJudgement) -> None:
    sids = {str(one.get(part.sid_member)) for one in shown}
    created = sum(one.get(part.result_member) == part.created for one in shown)
    pointer = f"/{part.response}"
    adopted = clause_of(part.schema, "x-resource", "fallback-identity")
    clause = adopted if part.fallback is not None and adopted != "schema" else "concurrent-once"
    if len(sids) > 1:
        judgement.find(clause, "several SIDs", "one SID", f"{len(sids)} SIDs", pointer, ("at once",))
    if created > 1:
        received = f"{created} of {len(shown)} answers say {part.created}"
        judgement.find(clause, "created several times", "once at most", received, pointer, ("at once",))


def part_results(judge: Judge, exchange: Exchange) -> int:
    """How many parts an answer says were created: the winner of a burst has the most."""
    answer = exchange.response.json if exchange.response is not None else None
    if not isinstance(answer, dict):
        return -1
    parts = judge.model.resources.parts
    shown = [(part, answer.get(part.response)) for part in parts]
    return sum(isinstance(one, dict) and one.get(part.result_member) == part.created for part, one in shown)
