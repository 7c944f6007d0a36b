"""The verdict as JUnit XML: a test case per clause, for CI servers that count tests."""

from __future__ import annotations

import re
from xml.etree import ElementTree as Xml

from contract.judging.findings import Outcome
from contract.report.verdict import ShownClause, ShownFinding, Verdict

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(verdict: Verdict) -> str:
    """The XML text. Warnings pass with an output, or fail under ``strict``; what was not exercised is skipped."""
    cases = [_case(one, verdict) for one in verdict.clauses]
    suite = Xml.Element(
        "testsuite",
        name=_clean(f"{verdict.title} {verdict.version}"),
        tests=str(len(cases) + (verdict.cannot is not None)),
        failures=str(sum(case.find("failure") is not None for case in cases)),
        errors=str(int(verdict.cannot is not None)),
        skipped=str(sum(case.find("skipped") is not None for case in cases)),
        time=f"{verdict.seconds:.3f}",
        hostname=_clean(verdict.target),
    )
    properties = Xml.SubElement(suite, "properties")
    for name, value in (("seed", verdict.seed), ("spec", verdict.digest), ("requests", verdict.requests)):
        Xml.SubElement(properties, "property", name=name, value=str(value))
    if verdict.cannot is not None:
        case = Xml.SubElement(suite, "testcase", classname="contract", name="verdict")
        Xml.SubElement(case, "error", message=_clean(verdict.cannot), type="cannot")
    suite.extend(cases)
    Xml.SubElement(suite, "system-out").text = _clean("\n".join([*verdict.notes, verdict.sentence]))
    root = Xml.Element("testsuites", name="invigilate")
    root.append(suite)
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _case(clause: ShownClause, verdict: Verdict) -> Xml.Element:
    case = Xml.Element("testcase", classname=f"contract.{clause.standing.value}", name=clause.id)
    counting = [one for one in clause.findings if one.counts]
    others = [one for one in clause.findings if not one.counts]
    if counting:
        message = _clean(f"{clause.sentence} {counting[0].cause}: {counting[0].received}")
        failure = Xml.SubElement(case, "failure", message=message, type=clause.id)
        failure.text = _clean("\n\n".join(_text(one, verdict.seed) for one in counting))
    elif clause.outcome is Outcome.NOT_EXERCISED:
        Xml.SubElement(case, "skipped", message=_clean(clause.reason or "not exercised"))
    if others:
        Xml.SubElement(case, "system-out").text = _clean("\n\n".join(_text(one, verdict.seed) for one in others))
    return case


def _text(finding: ShownFinding, seed: int) -> str:
    lines = [f"[{finding.fingerprint}] {finding.cause}" + (" (known)" if finding.known is not None else "")]
    if finding.known is not None:
        lines.append(f"reason: {finding.known}")
    lines += [f"expected: {finding.expected}", f"received: {finding.received}"]
    if finding.pointer:
        lines.append(f"at: {finding.pointer}")
    return "\n".join([*lines, f"seed: {seed}", *finding.curl[-12:]])


def _clean(text: str) -> str:
    return _NOT_XML.sub("?", text)
