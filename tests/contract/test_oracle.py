"""The oracle on single requests: what must be accepted, what must be refused, and where readings differ."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from contract.generation.chance import Seeded
from contract.generation.composition import Composer
from contract.http.access import Access, Credential
from contract.http.exchange import Exchange, ReceivedResponse, SentRequest
from contract.judging.findings import ExchangeJudgement
from contract.judging.judge import Judge
from contract.judging.refusals import judge_form
from contract.model.memory import Model
from contract.oracle.expectation import Admissibility
from contract.oracle.oracle import Oracle
from contract.probes.changes import put
from spec.catalogue.clauses import Catalogue
from spec.openapi.document import Document
from spec.resources.annotations import resources

INSTALL, OTHER = "AI" + "a" * 32, "AI" + "b" * 32
KNOWN = {"proctorTypes": ("TS" + "1" * 32,)}
ACCESS = Access(
    INSTALL, "good-token-of-this-install", known=KNOWN, other_install=OTHER, other_token="good-token-of-the-other"
)


@pytest.fixture
def judge(document: Document, catalogue: Catalogue) -> Judge:
    operation = document.operations["provision"]
    return Judge(Oracle(operation, Model(resources(operation)), catalogue, ACCESS))


@pytest.fixture
def composer(document: Document) -> Composer:
    operation = document.operations["provision"]
    assert operation.body is not None
    return Composer(operation.body.json, resources(operation), KNOWN, "iv-test")


def request(body: Any, **how: Any) -> SentRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = how.get("headers", (("token", ACCESS.token), ("Content-Type", "application/json")))
    path = how.get("path", f"/v2/installs/{how.get('install', INSTALL)}/provision")
    return SentRequest(how.get("method", "POST"), path, headers, raw)


def answer(judge: Judge, body: dict[str, Any], status: int = 200) -> ReceivedResponse:
    """What an honest target answers to a first call."""
    told: dict[str, Any] = {}
    for number, part in enumerate(judge.model.resources.parts):
        held: Any = body
        for name in part.path:
            held = held.get(name) if isinstance(held, dict) else None
        if held is not None or (part.implied_by and part.implied_by in body):
            digits = f"{len(judge.model.things) + number:032x}"
            told[part.response] = {part.sid_member: part.prefix + digits, part.result_member: part.created}
    return ReceivedResponse(status, {"content-type": "application/json"}, json.dumps(told).encode())


def test_bodies_that_share_only_what_everybody_shares_must_be_accepted(judge: Judge, composer: Composer) -> None:
    """The same time zone, currency, role and dates make nobody a double."""
    parts = [part.name for part in judge.model.resources.parts]
    chance = Seeded(1)
    for _ in range(12):
        body = composer.body(chance, *parts)
        sent = request(body)
        expected = judge.expect(sent)
        assert expected.verdict is Admissibility.MUST_ACCEPT, (expected.reasons, expected.oddities)
        judged = judge.judge(Exchange(sent, answer(judge, body), None, 0.0), expected)
        assert [one.clause for one in judged.findings] == []


def test_what_shares_a_title_may_be_a_double(judge: Judge, composer: Composer) -> None:
    first, second = (composer.body(Seeded(seed), "course") for seed in (1, 2))
    judge.judge(Exchange(request(first), answer(judge, first), None, 0.0))
    second["course"]["title"] = first["course"]["title"]
    expected = judge.expect(request(second))
    assert expected.verdict is Admissibility.EITHER
    assert {one.clause for one in expected.oddities} == {"match-by-identifier"}


@pytest.mark.parametrize(
    ("body", "clause"),
    [
        (b"", "body-object"),
        (b'{"course":', "body-json"),
        (b"[]", "body-object"),
        ({}, "course-required"),
        ({"course": {"ids": {"external": "c"}, "code": None}}, "course-title-required"),
        ({"course": {"ids": {}, "title": "t", "code": None}}, "ids-at-least-one"),
    ],
)
def test_broken_bodies_must_be_refused_unless_the_rule_is_ours(judge: Judge, body: Any, clause: str) -> None:
    expected = judge.expect(request(body))
    adopted = not judge.catalogue[clause].binding
    assert expected.verdict is (Admissibility.EITHER if adopted else Admissibility.MUST_REFUSE)
    assert clause in {reason.clause for reason in expected.reasons}


@pytest.mark.parametrize(
    ("how", "clause"),
    [
        ({"headers": (("Content-Type", "application/json"),)}, "credential-missing-refused"),
        ({"headers": (("token", "made-up"), ("Content-Type", "application/json"))}, "credential-invalid-refused"),
        ({"install": OTHER}, "credential-foreign-refused"),
        ({"install": "AI" + "c" * 32}, "install-known"),
        ({"install": "short"}, "install-sid-form"),
        ({"method": "PUT"}, "method-allowed"),
        ({"path": "/v2/nowhere"}, "path-known"),
        ({"headers": (("token", ACCESS.token), ("Content-Type", "text/plain"))}, "media-type"),
    ],
)
def test_who_may_come_in(judge: Judge, composer: Composer, how: dict[str, Any], clause: str) -> None:
    expected = judge.expect(request(composer.body(Seeded(1), "course"), **how))
    assert clause in {reason.clause for reason in expected.reasons}


def test_a_lie_about_creation_is_found(judge: Judge, composer: Composer) -> None:
    body = composer.body(Seeded(3), "course")
    first = answer(judge, body)
    assert judge.judge(Exchange(request(body), first, None, 0.0)).findings == []
    again = judge.judge(Exchange(request(copy.deepcopy(body)), first, None, 0.0))
    assert {one.clause for one in again.findings} == {"recall-finds"}


def test_a_refusal_in_another_media_type_is_told(judge: Judge) -> None:
    sent = request({})
    body = json.dumps({"code": "INVALIDINPUT", "message": "No.", "status": 400}).encode()
    judgement = ExchangeJudgement()
    judge_form(sent, ReceivedResponse(400, {"content-type": "text/plain"}, body), judge.expect(sent), judgement)
    assert "another media type" in {one.cause for one in judgement.findings}


@pytest.mark.parametrize(
    ("listed", "received"),
    [
        ([], "no entry for /course"),
        ([{"pointer": "/course", "message": "is missing"}], "an entry without message or clause for /course"),
        ([{"pointer": "/course", "clause": "course-required"}], "an entry without message or clause for /course"),
        ([{"pointer": "/course", "message": "is missing", "clause": "course-required"}], None),
    ],
)
def test_what_an_entry_lacks_is_told(judge: Judge, listed: list[Any], received: str | None) -> None:
    sent = request({})
    body = json.dumps({"code": "INVALIDINPUT", "message": "No.", "status": 400, "errors": listed}).encode()
    judgement = ExchangeJudgement()
    judge_form(sent, ReceivedResponse(400, {"content-type": "application/json"}, body), judge.expect(sent), judgement)
    told = [one.received for one in judgement.findings if one.clause == "errors-complete"]
    assert told == ([received] if received else [])


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 415, 429])
def test_an_answer_to_head_has_no_form(judge: Judge, status: int) -> None:
    for method, told in (("HEAD", False), ("GET", True)):
        sent = SentRequest(method, f"/v2/installs/{INSTALL}/provision", (), None)
        empty = ReceivedResponse(status, {"retry-after": "0"}, b"")
        findings = judge.judge(Exchange(sent, empty, None, 0.0)).findings
        assert ("error-shape" in {one.clause for one in findings}) is told


def refused(judge: Judge, body: Any, status: int) -> set[str]:
    told = json.dumps({"code": "INVALIDINPUT", "message": "No.", "status": status}).encode()
    sent = request(body)
    return {
        one.clause
        for one in judge.judge(
            Exchange(sent, ReceivedResponse(status, {"content-type": "application/json"}, told), 0, 0)
        ).findings
        if one.cause.startswith("status ")
    }


def test_422_is_told_as_the_status_that_it_is_instead_of(judge: Judge, composer: Composer) -> None:
    good = composer.body(Seeded(1), "course", "user", "exam", "configuration")
    sid = "CU" + "0" * 32
    for where, value in {
        ("course", "ids"): {"sid": f"{sid}\n"},
        ("course", "title"): 5,
        ("user", "currencyCode"): "XYZ",
        ("exam", "configuration", "duration"): -1,
        ("exam", "deliverySystem"): "nobody's",
    }.items():
        assert refused(judge, put(good, where, value), 422) == {"invalid-input-400"}, where
    assert refused(judge, put(good, ("course", "ids"), {"sid": sid}), 422) == {"unknown-sid-refused"}
    unknown = put(good, ("exam", "configuration", "ids"), {"sid": "EC" + "0" * 32})
    assert refused(judge, unknown, 422) == {"configuration-ids"}


def test_422_is_nobodys_firm_promise_where_the_text_is_hardly_json(judge: Judge, composer: Composer) -> None:
    twice = json.dumps(composer.body(Seeded(1), "course")).replace('{"course"', '{"x": 1, "x": 2, "course"').encode()
    assert refused(judge, twice, 422) == {"strict-json"}
    assert refused(judge, b'{"course":', 422) == {"invalid-input-400"}


def test_a_target_that_never_tells_of_a_creation_does_not_betray_one(judge: Judge, composer: Composer) -> None:
    def found_after_a_refusal(seed: int) -> set[str]:
        body = composer.body(Seeded(seed), "course")
        sent = request(body, headers=(("token", "made-up"), ("Content-Type", "application/json")))
        judge.judge(Exchange(sent, ReceivedResponse(403, {}, b"{}"), 0, 0))
        told = json.loads(answer(judge, body).body)
        told["course"] |= {"sid": f"CU{seed:032x}", "result": "Found Existing"}
        response = ReceivedResponse(200, {"content-type": "application/json"}, json.dumps(told).encode())
        return {one.clause for one in judge.judge(Exchange(request(body), response, 0, 0)).findings}

    assert found_after_a_refusal(11) == set()
    new = composer.body(Seeded(12), "course")
    judge.judge(Exchange(request(new), answer(judge, new), 0, 0))
    assert found_after_a_refusal(13) == {"credential-refusal-stores-nothing"}


@pytest.mark.parametrize(
    ("text", "verdict"), [("Course-7.b:c@d_e", Admissibility.MUST_ACCEPT), ("a'b", Admissibility.EITHER)]
)
def test_an_identifier_of_other_letters_may_be_refused(
    judge: Judge, composer: Composer, text: str, verdict: Admissibility
) -> None:
    body = composer.body(Seeded(1), "course")
    body["course"]["ids"] = {"lms": text}
    assert judge.expect(request(body)).verdict is verdict


def test_a_good_token_under_another_scheme_is_no_spelling_of_it() -> None:
    good = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmVk"
    access = Access(INSTALL, good)
    for headers, expected in (
        ((("Authorization", good),), Credential.INVALID),
        ((("Authorization", f"Basic {good}"),), Credential.INVALID),
        ((("token", good + "="),), Credential.RESPELLED),
        ((("Authorization", f"Bearer {good}="),), Credential.RESPELLED),
        ((("token", good),), Credential.GOOD),
    ):
        request = SentRequest("POST", "/x", headers, b"{}")
        assert access.credential(request, INSTALL) is expected, headers
