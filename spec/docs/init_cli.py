"""``invigilate init``: a document to start from."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from spec.docs.start import document
from spec.load import DOCUMENT_FILE

NAME = "openapi.yaml"


def init(argv: list[str]) -> int:
    """Write the document. Exit codes: 0, or 2 when it is there already or cannot be written."""
    parser = argparse.ArgumentParser(
        prog="invigilate init",
        description=f"Write {NAME}, a commented document with one part added, to start from.",
    )
    parser.add_argument("folder", type=Path, metavar="DIR", nargs="?", default=Path(), help="where to (default: here)")
    target: Path = parser.parse_args(argv).folder / NAME
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(document())
    except FileExistsError:
        sys.stderr.write(f"invigilate init: {target} is there already; name another folder, or move it away.\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"invigilate init: {target} cannot be written: {error.strerror or error}.\n")
        return 2
    name, ours = shlex.quote(str(target)), shlex.quote(str(DOCUMENT_FILE))
    sys.stdout.write(
        f"{target}: our document with one part added, proctorGroup. Next:\n\n"
        f"  invigilate lint {name}                    # is it sound?\n"
        f"  invigilate diff {ours} {name}\n"
        f"  invigilate mock --spec {name} --reload    # edit it, save it, see the mock obey\n"
        f"  invigilate check --spec {name} URL        # judge an implementation against it\n"
    )
    return 0
