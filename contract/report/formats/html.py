"""The verdict as one self-contained page: no scripts, nothing loaded from elsewhere, everything escaped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from contract.report.console import remarks
from contract.report.picture import ORDER, bands, timeline
from contract.report.verdict import GRAVEST_FIRST, ReportedVerdict, ShownCause
from spec.docs.shell import page_template

_PAGE = page_template("page.html", Path(__file__).parent)
MOST_SIDS = 200
MOST_EXCHANGES = 12


@dataclass(frozen=True, slots=True)
class CauseGroup:
    """The causes of one outcome."""

    outcome: str
    causes: tuple[ShownCause, ...]


def groups(verdict: ReportedVerdict) -> list[CauseGroup]:
    """The causes by outcome, the gravest first."""
    found = []
    for outcome in GRAVEST_FIRST:
        causes = tuple(one for one in verdict.causes if one.outcome is outcome)
        if causes:
            found.append(CauseGroup(outcome.value, causes))
    return found


def render(verdict: ReportedVerdict) -> str:
    """The text of the page."""
    page = _PAGE.page(
        verdict=verdict,
        bands=bands(verdict),
        timeline=timeline(verdict),
        order=[outcome.value for outcome in ORDER],
        counts={outcome.value: verdict.count(outcome) for outcome in ORDER},
        groups=groups(verdict),
        remarks=remarks(verdict),
        most_sids=MOST_SIDS,
        most_exchanges=MOST_EXCHANGES,
    )
    return page.html
