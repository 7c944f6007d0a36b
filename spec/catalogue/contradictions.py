"""The settled contradictions: where the published material disagrees with itself, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spec.source.reading import Source, SourceError, read

CONTRADICTIONS_FILE = Path(__file__).parents[1] / "contradictions.yaml"
_MEMBERS = ("id", "title", "published", "decided")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One disagreement. ``published`` says what stands where, one sentence a place."""

    id: str
    title: str
    published: tuple[str, ...]
    decided: str


Contradictions = Mapping[str, Contradiction]


def load_contradictions(path: Path | str = CONTRADICTIONS_FILE) -> Contradictions:
    """The contradictions of a file, by id. Raises SourceError with file, line and reason for whatever is none."""
    source = read(path)
    entries = source.value.get("contradictions") if isinstance(source.value, dict) else None
    if not isinstance(entries, list):
        reason = "must be a mapping whose member 'contradictions' lists the contradictions."
        raise SourceError(source.name, source.mark(""), reason)
    found: dict[str, Contradiction] = {}
    for index, entry in enumerate(entries):
        pointer = f"/contradictions/{index}"
        one = _contradiction(source, pointer, entry)
        if one.id in found:
            raise SourceError(source.name, source.mark(pointer), f"the contradiction {one.id!r} occurs twice.")
        found[one.id] = one
    return found


def _contradiction(source: Source, pointer: str, entry: Any) -> Contradiction:
    def fail(reason: str) -> SourceError:
        return SourceError(source.name, source.mark(pointer), f"{reason} ({pointer})")

    if not isinstance(entry, dict):
        raise fail(f"a contradiction is a mapping with {', '.join(_MEMBERS)}.")
    if stranger := next((name for name in entry if name not in _MEMBERS), None):
        raise fail(f"a contradiction has no member {stranger!r}.")
    if missing := next((name for name in _MEMBERS if name not in entry), None):
        raise fail(f"a contradiction needs a member {missing!r}.")
    published = entry["published"]
    if not isinstance(published, list) or not all(isinstance(one, str) for one in published):
        raise fail("'published' lists sentences, one for each place.")
    return Contradiction(str(entry["id"]), str(entry["title"]), tuple(published), str(entry["decided"]))
