"""The report of a diff as text, Markdown, JSON, JUnit, SARIF or GitHub annotations."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from spec.compatibility.rules import SCHEMA_RULES
from spec.diff.change import Change, Report
from spec.diff.rules import DOCUMENT_RULES
from spec.source.reading import Place, Source

_LEVELS = {"breaking": "error", "possible": "warning", "compatible": "note"}


@dataclass(frozen=True, slots=True)
class Told:
    """A report together with the two sources that its places lead into."""

    report: Report
    old: Source
    new: Source
    ignored: int = 0

    def source(self, change: Change) -> Source:
        return self.old if change.where == "old" else self.new

    def place(self, change: Change) -> Place:
        return self.source(change).locate(change.pointer)


def as_text(told: Told) -> str:
    """For people at a console."""
    lines = [f"{told.old.name} → {told.new.name}: {told.report.verdict}"]
    for change in told.report.changes:
        lines.append(f"\n{change.client:<10} {change.rule}  ({change.direction}; servers: {change.server})")
        lines.append(f"  {change.message}")
        lines.append(f"  at {told.place(change)}  {change.pointer}")
        if change.proven:
            lines.append(f"  {proof(change)}:\n    {_compact(change.witness)}")
        elif change.server_witness is not None:
            lines.append(f"  servers, proven by: {_compact(change.server_witness)}")
    lines += [f"\n{told.ignored} ignored change(s)"] if told.ignored else []
    return "\n".join(lines) + "\n"


def proof(change: Change) -> str:
    """What a witness proves, in words."""
    if change.direction == "response":
        return "proven: this response was ruled out and is now allowed"
    return "proven: this request was accepted and is now refused"


def _compact(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 2000 else f"{text[:2000]}… ({len(text)} characters; --format json shows all)"


def as_markdown(told: Told) -> str:
    """For a pull request."""
    lines = [f"## API change: **{told.report.verdict}**", "", f"`{told.old.name}` → `{told.new.name}`", ""]
    if told.report.changes:
        lines += ["| clients | servers | rule | change | place |", "|---|---|---|---|---|"]
    for change in told.report.changes:
        cells = (change.client, change.server, f"`{change.rule}`", change.message, f"`{told.place(change)}`")
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    for change in told.report.changes:
        if change.proven:
            body = json.dumps(change.witness, ensure_ascii=False, indent=2)
            fence = "`" * max(3, max((len(run) for run in body.split() if set(run) == {"`"}), default=0) + 1)
            lines += ["", f"`{change.rule}` at `{change.pointer}`: {proof(change)}", "", f"{fence}json", body, fence]
    return "\n".join(lines) + "\n"


def as_json(told: Told) -> str:
    """For programs: ``{"verdict": …, "changes": […]}``."""
    return json.dumps(told.report.as_json(), ensure_ascii=False, indent=2) + "\n"


def as_junit(told: Told) -> str:
    """One test case per change; what breaks clients fails, what is only possible is skipped with its message."""
    changes = told.report.changes
    failures = sum(change.client == "breaking" for change in changes)
    skipped = sum(change.client == "possible" for change in changes)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<testsuite name="invigilate diff" tests="{max(len(changes), 1)}" failures="{failures}" skipped="{skipped}">',
    ]
    if not changes:
        lines.append('  <testcase classname="diff" name="unchanged"/>')
    for change in changes:
        name = quoteattr(f"{change.rule} {change.direction} {change.pointer}".translate(_CONTROL))
        lines.append(
            f'  <testcase classname="diff.{change.rule}" name={name} file={quoteattr(told.place(change).file)}>'
        )
        message = f"{change.message} ({told.place(change)})"
        body = f"{proof(change)}: {_compact(change.witness)}" if change.proven else message
        tag = {"breaking": "failure", "possible": "skipped"}.get(change.client)
        if tag:
            lines.append(
                f"    <{tag} message={quoteattr(message.translate(_CONTROL))}>"
                f"{escape(body.translate(_CONTROL))}</{tag}>"
            )
        lines.append("  </testcase>")
    return "\n".join([*lines, "</testsuite>"]) + "\n"


_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535), "�")


def as_sarif(told: Told) -> str:
    """SARIF 2.1.0, which code hosts show beside the line."""
    used = sorted({change.rule for change in told.report.changes})
    messages = {
        **{rule.id: rule.message for rule in SCHEMA_RULES.values()},
        **{rule.id: rule.message for rule in DOCUMENT_RULES.values()},
    }
    results = []
    for change in told.report.changes:
        place = told.place(change)
        result: dict[str, Any] = {
            "ruleId": change.rule,
            "level": _LEVELS[change.client],
            "message": {"text": change.message},
            "locations": [{
                "physicalLocation": {
                    "artifactLocation": {"uri": place.file},
                    "region": {"startLine": place.mark.line, "startColumn": place.mark.column},
                },
                "logicalLocations": [{"fullyQualifiedName": change.pointer}],
            }],
            "properties": {"client": change.client, "server": change.server, "direction": change.direction},
        }  # fmt: skip
        if change.proven:
            result["properties"]["witness"] = change.witness
        results.append(result)
    rules = [{"id": name, "shortDescription": {"text": messages[name]}} for name in used]
    run = {"tool": {"driver": {"name": "invigilate diff", "rules": rules}}, "results": results}
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def as_github(told: Told) -> str:
    """Workflow commands of GitHub Actions."""
    lines = []
    for change in told.report.changes:
        place = told.place(change)
        level = {"breaking": "error", "possible": "warning"}.get(change.client, "notice")
        proven = f" {proof(change)}: {_compact(change.witness)}" if change.proven else ""
        lines.append(
            github_line(level, place.file, place.mark.line, place.mark.column, change.rule, change.message + proven)
        )
    return "\n".join([*lines, f"invigilate diff: {told.report.verdict}"]) + "\n"


def github_line(level: str, file: str, line: int, column: int, title: str, message: str) -> str:
    """One workflow command, its values escaped."""
    place = f"file={_property(file)},line={line},col={column},title={_property(title)}"
    return f"::{level} {place}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


FORMATS: dict[str, Callable[[Told], str]] = {
    "text": as_text, "markdown": as_markdown, "json": as_json,
    "junit": as_junit, "sarif": as_sarif, "github": as_github,
}  # fmt: skip
