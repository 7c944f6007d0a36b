"""The report of a diff as text, Markdown, JSON, JUnit, SARIF or GitHub annotations."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from spec.compatibility.rules import SCHEMA_RULES
from spec.diff.change import Change, Report
from spec.diff.rules import DOCUMENT_RULES
from spec.reporting.ignore import IgnoredChange
from spec.reporting.prose import ProseChange
from spec.source.pointer import split, step
from spec.source.reading import Place, Source

_LEVELS = {"breaking": "error", "possible": "warning", "compatible": "note"}


@dataclass(frozen=True, slots=True)
class Told:
    """A report together with the two sources that its places lead into."""

    report: Report
    old: Source
    new: Source
    ignored: tuple[IgnoredChange, ...] = ()
    remarks: tuple[str, ...] = ()
    prose: tuple[ProseChange, ...] = ()
    attributes: tuple[str, ...] = ()

    def source(self, change: Change) -> Source:
        return self.old if change.where == "old" else self.new

    def place(self, change: Change) -> Place:
        return self.source(change).locate(change.pointer)

    def attributes_of(self, change: Change) -> dict[str, Any]:
        """The extensions that were asked for, from the nearest object above the place of a change that has them."""
        tokens = split(change.pointer) if change.pointer[:1] in ("", "/") else ()  # else: in another file
        found: dict[str, Any] = {}
        value = self.source(change).value
        for token in (None, *tokens):
            try:
                value = value if token is None else step(value, token)
            except LookupError:
                break
            if isinstance(value, dict):
                found.update({name: value[name] for name in self.attributes if name in value})
        return found


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
        lines += [f"  {name}: {_compact(value)}" for name, value in told.attributes_of(change).items()]
    for each in told.ignored:
        lines.append(f"\nignored    {each.change.rule}  (until {each.entry.expires.isoformat()}: {each.entry.reason})")
        lines += [f"  {each.change.message}", f"  at {told.place(each.change)}  {each.change.pointer}"]
    lines += [f"\n{each.kind:<10} {each.message}\n  at {each.place(told.old, told.new)}" for each in told.prose]
    lines += [f"\nnote: {remark}" for remark in told.remarks]
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
        words = "".join(f" ({name}: {_compact(value)})" for name, value in told.attributes_of(change).items())
        lines.append(
            _row(change.client, change.server, f"`{change.rule}`", change.message + words, f"`{told.place(change)}`")
        )
    for change in told.report.changes:
        if change.proven:
            body = json.dumps(change.witness, ensure_ascii=False, indent=2)
            fence = "`" * max(3, max((len(run) for run in body.split() if set(run) == {"`"}), default=0) + 1)
            lines += ["", f"`{change.rule}` at `{change.pointer}`: {proof(change)}", "", f"{fence}json", body, fence]
    if told.ignored:
        lines += ["", "### Ignored", "", "| rule | change | until | reason |", "|---|---|---|---|"]
        lines += [
            _row(f"`{each.change.rule}`", each.change.message, each.entry.expires.isoformat(), each.entry.reason)
            for each in told.ignored
        ]
    if told.prose:
        lines += ["", "### Words, examples, order", "", "| what | change | place |", "|---|---|---|"]
        lines += [_row(each.kind, each.message, f"`{each.place(told.old, told.new)}`") for each in told.prose]
    lines += ["", *(f"> {remark}" for remark in told.remarks)] if told.remarks else []
    return "\n".join(lines) + "\n"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def as_json(told: Told) -> str:
    """For programs: ``{"verdict": …, "changes": […]}``; ``ignored``, ``prose`` and ``remarks`` where there are any."""
    shown = told.report.as_json()
    if told.attributes:
        for each, change in zip(shown["changes"], told.report.changes, strict=True):
            each["attributes"] = told.attributes_of(change)
    if told.ignored:
        shown["ignored"] = [each.as_json() for each in told.ignored]
    if told.prose:
        shown["prose"] = [each.as_json() for each in told.prose]
    if told.remarks:
        shown["remarks"] = list(told.remarks)
    return json.dumps(shown, ensure_ascii=False, indent=2) + "\n"


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
        lines.append(f'  <testcase classname="diff" name="{told.report.verdict}"/>')
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
    told_also = [f"ignored: {each.change.rule}: {each.change.message} ({each.entry.reason})" for each in told.ignored]
    told_also += [f"{each.kind}: {each.message}" for each in told.prose] + list(told.remarks)
    if told_also:
        lines.append(f"  <system-out>{escape(chr(10).join(told_also).translate(_CONTROL))}</system-out>")
    return "\n".join([*lines, "</testsuite>"]) + "\n"


_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535), "�")


def as_sarif(told: Told) -> str:
    """SARIF 2.1.0, which code hosts show beside the line."""
    used = sorted({change.rule for change in (*told.report.changes, *(each.change for each in told.ignored))})
    messages = {
        **{rule.id: rule.message for rule in SCHEMA_RULES.values()},
        **{rule.id: rule.message for rule in DOCUMENT_RULES.values()},
    }
    results: list[dict[str, Any]] = []
    accepted = {id(each.change): each.entry for each in told.ignored}
    for change in (*told.report.changes, *(each.change for each in told.ignored)):
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
        if attributes := told.attributes_of(change):
            result["properties"]["attributes"] = attributes
        if id(change) in accepted:
            reason = accepted[id(change)].reason
            result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": reason}]
        results.append(result)
    rules = [{"id": name, "shortDescription": {"text": messages[name]}} for name in used]
    run: dict[str, Any] = {"tool": {"driver": {"name": "invigilate diff", "rules": rules}}, "results": results}
    words = [*told.remarks, *(f"{each.kind}: {each.message}" for each in told.prose)]
    if words:
        notes = [{"level": "note", "message": {"text": text}} for text in words]
        run["invocations"] = [{"executionSuccessful": True, "toolExecutionNotifications": notes}]
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
    lines += [
        f"::notice title=ignored::{_data(f'{each.change.rule}: {each.change.message} ({each.entry.reason})')}"
        for each in told.ignored
    ]
    lines += [f"::notice title={_property(each.kind)}::{_data(each.message)}" for each in told.prose]
    lines += [f"::warning title=ignore file::{_data(remark)}" for remark in told.remarks]
    return "\n".join([*lines, f"invigilate diff: {told.report.verdict}"]) + "\n"


def github_line(level: str, file: str, line: int, column: int, title: str, message: str) -> str:
    """One workflow command, its values escaped."""
    place = f"file={_property(file)},line={line},col={column},title={_property(title)}"
    return f"::{level} {place}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
