"""The report of a diff as text, Markdown, JSON, JUnit, SARIF or GitHub annotations."""

from __future__ import annotations

import json
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from spec.compatibility.rules import SCHEMA_RULES
from spec.diff.change import Change, DiffReport
from spec.diff.rules import DOCUMENT_RULES
from spec.reporting.ignore import IgnoredChange
from spec.reporting.prose import ProseChange
from spec.source.pointer import Json, split, step
from spec.source.reading import Place, Source

_LEVELS = {"breaking": "error", "possible": "warning", "compatible": "note"}


@dataclass(frozen=True, slots=True)
class DiffReading:
    """A report together with the two sources that its places lead into."""

    report: DiffReport
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

    def attributes_of(self, change: Change) -> dict[str, Json]:
        """The extensions that were asked for, from the nearest object above the place of a change that has them."""
        tokens = split(change.pointer) if change.pointer[:1] in ("", "/") else ()  # else: in another file
        found: dict[str, Json] = {}
        value = self.source(change).value
        for token in (None, *tokens):
            try:
                value = value if token is None else step(value, token)
            except LookupError:
                break
            if isinstance(value, dict):
                found.update({name: value[name] for name in self.attributes if name in value})
        return found


def as_text(reading: DiffReading) -> str:
    """For people at a console."""
    lines = [f"{reading.old.name} → {reading.new.name}: {reading.report.verdict}"]
    for change in reading.report.changes:
        lines.append(f"\n{change.client:<10} {change.rule}  ({change.direction}; servers: {change.server})")
        lines.append(f"  {change.message}")
        lines.append(f"  at {reading.place(change)}  {change.pointer}")
        if change.proven:
            lines.append(f"  {proof(change)}:\n    {_compact(change.witness)}")
        elif change.server_witness is not None:
            lines.append(f"  servers, proven by: {_compact(change.server_witness)}")
        lines += [f"  {name}: {_compact(value)}" for name, value in reading.attributes_of(change).items()]
    for each in reading.ignored:
        lines.append(f"\nignored    {each.change.rule}  (until {each.entry.expires.isoformat()}: {each.entry.reason})")
        lines += [f"  {each.change.message}", f"  at {reading.place(each.change)}  {each.change.pointer}"]
    lines += [
        f"\n{each.kind:<10} {each.message}\n  at {each.place(reading.old, reading.new)}" for each in reading.prose
    ]
    lines += [f"\nnote: {remark}" for remark in reading.remarks]
    return "\n".join(lines) + "\n"


def proof(change: Change) -> str:
    """What a witness proves, in words."""
    if change.direction == "response":
        return "proven: this response was ruled out and is now allowed"
    return "proven: this request was accepted and is now refused"


