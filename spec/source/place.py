"""Places: where a value stands in the file that somebody wrote."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file; line and column count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Place:
    """A value in one of the files of a document: the file, the JSON pointer within it, line and column."""

    file: str
    pointer: str
    mark: Mark

    def __str__(self) -> str:
        return f"{self.file}:{self.mark.line}:{self.mark.column}"


class SourceError(Exception):
    """A file cannot be read as one JSON value. The message names the file, the place and the reason."""

    def __init__(self, name: str, mark: Mark, reason: str) -> None:
        super().__init__(f"{name}:{mark.line}:{mark.column}: {reason}")
        self.name, self.mark, self.reason = name, mark, reason
