"""``invigilate lint FILE…``."""

from __future__ import annotations

import argparse
import sys
import time
from difflib import get_close_matches
from pathlib import Path

from spec.catalogue.clauses import Catalogue, load_clauses
from spec.configuration.loading import configuration
from spec.lint.choices import decided, worst
from spec.lint.explanations import EXPLANATIONS
from spec.lint.fixing import mended
from spec.lint.linting import findings
from spec.lint.report import FORMATS
from spec.lint.rules import LINT_RULES, SEVERITIES, LintFinding
from spec.openapi.options import add_reading_options, add_strictness, read_as
from spec.schema.texts.formats import FORMATS as CHECKED_FORMATS
from spec.source.reading import Mark, SourceError, read

_WATCH_SECONDS = 0.3


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    options = argparse.ArgumentParser(
        prog="invigilate lint",
        description="Find what is wrong in OpenAPI 3.0 and 3.1 documents.",
        epilog="Exit codes: 0 nothing at or above --fail-on, 1 something is, 2 a document cannot be read.",
    )
    options.add_argument(
        "files", metavar="FILE", nargs="*",
        help="an OpenAPI document, git:REV:PATH, git::PATH (staged), or - for the standard input",
    )  # fmt: skip
    options.add_argument("--format", choices=FORMATS, default="text", help="how to show the findings (default: text)")
    options.add_argument(
        "--fail-on", choices=("error", "warning", "note", "never"), default="warning",
        help="the least severity that exits with 1 (default: warning)",
    )  # fmt: skip
    options.add_argument(
        "--clauses", metavar="FILE", help="the catalogue that x-clause names (default: the built-in one)"
    )
    options.add_argument(
        "--installs", type=Path, metavar="FILE",
        help="the installs that x-install-member and x-install-default name (default: those that ship)",
    )  # fmt: skip
    options.add_argument(
        "--config", metavar="FILE", help="decisions of the project (default: .invigilate.yaml here, if there is one)"
    )
    options.add_argument("--fix", action="store_true", help="mend in the file what has one right answer")
    options.add_argument("--watch", action="store_true", help="lint again whenever a file changes, until interrupted")
    add_reading_options(options)
    add_strictness(options)
    options.add_argument("--rules", action="store_true", help="list every rule with its severity and remedy, and exit")
    options.add_argument("--explain", metavar="RULE", help="say at more length why a rule is there, and exit")
    return options


def _explained(name: str) -> int:
    """Print what a rule is about. Returns 0, or 2 for a rule that does not exist."""
    if name not in LINT_RULES:
        near = get_close_matches(name, LINT_RULES, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else " --rules lists them."
        sys.stderr.write(f"invigilate lint: there is no rule {name!r}.{hint}\n")
        return 2
    rule = LINT_RULES[name]
    sys.stdout.write(f"{rule.id} ({rule.severity})\n\n{EXPLANATIONS[name]}\n\nRemedy: {rule.remedy}\n")
    return 0


def lint(argv: list[str]) -> int:
    """Print the findings of some documents. Returns 0, 1 (see ``--fail-on``) or 2 (cannot read)."""
    options = parser()
    try:
        given = options.parse_args(argv)
    except SystemExit as leaving:
        return int(leaving.code or 0)
    if given.rules:
        sys.stdout.write("".join(f"{rule.id:<30} {rule.severity:<8} {rule.remedy}\n" for rule in LINT_RULES.values()))
        return 0
    if given.explain is not None:
        return _explained(given.explain)
    if not given.files:
        sys.stderr.write("invigilate lint: name at least one document.\n")
        return 2
    if given.watch:
        return _watched(given)
    return _once(given)


def _once(given: argparse.Namespace) -> int:
    try:
        decisions = configuration(given.config)
        clauses = load_clauses(given.clauses) if given.clauses else load_clauses()
        formats = frozenset(CHECKED_FORMATS) | frozenset(decisions.value.get("formats", ()))
        found: list[LintFinding] = []
        for name in given.files:
            found.extend(_of_file(given, name, formats, clauses))
        result = decided(found, decisions)
    except SourceError as error:
        sys.stderr.write(f"invigilate lint: {error}\n")
        return 2
    except RecursionError:
        sys.stderr.write(f"invigilate lint: {name}:1:1: the schemas are nested too deeply; flatten them with $ref.\n")
        return 2
    _write(FORMATS[given.format](result.findings))
    if result.ignored:
        sys.stderr.write(f"invigilate lint: {result.ignored} finding(s) ignored by {decisions.name}.\n")
    for entry in result.unused:
        sys.stderr.write(
            f"invigilate lint: {decisions.name} ignores {entry.rule} at {entry.pointer}: nothing is there.\n"
        )
    highest = worst(result.findings)
    if given.fail_on == "never" or highest is None:
        return 0
    return int(SEVERITIES.index(highest) >= SEVERITIES.index(given.fail_on))


def _of_file(
    given: argparse.Namespace, name: str, formats: frozenset[str], clauses: Catalogue
) -> tuple[LintFinding, ...]:
    """The findings in a document, mended first where that was asked for."""
    found = _found(given, name, formats, clauses)
    if not given.fix:
        return found
    path = Path(name)
    if not path.is_file():
        raise SourceError(name, Mark(1, 1), "--fix writes files; this is none.")
    source = read(path)
    text, done = mended(path.read_text(encoding="utf-8"), source, list(found))
    if not done:
        return found
    _replace(path, text)
    for finding in done:
        sys.stderr.write(f"invigilate lint: mended {finding.place}: {finding.message}\n")
    return _found(given, name, formats, clauses)


def _found(
    given: argparse.Namespace, name: str, formats: frozenset[str], clauses: Catalogue
) -> tuple[LintFinding, ...]:
    return findings(
        read_as(given, name), formats=formats, clauses=clauses, strict=given.strict_keywords, installs=given.installs
    )


def _replace(path: Path, text: str) -> None:
    """Write a file in one step, so that nobody ever reads half of it."""
    beside = path.with_name(f".{path.name}.mended")
    try:
        beside.write_text(text, encoding="utf-8", newline="")
        beside.chmod(path.stat().st_mode)
        beside.replace(path)
    except OSError as error:
        raise SourceError(str(path), Mark(1, 1), f"cannot be written: {error.strerror or error}.") from None


def _watched(given: argparse.Namespace) -> int:
    """Lint again whenever one of the files changes, until interrupted. Returns the last exit code."""
    seen: tuple[float, ...] | None = None
    code = 0
    try:
        while True:
            times = tuple(path.stat().st_mtime if (path := Path(name)).exists() else 0.0 for name in given.files)
            if times != seen:
                seen = times
                code = _once(given)
                sys.stdout.flush()
            time.sleep(_WATCH_SECONDS)
    except KeyboardInterrupt:
        return code


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:
        sys.stdout.write(text.encode("ascii", "backslashreplace").decode("ascii"))
