"""What a report shows of a run: bounded, grouped, with what a replay needs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from contract.http.exchange import Exchange, ReceivedResponse, SentRequest
from contract.judging.findings import Finding
from contract.report.baseline import Baseline
from contract.report.known import BaselineEntry
from contract.report.picture import bands, timeline
from contract.report.verdict import ReportedVerdict, Tick
from contract.run.runner import RunReport

PATH = "/v2/installs/AI/provision"


def exchange(started: float, body: bytes = b"{}", seconds: float = 1.0, answer: bytes = b"{}") -> Exchange:
    request = SentRequest("POST", PATH, (("token", "x"),), body)
    return Exchange(
        request, ReceivedResponse(200, {"content-type": "application/json"}, answer), started, seconds, None, 1
    )


def shown(stage: Any, *exchanges: Exchange) -> Any:
    report = stage.run(most_requests=1)
    report.results["recall-finds"].findings["f"] = Finding("recall-finds", "c", "e", "r" * 5000, "", exchanges)
    verdict: ReportedVerdict = stage.verdict(report)
    return next(one for one in verdict.findings if one.clause == "recall-finds")


def test_what_was_sent_at_once_is_grouped(stage: Any) -> None:
    finding = shown(stage, exchange(0), exchange(10), exchange(10.5), exchange(10.9), exchange(20), exchange(30))
    assert [one.together for one in finding.exchanges] == [0, 1, 1, 1, 0, 0]
    assert [line.endswith(" &") for line in finding.curl if line != "wait"] == [False, True, True, True, False, False]
    assert finding.curl[4] == "wait"


def test_sizes_are_bounded(stage: Any) -> None:
    finding = shown(stage, exchange(0, b'"' + b"a" * 3_000_000 + b'"', answer=b"b" * 3_000_000))
    (one,) = finding.exchanges
    assert one.request.body is None
    assert len(one.request.packed or "") < 10_000
    assert len(one.body) + len(one.request_text) + len(finding.received) < 12_000
    assert "the JSON report has it" in finding.curl[0]


def test_long_sequences_are_cut_and_say_so(stage: Any) -> None:
    finding = shown(stage, *(exchange(place * 2.0) for place in range(100)))
    assert (len(finding.exchanges), finding.left_out) == (40, 60)


def test_the_picture_has_every_clause_and_every_request(hostile_verdict: ReportedVerdict, stage: Any) -> None:
    assert sum(len(band.cells) for band in bands(hostile_verdict)) == len(stage.catalogue)
    line = timeline(hostile_verdict)
    assert sum(int(bar.label.split()[0]) for bar in line.bars) == hostile_verdict.requests
    assert max(bar.base + bar.height for bar in line.bars) <= 1.0000001


def test_an_empty_run_has_a_picture(hostile_verdict: ReportedVerdict) -> None:
    assert timeline(replace(hostile_verdict, ticks=())).bars == ()
    one = timeline(replace(hostile_verdict, ticks=(Tick("", None, 0.0, 0.0),)))
    assert [(bar.kind, bar.height) for bar in one.bars] == [("none", 1.0)]


def test_strict_and_known_decide_what_counts(stage: Any, created_report: RunReport) -> None:
    every = tuple(BaselineEntry(one.fingerprint, one.clause, "agreed") for one in created_report.findings())
    assert stage.verdict(created_report).exit_code == 1
    gone = BaselineEntry("0" * 12, "recall-finds", "gone")
    known = stage.verdict(created_report, strict=True, baseline=Baseline((*every, gone)))
    assert (known.exit_code, known.stale) == (0, (gone,))
    assert all(one.known == "agreed" and not one.counts for one in known.findings)
    assert f"{len(every)} known findings did not count" in known.sentence


def test_an_interrupted_run_still_lists_what_it_created(stage: Any) -> None:
    count = 0

    def interrupt(request: SentRequest, exchange: Exchange) -> Exchange:
        nonlocal count
        count += 1
        if count == 12:
            raise KeyboardInterrupt
        return exchange

    verdict = stage.verdict(stage.run(interrupt))
    assert verdict.exit_code == 2
    assert "interrupted" in str(verdict.cannot)
    assert verdict.created
