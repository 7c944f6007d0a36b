"""Answers gone wrong: successful calls that are told otherwise than they went."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from mockserver.behaviour.seams import Answering, Serve, Served, Success
from mockserver.http.request import Request
from mockserver.http.response import JSON, Response
from mockserver.provisioning.plan import Outcome
from spec.resources.resource import Part
from spec.source.pointer import Json


def _shown(success: Success, *outcomes: Outcome) -> Iterator[tuple[Part, dict[str, Json]]]:
    """The parts of a call that went so, each with its member of the answer."""
    for step in success.done.steps.values():
        part = step.form.part
        if step.outcome in outcomes and part.response in success.answer:
            yield part, success.answer[part.response]


def without_result(success: Success) -> None:
    """What is known is told without a result."""
    for part, member in _shown(success, Outcome.FOUND):
        del member[part.result_member]


def in_a_word_of_its_own(success: Success) -> None:
    """What is known is told as Unchanged."""
    for part, member in _shown(success, Outcome.FOUND):
        member[part.result_member] = "Unchanged"


def retold(outcome: Outcome, *, instead: Outcome) -> Answering:
    """What went one way is told as if it had gone another."""

    def retell(success: Success) -> None:
        for part, member in _shown(success, outcome):
            words = {Outcome.CREATED: part.created, Outcome.FOUND: part.found, Outcome.UPDATED: part.updated}
            member[part.result_member] = words[instead]

    return retell


def without_inner_parts(success: Success) -> None:
    """Parts that stand within others are not told."""
    for part in success.resources.parts:
        if len(part.path) > 1:
            success.answer.pop(part.response, None)


def with_null(success: Success) -> None:
    """Parts that were not asked for are told as null."""
    for part in success.resources.parts:
        success.answer.setdefault(part.response, None)


def without_implied_parts(success: Success) -> None:
    """What comes into being with another part is told only when it was sent."""
    for part in success.resources.parts:
        if part.implied_by is not None and part.name not in success.body:
            success.answer.pop(part.response, None)


def joined_named_by_one(success: Success) -> None:
    """What joins two things gets its SID from one of them alone."""
    for part, member in _shown(success, *Outcome):
        if part.identity:
            owner = success.done.resources[part.identity[-1]]
            member[part.sid_member] = part.prefix + owner.sid[2:]


def with_signon(success: Success) -> None:
    """Every user is signed on, asked or not."""
    signon = success.resources.signon
    audiences = [] if signon is None else list(success.install.members.get("integrations", ()))
    if (
        signon is not None
        and signon.response not in success.answer
        and signon.subject in success.done.resources
        and audiences
    ):
        success.answer[signon.response] = dict(success.issue(audiences[0]))


async def with_status_201(request: Request, honest: Serve, served: Served) -> Response:
    """Success is answered with 201."""
    response = await honest(request)
    return response.replaced(status=201) if served.provisions and response.status_code == 200 else response


async def as_text(request: Request, honest: Serve, served: Served) -> Response:
    """Success is declared as plain text."""
    response = await honest(request)
    fields = tuple(one if one != JSON else (b"content-type", b"text/plain") for one in response.fields)
    return response.replaced(fields=fields) if served.provisions and response.status_code == 200 else response


async def with_announcements(request: Request, honest: Serve, served: Served) -> Response:
    """Successful answers carry members that nobody announced."""
    response = await honest(request)
    if response.status_code != 200 or JSON not in response.fields or not served.operation.security:
        return response
    answer = orjson.loads(response.body)
    return response.replaced(body=orjson.dumps({**answer, "requestId": "req-1", "links": []}))
