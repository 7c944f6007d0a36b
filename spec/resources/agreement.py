"""A document and installs that are loaded together: what the one names, the others have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from spec.openapi.document import Document, DocumentError, Operation, Problem
from spec.resources.annotations import resources
from spec.resources.checks import suggestion
from spec.resources.installs import INSTALLS_FILE, Install, load_installs
from spec.source.pointer import Json, escape


class _NamedInInstall(NamedTuple):
    """An annotation that names something of an install: what it is, and the names of what an install has."""

    what: str
    had: Callable[[Install], Iterable[str]]


_KINDS: Mapping[str, _NamedInInstall] = {
    "x-install-member": _NamedInInstall("list", lambda install: install.members),
    "x-install-default": _NamedInInstall("default", lambda install: install.defaults),
}


def installs_for(document: Document, operation: Operation, path: Path | str | None = None) -> tuple[Install, ...]:
    """The installs of a file (default: those that ship), which have every list and default that the document names.

    Raises SourceError for what is wrong with the file (see load_installs), and DocumentError, at the place of the
    keyword, for a name that none of the installs has.
    """
    installs = load_installs(resources(operation), INSTALLS_FILE if path is None else path)
    problems = tuple(_strangers(document, installs, str(path) if path is not None else "the installs that ship"))
    if problems:
        raise DocumentError(problems)
    return installs


_NO_SCHEMAS = frozenset({"x-clause", "x-safe", "default", "enum", "const", "example", "examples"})
"""Members that hold values, or speak of keywords by their names."""


def _strangers(document: Document, installs: tuple[Install, ...], called: str) -> Iterator[Problem]:
    source = document.source
    for keyword, kind in _KINDS.items():
        known = {name for install in installs for name in kind.had(install)}
        for pointer, name in _named(source.value, keyword):
            if name not in known:
                reason = (
                    f"{keyword} names the {kind.what} {name!r}, which no install of {called} has"
                    f"{suggestion(name, known)} Or add it to a file of installs and give that with --installs."
                )
                yield Problem(source.shown(pointer), source.place(pointer), reason)


def _named(node: Json, keyword: str, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Where a keyword stands in the schemas of a document, and what it names."""
    if isinstance(node, Mapping):
        for key, child in node.items():
            below = f"{pointer}/{escape(key)}"
            name = child.get("list") if isinstance(child, Mapping) else child
            if key == keyword and isinstance(name, str):
                yield below, name
            elif key not in _NO_SCHEMAS:
                yield from _named(child, keyword, below)
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from _named(child, keyword, f"{pointer}/{index}")
