"""Where reports go: the console, and the files that were asked for."""

from __future__ import annotations

import argparse
import os
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import TextIO

from contract.http.lines import guarded
from contract.report.baseline import NO_BASELINE, Baseline, render_baseline
from contract.report.verdict import ReportedVerdict

FORMS = ("json", "junit", "markdown", "html", "sarif")
_WRITERS = tuple(f"report.formats.{form}" for form in (*FORMS, "annotations"))
_FILES = (*FORMS, "write_baseline", "write_created")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*")


class OutletError(Exception):
    """A report cannot be written; the message says which and why."""


def check_outlets(options: argparse.Namespace) -> None:
    """Fail before a run rather than after it. Raises OutletError.

    What writes the reports is loaded now: who updates the package while a run goes on loses no verdict.
    """
    for module in ("report.exhibit", "report.masking", "report.console", *_WRITERS):
        import_module(f"contract.{module}")
    taken: dict[Path, str] = {}
    for name in _FILES:
        path: Path | None = getattr(options, name)
        if path is None:
            continue
        option, folder = f"--{name.replace('_', '-')}", path.parent
        if path.is_dir():
            raise OutletError(f"{option} {path} is a folder; name a file.")
        if not folder.is_dir():
            raise OutletError(f"{option} {path}: the folder {folder} does not exist.")
        if not os.access(path if path.exists() else folder, os.W_OK):
            raise OutletError(f"{option} {path} cannot be written.")
        if other := taken.get(path.resolve()):
            raise OutletError(f"{option} and {other} name the same file {path}.")
        taken[path.resolve()] = option


def deliver(
    verdict: ReportedVerdict, options: argparse.Namespace, out: TextIO, baseline: Baseline = NO_BASELINE
) -> None:
    """Write every report that was asked for, and the console's. Raises OutletError."""
    deliver_files(verdict, options, baseline)
    from contract.report.console import render

    colour = out.isatty() and "NO_COLOR" not in os.environ
    text = render(verdict, colour=colour, verbose=options.verbose)
    if options.github:
        text = import_module("contract.report.formats.annotations").render(verdict) + text
    encoding = out.encoding or "utf-8"
    out.write(text.encode(encoding, "backslashreplace").decode(encoding))
    out.flush()


def deliver_files(verdict: ReportedVerdict, options: argparse.Namespace, baseline: Baseline = NO_BASELINE) -> None:
    """Write every file that was asked for; a failure of one is told after the others were written."""
    failures: list[str] = []
    for form in FORMS:
        path: Path | None = getattr(options, form)
        if path is not None:
            how = {"apart": True} if form == "json" and options.write_created is not None else {}
            text = import_module(f"contract.report.formats.{form}").render(verdict, **how)
            failures += _write(path, text, append=form == "markdown")
    if options.write_created is not None:
        failures += _write(options.write_created, import_module("contract.report.formats.json").render_created(verdict))
    if options.write_baseline is not None and verdict.cannot is None:
        failures += _write(options.write_baseline, render_baseline(verdict, baseline))
    if failures:
        raise OutletError(" ".join(failures))


def _write(path: Path, text: str, *, append: bool = False) -> list[str]:
    try:
        with path.open("a" if append else "w", encoding="utf-8", errors="backslashreplace") as file:
            if append and file.tell():
                file.write("\n")
            file.write(text)
    except OSError as error:
        return [f"{path} cannot be written: {error.strerror}."]
    return []


def complain(command: str, message: object) -> int:
    """Say on standard error, in one line and without tokens, why a command cannot go on; returns 2."""
    masked = _TOKEN.sub("[masked]", str(message)).replace("\n", " ")
    sys.stderr.write(guarded(f"invigilate {command}: {masked}") + "\n")
    return 2
