"""Judging a refused call: whether it may be refused, with which status, in which form."""

from __future__ import annotations

import re

from contract.http.exchange import ReceivedResponse, SentRequest
from contract.judging.findings import ExchangeJudgement
from contract.model.memory import Doubt
from contract.oracle.expectation import Admissibility, Expectation, Reason
from spec.catalogue.clauses import Catalogue
from spec.source.pointer import Json

_SYMBOL = re.compile(r"[A-Z][A-Z0-9_]+\Z")
_CREDENTIAL = "credential-"
_NOT_VALID = ("credential-invalid-refused", "credential-expired-refused")
_INVALID_INPUT = "invalid-input-400"
_UNPROCESSABLE = 422
"""What says, as 400 does here, that a body was understood and breaks a rule (RFC 9110 section 15.5.21)."""


def judge_refusal(
    request: SentRequest, response: ReceivedResponse, expected: Expectation, judgement: ExchangeJudgement
) -> None:
    """Add findings about a refusal (4xx, or a redirect, which refuses as well)."""
    if not expected.reasons:
        _unexpected(response, expected, judgement)
    else:
        _status(response, expected, judgement)
        _challenge(request, response, expected, judgement)
    if 400 <= response.status < 500:
        judge_form(request, response, expected, judgement)


def _unexpected(response: ReceivedResponse, expected: Expectation, judgement: ExchangeJudgement) -> None:
    received = f"status {response.status}: {summary(response)}"
    if expected.verdict is Admissibility.MUST_ACCEPT:
        judgement.find("valid-accepted", "valid request refused", "status 200", received)
    elif expected.oddities and not any(one.unknown for one in expected.oddities):
        odd = expected.oddities[0]
        judgement.find(odd.clause, "refused", "status 200", received, odd.pointer)


def summary(response: ReceivedResponse) -> str:
    """What a refusal says, in short."""
    value = response.json
    if isinstance(value, dict) and isinstance(value.get("message"), str):
        return str(value["message"])[:200]
    return response.body[:120].decode("utf-8", "replace")


def _status(response: ReceivedResponse, expected: Expectation, judgement: ExchangeJudgement) -> None:
    status = response.status
    for reason in expected.reasons:
        judgement.touch(reason.clause, reason.status_clause)
    if (wrong := _wrong(status, expected)) is not None:
        allowed = " or ".join(str(one) for one in sorted(wrong.statuses))
        judgement.find(wrong.status_clause, f"status {status}", f"status {allowed}", f"status {status}", wrong.pointer)
        return
    first = next((one for one in expected.reasons if status in one.statuses), expected.reasons[0])
    judgement.touch(first.preference_clause)
    if status not in {reason.preferred for reason in expected.reasons}:
        wanted = f"status {first.preferred}"
        judgement.find(first.preference_clause, f"status {status} for {first.clause}", wanted, f"status {status}")
    elif status == 401 and "www-authenticate" not in response.headers:
        judgement.find("credential-status", "no challenge", "a header WWW-Authenticate", "a 401 without it")


def _challenge(
    request: SentRequest, response: ReceivedResponse, expected: Expectation, judgement: ExchangeJudgement
) -> None:
    """A 401 to a Bearer credential that is not valid says so in its challenge (RFC 6750 section 3.1)."""
    bearer = (request.header("authorization") or "").lower().startswith("bearer ")
    challenge = response.headers.get("www-authenticate")
    if response.status != 401 or challenge is None or not bearer:
        return
    if expected.reasons[0].clause not in _NOT_VALID or request.header("token") is not None:
        return
    judgement.touch("bearer-challenge")
    if "invalid_token" not in challenge:
        judgement.find("bearer-challenge", "no error", 'a challenge with error="invalid_token"', challenge[:120])


def _wrong(status: int, expected: Expectation) -> Reason | None:
    """The reason that a status contradicts, if it is none that any reading has for this request.

    422 is the published 400 under another number wherever a body breaks a published rule, whatever else is the matter,
    and where only rules for places in the body are broken. How text is to be read that is hardly JSON is not published.
    """
    bodily = [one for one in expected.reasons if status == _UNPROCESSABLE and one.status_clause == _INVALID_INPUT]
    firm = [one for one in bodily if one in expected.binding]
    if firm:
        return firm[0]
    if any(status in one.statuses for one in expected.reasons):
        return None
    return next(iter((*(one for one in bodily if one.pointer), *expected.binding)), None)


