"""The form of an answer of the journey, and which call a finding is about."""

from __future__ import annotations

from contract.journey.calls import JourneyCall
from contract.judging.findings import ExchangeJudgement
from spec.source.pointer import Json

_UNSHAPED = "schema"


def judge_shape(call: JourneyCall, value: Json, judgement: ExchangeJudgement) -> None:
    """Find whatever the answer to a call that was done has in another form than the document says."""
    for one in call.what.rules.violations(value):
        clause = call.what.clause if one.clause == _UNSHAPED else one.clause
        judgement.find(clause, one.keyword, "the published form", one.message, _place(one.pointer))


def _place(pointer: str) -> str:
    """A pointer into an answer with a star for the place in a list."""
    return "/".join("*" if step.isdigit() else step for step in pointer.split("/"))


def about(judgement: ExchangeJudgement, call: JourneyCall, *words: str) -> None:
    """Say of every finding that says nothing of it which call it is about."""
    for place, one in enumerate(judgement.findings):
        if not one.about:
            about = tuple(dict.fromkeys((call.id, *sorted(set(words)))))
            judgement.findings[place] = type(one)(
                one.clause, one.cause, one.expected, one.received, one.pointer, about=about
            )
