"""``invigilate diff OLD NEW``."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Callable
from dataclasses import replace
from filecmp import cmp
from pathlib import Path

from spec.compatibility.rules import SCHEMA_RULES
from spec.configuration.loading import Configuration, configuration
from spec.diff.change import GRADES, DiffReport
from spec.diff.comparison import compare_sources
from spec.diff.rules import DOCUMENT_RULES
from spec.openapi.files.bundle import as_file, bundled
from spec.openapi.options import add_reading_options, read_as
from spec.reporting.decisions import Decisions, DecisionsError, decisions
from spec.reporting.formats import FORMATS
from spec.reporting.ignore import entries, ignored, sifted
from spec.reporting.options import add_options
from spec.reporting.prose import prose_changes
from spec.reporting.report import DiffReading
from spec.source.reading import Source, SourceError, read
from spec.source.revisions import is_absent


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    options = argparse.ArgumentParser(
        prog="invigilate diff",
        description="Say whom a change of an OpenAPI document breaks, with a payload that proves it.",
        epilog="Exit codes: 0 nothing at or above --fail-on, 1 something is, 2 a document cannot be read.",
    )
    options.add_argument("old", metavar="OLD", help="a file, git:REV:PATH, or git::PATH (staged)", nargs="?")
    options.add_argument("new", metavar="NEW", help="a file, git:REV:PATH, or git::PATH (staged)", nargs="?")
    add_options(options)
    options.add_argument(
        "--bundle", type=Path, metavar="OUT",
        help="also write NEW (or the only document that is named) as one file, YAML or, by its name, JSON",
    )  # fmt: skip
    add_reading_options(options)
    options.add_argument("--rules", action="store_true", help="list every rule with its effects, and exit")
    return options


def diff(argv: list[str], *, today: Callable[[], dt.date] = dt.date.today) -> int:
    """Compare two documents and print the report. Returns 0, 1 (see ``--fail-on``) or 2 (cannot read)."""
    options = parser()
    try:
        given = options.parse_args(argv)
    except SystemExit as leaving:
        return int(leaving.code or 0)
    if given.rules:
        _print(rule_list())
        return 0
    if given.bundle is not None and given.old is not None:
        code = write_bundle(given)
        if code or given.new is None:
            return code
    if given.old is None or given.new is None:
        sys.stderr.write("invigilate diff: name two documents, OLD and NEW.\n")
        return 2
    if given.allow_new and is_absent(given.old):
        sys.stderr.write(f"invigilate diff: {given.old} is not there yet: nothing is compared.\n")
        return 0
    try:
        decided = configuration(given.config)
        chosen = decisions(given, decided, today())
        old, new = _read(given)
        reading = _reading(old, new, chosen, given, decided, today())
    except (SourceError, DecisionsError) as error:
        sys.stderr.write(f"invigilate diff: {error}\n")
        return 2
    except RecursionError:
        sys.stderr.write(f"invigilate diff: {given.old}: the schemas are nested too deeply to compare.\n")
        return 2
    _print(FORMATS[chosen.format](reading))
    if chosen.fail_on == "never":
        return 0
    return int(GRADES.index(reading.report.verdict) >= GRADES.index(chosen.fail_on))


def _read(given: argparse.Namespace) -> tuple[Source, Source]:
    """Both documents; files of one folder that are the same byte by byte are read once."""
    old = read_as(given, given.old)
    paths = [Path(name) for name in (given.old, given.new)]
    try:
        files = all(path.is_file() for path in paths) and paths[0].parent == paths[1].parent
        twins = files and cmp(paths[0], paths[1], shallow=False)
    except OSError:
        twins = False
    return old, replace(old, name=given.new) if twins else read_as(given, given.new)


def _reading(
    old: Source, new: Source, chosen: Decisions, given: argparse.Namespace, decided: Configuration, today: dt.date
) -> DiffReading:
    listed = ignored(read(given.ignore)) if given.ignore else ()
    accepted = decided.section("diff").get("ignore", ())
    if decided.source is not None and accepted:
        listed = (*listed, *entries(decided.source, accepted, "/diff/ignore"))
    report = compare_sources(old, new, chosen.terms, chosen.selections)
    counted = [each for each in report.changes if chosen.severities.get(each.rule) != "off"]
    off = len(report.changes) - len(counted)
    left = sifted([replace(each, client=chosen.effect(each)) for each in counted], listed, today)
    remarks = (*left.remarks, *([f"{off} change(s) of rules that the configuration turns off."] if off else []))
    order = sorted(left.changes, key=lambda each: -GRADES.index(each.client))
    prose = tuple(prose_changes(old.value, new.value, chosen.excluded)) if given.changelog else ()
    return DiffReading(
        DiffReport(tuple(order), len(left.ignored) + off), old, new, left.ignored, remarks, prose, chosen.attributes
    )


def write_bundle(given: argparse.Namespace) -> int:
    """Write the last document that is named as one file. Returns 0, or 2 (cannot read or write)."""
    try:
        source = read_as(given, given.new or given.old)
        text = as_file(bundled(source), json=given.bundle.suffix == ".json")
        given.bundle.write_text(text, encoding="utf-8")
    except SourceError as error:
        sys.stderr.write(f"invigilate diff: {error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"invigilate diff: {given.bundle} cannot be written: {error.strerror or error}.\n")
        return 2
    for gap in source.gaps:
        if gap.reference is not None:
            sys.stderr.write(f"{source.place(gap.pointer)}: {gap.sentence} It stays as it is.\n")
    return 0


def rule_list() -> str:
    """Every rule, one a line."""
    lines = [f"{rule.id:<34} {rule.sets:<9} {rule.message}" for rule in SCHEMA_RULES.values()]
    lines += [
        f"{row.id:<34} {row.direction:<9} clients: {row.client}, servers: {row.server}. {row.message}"
        for row in DOCUMENT_RULES.values()
    ]
    return "\n".join(lines) + "\n"


def _print(text: str) -> None:
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:  # a console without UTF-8, or a lone surrogate in the document
        sys.stdout.write(text.encode("ascii", "backslashreplace").decode("ascii"))
