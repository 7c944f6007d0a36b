"""The verdict as one self-contained page: no scripts, nothing loaded from elsewhere, everything escaped."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from contract.judging.findings import Outcome
from contract.report.picture import ORDER, bands, timeline
from contract.report.verdict import Verdict

MOST_SIDS = 200
MOST_EXCHANGES = 12


def render(verdict: Verdict) -> str:
    """The text of the page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(
        verdict=verdict,
        bands=bands(verdict),
        timeline=timeline(verdict),
        order=[outcome.value for outcome in ORDER],
        counts={outcome.value: verdict.count(outcome) for outcome in ORDER},
        broken=[one for one in verdict.clauses if one.findings],
        silent=[one for one in verdict.clauses if one.outcome is Outcome.NOT_EXERCISED],
        most_sids=MOST_SIDS,
        most_exchanges=MOST_EXCHANGES,
    )
