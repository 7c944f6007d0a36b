"""The options of the diff, as argparse shows them."""

from __future__ import annotations

import argparse

from spec.reporting.formats import FORMATS
from spec.reporting.prose import ELEMENTS


def add_options(options: argparse.ArgumentParser) -> None:
    """Everything beside the two documents; what is not given is taken from the configuration."""
    add = options.add_argument
    add("--format", choices=FORMATS, help="how to show the changes (default: text)")
    add(
        "--fail-on", choices=("breaking", "possible", "never"),
        help="the least verdict that exits with 1 (default: breaking)",
    )  # fmt: skip
    add(
        "--allow-new", action="store_true",
        help="exit 0 and compare nothing where OLD is not in its revision yet (for hooks)",
    )  # fmt: skip
    add("--ignore", metavar="FILE", help="a YAML list of accepted changes: rule, pointer, reason, expires")
    add("--config", metavar="FILE", help="decisions of the project (default: .invigilate.yaml here, if there is one)")
    add("--changelog", action="store_true", help="every difference, also words, examples, tags, extensions and order")
    add(
        "--exclude-elements", metavar="LIST", type=_names,
        help=f"what a changelog leaves out, comma-separated: {', '.join(ELEMENTS)}",
    )  # fmt: skip
    add("--attributes", metavar="LIST", type=_names, help="extensions to show with each change, as x-owner,x-team")
    add("--match-path", metavar="REGEX", help="compare only operations whose path has a match")
    add("--unmatch-path", metavar="REGEX", help="leave out operations whose path has a match")
    add("--filter-extension", metavar="NAME", help="leave out operations that carry this extension, as x-internal")
    add("--strip-prefix-old", metavar="PREFIX", help="taken from the paths of OLD before they are matched")
    add("--strip-prefix-new", metavar="PREFIX", help="taken from the paths of NEW before they are matched")
    add("--prefix-old", metavar="PREFIX", help="put before the paths of OLD before they are matched")
    add("--prefix-new", metavar="PREFIX", help="put before the paths of NEW before they are matched")
    add("--deprecation-days", metavar="DAYS", type=int, help="the least days between deprecation and x-sunset")
    add("--version-policy", choices=("none", "semver"), help="how info.version must be raised (default: none)")


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
