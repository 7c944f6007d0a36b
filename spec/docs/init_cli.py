"""``invigilate init``: files to start from."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from spec.docs.start import files
from spec.load import DOCUMENT_FILE

NAME = "openapi.yaml"


def init(argv: list[str]) -> int:
    """Write the files. Exit codes: 0, or 2 when one is there already or cannot be written."""
    parser = argparse.ArgumentParser(
        prog="invigilate init",
        description=(
            f"Write {NAME}, a commented document with one part added, to start from; clauses.yaml with a clause of "
            "your own; and the JSON Schemas by which an editor completes and checks both."
        ),
    )
    parser.add_argument("folder", type=Path, metavar="DIR", nargs="?", default=Path(), help="where to (default: here)")
    folder: Path = parser.parse_args(argv).folder
    target = folder / NAME
    written = files()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        there = next((name for name in written if (folder / name).exists()), None)
        if there is not None:
            sys.stderr.write(
                f"invigilate init: {folder / there} is there already; name another folder, or move it away.\n"
            )
            return 2
        for name, text in written.items():
            with (folder / name).open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except OSError as error:
        sys.stderr.write(f"invigilate init: {target} cannot be written: {error.strerror or error}.\n")
        return 2
    shown, ours = shlex.quote(str(target)), shlex.quote(str(DOCUMENT_FILE))
    sys.stdout.write(
        f"{target}: our document with one part added, proctorGroup. Next:\n\n"
        f"  invigilate lint {shown}                    # is it sound?\n"
        f"  invigilate diff {ours} {shown}\n"
        f"  invigilate mock --spec {shown} --reload    # edit it, save it, see the mock obey\n"
        f"  invigilate check --spec {shown} URL        # judge an implementation against it\n"
    )
    return 0
