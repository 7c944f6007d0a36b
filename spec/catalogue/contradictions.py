"""The settled contradictions: where the published material disagrees with itself, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from spec.openapi.document import Schema
from spec.schema.sources import check_source, refuse_source, repeated
from spec.source.reading import read

CONTRADICTIONS_FILE = Path(__file__).parents[1] / "contradictions.yaml"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One disagreement. ``published`` says what stands where, one sentence a place."""

    id: str
    title: str
    published: tuple[str, ...]
    decided: str


Contradictions = Mapping[str, Contradiction]


_SCHEMA: Schema = {
    "type": "object",
    "required": ["contradictions"],
    "additionalProperties": False,
    "properties": {
        "contradictions": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "title", "published", "decided"],
                "additionalProperties": False,
                "properties": {
                    "id": {"type": "string", "minLength": 1},
                    "title": {"type": "string"},
                    "published": {"type": "array", "items": {"type": "string"}},
                    "decided": {"type": "string"},
                },
            },
        }
    },
}


def load_contradictions(path: Path | str = CONTRADICTIONS_FILE) -> Contradictions:
    """The contradictions of a file, by id. Raises SourceError with file, line, pointer and reason for what is none."""
    source = read(path)
    check_source(source, _SCHEMA)
    listed = [
        Contradiction(one["id"], one["title"], tuple(one["published"]), one["decided"])
        for one in source.value["contradictions"]
    ]
    refuse_source(source, repeated("/contradictions", "contradiction", [one.id for one in listed]))
    return {one.id: one for one in listed}
