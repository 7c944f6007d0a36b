"""What is found while traffic passes, as one line each."""

from __future__ import annotations

from contract.http.lines import guarded
from contract.judging.findings import Finding
from contract.proxy.keeping.pseudonyms import Pseudonyms
from contract.proxy.live import RequestFault
from contract.report.masking import neutral
from spec.catalogue.clauses import Catalogue

LONGEST = 600


def answer_line(finding: Finding, catalogue: Catalogue, pseudonyms: Pseudonyms) -> str:
    """What an answer breaks: outcome, clause, fingerprint, the call, what was expected and received, and where."""
    outcome = "failed" if catalogue[finding.clause].binding else "warned"
    last = finding.exchanges[-1].request if finding.exchanges else None
    call = f" {last.method} {last.path}" if last is not None else ""
    where = f" at {finding.pointer}" if finding.pointer else ""
    text = (
        f"{outcome}: {finding.clause} [{finding.fingerprint}]{call}: {finding.cause}: "
        f"expected {finding.expected}, received {finding.received}{where}"
    )
    return _shown(text, pseudonyms)


def request_line(fault: RequestFault, pseudonyms: Pseudonyms) -> str:
    """What a request breaks."""
    where = f" {fault.reason.pointer}:" if fault.reason.pointer else ""
    text = f"request: {fault.reason.clause} {fault.request.method} {fault.request.path}:{where} {fault.reason.message}"
    return _shown(text, pseudonyms)


def _shown(text: str, pseudonyms: Pseudonyms) -> str:
    line = guarded(neutral(pseudonyms.text(text)))
    return line if len(line) <= LONGEST else f"{line[:LONGEST]} […]"
