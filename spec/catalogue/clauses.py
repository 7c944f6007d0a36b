"""The catalogue of clauses: every promise of the contract under the one id that mock, judge, docs and tests share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from spec.openapi.document import Schema
from spec.schema.sources import check_source, refuse_source, repeated
from spec.source.pointer import Json
from spec.source.reading import read

CLAUSES_FILE = Path(__file__).parents[1] / "clauses.yaml"
NEEDS = ("integration", "expired-token", "other-install", "follow-signon", "https", "client-secret")


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


_LINE = {"type": "string", "pattern": "^[^\\n\\r]+$", "title": "a sentence or a name in one line"}
_SCHEMA: Schema = {
    "type": "object",
    "required": ["clauses"],
    "additionalProperties": False,
    "properties": {
        "clauses": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["id", "sentence", "standing", "source"],
                "additionalProperties": False,
                "properties": {
                    "id": {
                        "type": "string",
                        "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
                        "title": "words in small letters, joined by hyphens",
                    },
                    "sentence": _LINE,
                    "standing": {"enum": [one.value for one in Standing]},
                    "source": _LINE,
                    "judged_by": {"enum": ["check", "mock"]},
                    "needs": {"type": "array", "items": {"enum": list(NEEDS)}},
                    "settles": _LINE,
                },
            },
        }
    },
}


def load_clauses(path: Path | str = CLAUSES_FILE) -> Catalogue:
    """The catalogue of a file. Raises SourceError with file, line, pointer and reason for whatever is not a clause."""
    source = read(path)
    check_source(source, _SCHEMA)
    clauses = [_clause(entry) for entry in source.value["clauses"]]
    refuse_source(source, repeated("/clauses", "clause", [one.id for one in clauses]))
    return {one.id: one for one in clauses}


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
