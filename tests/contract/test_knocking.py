"""The first knocks recognise what is wrong with a URL, an install or a token, and say how to go on."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from email.utils import formatdate

import pytest

from contract.http.exchange import Exchange, Loss, ReceivedResponse, SentRequest
from contract.run.knocking import Arrival
from contract.run.runner import RunReport, RunSettings, run
from tests.servers.behaviour import HONEST
from tests.servers.harness import access, clauses, document
from tests.servers.independent import INTEGRATION, ONE, TYPES, Independent
from tests.servers.inprocess import InProcess

Answer = Callable[[SentRequest], "ReceivedResponse | Loss | str"]
JSON = {"content-type": "application/json"}


class Answering:
    """A transport that answers by a function; a text is a failure to connect."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self.sent = answer, 0

    def send(self, request: SentRequest) -> Exchange:
        self.sent += 1
        got = self.answer(request)
        if isinstance(got, ReceivedResponse):
            return Exchange(request, got, 0.0, 0.0)
        loss = got if isinstance(got, Loss) else Loss.UNSENT
        return Exchange(request, None, 0.0, 0.0, failure=str(got), loss=loss)

    def burst(self, requests: Sequence[SentRequest]) -> list[Exchange]:
        return [self.send(one) for one in requests]

    def close(self) -> None:
        pass


def judged(answer: Answer, url: str = "http://127.0.0.1:8019", **arrival: object) -> tuple[RunReport, Answering]:
    transport = Answering(answer)
    plan = RunSettings(examples=0, most_requests=120, arrival=Arrival(**arrival))  # type: ignore[arg-type]
    report = run(transport, url, document(), clauses(), access(HONEST), plan, sleep=lambda seconds: None)
    return report, transport


