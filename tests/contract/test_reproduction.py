"""Findings are told apart, seen again before they are reported, and grouped by cause: on the independent implementation."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from tests_support import some_fast

from contract.http.exchange import Exchange, ReceivedResponse, SentRequest
from contract.http.target import HttpTransport, Target
from contract.judging.causes import causes
from contract.judging.findings import ExchangeJudgement, Finding, Ledger, Reproduced
from contract.replaying.recorded import Recorded, read_report
from contract.replaying.replay import Now, Replayed, replay
from contract.report.exhibit import exhibit
from contract.report.formats.json import render
from contract.report.masking import masker_for
from contract.report.verdict import ReportedVerdict
from contract.reproduction.confirmation import Reproduction, confirm
from contract.run.knocking import Arrival, knock
from contract.run.runner import RunReport, RunSettings, open_workbench
from tests.servers.behaviour import Behaviour
from tests.servers.breakages import UPSERT, VALIDATION, Breakage
from tests.servers.harness import access, clauses, document, judged
from tests.servers.independent import Independent
from tests.servers.inprocess import InProcess
from tests.servers.outsides import ANSWERS, BREAKAGES, CREDENTIALS, ROBUSTNESS
from tests.servers.overhttp import served

STATE = ("recall", "subsets", "kinds", "by-sid", "changes", "unknown-sids", "namesakes", "scopes")
FORM = ("recall", "broken")


def found(report: RunReport) -> dict[str, Finding]:
    return {one.fingerprint: one for one in report.findings()}


def shown(behaviour: Behaviour, report: RunReport) -> ReportedVerdict:
    given = access(behaviour)
    return exhibit(report, masker_for(given, report.document, report.published_keys), given, strict=True)


def recorded(behaviour: Behaviour, report: RunReport, folder: Path) -> Recorded:
    path = folder / "report.json"
    path.write_text(render(shown(behaviour, report)))
    return read_report(path)


def again(report: Recorded, behaviour: Behaviour, asked: Behaviour) -> list[Replayed]:
    """The report replayed on a fresh server that behaves as ``behaviour``, with the access that the run had."""
    base = "http://127.0.0.1:8019"
    target = Target(InProcess(Independent(behaviour, base)), sleep=lambda seconds: None)
    bench = open_workbench(target, base, document(), clauses(), access(asked), RunSettings())
    assert knock(bench, Arrival(), lambda seconds: None) is None
    return list(replay(report, bench))


def judged_by(name: str, one: Breakage) -> RunReport:
    """A run of the probes that show a fault."""
    if name in UPSERT:
        return judged(one.behaviour, *STATE, "other-install", "omissions", "lookalikes", base=one.base)
    if name in VALIDATION:
        return judged(one.behaviour, "recall", "by-sid", "broken", "nameless", base=one.base)
    if name in CREDENTIALS:
        return judged(one.behaviour, "credentials", "expired", "foreign", "installs", base=one.base)
    return judged(one.behaviour, "recall", "subsets", "broken", base=one.base)


@pytest.mark.parametrize(
    "name",
    some_fast([*UPSERT, *VALIDATION, *CREDENTIALS, *ANSWERS], every=60),
)
def test_what_is_reported_fails_on_a_fresh_faulty_server_and_not_on_an_honest_one(name: str, tmp_path: Path) -> None:
    one = BREAKAGES[name]
    report = judged_by(name, one)
    honest = found(judged_by(name, Breakage(Behaviour(), one.clauses, one.base)))
    sequences = recorded(one.behaviour, report, tmp_path)
    mine = replace(
        sequences, sequences=tuple(one for one in sequences.sequences if one.fingerprint not in honest and one.steps)
    )
    for told in again(mine, one.behaviour, one.behaviour):
        assert told.now is Now.FAILS or told.sequence.reproduced is not Reproduced.SEQUENCE, told
    if one.behaviour == replace(Behaviour(), quirks=one.behaviour.quirks):
        for told in again(mine, Behaviour(), one.behaviour):
            assert told.now is not Now.FAILS, told
            assert told.now is Now.GONE or told.reason


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("course-gets-a-new-sid", 2),
        ("title-update-lost", 3),
        ("lms-identifiers-ignored", 2),
        ("exam-of-any-course", 3),
        ("sids-unusable", 2),
        ("unknown-sid-creates", 1),
    ],
)
def test_a_sequence_holds_what_it_needs_and_no_more(name: str, most: int) -> None:
    one = BREAKAGES[name]
    report = judged(one.behaviour, *STATE, base=one.base)
    heads = [
        cause.head
        for cause in causes(report.findings(), clauses())
        if {cause.head.clause, *(symptom.clause for symptom in cause.symptoms)} & one.clauses
    ]
    assert heads
    assert {head.reproduced for head in heads} == {Reproduced.SEQUENCE}
    assert min(len(head.exchanges) for head in heads) <= most


@pytest.mark.parametrize("name", ["course-gets-a-new-sid", "title-update-lost", "users-swapped"])
def test_fingerprints_stay_the_same_from_run_to_run(name: str) -> None:
    one = BREAKAGES[name]
    assert found(judged(one.behaviour, *STATE)).keys() == found(judged(one.behaviour, *STATE)).keys()


def together(first: Behaviour, second: Behaviour) -> Behaviour:
    """A server with the faults of both."""
    changes: dict[str, Any] = {}
    for one in fields(Behaviour):
        ours, theirs, honest = (getattr(each, one.name) for each in (first, second, Behaviour()))
        changes[one.name] = ours | theirs if isinstance(ours, frozenset) else theirs if theirs != honest else ours
    return replace(first, **changes)


@pytest.mark.parametrize(
    ("one", "other", "probes"),
    [
        ("title-update-lost", "code-update-lost", ("changes",)),
        ("course-title-of-any-type", "course-title-optional", FORM),
        ("breaks-on-fractions", "breaks-on-empty-text", FORM),
        ("course-gets-a-new-sid", "lms-identifiers-ignored", ("recall", "kinds")),
    ],
)
def test_a_baseline_of_one_fault_does_not_hide_another(one: str, other: str, probes: tuple[str, ...]) -> None:
    first, second = BREAKAGES[one].behaviour, BREAKAGES[other].behaviour
    both = together(first, second)
    known = found(judged(first, *probes))
    more = {name: finding for name, finding in found(judged(both, *probes)).items() if name not in known}
    assert known
    assert {finding.clause for finding in more.values()} & BREAKAGES[other].clauses


class ForgettingIntegrations(InProcess):
    """After the first sign-ons the integration is known no more."""

    sent = 0

    def send(self, request: SentRequest) -> Exchange:
        self.sent += b'"integrationSid"' in (request.body or b"")
        if self.sent > 3 and b'"integrationSid"' in (request.body or b""):
            body = b'{"code": "RESOURCENOTFOUND", "message": "There is no such integration.", "status": 404}'
            return Exchange(request, ReceivedResponse(404, {"content-type": "application/json"}, body), 0.0, 0.0)
        return super().send(request)


def test_one_cause_is_one_finding_whatever_it_spoils() -> None:
    behaviour = Behaviour()
    server = ForgettingIntegrations(Independent(behaviour, "http://127.0.0.1:8019"))
    report = judged(behaviour, "recall", "broken", "signon", transport=server)
    told = causes(report.findings(), clauses())
    grouped = [one for one in told if one.head.cause == "valid request refused"]
    assert [one.head.clause for one in grouped] == ["valid-accepted"]
    assert len(grouped[0].symptoms) >= 20


@pytest.mark.outside
def test_reproductions_are_paid_from_a_budget() -> None:
    clean = len(judged(Behaviour()).exchanges)
    for name in ("course-never-found", "courses-matched-by-title", "answer-in-an-envelope"):
        assert len(judged(BREAKAGES[name].behaviour).exchanges) <= 2 * clean, name


def test_what_never_showed_again_cannot_be_told_by_a_replay(tmp_path: Path) -> None:
    one = BREAKAGES["course-gets-a-new-sid"]
    sequences = recorded(one.behaviour, judged(one.behaviour, "recall"), tmp_path)
    mine = tuple(
        replace(each, reproduced=Reproduced.NEVER) for each in sequences.sequences if each.clause == "recall-finds"
    )
    told = again(replace(sequences, sequences=mine), Behaviour(), one.behaviour)
    assert {each.now for each in told} == {Now.UNTOLD}
    assert all("says nothing" in each.reason for each in told)


def test_what_rests_on_what_a_target_can_tell_fails_when_it_is_replayed_alone(tmp_path: Path) -> None:
    """A target that was just started has told nobody anything yet; its silence must not pass for a repair."""
    one = UPSERT["partial-writes"].behaviour
    report = recorded(one, judged(one, "recall", "changes", "nothing-by-halves", "unknown-sids"), tmp_path)
    assert "untrue result" in {sequence.cause for sequence in report.sequences}
    for sequence in report.sequences:
        alone = replace(report, sequences=(sequence,))
        assert [told.now for told in again(alone, one, one)] == [Now.FAILS], sequence.cause
        assert [told.now for told in again(alone, Behaviour(), one)] == [Now.GONE], sequence.cause


def sighting(clause: str, *starts: float, rung: str) -> Finding:
    request = SentRequest("POST", "/", ())
    calls = tuple(Exchange(request, None, start, 1.0, index=place) for place, start in enumerate(starts))
    return Finding(clause, "another user", "", "", exchanges=calls[-1:], trail=calls, rung=rung)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_what_shows_among_calls_at_once_only_is_seen_again_there(
    order: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Probes run side by side, so that the first sighting may be that of a probe which sends one call after another."""
    in_turn = sighting("signon-token-subject", 0.0, 2.0, 4.0, rung="broken")
    at_once = sighting("signon-token-subject", 0.0, 2.0, 2.5, rung="crossings")
    assert (in_turn.is_of_calls_at_once, at_once.is_of_calls_at_once) == (False, True)
    bench = mock.Mock(ledger=Ledger(clauses()))
    bench.target.sent, bench.target.exchanges, bench.judge.catalogue = 100, [], clauses()
    for place in order:
        judgement = ExchangeJudgement({"signon-token-subject"}, [(in_turn, at_once)[place]])
        bench.ledger.record(judgement)

    def run(self: Reproduction, *, shrunk: bool) -> Finding:
        seen = self.finding.is_of_calls_at_once
        return replace(self.finding, intermittent=not seen, reproduced=Reproduced.PROBE if seen else Reproduced.NEVER)

    monkeypatch.setattr(Reproduction, "run", run)
    confirm(bench, lambda clause: True)
    (told,) = bench.ledger.findings()
    assert (told.reproduced, told.rung, told.times) == (Reproduced.PROBE, "crossings", 2)


