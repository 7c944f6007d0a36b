"""What the caller said of a target may be wrong, and a token may die on the way: neither is the target's fault."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from contract.http.access import Access, ClientCredentials
from contract.http.exchange import Exchange, ReceivedResponse, SentRequest
from contract.run.runner import RunReport, RunSettings, run
from contract.run.sequences import generate
from tests.servers.behaviour import HONEST
from tests.servers.credentials import api_token
from tests.servers.harness import access, clauses, document, failed
from tests.servers.harness import judged as of_probes
from tests.servers.independent import INTEGRATION, ONE, TWO, TYPES, Independent
from tests.servers.inprocess import InProcess
from tests.servers.tokens import CLIENT

URL = "http://127.0.0.1:8019"
JSON = {"content-type": "application/json"}
Refuses = Callable[[int, SentRequest], bool]


class Refusing(InProcess):
    """An honest server before which somebody refuses some of the calls, by their number, for their credential."""

    def __init__(self, refuses: Refuses, status: int = 401) -> None:
        super().__init__(Independent(HONEST, URL))
        self.refuses, self.status = refuses, status
        self.count, self.refused = 0, list[int]()
        self.lock = threading.Lock()

    def send(self, request: SentRequest) -> Exchange:
        with self.lock:
            self.count += 1
            refused = self.refuses(self.count, request)
            self.refused += [self.count] * refused
        if refused:
            body = b'{"code": "AUTHENTICATIONFAILED", "message": "Who are you?"}'
            return Exchange(request, ReceivedResponse(self.status, JSON, body), 0.0, 0.0)
        return super().send(request)

    def burst(self, requests: Sequence[SentRequest]) -> list[Exchange]:
        return [self.send(one) for one in requests]


def carries(token: str) -> Callable[[SentRequest], bool]:
    return lambda request: any(token in value for _, value in request.headers)


def judged(
    server: InProcess, given: Access | None = None, *, jobs: int = 1, examples: int = 0, most: int | None = None
) -> RunReport:
    plan = RunSettings(examples=examples, jobs=jobs, most_requests=most)
    entry = given or access(HONEST)
    return run(server, URL, document(), clauses(), entry, plan, generate=generate, sleep=lambda seconds: None)


@pytest.mark.parametrize(
    ("after", "status", "jobs"),
    [(20, 401, 1), (150, 403, 1), pytest.param(400, 302, 1, marks=pytest.mark.outside), (300, 401, 4)],
    ids=str,
)
def test_a_token_that_dies_during_the_run_blames_nobody(after: int, status: int, jobs: int) -> None:
    given = access(HONEST)
    mine = carries(given.token)
    server = Refusing(lambda number, request: number > after and mine(request), status)
    report = judged(server, given, jobs=jobs)
    assert "refuses the token of " + ONE in str(report.cannot)
    assert f"(status {status})" in str(report.cannot)
    assert failed(report) == []
    assert report.exit_code(strict=True) == 2
    assert 4 <= len(server.refused) <= 40


@pytest.mark.outside
def test_a_token_that_dies_while_sequences_are_generated_blames_nobody() -> None:
    given = replace(access(HONEST), other_install=None, other_token=None, expired_token=None, client=None)
    whole = Refusing(lambda number, request: False)
    assert judged(whole, given, examples=5).cannot is None
    server = Refusing(lambda number, request: number > whole.count - 40)
    report = judged(server, given, examples=5)
    assert "refuses the token" in str(report.cannot)
    assert failed(report) == []


def test_it_is_told_when_a_token_has_expired_by_its_own_word() -> None:
    given = replace(access(HONEST), token=api_token(ONE, lifetime=-5), other_install=None, other_token=None)
    server = Refusing(lambda number, request: number > 30)
    server.server.behaviour = replace(HONEST, accepts=HONEST.accepts | {"expired"})
    report = judged(server, given)
    assert "s ago by its 'exp'" in str(report.cannot)


def test_the_token_of_the_second_install_may_die_as_well() -> None:
    given = access(HONEST)
    theirs = carries(str(given.other_token))
    server = Refusing(lambda number, request: number > 40 and theirs(request) and TWO in request.path, 403)
    report = judged(server, given)
    assert "refuses the token of " + TWO in str(report.cannot)
    assert failed(report) == []


@pytest.mark.outside
def test_who_refuses_good_tokens_now_and_then_has_a_fault() -> None:
    chance = random.Random(7)
    given = access(HONEST)
    server = Refusing(lambda number, request: number > 20 and carries(given.token)(request) and chance.random() < 0.1)
    report = judged(server, given)
    assert report.cannot is None
    assert "valid-accepted" in {one.clause for one in report.findings()}


@pytest.mark.outside
def test_who_refuses_one_kind_of_call_for_its_credential_has_a_fault() -> None:
    given = access(HONEST)
    server = Refusing(lambda number, request: number > 12 and b'"accommodation"' in (request.body or b""), 403)
    report = judged(server, given)
    assert report.cannot is None
    assert "valid-accepted" in {one.clause for one in report.findings()}
    quiet = len(judged(Refusing(lambda number, request: False), given).exchanges)
    assert len(report.exchanges) <= 2 * quiet


@pytest.mark.parametrize(
    ("install", "token", "status"),
    [
        (TWO, api_token(TWO, lifetime=-600), 401),
        (TWO, api_token(ONE), 403),
        ("AI" + "0" * 32, api_token(ONE), 404),
    ],
    ids=["expired", "of the first install", "of no install"],
)
def test_what_is_wrong_with_the_second_install_is_told_and_blames_nobody(install: str, token: str, status: int) -> None:
    given = replace(access(HONEST), other_install=install, other_token=token)
    report = judged(InProcess(Independent(HONEST, URL)), given)
    assert f"refuses one for the second install {install}" in str(report.cannot)
    assert "Without --other-install" in str(report.cannot)
    assert report.findings() == []
    assert len(report.exchanges) <= 10


def test_a_secret_that_is_wrong_is_told_and_blames_nobody() -> None:
    for client in (ClientCredentials(CLIENT, "not-the-secret"), ClientCredentials("II" + "0" * 32, "whatever")):
        report = judged(InProcess(Independent(HONEST, URL)), replace(access(HONEST), client=client))
        assert f"The token endpoint says of the client {client.id} that it is none" in str(report.cannot)
        assert report.findings() == []
        assert len(report.exchanges) <= 12


def test_a_server_that_knows_one_way_of_showing_a_secret_is_judged() -> None:
    report = of_probes(replace(HONEST, quirks=HONEST.quirks | {"form-secret-unread"}), "tokens")
    assert report.cannot is None
    assert "token-granted" in {one.clause for one in report.findings()}


def test_a_kind_of_proctoring_that_the_install_has_not_is_told_and_blames_nobody() -> None:
    wrong = (((TYPES[0], "TS" + "0" * 32), "said to be among the proctorTypes"), (("TS0",), "does not allow TS0"))
    for others, said in wrong:
        given = replace(access(HONEST), known={"integrations": (INTEGRATION,), "proctorTypes": others})
        report = judged(InProcess(Independent(HONEST, URL)), given)
        assert said in str(report.cannot)
        assert "--proctor-type" in str(report.cannot)
        assert report.findings() == []
        assert len(report.exchanges) <= 10
