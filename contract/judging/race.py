"""Judging a burst of identical calls: each thing is created once, and losers may be told to come again."""

from __future__ import annotations

from collections.abc import Sequence

from contract.http.exchange import Exchange
from contract.judging.findings import Judgement
from contract.judging.judge import Judge
from contract.oracle.expectation import Expectation
from spec.schema.keywords import clause_of

LOSERS = frozenset({409, 429, 503})


def judge_burst(judge: Judge, exchanges: Sequence[Exchange], expected: Expectation) -> Judgement:
    """Findings about identical calls that were sent at once; the model learns from the first one that was accepted."""
    judgement = Judgement()
    judgement.touch("concurrent-once")
    accepted = [one for one in exchanges if one.response is not None and one.response.ok]
    refused = [one for one in exchanges if one not in accepted]
    for exchange in refused:
        if exchange.response is None or exchange.response.status not in LOSERS:
            judgement.merge(judge.judge(exchange, expected))
    for part in judge.model.resources.parts:
        shown = [
            told
            for one in accepted
            if one.response is not None
            and isinstance(one.response.json, dict)
            and isinstance(told := one.response.json.get(part.response), dict)
        ]
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
        if judgement.findings:
            break  # what hangs on a thing that exists twice says nothing more
    creators = sorted(accepted, key=lambda one: part_results(judge, one), reverse=True)
    if creators:
        quiet = judge.judge(creators[0], expected)
        if not judgement.findings:
            judgement.merge(quiet)
    return judgement


def part_results(judge: Judge, exchange: Exchange) -> int:
    """How many parts an answer says were created: the winner of a burst has the most."""
    answer = exchange.response.json if exchange.response is not None else None
    if not isinstance(answer, dict):
        return -1
    parts = judge.model.resources.parts
    shown = [(part, answer.get(part.response)) for part in parts]
    return sum(isinstance(one, dict) and one.get(part.result_member) == part.created for part, one in shown)