def judge_form(
    request: SentRequest, response: ReceivedResponse, expected: Expectation, judgement: ExchangeJudgement
) -> None:
    """Add findings about the form of a refusal. An answer to HEAD has none (RFC 9110 section 9.3.2)."""
    if request.method == "HEAD":
        return
    start = response.body[:200].lstrip().lower()
    judgement.touch("never-html", "error-shape")
    if "html" in response.media_type or start.startswith((b"<!doctype html", b"<html")):
        judgement.find(
            "never-html", "HTML page", "a JSON error", f"{response.media_type} with status {response.status}"
        )
        return
    value = response.json
    if not isinstance(value, dict):
        received = response.body[:80].decode("utf-8", "replace") or "an empty body"
        judgement.find("error-shape", "no JSON object", "{code, message, status}", received)
        return
    if response.media_type == "application/problem+json" or (
        response.status in (400, 401, 403) and isinstance(value.get("error"), str)
    ):
        judgement.find("error-code-symbolic", "another error format", "{code, message, status}", response.media_type)
        return
    if response.media_type != "application/json" and not response.media_type.endswith("+json"):
        received = response.media_type or "nothing"
        judgement.find("error-code-symbolic", "another media type", "application/json", received)
    code, message = value.get("code"), value.get("message")
    if not isinstance(code, str) or not code:
        judgement.find("error-shape", "no code", "a code, which is a non-empty string", repr(code)[:80], "/code")
    if not isinstance(message, str):
        judgement.find("error-shape", "no message", "a message, which is a string", repr(message)[:80], "/message")
    _symbols(response, value, expected, judgement)
    if isinstance(code, str) and isinstance(message, str):
        _complete(response, value, expected, judgement)


def _symbols(
    response: ReceivedResponse, value: dict[str, Json], expected: Expectation, judgement: ExchangeJudgement
) -> None:
    judgement.touch("error-code-symbolic")
    code = value.get("code")
    if isinstance(code, str) and code:
        wanted = {reason.code for reason in expected.reasons if reason.preferred == response.status}
        if (wanted and code not in wanted) or not _SYMBOL.match(code):
            expectation = " or ".join(sorted(wanted)) or "a symbolic name"
            judgement.find("error-code-symbolic", "another code", expectation, code[:80], "/code")
    if value.get("status") != response.status:
        received = repr(value.get("status"))[:80]
        judgement.find("error-code-symbolic", "another status member", str(response.status), received, "/status")


def _complete(
    response: ReceivedResponse, value: dict[str, Json], expected: Expectation, judgement: ExchangeJudgement
) -> None:
    reasons = expected.reasons
    if response.status != 400 or not reasons or any(reason.status_clause != "invalid-input-400" for reason in reasons):
        return
    judgement.touch("errors-complete")
    listed = value.get("errors")
    entries = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    early = [reason for reason in reasons if not reason.late] or reasons
    pointers = {one.get("pointer") for one in entries if one.get("message") and one.get("clause")}
    named = {one.get("pointer") for one in entries}
    # who does not share an adopted clause sees no fault there, and names the others
    owed = [one for one in early if one in expected.binding or one.pointer in named] or early
    missing = sorted({reason.pointer for reason in owed} - pointers)
    if missing:
        bare = [pointer for pointer in missing if pointer in named]
        what = "an entry without message or clause" if bare else "no entry"
        received = f"{what} for {', '.join((bare or missing)[:4]) or 'the whole body'}"
        judgement.find("errors-complete", "incomplete errors", "an entry for every fault", received, "/errors")


def doubt_after(expected: Expectation, status: int, catalogue: Catalogue) -> Doubt:
    """The promise that is broken if a refused call left something behind: a firm one where one speaks of it."""
    clauses = {reason.clause for reason in expected.reasons}
    if any(one.startswith(_CREDENTIAL) for one in clauses):
        clause = "credential-refusal-stores-nothing"
    elif status == 404 and clauses == {"unknown-sid-refused"}:
        clause = "unknown-sid-refused"
    else:
        clause = "all-or-nothing"
    return Doubt(clause, catalogue[clause].binding)
