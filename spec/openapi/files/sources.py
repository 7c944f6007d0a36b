"""A document and all its files as one JSON value, in which every reference that can be followed is local.

The parts of other files stand below one member of the root (``spec.source.reading.HOLDER``) under the names of
their files; places still lead into the files. Path items are taken over where a reference stands for them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

from spec.openapi.files.crawl import Crawl, Reference, Spot
from spec.openapi.files.evaluation import bounded
from spec.openapi.files.splicing import Splice, Splicing
from spec.openapi.versions import openapi_object
from spec.source.files import Library, Reach, library
from spec.source.pointer import Json, edited, escape, follow, split
from spec.source.reading import HOLDER, LARGEST, Gap, Source, decoded, read, written

STANDARD_INPUT = "<stdin>"
"""What a document is called that comes from the standard input (``-``)."""


def document(name: str | Path, reach: Reach | None = None, overlays: Sequence[Path] = ()) -> Source:
    """The OpenAPI document that an argument names, a path or ``git:REV:PATH``, with all its files.

    Overlays are applied to it first, in their order.

    Raises SourceError if it cannot be read or is no OpenAPI document; references that lead nowhere are its gaps.
    """
    shelf = library(name, reach or Reach())
    found = shelf.open(shelf.root) if isinstance(name, str) and name.startswith("git:") else _root(Path(name))
    if overlays:
        from spec.openapi.files.overlay import overlaid_by  # and the JSONPath library, which nobody else waits for

        openapi_object(found)
        found = overlaid_by(found, (read(path) for path in overlays))
    return gathered(found, shelf)


def _root(path: Path) -> Source:
    if str(path) == "-":
        return decoded(sys.stdin.buffer.read(LARGEST + 1), STANDARD_INPUT)
    return read(path)


def gathered(root: Source, shelf: Library) -> Source:
    """A parsed document with its other files.

    Raises SourceError if it is no OpenAPI document, or one that no engine can read to an end.
    """
    value = openapi_object(root)
    legacy = str(value["openapi"]).startswith("3.0")
    crawl = Crawl(shelf, legacy)
    crawl.run(root)
    return bounded(_Assembly(root, value, crawl).source())


class _Assembly:
    def __init__(self, root: Source, value: Mapping[str, Json], crawl: Crawl) -> None:
        self.root, self.value, self.crawl = root, value, crawl
        self.address = crawl.library.root

    def source(self) -> Source:
        edits: dict[str, dict[tuple[str, ...], str]] = {}
        wanted: dict[str, set[str]] = {}
        for reference, spot in self.crawl.targets.items():
            if spot.file != self.address:
                wanted.setdefault(spot.file, set()).add(spot.pointer)
            local = f"#{quote(self.pointer(spot), safe=_SAFE)}"
            if local != reference.text and not _says(reference, self.address, spot):
                where = (*split(reference.holder.pointer), *split(reference.member))
                edits.setdefault(reference.holder.file, {})[where] = local
        value = dict(edited(self.value, edits.get(self.address, {})))
        held = {
            self.crawl.library.name(file): _pruned(edited(self.crawl.files[file].value, edits.get(file, {})), pointers)
            for file, pointers in wanted.items()
        }
        if held:
            value[HOLDER] = held
        splices = [
            Splice(self.pointer(one.holder) + one.member.removesuffix("/$ref"), one.text, self.pointer(spot))
            for one, spot in self.crawl.targets.items()
            if one.misplaced
        ]
        splicing = Splicing(value)
        splicing.replace(splices)
        splicing.take_over_items()
        moved, value = splicing.moved, splicing.value
        files = {self.crawl.library.name(file): self.crawl.files[file] for file in wanted}
        files = {**self.root.files, **files}
        moved = {**self.root.moved, **{here: written(there, self.root.moved) for here, there in moved.items()}}
        gaps = (*self.gaps(), *splicing.gaps)
        spliced = {one.holder: one.text for one in splices}
        return Source(self.root.name, value, self.root.marks, files, moved, gaps, spliced)

    def pointer(self, spot: Spot) -> str:
        if spot.file == self.address:
            return spot.pointer
        return f"/{HOLDER}/{escape(self.crawl.library.name(spot.file))}{spot.pointer}"

    def gaps(self) -> list[Gap]:
        found = [
            Gap(self.pointer(one.holder) + one.member, one.text, str(error), error.unseen, not error.unseen)
            for one, error in self.crawl.failures.items()
            if not one.perhaps
        ]
        found += [
            Gap(self.pointer(one.holder) + one.member, one.text, _DYNAMIC, unseen=False)
            for one in self.crawl.targets
            if self.crawl.ambiguous(one)
        ]
        found += [Gap(self.pointer(spot), None, reason, unseen=False) for spot, reason in self.crawl.unread.items()]
        return found


_DYNAMIC = "leads to several places, by the way on which one comes to it; only the nearest is followed"
_SAFE = "/~!$&'()*+,;=:@-._ "


def _says(reference: Reference, address: str, spot: Spot) -> bool:
    """Whether the text of a reference is a pointer into the document already, however it is escaped."""
    return spot.file == address and unquote(reference.text) == f"#{spot.pointer}"


def _pruned(value: Json, pointers: set[str]) -> Json:
    """Only what stands at some pointers, under the same pointers (a list on the way becomes an object of indices)."""
    kept = _KeptObject()
    for pointer in sorted(pointers, key=len):
        found = follow(value, pointer)
        tokens = split(pointer)
        if not tokens:
            return found
        here: _KeptObject = kept
        for token in tokens[:-1]:
            below = here.setdefault(token, _KeptObject())
            if not isinstance(below, _KeptObject):
                break  # something above it is kept whole
            here = below
        else:
            here.setdefault(tokens[-1], found)
    return _plain(kept)


class _KeptObject(dict[str, Json]):
    """An object on the way to what is kept."""


def _plain(value: _KeptObject) -> dict[str, Json]:
    return {key: _plain(child) if isinstance(child, _KeptObject) else child for key, child in value.items()}
