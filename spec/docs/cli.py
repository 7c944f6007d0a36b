"""``invigilate docs``: the contract page as a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from spec.catalogue.clauses import CLAUSES_FILE, load_clauses
from spec.catalogue.contradictions import load_contradictions
from spec.docs.page import render
from spec.load import DOCUMENT_FILE, load
from spec.openapi.document import DocumentError
from spec.openapi.options import add_reading_options, reach
from spec.source.reading import SourceError

PAGE = "contract.html"


def docs(argv: list[str]) -> int:
    """Write the contract page. Exit codes: 0, or 2 when something cannot be read or written."""
    parser = argparse.ArgumentParser(
        prog="invigilate docs",
        description=f"Write the contract as one page, {PAGE}: operations, fields, examples, clauses, contradictions.",
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", default=Path("invigilate-docs"), help="the folder (%(default)s)"
    )
    parser.add_argument("--spec", metavar="F", default=DOCUMENT_FILE, help="another OpenAPI document")
    parser.add_argument("--clauses", type=Path, metavar="F", default=CLAUSES_FILE, help="another catalogue of clauses")
    add_reading_options(parser)
    given = parser.parse_args(argv)
    try:
        catalogue = load_clauses(given.clauses)
        page = render(load(given.spec, catalogue, reach(given), given.overlay), catalogue, load_contradictions())
        given.out.mkdir(parents=True, exist_ok=True)
        (given.out / PAGE).write_text(page.html, encoding="utf-8")
    except (SourceError, DocumentError) as error:
        sys.stderr.write(f"invigilate docs: {error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"invigilate docs: {given.out / PAGE} cannot be written: {error.strerror or error}.\n")
        return 2
    sys.stdout.write(f"{given.out / PAGE}\n")
    return 0
