"""Probes side by side find the same as one by one, stop together, and a run says what it does not rest on."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from heapq import heappop, heappush

import pytest

from contract.http.exchange import Exchange, Loss, SentRequest
from contract.http.patience import UnavailableError
from contract.http.target import CONNECT, Target
from contract.judging.findings import Reproduced
from contract.probes.ladder import LADDER
from contract.probes.workbench import Workbench
from contract.run import schedule
from contract.run.accounting import affordable
from contract.run.runner import RunReport, RunSettings, run
from tests.servers.behaviour import HONEST, Behaviour
from tests.servers.harness import access, clauses, document, failed, found, judged
from tests.servers.independent import Independent
from tests.servers.inprocess import InProcess
from tests.servers.outsides import BREAKAGES

SOME = ("recall", "broken", "kinds", "credentials", "memory")


def bodies(report: RunReport) -> list[str]:
    """What was sent, without the names that differ from run to run."""
    prefixes = {
        text.split("-")[1]
        for one in report.exchanges
        for text in str(one.request.body).split('"')
        if text.startswith("iv-")
    }
    texts = []
    for one in report.exchanges:
        text = (one.request.body or b"").decode("utf-8", "replace")
        for prefix in prefixes:
            text = text.replace(prefix, "?").replace(prefix[-6:], "?")
        texts.append(text)
    return texts


def test_side_by_side_nothing_is_found_on_an_honest_server_and_nothing_is_left_out() -> None:
    alone, beside = judged(HONEST, *SOME), judged(HONEST, *SOME, jobs=5)
    assert failed(alone) == failed(beside) == []
    # each share sends the good body once more behind its first refusal of a part
    assert 0 <= len(beside.exchanges) - len(alone.exchanges) <= 20
    exercised = [{name for name, one in report.results.items() if one.exercised} for report in (alone, beside)]
    assert exercised[0] == exercised[1]


def test_the_choices_of_a_probe_depend_on_the_seed_alone() -> None:
    once, again = judged(HONEST, "recall", "kinds", jobs=3), judged(HONEST, "recall", "kinds", jobs=3)
    assert sorted(len(one) for one in bodies(once)) == sorted(len(one) for one in bodies(again))


@pytest.mark.parametrize(
    ("quirk", "clause"),
    [
        ("course-gets-a-new-sid", "recall-finds"),
        ("one-sid-for-all-courses", "sids-distinct"),
        ("forgets-after-a-while", "recall-finds"),
        ("provisions-what-it-refuses", "credential-refusal-stores-nothing"),
    ],
)
def test_side_by_side_a_fault_is_found(quirk: str, clause: str) -> None:
    assert clause in found(judged(Behaviour(quirks=frozenset({quirk})), *SOME, jobs=5))


class Failing:
    """A server that is gone after some requests; to notice it takes ``each`` attempt some seconds."""

    def __init__(self, most: int, each: float = 0.0) -> None:
        self.inner, self.left, self.after, self.each = InProcess(Independent(HONEST)), most, 0, each

    def send(self, request: SentRequest) -> Exchange:
        self.left -= 1
        if self.left > 0:
            return self.inner.send(request)
        self.after += 1
        return Exchange(request, None, 0.0, self.each, failure="Connection refused", loss=Loss.UNSENT)

    def burst(self, requests: Sequence[SentRequest]) -> list[Exchange]:
        return self.inner.burst(requests)

    def close(self) -> None:
        pass


def test_what_goes_away_stops_everything() -> None:
    server = Failing(150)
    report = judged(HONEST, *SOME, jobs=5, transport=server)
    assert "cannot be reached any more" in str(report.cannot)
    assert server.after < 150


def test_who_is_gone_is_waited_for_some_seconds_and_less_than_ten() -> None:
    slept: list[float] = []
    with pytest.raises(UnavailableError):
        Target(Failing(0), sleep=slept.append).send(SentRequest("POST", "/", ()))
    assert 3 < sum(slept) < 8


def test_who_answers_no_connection_is_noticed_within_ten_seconds() -> None:
    slept: list[float] = []
    server = Failing(0, each=CONNECT)
    with pytest.raises(UnavailableError):
        Target(server, sleep=slept.append).send(SentRequest("POST", "/", ()))
    assert server.after * CONNECT + sum(slept) < 10


@pytest.mark.parametrize("jobs", [1, 5])
def test_a_limit_of_requests_holds_and_is_told_with_the_share_that_was_judged(jobs: int) -> None:
    plan = RunSettings(examples=0, jobs=jobs, most_requests=90)
    server = InProcess(Independent(HONEST))
    report = run(
        server, "http://127.0.0.1:8019", document(), clauses(), access(HONEST), plan, sleep=lambda seconds: None
    )
    assert len(report.exchanges) <= 90
    assert "limit of 90 requests" in str(report.stopped)
    assert any("clauses that a run can show" in note for note in report.notes)
    assert report.exit_code(strict=False) == 0


def test_what_a_stopped_run_did_not_send_again_is_not_called_confirmed() -> None:
    plan = RunSettings(examples=0, most_requests=60)
    server = InProcess(Independent(BREAKAGES["course-gets-a-new-sid"].behaviour))
    report = run(
        server, "http://127.0.0.1:8019", document(), clauses(), access(HONEST), plan, sleep=lambda seconds: None
    )
    assert report.stopped is not None
    assert {one.reproduced for one in report.findings()} == {Reproduced.UNTRIED}
    assert [note for note in report.notes if note.endswith("not confirmed.")]


class Counting(InProcess):
    """Counts calls one after the other; what is sent at once is one."""

    calls = 0

    def send(self, request: SentRequest) -> Exchange:
        self.calls += 1
        return super().send(request)

    def burst(self, requests: Sequence[SentRequest]) -> list[Exchange]:
        before = self.calls
        found = super().burst(requests)
        self.calls = before + 1
        return found


@pytest.mark.outside
def test_at_200_ms_a_call_the_longest_way_through_the_ladder_takes_eighty_seconds_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By count: what runs alone, and what the last of eight threads has sent. The generated sequences get the rest."""
    server, lengths = Counting(Independent(HONEST)), list[int]()

    def one_by_one(tasks: Sequence[Callable[[], None]], bench: Workbench, jobs: int) -> None:
        for task in tasks:
            before = server.calls
            task()
            lengths.append(server.calls - before)

    monkeypatch.setattr(schedule, "_side_by_side", one_by_one)
    judged(HONEST, transport=server, growth=48, jobs=8)
    busy = [0] * 8
    for length in lengths:
        heappush(busy, heappop(busy) + length)
    alone = server.calls - sum(lengths)
    assert (alone + max(busy)) * 0.2 <= 80
    assert max(busy) <= 1.3 * sum(lengths) / 8


