"""Files of our own kinds, checked by a JSON Schema before anything is made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from spec.openapi.document import Schema
from spec.schema.telling.messages import said_of
from spec.schema.validation import Rules, outermost
from spec.source.reading import Source, SourceError

_MOST_TOLD = 20


class Complaint(NamedTuple):
    """What is wrong with a file, and the JSON pointer of the place."""

    pointer: str
    reason: str


def check_source(source: Source, schema: Schema) -> None:
    """Raise SourceError with every violation of the schema, each with file, line, column and pointer."""
    found = outermost(Rules(schema).violations(source.value))
    refuse_source(source, (Complaint(one.pointer, _of_a_file(one.message)) for one in found))


def _of_a_file(message: str) -> str:
    return said_of("the file", message).replace("; send ", "; write ", 1)


def refuse_source(source: Source, complaints: Iterable[Complaint]) -> None:
    """Raise SourceError if there are complaints: one line each, in the order of the file."""
    listed = sorted(complaints, key=lambda one: (source.mark(one.pointer).line, source.mark(one.pointer).column, one))
    if not listed:
        return
    first, *others = listed[:_MOST_TOLD]
    lines = [f"{first.pointer or '(whole file)'}: {first.reason}"]
    lines += [f"{source.place(one.pointer)}: {one.pointer}: {one.reason}" for one in others]
    if len(listed) > _MOST_TOLD:
        lines.append(f"{source.name}: and {len(listed) - _MOST_TOLD} more.")
    raise SourceError(source.name, source.mark(first.pointer), "\n".join(lines))


def repeated(pointer: str, what: str, names: Iterable[str]) -> Iterator[Complaint]:
    """A complaint for every name of a list that stood there before; ``pointer`` is that of the list."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield Complaint(f"{pointer}/{index}", f"the {what} {name!r} occurs twice.")
        seen.add(name)