def always(status: int, body: bytes = b"{}", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: ReceivedResponse(status, {**JSON, **named}, body)


def of_no_install(request: SentRequest) -> ReceivedResponse:
    """What a server that looks at the credential first says of an install that it does not know."""
    if request.header("token") is None:
        return ReceivedResponse(401, JSON, b'{"code": "AUTHENTICATIONFAILED", "message": "Who are you?"}')
    return ReceivedResponse(404, JSON, b'{"code": "RESOURCENOTFOUND", "message": "There is no such install."}')


PAGE = b"<!doctype html><title>App</title><div id=root></div>"
CASES: dict[str, tuple[Answer, str]] = {
    "everything is 404": (always(404, b'{"message": "Not Found"}'), "a path that cannot exist"),
    "everything is 404 in HTML": (always(404, PAGE, content_type="text/html"), "a path that cannot exist"),
    "a server of files": (always(501, PAGE, content_type="text/html"), "answers 501"),
    "nobody posts here": (always(405), "answers 405"),
    "an unknown install": (of_no_install, f"does not know the install {ONE}"),
    "a page for everything": (always(200, PAGE, content_type="text/html"), "HTML page"),
    "to https": (
        always(301, b"", location="https://api.example.com/x?secret=1"),
        "redirects to https://api.example.com/x",
    ),
    "to a login": (always(302, PAGE, location="/login?next=1"), "redirects to /login"),
    "a bad Location": (always(307, b"", location="http://[::1"), "cannot be read"),
    "a bad token": (
        always(401, b'{"message": "The token is bad."}'),
        "refuses the token (status 401): The token is bad.",
    ),
    "a proxy": (always(407), "A proxy wants credentials"),
    "https at an http port": (
        always(400, b"<html>The plain HTTP request was sent to HTTPS port</html>", content_type="text/html"),
        "Is it https://",
    ),
    "http at an https port": (lambda request: "[SSL: WRONG_VERSION_NUMBER] wrong version number", "Is it http://"),
    "an unknown authority": (
        lambda request: "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate",
        "--ca-file",
    ),
    "nobody there": (lambda request: "Connection refused", "--wait"),
    "always lost": (lambda request: Loss.BROKEN, "cannot be reached"),
    "always 503": (always(503), "status 503"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_cannot_be_judged_is_told_within_ten_requests(name: str) -> None:
    answer, sentence = CASES[name]
    report, transport = judged(answer)
    assert report.cannot is not None
    assert sentence in report.cannot
    assert "secret" not in report.cannot
    assert report.findings() == []
    assert report.exit_code(strict=True) == 2
    assert transport.sent <= 10


def test_a_proxy_of_the_environment_is_told_of_only_where_it_may_be_the_reason() -> None:
    report, _ = judged(lambda request: "Connection refused", proxy_unused=True)
    assert "--proxy" in str(report.cannot)
    report, _ = judged(always(401), proxy_unused=True)
    assert "--proxy" not in str(report.cannot)


def test_who_refuses_everything_is_not_asked_a_thousand_times() -> None:
    refusal = json.dumps({"code": "INVALIDINPUT", "message": "No.", "status": 400}).encode()
    report, transport = judged(always(400, refusal))
    assert "would mean nothing" in str(report.cannot)
    assert transport.sent <= 20


def test_who_starts_late_is_waited_for_and_nobody_is_blamed_for_it() -> None:
    server = InProcess(Independent(HONEST))
    silent = iter(["Connection refused", Loss.BROKEN, "Connection refused"])

    def answer(request: SentRequest) -> ReceivedResponse | Loss | str:
        got = next(silent, None)
        if got is Loss.BROKEN:
            server.send(request)  # it was done all the same
        return got if got is not None else server.send(request).response or "gone"

    report, _ = judged(answer, wait=60.0)
    assert report.cannot is None
    assert [one for one in report.findings() if report.results[one.clause].clause.binding] == []


def test_who_says_when_it_will_be_there_is_obeyed_from_the_first_call_on() -> None:
    server = InProcess(Independent(HONEST))
    busy = iter(["1", "2", "0.5"])

    def answer(request: SentRequest) -> ReceivedResponse:
        if (after := next(busy, None)) is not None:
            return ReceivedResponse(503, {"retry-after": after}, b"<html>starting</html>")
        return server.send(request).response or ReceivedResponse(599, {}, b"")

    report, _ = judged(answer)
    assert report.cannot is None
    assert [one for one in report.findings() if report.results[one.clause].clause.binding] == []


@pytest.mark.parametrize("value", ["0", "7", "3600"])
def test_who_never_comes_is_asked_ten_times_at_most(value: str) -> None:
    report, transport = judged(always(503, b"{}", **{"retry-after": value}))
    assert "status 503" in str(report.cannot)
    assert transport.sent <= 10


def test_a_header_that_says_when_to_come_again_is_understood_in_every_form() -> None:
    from datetime import UTC, datetime

    from contract.http.patience import LONGEST_PAUSE, retry_after

    now = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
    stamp = now.timestamp()
    told = {
        "7": 7.0, "0": 0.0, "1.5": 1.5, " 3 ": 3.0, "-4": 0.0, "99999": LONGEST_PAUSE, "1e999": None, "nan": None,
        "": None, "soon": None, "²": None, "\x00": None, "5, 6": None, "Wed, 99 Foo": None,
        formatdate(stamp + 5, usegmt=True): 5.0, formatdate(stamp - 60, usegmt=True): 0.0,
        "Fri, 01-May-26 12:00:09 GMT": 9.0, "Fri, 01 May 99999 12:00:00 GMT": None,
    }  # fmt: skip
    assert {text: retry_after({"retry-after": text}, now) for text in told} == told
    skewed = {"retry-after": formatdate(stamp + 3605, usegmt=True), "date": formatdate(stamp + 3600, usegmt=True)}
    assert retry_after(skewed, now) == 5.0


@pytest.mark.parametrize("value", ["0.5", "Wed, 21 Oct 2037 07:28:00 GMT", "1e999", "²", "\x00", "x" * 9999])
def test_no_header_ends_a_run(value: str) -> None:
    server = InProcess(Independent(replace(HONEST, throttle_every=3, throttle_after=value)))
    plan = RunSettings(examples=0, most_requests=60)
    report = run(
        server, "http://127.0.0.1:8019", document(), clauses(), access(HONEST), plan, sleep=lambda seconds: None
    )
    assert report.stopped is not None
    assert report.throttled > 5
    assert [one for one in report.findings() if report.results[one.clause].clause.binding] == []


def guessing(*types: str) -> tuple[RunReport, set[str]]:
    """A run by somebody who told no proctor types, so that those of a list are tried."""
    known = {"integrations": (INTEGRATION,), "proctorTypes": types}
    given = replace(access(HONEST), known=known, guessed=frozenset({"proctorTypes"}))
    server = InProcess(Independent(HONEST))
    plan = RunSettings(examples=0, most_requests=150)
    report = run(server, "http://127.0.0.1:8019", document(), clauses(), given, plan, sleep=lambda seconds: None)
    sent = [one.request.body or b"" for one in report.exchanges[len(types) + 1 :]]
    return report, {name for name in types if any(name.encode() in body for body in sent)}


def test_of_what_was_guessed_only_what_the_install_has_is_sent() -> None:
    others = ("TS" + "0" * 32, "TS" + "1" * 32)
    report, used = guessing(others[0], TYPES[0], others[1], TYPES[1])
    assert report.cannot is None
    assert used == set(TYPES[:2])
    assert [one for one in report.findings() if report.results[one.clause].clause.binding] == []
    report, _ = guessing(*others)
    assert "--proctor-type" in str(report.cannot)
    assert len(report.exchanges) <= 10
    assert report.findings() == []


def test_an_integration_that_is_refused_is_told_and_blames_nobody() -> None:
    given = replace(access(HONEST), known={"integrations": ("II" + "a" * 32,), "proctorTypes": TYPES})
    server = InProcess(Independent(HONEST, "http://127.0.0.1:8019"))
    report = run(server, "http://127.0.0.1:8019", document(), clauses(), given, RunSettings(examples=0))
    assert str(report.cannot).startswith("The target refuses a good call with the integrationSid II" + "a" * 32)
    assert "takes it without" in str(report.cannot)
    assert report.findings() == []
    assert report.exit_code(strict=False) == 2
    assert len(report.exchanges) <= 10
