"""The verdict as Markdown, for the summary of a CI job."""

from __future__ import annotations

import re
from collections.abc import Iterator

from contract.judging.findings import Outcome
from contract.report.verdict import ShownFinding, Verdict
from spec.catalogue.clauses import Standing

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~$@])")
_MOST_CURL = 8
_MOST_FINDINGS = 50
_LONGEST_LINE = 2_000


def render(verdict: Verdict) -> str:
    """The Markdown text; whatever came from the target is escaped or stands in code."""
    return "\n".join(_lines(verdict)) + "\n"


def _lines(verdict: Verdict) -> Iterator[str]:
    mark = {0: "✅", 1: "❌", 2: "⚠️"}[verdict.exit_code]
    yield f"## {mark} {escaped(verdict.sentence)}"
    yield ""
    target, spec = code(verdict.target), escaped(f"{verdict.title} {verdict.version}")
    yield f"{target} · {spec} · {verdict.requests} requests in {verdict.seconds:.1f} s · seed {verdict.seed}"
    yield ""
    yield "| standing | " + " | ".join(outcome.value.replace("-", " ") for outcome in Outcome) + " |"
    yield "|---" * (len(Outcome) + 1) + "|"
    for standing in Standing:
        yield f"| {standing.value} | " + " | ".join(str(verdict.count(one, standing)) for one in Outcome) + " |"
    shown = 0
    for clause in verdict.clauses:
        for finding in clause.findings:
            shown += 1
            if shown <= _MOST_FINDINGS:
                yield ""
                yield f"### {clause.outcome.value}: `{clause.id}`"
                yield ""
                yield escaped(clause.sentence)
                yield from _finding(finding)
    if shown > _MOST_FINDINGS:
        yield f"\n… and {shown - _MOST_FINDINGS} more findings; the JSON report has all."
    silent = [one for one in verdict.clauses if one.outcome is Outcome.NOT_EXERCISED]
    if silent:
        yield ""
        yield f"<details><summary>Not exercised: {len(silent)}</summary>\n"
        yield from (f"- `{one.id}`: {escaped(one.reason or 'the run ended before it')}" for one in silent)
        yield "\n</details>"
    if verdict.created:
        parts = ", ".join(f"{len(made)} × {escaped(part)}" for part, made in verdict.created_by_part.items())
        yield f"\nCreated on the target: {parts}."
    for note in (*verdict.notes, *(f"The baseline's {one} no longer occurs." for one in verdict.stale)):
        yield f"\n> {escaped(note)}"


def _finding(finding: ShownFinding) -> Iterator[str]:
    yield ""
    yield f"- seen: {escaped(finding.cause)}" + (" (not every time)" if finding.intermittent else "")
    yield f"- expected: {code(finding.expected)}"
    yield f"- received: {code(finding.received)}"
    if finding.pointer:
        yield f"- at: {code(finding.pointer)}"
    yield f"- fingerprint: `{finding.fingerprint}`"
    if finding.known is not None:
        yield f"- known: {escaped(finding.known)}"
    if finding.curl:
        lines = [line[:_LONGEST_LINE] for line in finding.curl[-_MOST_CURL:]]
        fence = "`" * max(3, 1 + max((len(run) for line in lines for run in re.findall("`+", line)), default=0))
        yield ""
        yield f"{fence}sh"
        yield from (line.replace("\n", " ") for line in lines)
        yield fence


def escaped(text: str) -> str:
    """A text in which no letter means anything to Markdown or HTML."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split())).replace("\\<", "&lt;").replace("\\>", "&gt;")


def code(text: str) -> str:
    """A text in a code span that it cannot leave."""
    flat = " ".join(text.split()) or " "
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", flat)), default=0))
    pad = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{ticks}{pad}{flat}{pad}{ticks}"
