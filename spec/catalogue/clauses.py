"""The catalogue of clauses: every promise of the contract under the one id that mock, judge, docs and tests share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from spec.openapi.document import Schema
from spec.schema.sources import Complaint, check_source, refuse_source, repeated
from spec.source.pointer import Json
from spec.source.reading import read

CLAUSES_FILE = Path(__file__).parents[1] / "clauses.yaml"
FORM_FILE = Path(__file__).parents[1] / "clauses.schema.json"
"""The JSON Schema of a catalogue; ``init`` puts a copy beside one to start from."""


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


_BUILT_IN = "builtin"


def load_clauses(path: Path | str = CLAUSES_FILE) -> Catalogue:
    """The catalogue of a file, and the clauses that ship where it says ``extends: builtin``.

    Raises SourceError with file, line, pointer and reason for whatever is not a clause.
    """
    source = read(path)
    check_source(source, _form())
    extends = source.value.get("extends") == _BUILT_IN
    known: Catalogue = load_clauses() if extends and Path(path) != CLAUSES_FILE else {}
    clauses = [_clause(entry) for entry in source.value["clauses"]]
    refuse_source(source, repeated("/clauses", "clause", [one.id for one in clauses]))
    refuse_source(source, (_taken(index, one.id) for index, one in enumerate(clauses) if one.id in known))
    return {**known, **{one.id: one for one in clauses}}


@cache
def _form() -> Schema:
    form: Schema = json.loads(FORM_FILE.read_text(encoding="utf-8"))
    return form


def _taken(index: int, name: str) -> Complaint:
    reason = f"the clause {name!r} is one of those that ship; give yours another id, or leave out extends and list all."
    return Complaint(f"/clauses/{index}/id", reason)


def _clause(entry: Mapping[str, Json]) -> Clause:
    return Clause(
        id=entry["id"],
        sentence=entry["sentence"],
        standing=Standing(entry["standing"]),
        source=entry["source"],
        judged_by=entry.get("judged_by", "check"),
        needs=tuple(entry.get("needs", ())),
        settles=entry.get("settles"),
    )
