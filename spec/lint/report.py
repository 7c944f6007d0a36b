"""The findings of a lint run as text, JSON, GitHub annotations or SARIF."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from spec.lint.rules import LINT_RULES, LintFinding
from spec.reporting.report import github_line
from spec.source.pointer import Json


def as_text(found: Sequence[LintFinding]) -> str:
    """For people at a console."""
    lines = []
    for each in found:
        lines.append(f"{each.place}: {each.severity}: {each.message} [{each.rule}]")
        lines.append(f"    at {each.pointer or '/'}: {each.remedy}")
    counts = [f"{sum(each.severity == name for each in found)} {name}(s)" for name in ("error", "warning", "note")]
    return "\n".join([*lines, ", ".join(counts)]) + "\n"


def as_json(found: Sequence[LintFinding]) -> str:
    """For programs: a list of findings."""
    return json.dumps([each.as_json() for each in found], ensure_ascii=False, indent=2) + "\n"


def as_github(found: Sequence[LintFinding]) -> str:
    """Workflow commands of GitHub Actions."""
    levels = {"error": "error", "warning": "warning", "note": "notice"}
    lines = [
        github_line(
            levels[each.severity], each.file, each.line, each.column, each.rule, f"{each.message} {each.remedy}"
        )
        for each in found
    ]
    return "\n".join([*lines, f"invigilate lint: {len(found)} finding(s)"]) + "\n"


def as_sarif(found: Sequence[LintFinding]) -> str:
    """SARIF 2.1.0, which code hosts show beside the line."""
    rules: list[dict[str, Json]] = [
        {"id": name, "help": {"text": LINT_RULES[name].remedy}} for name in sorted({each.rule for each in found})
    ]
    results = [
        {
            "ruleId": each.rule,
            "level": each.severity,
            "message": {"text": f"{each.message} {each.remedy}"},
            "locations": [{
                "physicalLocation": {
                    "artifactLocation": {"uri": each.file},
                    "region": {"startLine": each.line, "startColumn": each.column},
                },
                "logicalLocations": [{"fullyQualifiedName": each.pointer}],
            }],
        }
        for each in found
    ]  # fmt: skip
    run = {"tool": {"driver": {"name": "invigilate lint", "rules": rules}}, "results": results}
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


FORMATS: dict[str, Callable[[Sequence[LintFinding]], str]] = {
    "text": as_text, "json": as_json, "github": as_github, "sarif": as_sarif,
}  # fmt: skip