def test_a_replay_with_less_than_the_run_had_says_so(tmp_path: Path) -> None:
    one = BREAKAGES["signon-unasked"]
    report = recorded(one.behaviour, judged(one.behaviour, "recall", "signon"), tmp_path)
    assert report.sequences
    masked = replace(
        report,
        sequences=tuple(
            replace(
                each,
                steps=tuple(
                    replace(step, request=replace(step.request, headers=(("X-Key", "$HEADER_X_KEY"),)))
                    for step in each.steps
                ),
            )
            for each in report.sequences
        ),
    )
    told = again(masked, Behaviour(), one.behaviour)
    assert {each.now for each in told} == {Now.UNTOLD}
    assert all("give the options that the run had" in each.reason for each in told)


SIDS = re.compile(r"\b[A-Z]{2}[0-9a-f]{32}\b")


@pytest.mark.outside
@pytest.mark.parametrize(
    "name",
    [
        "course-gets-a-new-sid",
        "sids-unusable",
        "exam-of-any-course",
        "title-update-lost",
        "any-install",
        "created-is-201",
    ],
)
def test_curl_lines_show_the_fault_on_a_fresh_server(name: str, tmp_path: Path) -> None:
    one = BREAKAGES[name]
    with served(one.behaviour) as url, closing(HttpTransport(url)) as transport:
        report = judged(one.behaviour, *STATE, "credentials", "installs", base=url, transport=transport)
    told = [each for each in shown(one.behaviour, report).findings if each.clause in one.clauses and each.curl][:3]
    assert told
    environment = {
        **os.environ,
        "TOKEN": access(one.behaviour).token,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    for finding in told:
        with served(one.behaviour) as url:
            script = "\n".join(finding.curl).replace(report.target, url)
            done = subprocess.run(
                ["bash", "-eu", "-c", script], capture_output=True, text=True, env=environment, check=False
            )
        assert done.returncode == 0, done.stderr
        last = finding.exchanges[-1]
        head, _, body = done.stdout.rpartition("HTTP/1.1 ")[2].partition("\n\n")
        assert head.startswith(str(last.status)), (script, done.stdout)
        assert shape(json.loads(body)) == shape(json.loads(last.body)), script


def shape(answer: Any) -> Any:
    """An answer without its SIDs and tokens."""
    if isinstance(answer, dict):
        return {name: shape(value) for name, value in answer.items()}
    return SIDS.sub("SID", answer) if isinstance(answer, str) and not answer.startswith("http") else None


@pytest.mark.outside
@pytest.mark.parametrize("name", sorted(ROBUSTNESS))
def test_robustness_faults_have_stable_fingerprints(name: str) -> None:
    one = BREAKAGES[name]
    runs = [found(judged(one.behaviour, *FORM, "text", "media", base=one.base)) for _ in range(2)]
    assert runs[0].keys() == runs[1].keys()
