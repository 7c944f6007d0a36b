"""The verdict as JUnit XML for CI servers: a test case per clause, or per finding of a clause that failed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as Xml

from contract.http.lines import guarded
from contract.judging.findings import ClauseOutcome
from contract.report.console import remarks
from contract.report.verdict import ReportedVerdict, ShownClause, ShownFinding

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(verdict: ReportedVerdict) -> str:
    """The XML text: what failed first. What warned, is known or was not exercised is skipped, with the reason."""
    cases = [case for one in verdict.gravest_first for case in _cases(one, verdict)]
    suite = Xml.Element(
        "testsuite",
        name=_clean(f"{verdict.title} {verdict.version}"),
        tests=str(len(cases) + (verdict.cannot is not None)),
        failures=str(sum(case.find("failure") is not None for case in cases)),
        errors=str(int(verdict.cannot is not None)),
        skipped=str(sum(case.find("skipped") is not None for case in cases)),
        time=f"{verdict.seconds:.3f}",
        timestamp=verdict.began.strftime("%Y-%m-%dT%H:%M:%S"),
        hostname=_clean(verdict.target),
    )
    properties = Xml.SubElement(suite, "properties")
    for name, value in (("seed", verdict.seed), ("spec", verdict.digest), ("requests", verdict.requests)):
        Xml.SubElement(properties, "property", name=name, value=str(value))
    if verdict.cannot is not None:
        case = Xml.SubElement(suite, "testcase", classname="invigilate", name="verdict", time="0")
        Xml.SubElement(case, "error", message=_clean(verdict.cannot), type="cannot")
    suite.extend(cases)
    Xml.SubElement(suite, "system-out").text = _clean("\n".join([*remarks(verdict), verdict.sentence]))
    root = Xml.Element("testsuites", name="invigilate")
    root.append(suite)
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _cases(clause: ShownClause, verdict: ReportedVerdict) -> Iterator[Xml.Element]:
    """One case per finding that counts, with one failure; otherwise one for the clause."""
    counting = [one for one in clause.findings if one.counts]
    for one in counting:
        case = _case(clause, f"{clause.id}: {one.cause} [{one.fingerprint}]", _seconds(one))
        message = _clean(f"{clause.sentence} Seen: {one.cause}. Received: {one.received}")
        failure = Xml.SubElement(case, "failure", message=message, type=clause.id)
        failure.text = _clean(_text(one, verdict.seed))
        yield case
    if counting:
        return
    case = _case(clause, clause.id, sum(_seconds(one) for one in clause.findings))
    if clause.outcome is ClauseOutcome.NOT_EXERCISED:
        Xml.SubElement(case, "skipped", message=_clean(f"not exercised: {clause.reason or 'the run ended before it'}"))
    elif clause.findings:
        first = clause.findings[0]
        summary = first.known if clause.outcome is ClauseOutcome.KNOWN else f"{first.cause}; received {first.received}"
        Xml.SubElement(case, "skipped", message=_clean(f"{clause.outcome.value}: {summary}"))
        Xml.SubElement(case, "system-out").text = _clean(
            "\n\n".join(_text(one, verdict.seed) for one in clause.findings)
        )
    yield case


def _case(clause: ShownClause, name: str, seconds: float) -> Xml.Element:
    """A case under a class per standing, in the package of the contract."""
    return Xml.Element(
        "testcase", classname=f"invigilate.contract.{clause.standing.value}", name=_clean(name), time=f"{seconds:.4f}"
    )


def _seconds(finding: ShownFinding) -> float:
    """How long the calls took that show it."""
    return sum(one.milliseconds for one in finding.exchanges) / 1000


def _text(finding: ShownFinding, seed: int) -> str:
    lines = [f"[{finding.fingerprint}] {finding.cause}" + (" (known)" if finding.known is not None else "")]
    if finding.known is not None:
        lines.append(f"reason: {finding.known}")
    lines += [f"expected: {finding.expected}", f"received: {finding.received}"]
    if finding.pointer:
        lines.append(f"at: {finding.pointer}")
    if finding.symptom_of is not None:
        lines.append(f"symptom of: {finding.symptom_of}")
    return "\n".join([*lines, f"seed: {seed}", *finding.curl[-24:]])


def _clean(text: str) -> str:
    return _NOT_XML.sub("?", "\n".join(guarded(line) for line in text.split("\n")))
