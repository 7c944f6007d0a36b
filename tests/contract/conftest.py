"""A stage for reports: the mock in this process behind a transport that can bend its answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from contract.http.access import Access, sent_tokens
from contract.http.exchange import Exchange, ReceivedResponse, SentRequest
from contract.http.inprocess import AsgiTransport
from contract.probes.options import Options
from contract.report.exhibit import exhibit
from contract.report.masking import masker_for
from contract.report.verdict import ReportedVerdict
from contract.run.runner import RunReport, RunSettings, run
from mockserver.app import Mock
from mockserver.auth.keys import Keys
from mockserver.auth.tokens import API_TYPE, api_claims, sign
from mockserver.state.clock import system_clock
from spec.catalogue.clauses import Catalogue
from spec.openapi.document import Document

BASE = "http://testserver"
API_KEY = "k3y-f0r-the-gateway-9f8e7d"
PASSWORD = "hunter2-of-an-answer"
FOREIGN_JWT = ".".join(("eyJhbGciOiJSUzI1NiJ9", "eyJzdWIiOiJzb21lYm9keSJ9", "c2lnbmF0dXJlLW9mLXNvbWVib2R5"))

Bend = Callable[[SentRequest, Exchange], Exchange]


def honest(request: SentRequest, exchange: Exchange) -> Exchange:
    return exchange


def answering(exchange: Exchange, status: int, value: Any) -> Exchange:
    assert exchange.response is not None
    headers = {**exchange.response.headers, "content-type": "application/json"}
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return replace(exchange, response=ReceivedResponse(status, headers, body))


def always_created(request: SentRequest, exchange: Exchange) -> Exchange:
    """Every answer says Created."""
    assert exchange.response is not None
    if not exchange.response.ok or not isinstance(exchange.response.json, dict):
        return exchange
    answer = json.loads(exchange.response.body)
    for part in answer.values():
        if isinstance(part, dict) and "result" in part:
            part["result"] = "Created"
    return answering(exchange, exchange.response.status, answer)


def hostile(request: SentRequest, exchange: Exchange) -> Exchange:
    """Answers repeat secrets and are full of markup and terminal escapes."""
    assert exchange.response is not None
    if exchange.response.ok and isinstance(exchange.response.json, dict):
        answer = json.loads(always_created(request, exchange).response.body)  # type: ignore[union-attr]
        return answering(exchange, 200, {**answer, "echo": {"password": PASSWORD, "jwt": FOREIGN_JWT}})
    tokens = " ".join(sent_tokens(request))
    code = "<script>alert(1)</script>]]>"
    message = f'\x1b[2J\u202e\u0000 " onload=x {tokens} {request.header("x-api-key")} `${{7*7}}` {{{{7*7}}}} |#@'
    return answering(exchange, exchange.response.status, {"code": code, "message": message, "echo": tokens})


def unguarded(stage: Stage) -> Bend:
    """Whatever the credential, the call is served."""

    def bend(request: SentRequest, exchange: Exchange) -> Exchange:
        assert exchange.response is not None
        if exchange.response.status in (401, 403) and request.method == "POST":
            headers = [one for one in request.headers if one[0].lower() not in ("token", "authorization")]
            again = replace(request, headers=(("token", stage.access.token), *headers))
            return replace(stage.transport().send(again), request=request)
        return exchange

    return bend


class BentTransport:
    """A transport whose answers are bent."""

    def __init__(self, inner: AsgiTransport, bend: Bend) -> None:
        self.inner, self.bend = inner, bend
        self.sent: list[SentRequest] = []

    def send(self, request: SentRequest) -> Exchange:
        self.sent.append(request)
        return self.bend(request, self.inner.send(request))

    def burst(self, requests: Sequence[SentRequest]) -> list[Exchange]:
        self.sent += requests
        return [self.bend(one.request, one) for one in self.inner.burst(requests)]

    def close(self) -> None:
        pass


@dataclass(slots=True)
class Stage:
    """Everything that a run needs, and the runs."""

    application: Mock
    access: Access
    document: Document
    catalogue: Catalogue
    inner: AsgiTransport
    expired: str
    other: str

    @property
    def secrets(self) -> list[str]:
        """What may stand in no artefact."""
        tokens = [self.access.token, self.expired, self.other]
        segments = [segment for token in tokens for segment in token.split(".")[1:]]
        halves = [half for one in segments for half in (one[: len(one) // 2], one[len(one) // 2 + 1 :])]
        return [*tokens, *segments, *halves, API_KEY, PASSWORD, FOREIGN_JWT]

    def transport(self, bend: Bend = honest) -> BentTransport:
        return BentTransport(self.inner, bend)

    def run(self, bend: Bend = honest, **how: Any) -> RunReport:
        plan = RunSettings(seed=7, examples=0, options=Options(follow_signon=True, growth=0), **how)
        return run(
            self.transport(bend), BASE, self.document, self.catalogue, self.access, plan, sleep=lambda seconds: None
        )

    def verdict(self, report: RunReport, **how: Any) -> ReportedVerdict:
        masker = masker_for(self.access, self.document, report.published_keys, report.exchanges)
        return exhibit(report, masker, self.access, **how)


@pytest.fixture(scope="session")
def stage(mock: Callable[..., Mock], document: Document, catalogue: Catalogue, keys: Keys) -> Iterator[Stage]:
    application = mock()
    first, other = application.installs[0], application.installs[1]

    def minted(install: str, starts: float) -> str:
        now = system_clock() + starts
        claims = api_claims(
            install, issued=now, starts=now, expires=now + (3600 if starts < -3600 else 86_400), token_id=f"id{starts}"
        )
        return sign(claims, API_TYPE, keys)

    expired, foreign = minted(first.sid, -7200), minted(other.sid, -20)
    access = Access(
        install=first.sid,
        token=minted(first.sid, -10),
        known={
            "integrations": tuple(first.members["integrations"])[:1],
            "proctorTypes": tuple(first.members["proctorTypes"]),
        },
        expired_token=expired,
        other_install=other.sid,
        other_token=foreign,
        headers=(("X-Api-Key", API_KEY),),
    )
    inner = AsgiTransport(application)
    yield Stage(application, access, document, catalogue, inner, expired, foreign)
    inner.close()


@pytest.fixture(scope="session")
def hostile_report(stage: Stage) -> RunReport:
    return stage.run(hostile)


@pytest.fixture(scope="session")
def hostile_verdict(stage: Stage, hostile_report: RunReport) -> ReportedVerdict:
    return stage.verdict(hostile_report, strict=True)


@pytest.fixture(scope="session")
def created_report(stage: Stage) -> RunReport:
    return stage.run(always_created)


@pytest.fixture(scope="session")
def unguarded_report(stage: Stage) -> RunReport:
    return stage.run(unguarded(stage))


@pytest.fixture(scope="session")
def bends(stage: Stage) -> dict[str, Bend]:
    def never(request: SentRequest, exchange: Exchange) -> Exchange:
        raise AssertionError("Something was sent.")

    return {
        "never": never,
        "honest": honest,
        "created": always_created,
        "hostile": hostile,
        "unguarded": unguarded(stage),
    }
