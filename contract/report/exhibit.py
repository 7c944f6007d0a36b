"""From what was sent and found to what a report may show of it: masked, bounded, and with what replays need."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contract.http.access import Access
from contract.http.exchange import Exchange, SentRequest
from contract.journey.calls import journey_contract
from contract.judging.causes import causes
from contract.judging.findings import ClauseResult, Finding
from contract.report.baseline import NO_BASELINE, Baseline
from contract.report.curl import curl_lines
from contract.report.masking import Masker, neutral
from contract.report.verdict import (
    GRAVEST_FIRST,
    ListedCreation,
    ReportedVerdict,
    ShownClause,
    ShownCoverage,
    ShownExchange,
    ShownFinding,
    ShownRequest,
    Tick,
)
from contract.reproduction.sequence import simultaneous
from contract.run.runner import OPERATION, RunReport
from spec.openapi.document import Document
from spec.resources.annotations import resources
from spec.resources.resource import Resources
from spec.schema.keywords import clause_ids
from spec.source.pointer import Json, escape, split

LONGEST_BODY = 16_384
LONGEST_ANSWER = 4_000
LONGEST_TEXT = 600
MOST_EXCHANGES = 40
MOST_CREATED = 50_000


class Exhibitor:
    """Makes a Verdict of a Report. What the baseline knows does not count."""

    def __init__(
        self,
        report: RunReport,
        masker: Masker,
        access: Access,
        *,
        strict: bool = False,
        baseline: Baseline = NO_BASELINE,
    ) -> None:
        self.report, self.masker, self.access, self.strict = report, masker, access, strict
        self.baseline = baseline
        self.symptoms = {
            other.fingerprint: one.head.fingerprint
            for one in causes(report.findings(), {name: one.clause for name, one in report.results.items()})
            for other in one.symptoms
        }
        self.resources: Resources = resources(report.document.operations[OPERATION])
        self.journey = journey_contract(report.document, self.resources)

    def text(self, text: str, longest: int = LONGEST_TEXT) -> str:
        """A text for people: masked, neutral, in one line, at most so long."""
        return shortened(neutral(self.masker.text(text[: longest * 8])).replace("\n", "\\n"), longest)

    def verdict(self) -> ReportedVerdict:
        """The whole verdict."""
        report = self.report
        first = min((one.started for one in report.exchanges), default=0.0)
        unseen = self.baseline.unseen(report)
        return ReportedVerdict(
            target=self.text(report.target),
            install=self.text(self.access.install),
            other_install=self.text(self.access.other_install) if self.access.other_install else None,
            seed=report.seed,
            prefix=report.prefix,
            title=report.document.title,
            version=report.document.version,
            digest=report.document.digest,
            passive=self.access.passive,
            strict=self.strict,
            exit_code=report.exit_code(strict=self.strict, known=frozenset(self.baseline.known)),
            cannot=None if report.cannot is None else self.text(report.cannot),
            clauses=tuple(self.clause(result) for result in report.results.values()),
            created=tuple(
                ListedCreation(one.part, self.text(one.sid, 80), self.text(one.install, 80))
                for one in report.created[:MOST_CREATED]
            ),
            notes=tuple(self.text(note) for note in report.notes),
            examples=report.examples,
            began=datetime.now(UTC) - timedelta(seconds=report.seconds),
            spec_file=_relative(report.document.source.name),
            lines=clause_lines(report.document),
            stale=unseen.gone,
            unproven=unseen.untold,
            expired=tuple(one for one in self.baseline.expired if one.fingerprint in unseen.occurring),
            ticks=tuple(
                Tick(one.phase, one.response.status if one.response else None, one.started - first, one.seconds)
                for one in report.exchanges
            ),
            seconds=report.seconds,
            throttled=report.throttled,
            unavailable=report.unavailable,
            lost=report.lost,
            stopped=None if report.stopped is None else self.text(report.stopped),
            unmet=report.unmet,
            coverage=_coverage(report),
        )

    def clause(self, result: ClauseResult) -> ShownClause:
        """One clause with its findings."""
        clause = result.clause
        findings = tuple(self.finding(result, finding) for finding in result.findings.values())
        return ShownClause(
            id=clause.id,
            sentence=clause.sentence,
            standing=clause.standing,
            source=clause.source,
            outcome=min((one.outcome for one in findings), key=GRAVEST_FIRST.index, default=result.outcome()),
            exercised=result.exercised,
            reason=result.reason,
            findings=findings,
        )

    def finding(self, result: ClauseResult, finding: Finding) -> ShownFinding:
        """One finding with its exchanges, of which only the last ones are shown if there are many."""
        entry = self.baseline.known.get(finding.fingerprint)
        known = None if entry is None else self.text(entry.reason)
        kept = finding.exchanges[-MOST_EXCHANGES:]
        together = simultaneous(kept)
        exchanges = tuple(
            replace(self.exchange(one), together=number) for one, number in zip(kept, together, strict=True)
        )
        base = "" if self.access.passive else self.report.target.rstrip("/")
        return ShownFinding(
            fingerprint=finding.fingerprint,
            clause=finding.clause,
            message=f"{result.clause.sentence} Broken: {self.text(finding.cause)}.",
            cause=self.text(finding.cause),
            expected=self.text(finding.expected),
            received=self.text(finding.received),
            pointer=self.text(finding.pointer),
            probe=finding.probe,
            intermittent=finding.intermittent,
            known=known,
            counts=known is None and (self.strict or result.clause.binding),
            exchanges=exchanges,
            left_out=len(finding.exchanges) - len(kept),
            curl=curl_lines(base, exchanges),
            reproduced=finding.reproduced,
            rung=finding.rung,
            about=tuple(self.text(one) for one in finding.about),
            times=finding.times,
            symptom_of=self.symptoms.get(finding.fingerprint),
        )

    def exchange(self, exchange: Exchange) -> ShownExchange:
        """One exchange; the body of its request can be sent again."""
        response = exchange.response
        body = "" if response is None else response.body[: LONGEST_ANSWER * 16].decode("utf-8", "replace")
        headers = response.headers.items() if response is not None else ()
        request, sids = self.request(exchange.request), self._sids(exchange)
        raw = (exchange.request.body or b"")[: LONGEST_ANSWER * 16].decode("utf-8", "backslashreplace")
        return ShownExchange(
            index=exchange.index,
            phase=exchange.phase,
            request=request,
            request_text=shortened(neutral(self.masker.request_body(raw)), LONGEST_ANSWER),
            status=None if response is None else response.status,
            headers=tuple(
                (self.text(name, 100), shortened(neutral(self.masker.header(name, value[:4000])), 300))
                for name, value in list(headers)[:50]
                if name.lower() != "set-cookie"
            ),
            body=shortened(neutral(self.masker.answer_body(body)), LONGEST_ANSWER),
            failure=None if exchange.failure is None else self.text(exchange.failure),
            milliseconds=round(exchange.seconds * 1000, 1),
            sids={name: self.text(sid, 80) for name, sid in sids.items()},
            minted={self.text(sid, 80): self._jq(name) for name, sid in sids.items() if len(sid) > 10},
        )

    def request(self, request: SentRequest) -> ShownRequest:
        """A request with its secrets masked; everything else stays as it was sent."""
        headers = tuple((name, self.masker.header(name, value)) for name, value in request.headers)
        path = self.masker.text(request.path)
        if request.body is None:
            return ShownRequest(request.method, path, headers)
        try:
            text = request.body.decode("utf-8") if len(request.body) <= LONGEST_BODY else None
        except UnicodeDecodeError:
            text = None
        size = len(request.body)
        if text is not None:
            return ShownRequest(request.method, path, headers, self.masker.request_body(text), None, size)
        whole = self.masker.request_body(request.body.decode("utf-8", "surrogateescape"))
        packed = base64.b64encode(zlib.compress(whole.encode("utf-8", "surrogateescape"), 9)).decode()
        return ShownRequest(request.method, path, headers, None, packed, size)

    def _jq(self, name: str) -> str:
        if name.startswith("/"):
            steps: tuple[str, ...] = split(name)
        else:
            part = self.resources.part(name)
            steps = (part.response, part.sid_member)
        return "".join(
            f".{one}" if one.isidentifier() else f"[{one}]" if one.isdigit() else f"[{json.dumps(one)}]"
            for one in steps
        )

    def _sids(self, exchange: Exchange) -> dict[str, str]:
        if self.journey is not None and (known := self.journey.sids(exchange)):
            return known
        answer = exchange.response.json if exchange.response is not None and exchange.response.ok else None
        found: dict[str, str] = {}
        if not isinstance(answer, dict):
            return found
        for part in self.resources.parts:
            shown = answer.get(part.response)
            if isinstance(shown, dict) and isinstance(shown.get(part.sid_member), str):
                found[part.name] = shown[part.sid_member]
        return found


def clause_lines(document: Document) -> dict[str, int]:
    """The line of a document in which each clause is named first, as far as it is named at all."""
    lines: dict[str, int] = {}
    stack: list[tuple[str, Json]] = [("", document.source.value)]
    while stack:
        pointer, value = stack.pop()
        if isinstance(value, dict):
            for clause in clause_ids(value.get("x-clause")):
                line = document.source.mark(f"{pointer}/x-clause").line
                lines[clause] = min(line, lines.get(clause, line))
            stack += [(f"{pointer}/{escape(str(name))}", one) for name, one in value.items()]
        elif isinstance(value, list):
            stack += [(f"{pointer}/{index}", one) for index, one in enumerate(value)]
    return lines


def _relative(name: str) -> str:
    """The document as code scanning wants it: relative to the folder of the run, or its bare name."""
    path = Path(name)
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.name


def _coverage(report: RunReport) -> ShownCoverage | None:
    one = report.coverage
    if one is None:
        return None
    return ShownCoverage(one.states_seen, one.states_wanted, one.pairs_seen, one.pairs_wanted, tuple(one.unseen()))


def shortened(text: str, longest: int) -> str:
    """A text of at most so many letters, which says how many are missing."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]} […{len(text) - longest} more letters]"


def exhibit(
    report: RunReport,
    masker: Masker,
    access: Access,
    *,
    strict: bool = False,
    baseline: Baseline = NO_BASELINE,
) -> ReportedVerdict:
    """The verdict of a report as it may be shown."""
    return Exhibitor(report, masker, access, strict=strict, baseline=baseline).verdict()
