"""JSON reports can be sent again: what was broken and still is fails, what was mended does not."""

from __future__ import annotations

import base64
import itertools
import json
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.http.access import Access
from contract.http.exchange import Exchange, ReceivedResponse, SentRequest
from contract.http.patience import UnavailableError
from contract.http.target import Target
from contract.replaying.recorded import LARGEST_BODY, Recorded, RecordedError, read_report
from contract.replaying.replay import Now, Replayed, replay
from contract.report.formats.json import render
from contract.reproduction.renaming import Renaming
from contract.reproduction.sequence import SequenceStep
from contract.run.runner import RunReport, RunSettings, knock, open_workbench


def recorded(report: RunReport, stage: Any, folder: Path) -> Recorded:
    path = folder / "report.json"
    path.write_text(render(stage.verdict(report)))
    return read_report(path)


def replayed(one: Recorded, stage: Any, bend: Any, access: Access | None = None) -> tuple[list[Replayed], Any]:
    transport = stage.transport(bend)
    plan = RunSettings()
    target = Target(transport, sleep=lambda seconds: None)
    bench = open_workbench(target, "http://testserver", stage.document, stage.catalogue, access or stage.access, plan)
    assert knock(bench, plan.arrival, lambda seconds: None) is None
    return list(replay(one, bench)), transport


@pytest.mark.parametrize("fault", ["created", "unguarded"])
def test_what_is_still_broken_still_fails(
    fault: str, stage: Any, bends: Any, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    report = recorded(request.getfixturevalue(f"{fault}_report"), stage, tmp_path)
    assert report.sequences
    told, transport = replayed(report, stage, bends[fault])
    wrong = [(one.sequence.clause, one.sequence.cause, one.sequence.probe, one.now, one.reason) for one in told]
    assert [one for one in wrong if one[3] is not Now.FAILS] == []
    bodies = b"".join(one.body or b"" for one in transport.sent)
    sent = json.loads((tmp_path / "report.json").read_text())
    assert sent["prefix"].encode() not in bodies


@pytest.mark.parametrize("fault", ["created", "unguarded"])
def test_what_was_mended_no_longer_fails(
    fault: str, stage: Any, bends: Any, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    report = recorded(request.getfixturevalue(f"{fault}_report"), stage, tmp_path)
    told, _ = replayed(report, stage, bends["honest"])
    wrong = [(one.sequence.clause, one.sequence.cause, one.sequence.probe, one.now, one.reason) for one in told]
    assert [one for one in wrong if one[3] is not Now.GONE] == []


def test_a_token_that_dies_during_a_replay_proves_nothing_mended(
    stage: Any, created_report: RunReport, tmp_path: Path
) -> None:
    report = recorded(created_report, stage, tmp_path)
    calls = itertools.count()

    def dying(request: SentRequest, exchange: Exchange) -> Exchange:
        if next(calls) < 20:
            return exchange
        refusal = ReceivedResponse(401, {"content-type": "application/json"}, b'{"code": "AUTHENTICATIONFAILED"}')
        return replace(exchange, response=refusal)

    with pytest.raises(UnavailableError, match="refuses the token"):
        replayed(report, stage, dying)


def test_names_are_fresh_and_consistent() -> None:
    renaming = Renaming(
        ["iv-0123456789-1 IV-0123456789-2 iv-aaaaaaaaaa-1"], draw=iter(["fedcba9876", "bbbbbbbbbb"]).__next__
    )
    assert renaming.text("iv-0123456789-1") == "iv-fedcba9876-1"
    assert renaming.text("IV-0123456789-1") == "IV-FEDCBA9876-1"
    assert renaming.text("iv-aaaaaaaaaa-1 amber-4567891f@example.com") == "iv-bbbbbbbbbb-1 amber-ba98761f@example.com"


def test_sids_follow_the_answers_whatever_their_prefix() -> None:
    renaming = Renaming([])
    renaming.sids({"course": "CU" + "a" * 32, "user": "US" + "b" * 32}, {"course": "CU" + "1" * 32})
    assert renaming.text("CU" + "a" * 32) == "CU" + "1" * 32
    assert renaming.text("EX" + "A" * 32) == "EX" + "1" * 32
    assert renaming.text("US" + "b" * 32) == "US" + "b" * 32


@given(st.binary())
def test_bodies_that_are_no_text_survive(body: bytes) -> None:
    assert Renaming([]).body(body) == body


def report_with(step: Any) -> dict[str, Any]:
    finding = {"fingerprint": "0" * 12, "reproduce": [step]}
    return {
        "target": "http://x", "install": "AI", "seed": 1, "clauses": [{"id": "schema", "findings": [finding]}],
    }  # fmt: skip


BOMB = base64.b64encode(zlib.compress(b"0" * (LARGEST_BODY + 1), 9)).decode()


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ([], "/:"),
        ({"clauses": {}}, "/clauses"),
        ({"clauses": [{"id": 1}]}, "/clauses/0/id"),
        (report_with("x"), "/clauses/0/findings/0/reproduce/0"),
        (report_with({"path": "http://evil/"}), "/path"),
        (report_with({"path": "/", "headers": [["a"]]}), "/headers/0"),
        (report_with({"path": "/", "headers": [], "method": "POST", "body_packed": "&"}), "/body_packed"),
        (report_with({"path": "/", "headers": [], "method": "POST", "body_packed": BOMB}), "larger than"),
    ],
)
def test_what_is_no_report_is_refused_with_its_place(value: Any, place: str, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(json.dumps(value))
    with pytest.raises(RecordedError) as caught:
        read_report(path)
    assert place in str(caught.value)


def elsewhere(step: SequenceStep, install: str, other: str) -> SequenceStep:
    return replace(step, request=replace(step.request, path=step.request.path.replace(install, other)))


def test_a_missing_second_install_is_told(stage: Any, bends: Any, hostile_report: RunReport, tmp_path: Path) -> None:
    report = recorded(hostile_report, stage, tmp_path)
    assert report.other_install == stage.access.other_install
    other = str(report.other_install)
    needing = [
        replace(one, steps=tuple(elsewhere(step, report.install, other) for step in one.steps))
        for one in report.sequences
        if one.steps and all(f"{report.install}/provision" in step.request.path for step in one.steps)
    ]
    assert needing
    alone = replace(stage.access, other_install=None, other_token=None)
    told, _ = replayed(replace(report, sequences=tuple(needing)), stage, bends["hostile"], alone)
    assert {one.now for one in told} == {Now.UNTOLD}
    assert all("--other-install" in one.reason for one in told)
