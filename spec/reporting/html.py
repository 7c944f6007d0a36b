"""The report as one HTML page: every change with both documents side by side and the proof in its place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import yaml

from spec.diff.change import Change
from spec.docs.shell import filled
from spec.reporting.report import DiffReading, proof
from spec.source.pointer import Json, follow, join, split

_CONTEXT = 3
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class SideBySide:
    """One row of two documents: the words on either side (None: none), and whether they differ."""

    old: str | None
    new: str | None
    differs: bool


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A change as the page shows it: the rows around it, the object that they come from, and the proof."""

    change: Change
    place: str
    above: str
    rows: tuple[SideBySide, ...]
    proof: str | None
    witness: str | None
    attributes: dict[str, Json]


def as_html(reading: DiffReading) -> str:
    """A page that needs nothing but itself: no script, no address is loaded."""
    shown = [_shown(reading, change) for change in reading.report.changes]
    words = [(each.kind, each.message, each.place(reading.old, reading.new)) for each in reading.prose]
    ignored = [(each, reading.place(each.change)) for each in reading.ignored]
    page = filled("page.html", Path(__file__).parent, reading=reading, changes=shown, prose=words, ignored=ignored)
    return page.html


def _shown(reading: DiffReading, change: Change) -> ShownChange:
    above = _shared(reading, change.pointer)
    sides = [_lines(source.value, above) for source in (reading.old, reading.new)]
    witness = json.dumps(change.witness, ensure_ascii=False, indent=2) if change.proven else None
    rows = tuple(_trimmed(list(_rows(*sides))))
    return ShownChange(
        change, str(reading.place(change)), above, rows, proof(change) if change.proven else None, witness,
        reading.attributes_of(change),
    )  # fmt: skip


def _shared(reading: DiffReading, pointer: str) -> str:
    """The nearest object above a place that both documents have."""
    tokens = list(split(pointer if pointer.startswith("/") or not pointer else ""))
    if tokens:
        tokens.pop()
    while tokens:
        if all(_has(source.value, tokens) for source in (reading.old, reading.new)):
            break
        tokens.pop()
    return join(tokens)


def _has(value: Json, tokens: list[str]) -> bool:
    try:
        return isinstance(follow(value, tokens), (dict, list))
    except LookupError:
        return False


def _lines(value: Json, pointer: str) -> list[str]:
    found = follow(value, pointer)
    if pointer == "":
        found = dict.fromkeys(found, "…") if isinstance(found, dict) else found
    dumped = yaml.dump(found, Dumper=_AnchorlessDumper, sort_keys=False, allow_unicode=True, width=100)
    return str(dumped).splitlines()[: 20 * _LONGEST]


class _AnchorlessDumper(yaml.SafeDumper):
    """Writes repeated objects out, without anchors."""

    def ignore_aliases(self, data: Json) -> bool:
        return True


def _rows(old: list[str], new: list[str]) -> Iterator[SideBySide]:
    for kind, first, last, from_, to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        left, right = old[first:last], new[from_:to]
        for index in range(max(len(left), len(right))):
            one = left[index] if index < len(left) else None
            two = right[index] if index < len(right) else None
            yield SideBySide(one, two, kind != "equal")


def _trimmed(rows: list[SideBySide]) -> Iterator[SideBySide]:
    """The rows that differ and those around them; what is left out between them is one row of dots."""
    near = {
        beside
        for index, row in enumerate(rows)
        if row.differs
        for beside in range(index - _CONTEXT, index + _CONTEXT + 1)
    }
    skipped, count = False, 0
    for index, row in enumerate(rows if near else rows[: 4 * _CONTEXT]):
        if near and index not in near:
            skipped = True
            continue
        if skipped:
            yield SideBySide("…", "…", False)
            skipped = False
        yield row
        count += 1
        if count >= _LONGEST:
            yield SideBySide("… (more)", "… (more)", False)
            return