def _compact(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 2000 else f"{text[:2000]}… ({len(text)} characters; --format json shows all)"


def as_markdown(reading: DiffReading) -> str:
    """For a pull request."""
    lines = [f"## API change: **{reading.report.verdict}**", "", f"`{reading.old.name}` → `{reading.new.name}`", ""]
    if reading.report.changes:
        lines += ["| clients | servers | rule | change | place |", "|---|---|---|---|---|"]
    for change in reading.report.changes:
        words = "".join(f" ({name}: {_compact(value)})" for name, value in reading.attributes_of(change).items())
        lines.append(
            _row(change.client, change.server, f"`{change.rule}`", change.message + words, f"`{reading.place(change)}`")
        )
    for change in reading.report.changes:
        if change.proven:
            body = json.dumps(change.witness, ensure_ascii=False, indent=2)
            fence = "`" * max(3, max((len(run) for run in body.split() if set(run) == {"`"}), default=0) + 1)
            lines += ["", f"`{change.rule}` at `{change.pointer}`: {proof(change)}", "", f"{fence}json", body, fence]
    if reading.ignored:
        lines += ["", "### Ignored", "", "| rule | change | until | reason |", "|---|---|---|---|"]
        lines += [
            _row(f"`{each.change.rule}`", each.change.message, each.entry.expires.isoformat(), each.entry.reason)
            for each in reading.ignored
        ]
    if reading.prose:
        lines += ["", "### Words, examples, order", "", "| what | change | place |", "|---|---|---|"]
        lines += [_row(each.kind, each.message, f"`{each.place(reading.old, reading.new)}`") for each in reading.prose]
    lines += ["", *(f"> {remark}" for remark in reading.remarks)] if reading.remarks else []
    return "\n".join(lines) + "\n"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def as_json(reading: DiffReading) -> str:
    """For programs: ``{"verdict": …, "changes": […]}``; ``ignored``, ``prose`` and ``remarks`` where there are any."""
    shown = reading.report.as_json()
    if reading.attributes:
        for each, change in zip(shown["changes"], reading.report.changes, strict=True):
            each["attributes"] = reading.attributes_of(change)
    if reading.ignored:
        shown["ignored"] = [each.as_json() for each in reading.ignored]
    if reading.prose:
        shown["prose"] = [each.as_json() for each in reading.prose]
    if reading.remarks:
        shown["remarks"] = list(reading.remarks)
    return json.dumps(shown, ensure_ascii=False, indent=2) + "\n"


def as_junit(reading: DiffReading) -> str:
    """One test case per change; what breaks clients fails, what is only possible is skipped with its message."""
    changes = reading.report.changes
    failures = sum(change.client == "breaking" for change in changes)
    skipped = sum(change.client == "possible" for change in changes)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<testsuite name="invigilate diff" tests="{max(len(changes), 1)}" failures="{failures}" skipped="{skipped}">',
    ]
    if not changes:
        lines.append(f'  <testcase classname="diff" name="{reading.report.verdict}"/>')
    for change in changes:
        name = quoteattr(f"{change.rule} {change.direction} {change.pointer}".translate(_CONTROL))
        lines.append(
            f'  <testcase classname="diff.{change.rule}" name={name} file={quoteattr(reading.place(change).file)}>'
        )
        message = f"{change.message} ({reading.place(change)})"
        body = f"{proof(change)}: {_compact(change.witness)}" if change.proven else message
        tag = {"breaking": "failure", "possible": "skipped"}.get(change.client)
        if tag:
            lines.append(
                f"    <{tag} message={quoteattr(message.translate(_CONTROL))}>"
                f"{escape(body.translate(_CONTROL))}</{tag}>"
            )
        lines.append("  </testcase>")
    told_also = [
        f"ignored: {each.change.rule}: {each.change.message} ({each.entry.reason})" for each in reading.ignored
    ]
    told_also += [f"{each.kind}: {each.message}" for each in reading.prose] + list(reading.remarks)
    if told_also:
        lines.append(f"  <system-out>{escape(chr(10).join(told_also).translate(_CONTROL))}</system-out>")
    return "\n".join([*lines, "</testsuite>"]) + "\n"


_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535), "�")


def as_sarif(reading: DiffReading) -> str:
    """SARIF 2.1.0, which code hosts show beside the line."""
    used = sorted({change.rule for change in (*reading.report.changes, *(each.change for each in reading.ignored))})
    messages = {
        **{rule.id: rule.message for rule in SCHEMA_RULES.values()},
        **{rule.id: rule.message for rule in DOCUMENT_RULES.values()},
    }
    results: list[dict[str, Json]] = []
    accepted = {id(each.change): each.entry for each in reading.ignored}
    for change in (*reading.report.changes, *(each.change for each in reading.ignored)):
        place = reading.place(change)
        result: dict[str, Json] = {
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
        if attributes := reading.attributes_of(change):
            result["properties"]["attributes"] = attributes
        if id(change) in accepted:
            reason = accepted[id(change)].reason
            result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": reason}]
        results.append(result)
    rules = [{"id": name, "shortDescription": {"text": messages[name]}} for name in used]
    run: dict[str, Json] = {"tool": {"driver": {"name": "invigilate diff", "rules": rules}}, "results": results}
    words = [*reading.remarks, *(f"{each.kind}: {each.message}" for each in reading.prose)]
    if words:
        notes = [{"level": "note", "message": {"text": text}} for text in words]
        run["invocations"] = [{"executionSuccessful": True, "toolExecutionNotifications": notes}]
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def as_github(reading: DiffReading) -> str:
    """Workflow commands of GitHub Actions."""
    lines = []
    for change in reading.report.changes:
        place = reading.place(change)
        level = {"breaking": "error", "possible": "warning"}.get(change.client, "notice")
        proven = f" {proof(change)}: {_compact(change.witness)}" if change.proven else ""
        lines.append(
            github_line(level, place.file, place.mark.line, place.mark.column, change.rule, change.message + proven)
        )
    lines += [
        f"::notice title=ignored::{_data(f'{each.change.rule}: {each.change.message} ({each.entry.reason})')}"
        for each in reading.ignored
    ]
    lines += [f"::notice title={_property(each.kind)}::{_data(each.message)}" for each in reading.prose]
    lines += [f"::warning title=ignore file::{_data(remark)}" for remark in reading.remarks]
    return "\n".join([*lines, f"invigilate diff: {reading.report.verdict}"]) + "\n"


def github_line(level: str, file: str, line: int, column: int, title: str, message: str) -> str:
    """One workflow command, its values escaped."""
    place = f"file={_property(file)},line={line},col={column},title={_property(title)}"
    return f"::{level} {place}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
