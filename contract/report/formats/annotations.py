"""The verdict as workflow commands of GitHub Actions, which shows them as annotations: one per cause that counts."""

from __future__ import annotations

from contract.http.lines import uncommanded
from contract.judging.findings import ClauseOutcome
from contract.report.console import symptoms
from contract.report.verdict import ReportedVerdict, ShownCause

MOST = 10
"""GitHub shows ten errors and ten warnings of a step, and drops the others without a word."""
_COMMANDS = {ClauseOutcome.FAILED: "error", ClauseOutcome.WARNED: "warning"}


def render(verdict: ReportedVerdict) -> str:
    """The lines to print; everything in them is escaped as the runner unescapes it."""
    lines = []
    if verdict.cannot is not None:
        lines.append(_command("error", "invigilate: no verdict", verdict.sentence))
    for outcome, command in _COMMANDS.items():
        causes = [one for one in verdict.causes if one.outcome is outcome]
        room = MOST - (outcome is ClauseOutcome.FAILED and verdict.cannot is not None)
        shown = causes if len(causes) <= room else causes[: room - 1]
        lines += [_command(command, f"{one.clause.id}: {one.head.cause}", _message(one)) for one in shown]
        if len(shown) < len(causes):
            more = f"{len(causes) - len(shown)} more {outcome.value}; the reports have all."
            lines.append(_command(command, "invigilate", more))
    return "".join(f"{line}\n" for line in lines)


def _message(cause: ShownCause) -> str:
    head = cause.head
    where = f"\nat {head.pointer}" if head.pointer else ""
    more = f"\n{symptoms(cause)}" if cause.symptoms else ""
    return (
        f"{cause.clause.sentence}\nexpected: {head.expected}\nreceived: {head.received}{where}{more}\n"
        f"fingerprint {head.fingerprint}"
    )


def _command(command: str, title: str, message: str) -> str:
    return f"::{command} title={_property(uncommanded(title))}::{_data(uncommanded(message))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
