"""What an exchange showed, as comparable triples: which clause, with what outcome, at which part of the body.

They tell the search what is new (``hypothesis.target``), and the report how much was seen.
"""

from __future__ import annotations

from typing import NamedTuple

from contract.http.exchange import Exchange
from contract.judging.findings import ExchangeJudgement
from contract.oracle.expectation import Expectation
from spec.resources.resource import Resources


class ShownOutcome(NamedTuple):
    """A clause, how the target answered where it mattered, and the part ("" for the body as a whole)."""

    clause: str
    outcome: str
    part: str


def shown(
    exchange: Exchange, expected: Expectation, judgement: ExchangeJudgement, resources: Resources
) -> set[ShownOutcome]:
    """Everything that an exchange showed."""
    response = exchange.response
    outcome = "no answer" if response is None else "accepted" if response.ok else f"status {response.status}"
    found = {ShownOutcome(clause, outcome, "") for clause in judgement.exercised}
    found |= {ShownOutcome(one.clause, outcome, part_at(one.pointer, resources)) for one in expected.reasons}
    found |= {ShownOutcome(one.clause, outcome, part_at(one.pointer, resources)) for one in expected.oddities}
    answer = response.json if response is not None and response.ok else None
    for part in resources.parts:
        part_shown = answer.get(part.response) if isinstance(answer, dict) else None
        if isinstance(part_shown, dict) and isinstance(result := part_shown.get(part.result_member), str):
            found.add(ShownOutcome("result-truthful", result, part.name))
    return found


def part_at(pointer: str, resources: Resources) -> str:
    """The name of the innermost part that a pointer leads into, or ""."""
    holding = [part for part in resources.parts if f"{pointer}/".startswith(f"{part.pointer}/")]
    return max(holding, key=lambda part: len(part.path)).name if holding else ""
