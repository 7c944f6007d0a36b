"""The verdict as SARIF 2.1.0 (OASIS): a rule per clause, a result per finding, for code scanning and its viewers."""

from __future__ import annotations

import json

from contract.judging.findings import ClauseOutcome
from contract.report.verdict import ReportedVerdict, ShownClause, ShownFinding
from spec.source.pointer import Json

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {ClauseOutcome.FAILED: "error", ClauseOutcome.WARNED: "warning", ClauseOutcome.KNOWN: "note"}


def document(verdict: ReportedVerdict) -> dict[str, Json]:
    """The JSON value. Results stand in the document that was judged by, where the place is known as a line."""
    clauses = verdict.gravest_first
    places = {one.id: place for place, one in enumerate(clauses)}
    results = [
        _result(finding, clause, places[clause.id], verdict) for clause in clauses for finding in clause.findings
    ]
    invocation: dict[str, Json] = {
        "executionSuccessful": verdict.cannot is None,
        "exitCode": verdict.exit_code,
        "startTimeUtc": verdict.began.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "properties": {"seed": verdict.seed, "requests": verdict.requests, "target": verdict.target},
    }
    if verdict.cannot is not None:
        invocation["toolExecutionNotifications"] = [{"level": "error", "message": {"text": verdict.sentence}}]
    driver = {
        "name": "invigilate",
        "informationUri": "https://pypi.org/project/invigilate/",
        "rules": [_rule(one) for one in clauses],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(clause: ShownClause) -> dict[str, Json]:
    return {
        "id": clause.id,
        "shortDescription": {"text": clause.sentence},
        "fullDescription": {"text": f"{clause.sentence} ({clause.standing.value}: {clause.source})"},
        "defaultConfiguration": {"level": "warning" if clause.standing.value == "adopted" else "error"},
        "properties": {"standing": clause.standing.value, "outcome": clause.outcome.value},
    }


def _result(finding: ShownFinding, clause: ShownClause, place: int, verdict: ReportedVerdict) -> dict[str, Json]:
    where = f" at {finding.pointer}" if finding.pointer else ""
    text = f"{finding.cause}{where}: expected {finding.expected}, received {finding.received.rstrip('.')}."
    result: dict[str, Json] = {
        "ruleId": clause.id,
        "ruleIndex": place,
        "level": _LEVELS[finding.outcome],
        "message": {"text": text},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": verdict.spec_file},
                    "region": {"startLine": verdict.lines.get(clause.id, 1)},
                },
                "logicalLocations": [{"fullyQualifiedName": finding.pointer or "/", "kind": "member"}],
            }
        ],
        "partialFingerprints": {"invigilate/v2": finding.fingerprint},
        "properties": {"curl": list(finding.curl), "symptomOf": finding.symptom_of},
    }
    if finding.known is not None:
        result["suppressions"] = [{"kind": "external", "justification": finding.known}]
    return result


def render(verdict: ReportedVerdict) -> str:
    """The text of the file; only ASCII, so that no reader is tricked by it."""
    return json.dumps(document(verdict), indent=1) + "\n"
