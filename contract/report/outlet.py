"""Where reports go: the console, and the files that were asked for."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TextIO

from contract.report.baseline import render_baseline
from contract.report.verdict import Verdict

FORMS = ("json", "junit", "markdown", "html")


class OutletError(Exception):
    """A report cannot be written; the message says which and why."""


def check_outlets(options: argparse.Namespace) -> None:
    """Fail before a run rather than after it. Raises OutletError."""
    for name in (*FORMS, "write_baseline"):
        path: Path | None = getattr(options, name)
        if path is None:
            continue
        folder = path.parent
        if path.is_dir():
            raise OutletError(f"--{name.replace('_', '-')} {path} is a folder; name a file.")
        if not folder.is_dir():
            raise OutletError(f"--{name.replace('_', '-')} {path}: the folder {folder} does not exist.")
        if not os.access(path if path.exists() else folder, os.W_OK):
            raise OutletError(f"--{name.replace('_', '-')} {path} cannot be written.")


def deliver(verdict: Verdict, options: argparse.Namespace, out: TextIO) -> None:
    """Write every report that was asked for, and the console's. Raises OutletError."""
    for form in FORMS:
        path: Path | None = getattr(options, form)
        if path is not None:
            _write(path, import_module(f"contract.report.{form}").render(verdict))
    if options.write_baseline is not None:
        _write(options.write_baseline, render_baseline(verdict))
    from contract.report.console import render

    colour = out.isatty() and "NO_COLOR" not in os.environ
    text = render(verdict, colour=colour)
    encoding = out.encoding or "utf-8"
    out.write(text.encode(encoding, "backslashreplace").decode(encoding))
    out.flush()


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8", errors="backslashreplace")
    except OSError as error:
        raise OutletError(f"{path} cannot be written: {error.strerror}.") from None


def complain(command: str, message: object) -> int:
    """Say on standard error why a command cannot go on; returns 2."""
    sys.stderr.write(f"invigilate {command}: {message}\n")
    return 2
