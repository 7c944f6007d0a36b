"""The last report of a judge as the page shows it: frozen data, made of JSON that the control plane has looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from spec.source.pointer import Json

_TONES = {"failed": "bad", "warned": "note", "known": "found", "not-exercised": "found", "passed": "good"}
"""How each outcome is coloured, the gravest first."""
_FACTS = ("expected", "received", "pointer", "probe")
_MOST_FINDINGS = 50
_MOST_CALLS = 6
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class JudgedCall:
    """A call that shows a finding: ``answer`` begins with the status, or says why there is none."""

    method: str
    path: str
    body: str
    answer: str


@dataclass(frozen=True, slots=True)
class JudgedFinding:
    """Something that is not as it was promised. ``facts`` say what was expected, what came, and where."""

    cause: str
    facts: Mapping[str, str]
    known: str
    is_symptom: bool
    curl: str
    calls: tuple[JudgedCall, ...]


@dataclass(frozen=True, slots=True)
class JudgedClause:
    """A clause, and what was found under it; ``left`` findings are not shown."""

    id: str
    sentence: str
    source: str
    outcome: str
    reason: str
    findings: tuple[JudgedFinding, ...]
    left: int

    @property
    def tone(self) -> str:
        """How its outcome is coloured."""
        return _TONES[self.outcome]


@dataclass(frozen=True, slots=True)
class JudgedReport:
    """A report: what it says as a whole, and its clauses by outcome, the gravest first."""

    target: str
    sentence: str
    tone: str
    facts: Mapping[str, str]
    notes: tuple[str, ...]
    digest: str
    clauses: Mapping[str, Sequence[JudgedClause]]


def judged(report: Mapping[str, Json]) -> JudgedReport:
    """What is shown of a report that the schema of the control plane allows."""
    summary, spec = report["summary"], report.get("spec", {})
    clauses = [_clause(one) for one in report["clauses"]]
    told = {
        "document": " ".join(str(spec[name]) for name in ("title", "version") if spec.get(name)),
        "requests": f"{summary['requests']:,}" if "requests" in summary else "",
        "took": f"{summary['seconds']:.1f} s" if "seconds" in summary else "",
        "seed": str(report["seed"]) if report.get("seed") is not None and not report.get("passive") else "",
    }
    return JudgedReport(
        report["target"],
        summary["sentence"],
        {0: "done", 1: "bad"}.get(summary["exit_code"], "note"),
        {name: value for name, value in told.items() if value},
        tuple(report.get("notes", ())),
        str(spec.get("digest", "")),
        {outcome: [one for one in clauses if one.outcome == outcome] for outcome in _TONES},
    )


def _clause(clause: Mapping[str, Json]) -> JudgedClause:
    findings = clause["findings"]
    return JudgedClause(
        clause["id"],
        clause["sentence"],
        "; ".join(clause[name] for name in ("standing", "source") if clause.get(name)),
        clause["outcome"],
        clause.get("reason", ""),
        tuple(_finding(one) for one in findings[:_MOST_FINDINGS]),
        len(findings[_MOST_FINDINGS:]),
    )


def _finding(finding: Mapping[str, Json]) -> JudgedFinding:
    facts = {name: finding[name] for name in _FACTS if finding.get(name)}
    if finding.get("intermittent"):
        facts["seen"] = "not every time"
    return JudgedFinding(
        finding["cause"],
        facts,
        finding.get("known") or "",
        bool(finding.get("symptom_of")),
        "\n".join(finding.get("curl", ())),
        tuple(_calls(finding.get("reproduce", ()))),
    )


def _calls(listed: Sequence[Mapping[str, Json]]) -> Iterator[JudgedCall]:
    for one in listed[-_MOST_CALLS:]:
        answer = one["answer"]
        came = (
            f"{answer['status']} {answer.get('body', '')}"
            if "status" in answer
            else answer.get("failure") or "no answer"
        )
        yield JudgedCall(one["method"], one["path"], one.get("body", "")[:_LONGEST], came[:_LONGEST])
