"""The verdict as text for a terminal or a log: one screen by default, everything with ``verbose``.

What failed comes first, then what warned, what is known in one line each, and what was not exercised.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from contract.http.lines import guarded
from contract.judging.findings import ClauseOutcome, Reproduced
from contract.report.verdict import ReportedVerdict, ShownCause, ShownClause, ShownFinding
from spec.catalogue.clauses import Standing

_MARKS = {
    ClauseOutcome.PASSED: "✓",
    ClauseOutcome.FAILED: "✗",
    ClauseOutcome.WARNED: "!",
    ClauseOutcome.KNOWN: "=",
    ClauseOutcome.NOT_EXERCISED: "·",
}
_COLOURS = {
    ClauseOutcome.PASSED: "32",
    ClauseOutcome.FAILED: "31;1",
    ClauseOutcome.WARNED: "33",
    ClauseOutcome.KNOWN: "2",
    ClauseOutcome.NOT_EXERCISED: "2",
}
_MEANING = {
    Standing.PUBLISHED: "the vendor says so",
    Standing.IMPLIED: "follows from what the vendor says",
    Standing.ADOPTED: "our decision where the vendor is silent or contradicts itself",
}
_MOST_SIDS = 3
_MOST_CURL = 24
_MOST_SYMPTOMS = 3
MOST_CAUSES = {ClauseOutcome.FAILED: 7, ClauseOutcome.WARNED: 4, ClauseOutcome.KNOWN: 4}
"""How many causes of each outcome a screen holds."""
_LONGEST = 150


class _Paint:
    def __init__(self, *, colour: bool) -> None:
        self.colour = colour

    def __call__(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text

    def outcome(self, text: str, outcome: ClauseOutcome) -> str:
        return self(text, _COLOURS[outcome])


def render(verdict: ReportedVerdict, *, colour: bool = False, verbose: bool = False) -> str:
    """One screen, or with ``verbose`` everything; ``colour`` adds ANSI colours."""
    paint = _Paint(colour=colour)
    lines = _everything(verdict, paint) if verbose else _screen(verdict, paint)
    return "\n".join(guarded(line) for line in lines) + "\n"


def _head(verdict: ReportedVerdict, paint: _Paint) -> str:
    return (
        f"{paint(verdict.target, '1')} judged against {verdict.title} {verdict.version} ({verdict.digest}): "
        f"{pace(verdict)}"
    )


def pace(verdict: ReportedVerdict) -> str:
    """What was sent, in which time, and the seed."""
    said = [f"{verdict.requests} requests in {verdict.seconds:.1f} s"]
    if verdict.throttled or verdict.unavailable or verdict.lost:
        said.append(f"{verdict.throttled} times told to wait, {verdict.unavailable} times unavailable")
    if verdict.lost:
        said.append(f"{verdict.lost} answer{'s' * (verdict.lost != 1)} lost")
    if not verdict.passive:
        said.append(f"seed {verdict.seed}")
    return ", ".join(said)


def _last(verdict: ReportedVerdict, paint: _Paint) -> str:
    return paint(verdict.sentence, {0: "32;1", 1: "31;1", 2: "33;1"}[verdict.exit_code])


def _screen(verdict: ReportedVerdict, paint: _Paint) -> Iterator[str]:
    yield _head(verdict, paint)
    left: list[str] = []
    for outcome, most in MOST_CAUSES.items():
        causes = [one for one in verdict.causes if one.outcome is outcome]
        for cause in causes[:most]:
            yield from _briefly(cause, paint)
        if len(causes) > most:
            left.append(f"{len(causes) - most} more that {_THAT[outcome]}")
        if outcome is ClauseOutcome.FAILED and (unshown := _unshown(causes, most)):
            left[-1] += f" ({unshown})"
    if left:
        yield f"  and {', '.join(left)}"
    for reason, names in verdict.silent.items():
        listed = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        yield paint.outcome(f"· {len(names)} not exercised, {reason}: {listed}", ClauseOutcome.NOT_EXERCISED)
    yield from _made(verdict)
    yield from _covered(verdict)
    yield from _notes(verdict)
    if verdict.findings:
        yield "--verbose shows every clause, and the calls to see each finding again; --html and --json keep them."
    yield _last(verdict, paint)


def _unshown(causes: Sequence[ShownCause], most: int) -> str:
    """The clauses of which nothing is shown, so that a screen names everything that failed."""
    shown = {one.clause.id for one in causes[:most]}
    return ", ".join(dict.fromkeys(one.clause.id for one in causes[most:] if one.clause.id not in shown))


_THAT = {ClauseOutcome.FAILED: "failed", ClauseOutcome.WARNED: "warned", ClauseOutcome.KNOWN: "are known"}


def _briefly(cause: ShownCause, paint: _Paint) -> Iterator[str]:
    """A cause in three lines, or in one if it is known."""
    head, clause = cause.head, cause.clause
    mark = paint.outcome(f"{_MARKS[cause.outcome]} {clause.id}", cause.outcome)
    more = f" (+{symptoms(cause)})" if cause.symptoms else ""
    if cause.outcome is ClauseOutcome.KNOWN:
        yield _cut(f"{mark} [{head.fingerprint}] known: {head.known}{more}")
        return
    where = f" at {head.pointer}" if head.pointer else ""
    yield _cut(f"{mark} [{head.fingerprint}] {clause.standing.value}: {head.cause}{where}{more}")
    yield _cut(f"    expected {head.expected}; received {head.received}")
    if cause.outcome is ClauseOutcome.FAILED:
        yield _cut(f"    {_shown_by(head)}")


def symptoms(cause: ShownCause) -> str:
    """How many symptoms a cause has, in words."""
    return f"{len(cause.symptoms)} symptom{'s' * (len(cause.symptoms) != 1)}"


def _shown_by(head: ShownFinding) -> str:
    """How a finding was seen, in half a line."""
    again = {
        Reproduced.SEQUENCE: "seen again",
        Reproduced.PROBE: "seen again by its probe",
        Reproduced.NEVER: "not seen again",
        Reproduced.UNTRIED: "not tried again",
    }[head.reproduced]
    calls = len(head.exchanges) + head.left_out
    whose = f" of the probe {head.probe!r}" if head.probe else ""
    return f"shown by {calls} call{'s' * (calls != 1)}{whose}, {again}"


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _made(verdict: ReportedVerdict) -> Iterator[str]:
    if not verdict.created:
        return
    parts = ", ".join(f"{len(made)} {part}" for part, made in verdict.created_by_part.items())
    yield f"Created on the target, where nothing can be deleted: {parts} (--write-created F lists the SIDs)."


def _everything(verdict: ReportedVerdict, paint: _Paint) -> Iterator[str]:
    yield _head(verdict, paint)
    yield from _findings(verdict, paint)
    for standing in Standing:
        clauses = [one for one in verdict.gravest_first if one.standing is standing]
        if clauses:
            yield ""
            yield paint(f"{standing.value}", "1") + f" ({_MEANING[standing]})"
            yield from (_clause(one, paint) for one in clauses)
    yield from _open(verdict, paint)
    yield from _created(verdict, paint)
    if verdict.notes or verdict.stale or verdict.expired:
        yield ""
    yield from _notes(verdict)
    yield ""
    yield from _covered(verdict)
    yield _last(verdict, paint)


def _covered(verdict: ReportedVerdict) -> Iterator[str]:
    """How much of the document was sent."""
    if verdict.coverage is not None:
        shown = verdict.coverage
        yield (
            f"Sent of the document: {shown.states} of {shown.states_wanted} states of members (absent, null, least, "
            f"most, odd), {shown.pairs} of {shown.pairs_wanted} combinations of members that a condition connects."
        )


def _clause(clause: ShownClause, paint: _Paint) -> str:
    label = clause.outcome.value.replace("-", " ")
    known = sum(one.known is not None for one in clause.findings)
    note = ""
    if clause.outcome is ClauseOutcome.NOT_EXERCISED:
        note = f": {clause.reason}"
    elif clause.findings:
        count = len(clause.findings)
        note = f", {count} finding{'s' * (count != 1)}" + (f", {known} known" if known else "")
    mark = paint.outcome(_MARKS[clause.outcome], clause.outcome)
    return f"  {mark} {clause.id:<34} {paint.outcome(label, clause.outcome)}{note}"


def _findings(verdict: ReportedVerdict, paint: _Paint) -> Iterator[str]:
    for cause in verdict.causes:
        yield ""
        head = cause.head
        yield f"{paint.outcome(f'{cause.outcome.value}: {cause.clause.id}', cause.outcome)}  [{head.fingerprint}]"
        if cause.outcome is ClauseOutcome.KNOWN:
            yield f"  known:    {head.known} (does not count)"
            yield f"  seen:     {head.cause}: {head.received}"
        else:
            yield from _finding(head, cause.clause, verdict.seed)
        yield from _symptoms(cause)


def _symptoms(cause: ShownCause) -> Iterator[str]:
    if cause.symptoms:
        yield f"  its symptoms ({len(cause.symptoms)}):"
    for one in cause.symptoms:
        where = f" at {one.pointer}" if one.pointer else ""
        about = f" ({', '.join(one.about)})" if one.about else ""
        yield _cut(f"    [{one.fingerprint}] {one.outcome.value} {one.clause}: {one.cause}{where}{about}")


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
        yield f"  probe:    {finding.probe} (seed {seed}); {_shown_by(finding)}"
    if finding.curl:
        yield "  to see it again (fresh names: 'invigilate replay REPORT.json'):"
        shown = finding.curl[-_MOST_CURL:]
        if len(shown) < len(finding.curl) or finding.left_out:
            yield f"    # {finding.left_out + len(finding.curl) - len(shown)} lines before these are left out here"
        yield from (f"    {line}" for line in shown)
    elif not finding.exchanges:
        yield "  No single sequence of calls shows it; run the check again."


def _open(verdict: ReportedVerdict, paint: _Paint) -> Iterator[str]:
    if not verdict.silent:
        return
    yield ""
    yield paint("Not exercised, and what would exercise it", "1")
    for reason, names in verdict.silent.items():
        yield f"  {reason}:"
        yield f"    {', '.join(names)}"


def _created(verdict: ReportedVerdict, paint: _Paint) -> Iterator[str]:
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
        more = f" and {len(made) - _MOST_SIDS} more (--write-created lists them)" if len(made) > _MOST_SIDS else ""
        yield f"  {part}: {len(made)}: {names}{more}"


def _notes(verdict: ReportedVerdict) -> Iterator[str]:
    yield from (f"Note: {note}" for note in remarks(verdict))


def remarks(verdict: ReportedVerdict) -> list[str]:
    """The notes of a run, and what is to be said of the baseline: the same sentences in every report."""
    said = list(verdict.notes)
    said += [
        f"The baseline's {one.fingerprint} ({one.clause}) no longer occurs; take it out of the baseline."
        for one in verdict.stale
    ]
    for one in verdict.expired:
        owner = f", which {one.owner} answers for," if one.owner else ""
        said.append(f"The baseline's {one.fingerprint} ({one.clause}){owner} has expired on {one.expires}; it counts.")
    if verdict.unproven:
        said.append(
            f"{len(verdict.unproven)} of the baseline's entries were not seen, but their clauses were not exercised in "
            "full; they stay."
        )
    return said
