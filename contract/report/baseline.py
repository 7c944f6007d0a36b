"""Known findings: a file that gives each a reason, so that only new ones decide the exit code."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contract.report.known import BaselineEntry
from contract.run.runner import RunReport
from spec.source.pointer import Json
from spec.source.reading import SourceError, read

if TYPE_CHECKING:
    from contract.report.verdict import ReportedVerdict

_FINGERPRINT = re.compile(r"[0-9a-f]{12}\Z")
UNEXPLAINED = "not explained yet"


@dataclass(frozen=True, slots=True)
class Unseen:
    """What a run says of the entries of a baseline that it did not see."""

    occurring: frozenset[str]
    gone: tuple[BaselineEntry, ...]
    untold: tuple[BaselineEntry, ...]


@dataclass(frozen=True, slots=True)
class Baseline:
    """The entries of a baseline on a day: those that hold (by fingerprint), and those that have expired."""

    entries: tuple[BaselineEntry, ...] = ()
    today: date = field(default_factory=date.today)

    @property
    def known(self) -> Mapping[str, BaselineEntry]:
        return {one.fingerprint: one for one in self.entries if one.expires is None or self.today <= one.expires}

    @property
    def expired(self) -> tuple[BaselineEntry, ...]:
        return tuple(one for one in self.entries if one.expires is not None and self.today > one.expires)

    def unseen(self, report: RunReport) -> Unseen:
        """Which entries are gone, and of which nothing can be said: only what was exercised in full can be gone.

        In full: the run went to its end, the clause was exercised, and at least as many sequences were generated as it
        took to find the entry.
        """
        occurring = frozenset(one.fingerprint for one in report.findings())
        gone: list[BaselineEntry] = []
        untold: list[BaselineEntry] = []
        for one in self.entries:
            if one.fingerprint in occurring:
                continue
            result = report.results.get(one.clause)
            full = report.complete and (result is None or bool(result.exercised)) and report.examples >= one.examples
            (gone if full else untold).append(one)
        return Unseen(occurring, tuple(gone), tuple(untold))


NO_BASELINE = Baseline()


def load_baseline(path: Path | str) -> tuple[BaselineEntry, ...]:
    """The entries of a JSON or YAML file. Raises SourceError with file, line and reason."""
    source = read(path)

    def fail(pointer: str, reason: str) -> SourceError:
        return SourceError(source.name, source.mark(pointer), f"{reason} ({pointer or 'whole file'})")

    if not isinstance(source.value, list):
        raise fail("", "a baseline is a list of {fingerprint, clause, reason, …}.")
    entries: dict[str, BaselineEntry] = {}
    for index, entry in enumerate(source.value):
        pointer = f"/{index}"
        if not isinstance(entry, dict) or (strange := entry.keys() - _MEMBERS.keys()):
            known = ", ".join(_MEMBERS)
            what = f"not {sorted(map(str, strange))[0]!r}" if isinstance(entry, dict) else f"not {entry!r:.40}"
            raise fail(pointer, f"an entry is a mapping of {known}; {what}.")
        for name in ("fingerprint", "clause", "reason"):
            if not isinstance(entry.get(name), str) or not entry[name].strip():
                raise fail(pointer, f"an entry needs a {name}, which is a text (quote a number).")
        read_members = {}
        for name, value in entry.items():
            try:
                read_members[name] = _MEMBERS[name](value)
            except ValueError as error:
                raise fail(f"{pointer}/{name}", f"{name} {error}.") from None
        one = BaselineEntry(**read_members)
        if one.fingerprint in entries:
            raise fail(f"{pointer}/fingerprint", f"{one.fingerprint} is listed twice.")
        entries[one.fingerprint] = one
    return tuple(entries.values())


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise ValueError("is a text (quote a number)")  # noqa: TRY004  # told with its place, as every wrong value is
    return value


def _fingerprint(value: Json) -> str:
    if not _FINGERPRINT.match(_text(value)):
        raise ValueError(f"is 12 hexadecimal digits, not {value!r}")
    return _text(value)


def _day(value: Json) -> date | None:
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(_text(value))
    except ValueError:
        raise ValueError(f"is a day such as 2027-01-31, not {value!r}") from None


def _number(value: Json) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"is a whole number from 0 on, not {value!r}")
    return value


_MEMBERS: Mapping[str, Callable[[Any], Any]] = {
    "fingerprint": _fingerprint,
    "clause": _text,
    "reason": _text,
    "pointer": _text,
    "received": _text,
    "owner": _text,
    "expires": _day,
    "examples": _number,
}


def render_baseline(verdict: ReportedVerdict, given: Baseline = NO_BASELINE) -> str:
    """A baseline of everything that a verdict found; what was given before is kept: reasons, owners, days.

    An entry of before that was not seen goes only if its clause was exercised in full.
    """
    before = {one.fingerprint: one for one in given.entries}
    found: list[BaselineEntry] = []
    for one in verdict.findings:
        known = before.get(one.fingerprint) or BaselineEntry(
            one.fingerprint,
            one.clause,
            f"{UNEXPLAINED}: {one.cause}",
            examples=0 if one.rung or verdict.passive else verdict.examples,
        )
        found.append(replace(known, pointer=one.pointer, received=one.received))
    return json.dumps([_entry(one) for one in (*found, *verdict.unproven)], indent=1) + "\n"


def _entry(one: BaselineEntry) -> dict[str, Json]:
    made: dict[str, Json] = {
        "fingerprint": one.fingerprint,
        "clause": one.clause,
        "pointer": one.pointer,
        "received": one.received,
        "reason": one.reason,
        "owner": one.owner,
        "expires": one.expires.isoformat() if one.expires else None,
    }
    return {**made, "examples": one.examples} if one.examples else made
