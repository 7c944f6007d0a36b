"""What a verdict rests on: which clauses were exercised and why others were not, and what was left undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from statistics import median

from contract.http.access import Access
from contract.http.exchange import Exchange
from contract.judging.findings import ClauseOutcome, ClauseResult, Reproduced

_NEEDS = {
    "integration": "--integration SID",
    "expired-token": "--expired-token-env NAME",
    "other-install": "--other-install SID --other-token-env NAME",
    "follow-signon": "--follow-signon",
    "https": "an https target",
    "client-secret": "--client-secret-env NAME",
    "journey": "--journey",
}
_PER_EXAMPLE = 20
"""Requests of a generated sequence."""


def explain(
    results: Mapping[str, ClauseResult],
    access: Access,
    leaves_out: Callable[[str], bool],
    *,
    follows: bool,
    secure: bool,
    journey: bool = False,
) -> None:
    """Say of every clause that was not exercised why it was not; what is left out says nothing."""
    given = {
        "integration": bool(access.known.get("integrations")),
        "expired-token": access.expired_token is not None,
        "other-install": access.other_install is not None and access.other_token is not None,
        "follow-signon": follows,
        "https": secure,
        "client-secret": access.client is not None,
        "journey": journey,
    }
    for name, result in results.items():
        if leaves_out(name):
            result.findings.clear()
            result.exercised = 0
            result.reason = "left out by --only or --skip"
        elif result.clause.judged_by == "mock":
            result.reason = "a black box cannot be judged on it"
        elif missing := [_NEEDS[need] for need in result.clause.needs if not given[need]]:
            result.reason = "needs " + ", ".join(missing)
        elif not result.exercised and not result.reason:
            result.reason = "no request of this run was answered in a way that shows it"


def unexercised(results: Mapping[str, ClauseResult], required: frozenset[str]) -> tuple[str, ...]:
    """The required clauses of which nothing can be said, in the order of the catalogue."""
    return tuple(
        name for name, one in results.items() if name in required and one.outcome() is ClauseOutcome.NOT_EXERCISED
    )


def limits(results: Mapping[str, ClauseResult], stopped: str | None, lost: int, restarts: int) -> Iterator[str]:
    """Sentences about what a verdict does not rest on."""
    if stopped is not None:
        judged = [one for one in results.values() if one.clause.judged_by == "check"]
        seen = sum(one.outcome() is not ClauseOutcome.NOT_EXERCISED for one in judged)
        yield f"{stopped} Of {len(judged)} clauses that a run can show, {seen} were judged; the others were not."
    if lost:
        said = "1 answer was" if lost == 1 else f"{lost} answers were"
        yield f"{said} lost; such a call may have happened, and nothing is judged that depends on whether it did."
    if restarts:
        yield f"The target refused connections {restarts} time{'s' * (restarts != 1)} and was waited for."


def unconfirmed(results: Mapping[str, ClauseResult]) -> Iterator[str]:
    """A sentence about the findings that nobody sent again, if there are any."""
    found = [one for result in results.values() for one in result.findings.values()]
    if untried := sum(one.reproduced is Reproduced.UNTRIED for one in found):
        why = "the run ended, or its requests were used up, before"
        yield f"{untried} of {len(found)} findings were not sent again ({why}): seen in passing, not confirmed."


def affordable(
    examples: int, budget: float | None, elapsed: float, exchanges: list[Exchange]
) -> tuple[int, str | None]:
    """How many sequences fit into a budget of seconds at the pace of the target, and a note if not all of them do."""
    if budget is None or not exchanges:
        return examples, None
    pace = median(one.seconds for one in exchanges)
    fitting = int(max(budget - elapsed, 0.0) / max(pace * _PER_EXAMPLE, 1e-6))
    if fitting >= examples:
        return examples, None
    least = min(examples, max(fitting, 5))
    note = f"Only {least} of {examples} sequences were generated, as the target is slow; --max-examples asks for more."
    return least, note
