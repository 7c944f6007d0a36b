"""The verdict as JSON: for machines, for baselines and for ``invigilate replay``."""

from __future__ import annotations

import json

from contract.judging.findings import ClauseOutcome
from contract.report.verdict import ReportedVerdict, ShownClause, ShownCoverage, ShownExchange, ShownFinding
from spec.source.pointer import Json

FORMAT = 2


def document(verdict: ReportedVerdict, *, apart: bool = False) -> dict[str, Json]:
    """The JSON value of a verdict; docs/reports.md explains every member. ``apart`` leaves out what was created."""
    return {
        "format": FORMAT,
        "target": verdict.target,
        "install": verdict.install,
        "other_install": verdict.other_install,
        "seed": verdict.seed,
        "prefix": verdict.prefix,
        "spec": {"title": verdict.title, "version": verdict.version, "digest": verdict.digest},
        "passive": verdict.passive,
        "clauses": [_clause(one) for one in verdict.gravest_first],
        "summary": {
            **{outcome.value: verdict.count(outcome) for outcome in ClauseOutcome},
            "requests": verdict.requests,
            "seconds": round(verdict.seconds, 3),
            "throttled": verdict.throttled,
            "unavailable": verdict.unavailable,
            "lost": verdict.lost,
            "stopped": verdict.stopped,
            "unmet": list(verdict.unmet),
            "strict": verdict.strict,
            "exit_code": verdict.exit_code,
            "cannot": verdict.cannot,
            "sentence": verdict.sentence,
        },
        "coverage": _coverage(verdict.coverage),
        "created_by_part": {part: len(made) for part, made in verdict.created_by_part.items()},
        **({} if apart else {"created": created(verdict)}),
        "notes": list(verdict.notes),
        "no_longer_occurring": [one.fingerprint for one in verdict.stale],
        "not_told": [one.fingerprint for one in verdict.unproven],
        "expired": [one.fingerprint for one in verdict.expired],
    }


def created(verdict: ReportedVerdict) -> list[dict[str, str]]:
    """Everything that the run made: part, SID, and the SID of what holds it."""
    return [{"part": one.part, "sid": one.sid, "within": one.within} for one in verdict.created]


def _coverage(shown: ShownCoverage | None) -> dict[str, Json] | None:
    if shown is None:
        return None
    return {
        "member_states": {"sent": shown.states, "possible": shown.states_wanted},
        "member_pairs": {"sent": shown.pairs, "possible": shown.pairs_wanted},
        "not_sent": list(shown.unseen),
    }


def _clause(clause: ShownClause) -> dict[str, Json]:
    return {
        "id": clause.id,
        "sentence": clause.sentence,
        "standing": clause.standing.value,
        "source": clause.source,
        "outcome": clause.outcome.value,
        "exercised": clause.exercised,
        "reason": clause.reason,
        "findings": [_finding(one) for one in clause.findings],
    }


def _finding(finding: ShownFinding) -> dict[str, Json]:
    return {
        "fingerprint": finding.fingerprint,
        "message": finding.message,
        "cause": finding.cause,
        "expected": finding.expected,
        "received": finding.received,
        "pointer": finding.pointer,
        "probe": finding.probe,
        "intermittent": finding.intermittent,
        "known": finding.known,
        "counts": finding.counts,
        "reproduced": finding.reproduced.value,
        "rung": finding.rung,
        "about": list(finding.about),
        "times": finding.times,
        "symptom_of": finding.symptom_of,
        "left_out": finding.left_out,
        "reproduce": [_exchange(one) for one in finding.exchanges],
        "curl": list(finding.curl),
    }


def _exchange(exchange: ShownExchange) -> dict[str, Json]:
    request = exchange.request
    shown: dict[str, Json] = {
        "method": request.method,
        "path": request.path,
        "headers": [list(pair) for pair in request.headers],
    }
    if request.body is not None:
        shown["body"] = request.body
    if request.packed is not None:
        shown["body_packed"] = request.packed
    if exchange.together:
        shown["together"] = exchange.together
    answer = {"status": exchange.status, "headers": [list(pair) for pair in exchange.headers], "body": exchange.body}
    shown["answer"] = {"failure": exchange.failure} if exchange.status is None else answer
    shown["answer"]["sids"] = dict(exchange.sids)
    return shown


def render(verdict: ReportedVerdict, *, apart: bool = False) -> str:
    """The text of the JSON report; only ASCII, so that no reader is tricked by it."""
    return json.dumps(document(verdict, apart=apart), indent=1) + "\n"


def render_created(verdict: ReportedVerdict) -> str:
    """The text of the file that lists what was created."""
    head = {"format": FORMAT, "target": verdict.target, "prefix": verdict.prefix}
    return json.dumps({**head, "created": created(verdict)}, indent=1) + "\n"
