"""The verdict as text for a terminal or a log: clauses by standing, findings, what was not exercised, what was made."""

from __future__ import annotations

from collections.abc import Iterator

from contract.judging.findings import Outcome
from contract.report.verdict import ShownClause, ShownFinding, Verdict
from spec.catalogue.clauses import Standing

_MARKS = {Outcome.PASSED: "✓", Outcome.FAILED: "✗", Outcome.WARNED: "!", Outcome.NOT_EXERCISED: "·"}
_COLOURS = {Outcome.PASSED: "32", Outcome.FAILED: "31;1", Outcome.WARNED: "33", Outcome.NOT_EXERCISED: "2"}
_MEANING = {
    Standing.PUBLISHED: "the vendor says so",
    Standing.IMPLIED: "follows from what the vendor says",
    Standing.ADOPTED: "our decision where the vendor is silent or contradicts itself",
}
_MOST_SIDS = 3
_MOST_CURL = 12


class _Paint:
    def __init__(self, *, colour: bool) -> None:
        self.colour = colour

    def __call__(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text


def render(verdict: Verdict, *, colour: bool = False) -> str:
    """The whole report; ``colour`` adds ANSI colours."""
    paint = _Paint(colour=colour)
    return "\n".join(_lines(verdict, paint)) + "\n"


def _lines(verdict: Verdict, paint: _Paint) -> Iterator[str]:
    where = f"{verdict.title} {verdict.version} ({verdict.digest})"
    yield f"{paint(verdict.target, '1')} judged against {where}, seed {verdict.seed}"
    for standing in Standing:
        clauses = [one for one in verdict.clauses if one.standing is standing]
        if clauses:
            yield ""
            yield paint(f"{standing.value}", "1") + f" ({_MEANING[standing]})"
            yield from (_clause(one, paint) for one in clauses)
    yield from _findings(verdict, paint)
    yield from _open(verdict, paint)
    yield from _created(verdict, paint)
    yield from _notes(verdict)
    yield ""
    pace = f"{verdict.requests} requests in {verdict.seconds:.1f} s"
    if verdict.throttled or verdict.unavailable or verdict.lost:
        pace += f", {verdict.throttled} times told to wait, {verdict.unavailable} times unavailable"
    if verdict.lost:
        pace += f", {verdict.lost} answer{'s' * (verdict.lost != 1)} lost"
    yield f"{pace}, seed {verdict.seed}."
    if verdict.coverage is not None:
        shown = verdict.coverage
        yield (
            f"Sent of the document: {shown.states} of {shown.states_wanted} states of members (absent, null, least, "
            f"most, odd), {shown.pairs} of {shown.pairs_wanted} combinations of members that a condition connects."
        )
    yield paint(verdict.sentence, {0: "32;1", 1: "31;1", 2: "33;1"}[verdict.exit_code])


def _clause(clause: ShownClause, paint: _Paint) -> str:
    mark = paint(_MARKS[clause.outcome], _COLOURS[clause.outcome])
    label = clause.outcome.value.replace("-", " ")
    known = sum(one.known is not None for one in clause.findings)
    note = ""
    if clause.outcome is Outcome.NOT_EXERCISED:
        note = f": {clause.reason}"
    elif clause.findings:
        count = len(clause.findings)
        note = f", {count} finding{'s' * (count != 1)}" + (f", {known} known" if known else "")
    return f"  {mark} {clause.id:<34} {paint(label, _COLOURS[clause.outcome])}{note}"


def _findings(verdict: Verdict, paint: _Paint) -> Iterator[str]:
    if not verdict.findings:
        return
    yield ""
    yield paint("Findings", "1")
    for clause in verdict.clauses:
        for finding in clause.findings:
            yield ""
            colour = "2" if finding.known is not None else _COLOURS[clause.outcome]
            yield f"{paint(f'{clause.outcome.value}: {clause.id}', colour)}  [{finding.fingerprint}]"
            yield from _finding(finding, clause, verdict.seed)


def _finding(finding: ShownFinding, clause: ShownClause, seed: int) -> Iterator[str]:
    yield f"  {clause.sentence}"
    if finding.known is not None:
        yield f"  known:    {finding.known} (does not count)"
    yield f"  seen:     {finding.cause}" + (" (not every time)" if finding.intermittent else "")
    yield f"  expected: {finding.expected}"
    yield f"  received: {finding.received}"
    if finding.pointer:
        yield f"  at:       {finding.pointer}"
    if finding.probe:
        yield f"  probe:    {finding.probe} (seed {seed})"
    if finding.curl:
        yield "  to see it again (fresh names: 'invigilate replay REPORT.json'):"
        shown = finding.curl[-_MOST_CURL:]
        if len(shown) < len(finding.curl) or finding.left_out:
            yield f"    # {finding.left_out + len(finding.curl) - len(shown)} lines before these are left out here"
        yield from (f"    {line}" for line in shown)
    elif not finding.exchanges:
        yield "  No single sequence of calls shows it; run the check again."


def _open(verdict: Verdict, paint: _Paint) -> Iterator[str]:
    silent = [one for one in verdict.clauses if one.outcome is Outcome.NOT_EXERCISED]
    if not silent:
        return
    yield ""
    yield paint("Not exercised, and what would exercise it", "1")
    reasons: dict[str, list[str]] = {}
    for clause in silent:
        reasons.setdefault(clause.reason, []).append(clause.id)
    for reason, names in reasons.items():
        yield f"  {reason or 'the run ended before it'}:"
        yield f"    {', '.join(names)}"


def _created(verdict: Verdict, paint: _Paint) -> Iterator[str]:
    if verdict.passive:
        return
    yield ""
    if not verdict.created:
        yield "Nothing was created on the target, as far as its answers say."
        return
    yield (
        paint(f"Created on the target: {len(verdict.created)}", "1") + " (nothing can be deleted through this endpoint)"
    )
    for part, made in verdict.created_by_part.items():
        names = ", ".join(one.sid for one in made[:_MOST_SIDS])
        more = f" and {len(made) - _MOST_SIDS} more (all are in --json)" if len(made) > _MOST_SIDS else ""
        yield f"  {part}: {len(made)}: {names}{more}"


def _notes(verdict: Verdict) -> Iterator[str]:
    if verdict.notes or verdict.stale:
        yield ""
    yield from (f"Note: {note}" for note in verdict.notes)
    for fingerprint in verdict.stale:
        yield f"Note: the baseline's {fingerprint} no longer occurs; take it out of the baseline."
