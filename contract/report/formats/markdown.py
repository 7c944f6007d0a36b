"""The verdict as Markdown, for a pull request or the summary of a CI job: never longer than such a place takes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from contract.judging.findings import ClauseOutcome
from contract.report.console import pace, remarks
from contract.report.verdict import ReportedVerdict, ShownCause, ShownFinding
from spec.catalogue.clauses import Standing

LONGEST = 60_000
"""Letters of the whole text: GitHub takes 65,536 in a comment and cuts nothing off by itself."""
_TAIL = 4_000
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~$@:])")
_MARKS = {
    ClauseOutcome.FAILED: "❌",
    ClauseOutcome.WARNED: "⚠️",
    ClauseOutcome.KNOWN: "🔕",
    ClauseOutcome.PASSED: "✅",
    ClauseOutcome.NOT_EXERCISED: "·",
}
_MOST_CURL = 12
_MOST_SYMPTOMS = 8
_MOST_ROWS = 60
_LONGEST_LINE = 1_200
_LONGEST_CELL = 160


def render(verdict: ReportedVerdict) -> str:
    """The Markdown text; whatever came from the target is escaped or stands in code."""
    text = "\n".join([*_head(verdict), *_table(verdict)]) + "\n"
    tail = "\n".join(_tail(verdict))[:_TAIL] + "\n"
    causes = [one for one in verdict.causes if one.outcome is not ClauseOutcome.KNOWN]
    for place, cause in enumerate(causes):
        block = "\n".join(_cause(cause)) + "\n"
        if len(text) + len(block) + len(tail) > LONGEST - 200:
            text += f"\n… and {len(causes) - place} more causes; the JSON and HTML reports have all.\n"
            break
        text += block
    return text + tail


def _head(verdict: ReportedVerdict) -> Iterator[str]:
    mark = {0: "✅", 1: "❌", 2: "⚠️"}[verdict.exit_code]
    yield f"## {mark} {escaped(verdict.sentence)}"
    yield ""
    yield f"{code(verdict.target)} · {escaped(f'{verdict.title} {verdict.version}')} · {escaped(pace(verdict))}"
    yield ""
    outcomes = [one for one in ClauseOutcome if one is not ClauseOutcome.KNOWN or verdict.count(one)]
    yield "| standing | " + " | ".join(outcome.value.replace("-", " ") for outcome in outcomes) + " |"
    yield "|---" * (len(outcomes) + 1) + "|"
    for standing in Standing:
        yield f"| {standing.value} | " + " | ".join(str(verdict.count(one, standing)) for one in outcomes) + " |"


def _table(verdict: ReportedVerdict) -> Iterator[str]:
    """A row per cause: failed, warned, known."""
    if not verdict.causes:
        return
    yield ""
    yield "| | clause | seen | expected | received | symptoms |"
    yield "|---|---|---|---|---|---|"
    for cause in verdict.causes[:_MOST_ROWS]:
        head = cause.head
        where = f" at {code(_short(head.pointer))}" if head.pointer else ""
        seen = escaped(_short((head.known and f"known: {head.known}") or head.cause)) + where
        cells = (f"`{cause.clause.id}`", seen, code(_short(head.expected)), code(_short(head.received)))
        yield (
            f"| {_MARKS[cause.outcome]} | "
            + " | ".join(one.replace("|", "\\|") for one in cells)
            + (f" | {len(cause.symptoms) or ''} |")
        )
    if len(verdict.causes) > _MOST_ROWS:
        yield f"\n… and {len(verdict.causes) - _MOST_ROWS} more."


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"


def _cause(cause: ShownCause) -> Iterator[str]:
    head = cause.head
    yield ""
    yield f"### {_MARKS[cause.outcome]} {cause.outcome.value}: `{cause.clause.id}`"
    yield ""
    yield escaped(cause.clause.sentence) + f" ({cause.clause.standing.value})"
    yield ""
    yield f"- seen: {escaped(head.cause)}" + (" (not every time)" if head.intermittent else "")
    yield f"- expected: {code(head.expected)}"
    yield f"- received: {code(head.received)}"
    if head.pointer:
        yield f"- at: {code(head.pointer)}"
    yield f"- fingerprint: `{head.fingerprint}`"
    if cause.symptoms:
        shown = [
            f"`{one.clause}`" + (f" at {code(_short(one.pointer))}" if one.pointer else "")
            for one in cause.symptoms[:_MOST_SYMPTOMS]
        ]
        more = len(cause.symptoms) - len(shown)
        yield f"- symptoms: {', '.join(shown)}" + (f" and {more} more" if more else "")
    yield from _folded(head)


def _folded(finding: ShownFinding) -> Iterator[str]:
    if not finding.curl:
        return
    lines = [_line(one) for one in finding.curl[-_MOST_CURL:]]
    fence = "`" * max(3, 1 + max((len(run) for line in lines for run in re.findall("`+", line)), default=0))
    left = finding.left_out + len(finding.curl) - len(lines)
    yield ""
    yield "<details><summary>To see it again</summary>"
    yield ""
    yield f"{fence}sh"
    if left:
        yield f"# {left} lines before these are left out here"
    yield from lines
    yield fence
    yield ""
    yield "</details>"


def _line(line: str) -> str:
    line = line.replace("\n", " ")
    return line if len(line) <= _LONGEST_LINE else "# a line that is too long for here; the JSON report has it"


def _tail(verdict: ReportedVerdict) -> Iterator[str]:
    if verdict.silent:
        count = sum(len(names) for names in verdict.silent.values())
        yield ""
        yield f"<details><summary>Not exercised: {count}</summary>"
        yield ""
        for reason, names in verdict.silent.items():
            yield f"- {escaped(reason)}: {', '.join(f'`{one}`' for one in names)}"
        yield ""
        yield "</details>"
    if verdict.created:
        parts = ", ".join(f"{len(made)} × {escaped(part)}" for part, made in verdict.created_by_part.items())
        yield f"\nCreated on the target: {parts}."
    for note in remarks(verdict):
        yield f"\n> {escaped(note)}"


def escaped(text: str) -> str:
    """A text in which no letter means anything to Markdown or HTML."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split())).replace("\\<", "&lt;").replace("\\>", "&gt;")


def code(text: str) -> str:
    """A text in a code span that it cannot leave."""
    flat = " ".join(text.split()) or " "
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", flat)), default=0))
    pad = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{ticks}{pad}{flat}{pad}{ticks}"
