"""Known findings: a file that gives each a reason, so that only new ones decide the exit code."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from contract.report.verdict import Verdict
from spec.source.reading import SourceError, read

_FINGERPRINT = re.compile(r"[0-9a-f]{12}\Z")
UNEXPLAINED = "not explained yet"


@dataclass(frozen=True, slots=True)
class Known:
    """One entry of a baseline."""

    fingerprint: str
    clause: str
    reason: str


def load_baseline(path: Path | str) -> tuple[Known, ...]:
    """The entries of a JSON or YAML file. Raises SourceError with file, line and reason."""
    source = read(path)

    def fail(pointer: str, reason: str) -> SourceError:
        return SourceError(source.name, source.mark(pointer), f"{reason} ({pointer or 'whole file'})")

    if not isinstance(source.value, list):
        raise fail("", "a baseline is a list of {fingerprint, clause, reason}.")
    entries = []
    for index, entry in enumerate(source.value):
        pointer = f"/{index}"
        if not isinstance(entry, dict) or entry.keys() - {"fingerprint", "clause", "reason"}:
            raise fail(pointer, "an entry is a mapping of fingerprint, clause and reason.")
        for name in ("fingerprint", "clause", "reason"):
            if not isinstance(entry.get(name), str) or not entry[name].strip():
                raise fail(pointer, f"an entry needs a {name}, which is a text (quote a number).")
        if not _FINGERPRINT.match(entry["fingerprint"]):
            raise fail(pointer, f"a fingerprint is 12 hexadecimal digits, not {entry['fingerprint']!r}.")
        entries.append(Known(entry["fingerprint"], entry["clause"], entry["reason"]))
    return tuple(entries)


def reasons(entries: tuple[Known, ...]) -> Mapping[str, str]:
    """The reason of each fingerprint."""
    return {one.fingerprint: one.reason for one in entries}


def render_baseline(verdict: Verdict) -> str:
    """A baseline of everything that a verdict found; reasons that were given before are kept."""
    entries = [
        {"fingerprint": one.fingerprint, "clause": one.clause, "reason": one.known or f"{UNEXPLAINED}: {one.cause}"}
        for one in verdict.findings
    ]
    return json.dumps(entries, indent=1) + "\n"
