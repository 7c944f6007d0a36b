"""``invigilate docs``: the contract page as a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from spec.catalogue.clauses import CLAUSES_FILE, load_clauses
from spec.catalogue.contradictions import load_contradictions
from spec.docs.page import render
from spec.docs.reference import reference_page
from spec.docs.shell import Page
from spec.load import DOCUMENT_FILE, build
from spec.openapi.document import DocumentError
from spec.openapi.options import add_reading_options, read_as
from spec.source.pointer import Json
from spec.source.reading import Source, SourceError

PAGE = "contract.html"
REFERENCE = "reference.html"


def docs(argv: list[str]) -> int:
    """Write the contract page. Exit codes: 0, or 2 when something cannot be read or written."""
    parser = argparse.ArgumentParser(
        prog="invigilate docs",
        description=(
            f"Write the contract as one page, {PAGE}: operations, fields, examples, clauses, contradictions. Any other "
            f"OpenAPI document is written as {REFERENCE}: operations, schemas and fields, each with an anchor."
        ),
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", default=Path("invigilate-docs"), help="the folder (%(default)s)"
    )
    parser.add_argument("--spec", metavar="F", default=DOCUMENT_FILE, help="another OpenAPI document")
    parser.add_argument("--clauses", type=Path, metavar="F", default=CLAUSES_FILE, help="another catalogue of clauses")
    add_reading_options(parser)
    given = parser.parse_args(argv)
    try:
        page, name = _page(read_as(given, given.spec), given.clauses)
        given.out.mkdir(parents=True, exist_ok=True)
        (given.out / name).write_text(page.html, encoding="utf-8")
    except (SourceError, DocumentError) as error:
        sys.stderr.write(f"invigilate docs: {error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"invigilate docs: {given.out} cannot be written to: {error.strerror or error}.\n")
        return 2
    sys.stdout.write(f"{given.out / name}\n")
    return 0


def _page(source: Source, clauses: Path) -> tuple[Page, str]:
    """The page of a document and its file name: the contract where it describes one, else a plain reference."""
    if not _describes_resources(source.value):
        return reference_page(source.value), REFERENCE
    catalogue = load_clauses(clauses)
    return render(build(source, catalogue), catalogue, load_contradictions()), PAGE


def _describes_resources(node: Json) -> bool:
    """Whether a document says with ``x-resource`` what its bodies provision."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            if "x-resource" in here:
                return True
            waiting.extend(here.values())
        elif isinstance(here, list):
            waiting.extend(here)
    return False
