"""``invigilate lint FILE…``."""

from __future__ import annotations

import argparse
import sys
from difflib import get_close_matches

from spec.catalogue.clauses import load_clauses
from spec.lint.explanations import EXPLANATIONS
from spec.lint.linting import findings
from spec.lint.report import FORMATS
from spec.lint.rules import LINT_RULES, SEVERITIES, Finding
from spec.openapi.options import add_reading_options, read_as
from spec.schema.formats import FORMATS as CHECKED_FORMATS
from spec.source.reading import SourceError


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    options = argparse.ArgumentParser(
        prog="invigilate lint",
        description="Find what is wrong in OpenAPI 3.0 and 3.1 documents.",
        epilog="Exit codes: 0 nothing at or above --fail-on, 1 something is, 2 a document cannot be read.",
    )
    options.add_argument(
        "files", metavar="FILE", nargs="*", help="an OpenAPI document, git:REV:PATH, or git::PATH (staged)"
    )
    options.add_argument("--format", choices=FORMATS, default="text", help="how to show the findings (default: text)")
    options.add_argument(
        "--fail-on", choices=("error", "warning", "note", "never"), default="warning",
        help="the least severity that exits with 1 (default: warning)",
    )  # fmt: skip
    options.add_argument(
        "--clauses", metavar="FILE", help="the catalogue that x-clause names (default: the built-in one)"
    )
    add_reading_options(options)
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
    found: list[Finding] = []
    try:
        clauses = load_clauses(given.clauses) if given.clauses else load_clauses()
        for name in given.files:
            found.extend(findings(read_as(given, name), formats=frozenset(CHECKED_FORMATS), clauses=clauses))
    except SourceError as error:
        sys.stderr.write(f"invigilate lint: {error}\n")
        return 2
    except RecursionError:
        sys.stderr.write(f"invigilate lint: {name}:1:1: the schemas are nested too deeply; flatten them with $ref.\n")
        return 2
    text = FORMATS[given.format](found)
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:
        sys.stdout.write(text.encode("ascii", "backslashreplace").decode("ascii"))
    if given.fail_on == "never":
        return 0
    return int(any(SEVERITIES.index(each.severity) >= SEVERITIES.index(given.fail_on) for each in found))
