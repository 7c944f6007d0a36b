"""The options that every command has which reads a document: overlays, and how far its references lead."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a command that only shows its help reads nothing
    from spec.source.files import Reach
    from spec.source.reading import Source


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """``--overlay``, ``--allow-path`` and ``--map``."""
    group = parser.add_argument_group("reading documents")
    group.add_argument(
        "--overlay", type=Path, action="append", default=[], metavar="F",
        help="change the document by this OpenAPI Overlay first (repeatable)",
    )  # fmt: skip
    group.add_argument(
        "--allow-path", type=Path, action="append", default=[], metavar="DIR",
        help="also follow references into this folder (always: the folder of the document)",
    )  # fmt: skip
    group.add_argument(
        "--map", type=_mapping, action="append", default=[], metavar="URL=FILE", dest="mapped",
        help="read FILE where a reference names URL, which is never fetched; URL/=DIR for all below it",
    )  # fmt: skip


def add_strictness(parser: argparse.ArgumentParser) -> None:
    """``--strict-keywords``, for the commands that serve or judge a document."""
    parser.add_argument(
        "--strict-keywords", action="store_true",
        help="refuse keywords that mean nothing here (foreign x- members, externalDocs), which are left out otherwise",
    )  # fmt: skip


def reach(options: argparse.Namespace) -> Reach:
    """What the options allow."""
    from spec.source.files import Reach

    return Reach(tuple(options.allow_path), dict(options.mapped))


def read_as(options: argparse.Namespace, name: str | Path) -> Source:
    """The document that an argument names, read as the options say. Raises SourceError."""
    from spec.openapi.files.sources import document

    return document(name, reach(options), options.overlay)


def _mapping(text: str) -> tuple[str, Path]:
    url, equals, file = text.rpartition("=")
    if not equals or not url or not file:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form URL=FILE.")
    return url, Path(file)
