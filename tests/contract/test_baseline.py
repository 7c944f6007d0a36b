"""Baselines: what is known does not count until it expires, and only shrinks by what was exercised in full."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contract.judging.findings import ClauseOutcome
from contract.report.baseline import Baseline, load_baseline, render_baseline
from contract.report.console import remarks
from contract.report.known import BaselineEntry
from contract.run.runner import RunReport
from spec.source.reading import SourceError

TODAY = date(2027, 3, 1)


def written(text: str, folder: Path) -> tuple[BaselineEntry, ...]:
    path = folder / "known.yaml"
    path.write_text(text)
    return load_baseline(path)


def test_yaml_and_json_are_read_in_both_forms(tmp_path: Path) -> None:
    short = "- {fingerprint: 'aaaaaaaaaaaa', clause: schema, reason: agreed}\n"
    assert written(short, tmp_path) == (BaselineEntry("aaaaaaaaaaaa", "schema", "agreed"),)
    whole = [
        {"fingerprint": "b" * 12, "clause": "schema", "reason": "agreed", "pointer": "/course", "received": "status 200",
         "owner": "ana", "expires": "2027-03-31", "examples": 60},
        {"fingerprint": "c" * 12, "clause": "schema", "reason": "agreed", "owner": "", "expires": None},
    ]  # fmt: skip
    first, second = written(json.dumps(whole), tmp_path)
    assert (first.owner, first.expires, first.examples) == ("ana", date(2027, 3, 31), 60)
    assert (second.owner, second.expires) == ("", None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: b", "is a list"),
        ("- x", "mapping"),
        ("- {fingerprint: aaaaaaaaaaaa, clause: schema}", "needs a reason"),
        ("- {fingerprint: aaaaaaaaaaaa, clause: schema, reason: ' '}", "needs a reason"),
        ("- {fingerprint: 123456789012, clause: schema, reason: x}", "quote a number"),
        ("- {fingerprint: short, clause: schema, reason: x}", "12 hexadecimal digits"),
        ("- {fingerprint: aaaaaaaaaaaa, clause: schema, reason: x, more: y}", "not 'more'"),
        ("- {fingerprint: aaaaaaaaaaaa, clause: schema, reason: x, expires: soon}", "a day such as"),
        ("- {fingerprint: aaaaaaaaaaaa, clause: schema, reason: x, owner: 7}", "owner is a text"),
        ("- {fingerprint: aaaaaaaaaaaa, clause: schema, reason: x, examples: -1}", "whole number"),
        ("- &a {fingerprint: aaaaaaaaaaaa, clause: schema, reason: x}\n- *a", "listed twice"),
    ],
)
def test_what_is_no_baseline_is_refused_with_its_place(text: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=reason) as caught:
        written(text, tmp_path)
    assert "known.yaml:" in str(caught.value)


def entries(report: RunReport, **more: Any) -> tuple[BaselineEntry, ...]:
    return tuple(BaselineEntry(one.fingerprint, one.clause, "agreed", **more) for one in report.findings())


def test_what_is_known_does_not_count_until_it_expires(stage: Any, created_report: RunReport) -> None:
    until = entries(created_report, owner="ana", expires=TODAY)
    held = stage.verdict(created_report, strict=True, baseline=Baseline(until, TODAY))
    assert held.exit_code == 0
    assert {one.outcome for one in held.findings} == {ClauseOutcome.KNOWN}
    over = stage.verdict(created_report, strict=True, baseline=Baseline(until, date(2027, 3, 2)))
    assert over.exit_code == 1
    assert {one.outcome for one in over.findings} == {ClauseOutcome.FAILED}
    assert "which ana answers for, has expired on 2027-03-01" in " ".join(remarks(over))


def test_only_what_was_exercised_in_full_is_gone(stage: Any, created_report: RunReport) -> None:
    gone = BaselineEntry("0" * 12, "recall-finds", "long gone")
    silent = BaselineEntry("1" * 12, "signon-link-secure", "needs https")
    generated = BaselineEntry("2" * 12, "recall-finds", "found by many sequences", examples=200)
    baseline = Baseline((*entries(created_report), gone, silent, generated), TODAY)
    verdict = stage.verdict(created_report, baseline=baseline)
    assert (verdict.stale, verdict.unproven) == ((gone,), (silent, generated))
    kept = [one["fingerprint"] for one in json.loads(render_baseline(verdict, baseline))]
    assert "0" * 12 not in kept
    assert {"1" * 12, "2" * 12} < set(kept)
    cut_short = stage.run(most_requests=9)
    assert cut_short.stopped
    assert stage.verdict(cut_short, baseline=baseline).stale == ()


def test_what_was_written_by_hand_is_kept(stage: Any, created_report: RunReport) -> None:
    by_hand = entries(created_report, owner="ana", expires=date(2027, 12, 31))[:1]
    verdict = stage.verdict(created_report, baseline=Baseline(by_hand, TODAY))
    made = {one["fingerprint"]: one for one in json.loads(render_baseline(verdict, Baseline(by_hand, TODAY)))}
    one = made.pop(by_hand[0].fingerprint)
    assert (one["reason"], one["owner"], one["expires"]) == ("agreed", "ana", "2027-12-31")
    assert one["received"]
    assert all(other["reason"].startswith("not explained yet: ") for other in made.values())


def test_a_run_without_a_verdict_writes_no_baseline(stage: Any, tmp_path: Path, created_report: RunReport) -> None:
    from argparse import Namespace

    from contract.report.outlet import FORMS, deliver_files

    path = tmp_path / "baseline.json"
    path.write_text("kept")
    options = Namespace(**dict.fromkeys(FORMS), write_baseline=path, write_created=None)
    deliver_files(replace(stage.verdict(created_report), cannot="gone", exit_code=2), options)
    assert path.read_text() == "kept"
