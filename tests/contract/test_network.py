"""Answers that are lost on a bad network blame nobody, and hide no fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from tests_support import some_fast

from contract.http.exchange import Exchange, Loss, SentRequest
from contract.http.target import Transport
from contract.run.runner import RunReport
from tests.servers.behaviour import HONEST, Behaviour
from tests.servers.harness import failed, found, judged
from tests.servers.independent import Independent
from tests.servers.inprocess import InProcess
from tests.servers.network import TROUBLES, BadNetwork, Trouble

TELLING = ("recall", "by-sid", "implied", "scopes", "nameless", "credentials", "bursts")


def judged_behind(trouble: Trouble, behaviour: Behaviour, *probes: str, every: int = 7, first: int = 2) -> RunReport:
    network = BadNetwork(InProcess(Independent(behaviour)), trouble, every=every, first=first)
    return judged(behaviour, *probes, transport=network)


def warned(report: RunReport) -> list[str]:
    return [f"{one.clause}: {one.cause}: {one.received} ({one.probe})" for one in report.findings()]


@pytest.mark.parametrize("first", [2, 5])
@pytest.mark.parametrize("name", some_fast(TROUBLES, every=5))
def test_a_lost_answer_blames_nobody(name: str, first: int) -> None:
    report = judged_behind(TROUBLES[name], HONEST, *TELLING, every=7 + first, first=first)
    assert report.cannot is None
    assert failed(report) == []
    assert report.lost > 10 or TROUBLES[name].loss is Loss.UNSENT


@pytest.mark.outside
@pytest.mark.parametrize("every", [3, 5, 11])
@pytest.mark.parametrize("name", TROUBLES)
def test_lost_answers_blame_nobody_on_the_whole_ladder(name: str, every: int) -> None:
    report = judged_behind(TROUBLES[name], HONEST, every=every)
    assert report.cannot is None
    assert failed(report) == []


@pytest.mark.outside
@pytest.mark.parametrize("name", TROUBLES)
def test_lost_answers_add_no_warning(name: str) -> None:
    """What a run warns of, it would have warned of on a good network, too."""
    honest = found(judged(HONEST))
    for every in (5, 7):
        assert found(judged_behind(TROUBLES[name], HONEST, every=every)) <= honest


@pytest.mark.parametrize("at", some_fast(range(3, 40, 3), every=5))
def test_one_lost_answer_leaves_no_warning_either(at: int) -> None:
    report = judged_behind(
        TROUBLES["reset-though-it-was-done"], HONEST, "recall", "implied", "changes", every=10**6, first=at
    )
    assert warned(report) == []
    assert report.lost == 1


@pytest.mark.parametrize(
    ("quirk", "clause"),
    [
        ("course-gets-a-new-sid", "recall-finds"),
        ("user-known-told-as-created", "recall-finds"),
        ("provisions-before-it-looks-at-the-token", "credential-refusal-stores-nothing"),
        ("exam-created-told-as-found", "first-call-creates"),
    ],
)
def test_a_bad_network_hides_no_fault(quirk: str, clause: str) -> None:
    behaviour = Behaviour(quirks=frozenset({quirk}))
    report = judged_behind(TROUBLES["503-though-it-was-done"], behaviour, *TELLING, every=9)
    assert clause in found(report)


def test_what_hangs_each_time_is_a_hang() -> None:
    report = judged_behind(Trouble(True, loss=Loss.LATE, times=9), HONEST, "recall", every=10**6, first=3)
    assert {one.clause for one in report.findings()} == {"never-hang"}


class Starved:
    """A machine that is busy with other things for a while: nothing is answered quickly, and some calls never are."""

    def __init__(self, inner: Transport, busy: int, seconds: float) -> None:
        self.inner, self.seconds = inner, seconds
        self.sent, self.ends = 0, 5 + busy

    def send(self, request: SentRequest) -> Exchange:
        exchange = self.inner.send(request)
        self.sent += 1
        if not 5 < self.sent <= self.ends:
            return exchange
        if request.method == "GET":
            return replace(exchange, seconds=self.seconds)
        return replace(exchange, response=None, seconds=10.0, failure="no answer in time", loss=Loss.LATE)

    def burst(self, requests: Sequence[SentRequest]) -> list[Exchange]:
        return self.inner.burst(requests)

    def close(self) -> None:
        self.inner.close()


@pytest.mark.parametrize("busy", range(1, 12))
def test_a_starved_machine_is_no_hang(busy: int) -> None:
    report = judged(HONEST, "recall", transport=Starved(InProcess(Independent(HONEST)), busy, 3.0))
    assert found(report) == set()
    assert report.lost > 0


def test_what_alone_is_late_is_a_hang() -> None:
    report = judged(HONEST, "recall", transport=Starved(InProcess(Independent(HONEST)), 9, 0.01))
    assert found(report) == {"never-hang"}


def test_what_breaks_each_time_is_a_fault() -> None:
    for trouble, clause in (
        (Trouble(True, 503, times=4), "never-server-error"),
        (Trouble(True, loss=Loss.BROKEN, times=4), "never-hang"),
    ):
        assert found(judged_behind(trouble, HONEST, "recall", every=10**6, first=3)) == {clause}


def test_a_target_that_is_gone_is_not_judged() -> None:
    report = judged_behind(Trouble(False, loss=Loss.UNSENT, times=10**6), HONEST, "recall", every=10**6, first=4)
    assert report.cannot is not None
    assert "cannot be reached any more" in report.cannot
    assert found(report) == set()
