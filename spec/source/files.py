"""The files that a document may bring in: those of its own folder, of git's revision, and copies that were named.

Nothing is ever fetched, and nothing is opened only because a document says so: what lies outside the folder of the
document needs ``--allow-path``, a URL needs a copy (``--map URL=FILE``).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, unquote, urlsplit

from spec.source.reading import Source, SourceError, read
from spec.source.revisions import Revision


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the references of a document lead: folders that are allowed, and copies of what URLs name.

    A URL that ends in ``/`` stands for all below it, and its copy is a folder.
    """

    allowed: tuple[Path, ...] = ()
    mapped: Mapping[str, Path] = field(default_factory=dict)

    def copy_of(self, url: str) -> Path | None:
        """The file that stands for a URL, or None."""
        if url in self.mapped:
            return self.mapped[url]
        for known, folder in self.mapped.items():
            if known.endswith("/") and url.startswith(known):
                below = (folder / unquote(url[len(known) :])).resolve()
                return below if below.is_relative_to(folder.resolve()) else None
        return None


class OutOfReachError(Exception):
    """A reference leads to what is not opened; the message says why, and how to go on."""


class Library(Protocol):
    """Where the files of one document come from. Addresses are URLs of ``file:``, whatever holds the files."""

    @property
    def root(self) -> str:
        """The address of the document itself."""

    def name(self, address: str) -> str:
        """How messages and pointers call a file: its path as seen from the document, or its URL."""

    def open(self, address: str) -> Source:
        """A file. Raises SourceError and OutOfReachError."""


@dataclass(frozen=True, slots=True)
class FolderLibrary:
    """The files around a document on disk."""

    path: Path
    reach: Reach

    @property
    def root(self) -> str:
        return f"file://{quote(str(Path(os.path.abspath(self.path))))}"

    def name(self, address: str) -> str:
        return _name(self.root, address)

    def open(self, address: str) -> Source:
        if (mapped := self.reach.copy_of(address)) is not None:
            return _regular(mapped, str(mapped))
        path = Path(_path(address))
        real = path.resolve()
        folders = (Path(os.path.abspath(self.path)).parent, *self.reach.allowed)
        if not any(real.is_relative_to(folder.resolve()) for folder in folders):
            raise OutOfReachError("lies outside the folder of the document; allow it with --allow-path DIR")
        return _regular(real, str(self.path.parent / self.name(address)))


@dataclass(frozen=True, slots=True)
class RevisionLibrary:
    """The files around a document in a revision that git holds."""

    revision: Revision
    path: str
    reach: Reach

    @property
    def root(self) -> str:
        return f"file:///{quote(self.path)}"

    def name(self, address: str) -> str:
        return _name(self.root, address)

    def open(self, address: str) -> Source:
        if (mapped := self.reach.copy_of(address)) is not None:
            return _regular(mapped, str(mapped))
        path = _path(address).lstrip("/")
        folder = self.path.rpartition("/")[0]
        if folder and not path.startswith(f"{folder}/") and not self._allowed(path):
            raise OutOfReachError("lies outside the folder of the document; allow it with --allow-path DIR")
        return self.revision.read(path)

    def _allowed(self, path: str) -> bool:
        top = self.revision.top()
        return top is not None and any((top / path).is_relative_to(folder.resolve()) for folder in self.reach.allowed)


def _path(address: str) -> str:
    url = urlsplit(address)
    if url.scheme != "file":
        raise OutOfReachError("is not fetched; name a copy of it with --map URL=FILE")
    path = unquote(url.path)
    if url.netloc or url.query or "\0" in path:
        raise OutOfReachError("is no path of a file")
    return path


def _name(root: str, address: str) -> str:
    url = urlsplit(address)
    if url.scheme != "file":
        return address
    return os.path.relpath(unquote(url.path), os.path.dirname(unquote(urlsplit(root).path))).replace(os.sep, "/")


def _regular(path: Path, name: str) -> Source:
    """A regular file, read: a pipe or a device that a document names would hang us."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise OutOfReachError("is not a regular file")
    except (OSError, ValueError) as error:
        raise OutOfReachError(f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    found = read(path)
    return Source(name, found.value, found.marks)


def library(name: str | Path, reach: Reach) -> Library:
    """Where a document and what belongs to it are read: ``git:REV:PATH`` (``git::PATH`` is the index) or a path.

    Raises SourceError when a revision is written wrongly.
    """
    text = str(name)
    if isinstance(name, str) and text.startswith("git:"):
        revision, path = Revision.of(text)
        return RevisionLibrary(revision, path, reach)
    return FolderLibrary(Path(name), reach)


__all__ = ["FolderLibrary", "Library", "OutOfReachError", "Reach", "RevisionLibrary", "SourceError", "library"]
