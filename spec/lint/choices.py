"""What a project decided about lint: severities of its own, rules that are off, findings that are known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from spec.configuration.loading import Configuration
from spec.lint.rules import LINT_RULES, SEVERITIES, LintFinding, Severity


@dataclass(frozen=True, slots=True)
class IgnoredFinding:
    """A finding that is ignored: its rule and its pointer, or a pointer above it that ends with ``/*``."""

    rule: str
    pointer: str

    def fits(self, finding: LintFinding) -> bool:
        """Whether a finding is the one that is meant, or one below it."""
        above = self.pointer.removesuffix("*")
        return finding.rule == self.rule and (
            finding.pointer == self.pointer or (above != self.pointer and finding.pointer.startswith(above))
        )


@dataclass(frozen=True, slots=True)
class Decided:
    """The findings that are left, how many are ignored, and the entries that no finding met."""

    findings: tuple[LintFinding, ...]
    ignored: int
    unused: tuple[IgnoredFinding, ...]


def decided(found: Iterable[LintFinding], configuration: Configuration) -> Decided:
    """Findings as the project's configuration has them. Raises SourceError for a rule that does not exist."""
    severities = configuration.rules("lint", LINT_RULES)
    known = [
        IgnoredFinding(entry["rule"], entry["pointer"]) for entry in configuration.section("lint").get("ignore", ())
    ]
    used: set[IgnoredFinding] = set()
    kept: list[LintFinding] = []
    ignored = 0
    for finding in _with_severities(found, severities):
        entry = next((one for one in known if one.fits(finding)), None)
        if entry is None:
            kept.append(finding)
        else:
            used.add(entry)
            ignored += 1
    return Decided(tuple(kept), ignored, tuple(one for one in known if one not in used))


def _with_severities(found: Iterable[LintFinding], severities: Mapping[str, str]) -> Iterator[LintFinding]:
    for finding in found:
        word = severities.get(finding.rule, finding.severity)
        severity = next((one for one in SEVERITIES if one == word), None)
        if severity is not None:  # else it is off
            yield replace(finding, severity=severity)


def worst(found: Iterable[LintFinding]) -> Severity | None:
    """The highest severity among findings, or None if there are none."""
    return max((one.severity for one in found), key=SEVERITIES.index, default=None)
