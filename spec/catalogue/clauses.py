"""The catalogue of clauses: every promise of the contract under the one id that mock, judge, docs and tests share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from spec.source.reading import Source, SourceError, read

CLAUSES_FILE = Path(__file__).parents[1] / "clauses.yaml"
NEEDS = ("integration", "expired-token", "other-install", "follow-signon", "https")


class Standing(StrEnum):
    """How firmly a clause rests on what the vendor publishes."""

    PUBLISHED = "published"
    IMPLIED = "implied"
    ADOPTED = "adopted"


@dataclass(frozen=True, slots=True)
class Clause:
    """One promise. ``needs`` are options of ``check`` without which a black box cannot be judged on it."""

    id: str
    sentence: str
    standing: Standing
    source: str
    judged_by: str = "check"
    needs: tuple[str, ...] = ()
    settles: str | None = None

    @property
    def binding(self) -> bool:
        """Whether breaking it contradicts every reading of what is published."""
        return self.standing is not Standing.ADOPTED


Catalogue = Mapping[str, Clause]


def load_clauses(path: Path | str = CLAUSES_FILE) -> Catalogue:
    """The catalogue of a file. Raises SourceError with file, line and reason for whatever is not a clause."""
    source = read(path)
    entries = source.value.get("clauses") if isinstance(source.value, dict) else None
    if not isinstance(entries, list) or not entries:
        raise SourceError(source.name, source.mark(""), "must be a mapping whose member 'clauses' lists the clauses.")
    catalogue: dict[str, Clause] = {}
    for index, entry in enumerate(entries):
        clause = _clause(source, f"/clauses/{index}", entry)
        if clause.id in catalogue:
            raise SourceError(source.name, source.mark(f"/clauses/{index}"), f"the clause {clause.id!r} occurs twice.")
        catalogue[clause.id] = clause
    return catalogue


def _clause(source: Source, pointer: str, entry: Any) -> Clause:
    def fail(reason: str) -> SourceError:
        return SourceError(source.name, source.mark(pointer), f"{reason} ({pointer})")

    if not isinstance(entry, dict):
        raise fail("a clause is a mapping with id, sentence, standing and source.")
    unknown = entry.keys() - {"id", "sentence", "standing", "source", "judged_by", "needs", "settles"}
    if unknown:
        raise fail(f"a clause has no member {sorted(unknown)[0]!r}.")
    missing = {"id", "sentence", "standing", "source"} - entry.keys()
    if missing:
        raise fail(f"a clause needs a {sorted(missing)[0]}.")
    if entry["standing"] not in list(Standing):
        raise fail(f"a standing is one of {', '.join(Standing)}, not {entry['standing']!r}.")
    if entry.get("judged_by", "check") not in ("check", "mock"):
        raise fail(f"judged_by is check or mock, not {entry['judged_by']!r}.")
    needs = tuple(entry.get("needs", ()))
    if stranger := next((need for need in needs if need not in NEEDS), None):
        raise fail(f"needs are among {', '.join(NEEDS)}, not {stranger!r}.")
    return Clause(
        id=str(entry["id"]),
        sentence=str(entry["sentence"]),
        standing=Standing(entry["standing"]),
        source=str(entry["source"]),
        judged_by=entry.get("judged_by", "check"),
        needs=needs,
        settles=entry.get("settles"),
    )
