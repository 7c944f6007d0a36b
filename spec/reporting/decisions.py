"""What was decided for one run of the diff: options first, then the configuration, then the defaults."""

from __future__ import annotations

import argparse
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from spec.compatibility.rules import Effect
from spec.configuration.loading import Configuration
from spec.diff.change import Change, known_rules
from spec.diff.lifecycle import Terms
from spec.diff.selection import PathSelection
from spec.diff.sides import Selections
from spec.reporting.formats import FORMATS
from spec.reporting.prose import ELEMENTS
from spec.source.pointer import Json


class DecisionsError(ValueError):
    """An option that cannot be meant; the message says which, and what is possible."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """How one run compares and shows."""

    format: str
    fail_on: str
    severities: Mapping[str, str]
    selections: Selections
    terms: Terms
    attributes: tuple[str, ...]
    excluded: tuple[str, ...]

    def effect(self, change: Change) -> Effect:
        """The effect on clients: that of the configuration, else that of the comparison."""
        decided: dict[str, Effect] = {"breaking": "breaking", "possible": "possible", "compatible": "compatible"}
        return decided.get(self.severities.get(change.rule, ""), change.client)


def decisions(given: argparse.Namespace, decided: Configuration, today: dt.date) -> Decisions:
    """The decisions of a run. Raises DecisionsError, or SourceError for a rule that does not exist."""
    section = decided.section("diff")

    def chosen(word: str, default: Json = None) -> Json:
        value = getattr(given, word.replace("-", "_"))
        return section.get(word, default) if value is None else value

    match, unmatch = (_pattern(chosen(word), word) for word in ("match-path", "unmatch-path"))
    extension = chosen("filter-extension")
    if extension is not None and not extension.startswith("x-"):
        raise DecisionsError(f"--filter-extension {extension!r} is no extension: its name begins with x-.")
    selections = Selections(*(
        PathSelection(match, unmatch, extension, chosen(f"strip-prefix-{side}", ""), chosen(f"prefix-{side}", ""))
        for side in ("old", "new")
    ))  # fmt: skip
    excluded = tuple(chosen("exclude-elements", ()))
    if strange := [name for name in excluded if name not in ELEMENTS]:
        raise DecisionsError(f"--exclude-elements knows no {strange[0]!r}; there are {', '.join(ELEMENTS)}.")
    form = chosen("format", "text")
    if form not in FORMATS:
        raise decided.error("/diff/format", f"there is no format {form!r}; there are {', '.join(FORMATS)}.")
    days = chosen("deprecation-days", 0)
    if not 0 <= days <= 36500:
        raise DecisionsError(f"--deprecation-days {days} is not from 0 to 36500.")
    terms = Terms(today, days, chosen("version-policy", "none"))
    severities = decided.rules("diff", known_rules())
    return Decisions(
        form, chosen("fail-on", "breaking"), severities, selections, terms, tuple(chosen("attributes", ())), excluded
    )


def _pattern(text: str | None, word: str) -> re.Pattern[str] | None:
    if text is None:
        return None
    try:
        return re.compile(text)
    except re.error as error:
        raise DecisionsError(f"--{word} {text!r} is no regular expression: {error}.") from None