def test_what_is_required_and_was_not_exercised_fails() -> None:
    plan = RunSettings(
        examples=0, most_requests=40, require=frozenset({"recall-finds", "concurrent-once", "latency-flat"})
    )
    server = InProcess(Independent(HONEST))
    report = run(
        server, "http://127.0.0.1:8019", document(), clauses(), access(HONEST), plan, sleep=lambda seconds: None
    )
    assert report.unmet == ("concurrent-once", "latency-flat")
    assert report.exit_code(strict=False) == 1
    assert any(note.startswith("Required, but not exercised: concurrent-once (") for note in report.notes)


def test_a_slow_target_gets_as_many_sequences_as_fit() -> None:
    slow = [Exchange(SentRequest("POST", "/", (), json.dumps({}).encode()), None, 0.0, 0.2)] * 5
    assert affordable(60, None, 50.0, slow) == (60, None)
    assert affordable(60, 95.0, 50.0, [])[0] == 60
    fitting, note = affordable(60, 95.0, 50.0, slow)
    assert (fitting, note is not None) == (11, True)
    assert affordable(60, 95.0, 200.0, slow)[0] == 5
    assert affordable(3, 95.0, 200.0, slow)[0] == 3


@pytest.mark.parametrize("name", LADDER)
def test_every_probe_says_why_no_strategy_takes_its_place(name: str) -> None:
    assert "Kept beside the strategies: " in " ".join(str(LADDER[name].__doc__).split())
