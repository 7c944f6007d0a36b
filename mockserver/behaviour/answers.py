"""Answers gone wrong: successful calls that are told otherwise than they went."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from mockserver.behaviour.seams import Answering, Serve, Served, Told
from mockserver.http.request import Request
from mockserver.http.response import JSON, Response
from mockserver.provisioning.plan import Outcome
from spec.resources.resource import Part
from spec.source.pointer import Json


def _told(told: Told, *outcomes: Outcome) -> Iterator[tuple[Part, dict[str, Json]]]:
    """The parts of a call that went so, each with its member of the answer."""
    for step in told.done.steps.values():
        part = step.form.part
        if step.outcome in outcomes and part.response in told.answer:
            yield part, told.answer[part.response]


def without_result(told: Told) -> None:
    """What is known is told without a result."""
    for part, member in _told(told, Outcome.FOUND):
        del member[part.result_member]


def in_a_word_of_its_own(told: Told) -> None:
    """What is known is told as Unchanged."""
    for part, member in _told(told, Outcome.FOUND):
        member[part.result_member] = "Unchanged"


def retold(outcome: Outcome, *, instead: Outcome) -> Answering:
    """What went one way is told as if it had gone another."""

    def retell(told: Told) -> None:
        for part, member in _told(told, outcome):
            words = {Outcome.CREATED: part.created, Outcome.FOUND: part.found, Outcome.UPDATED: part.updated}
            member[part.result_member] = words[instead]

    return retell


def without_inner_parts(told: Told) -> None:
    """Parts that stand within others are not told."""
    for part in told.resources.parts:
        if len(part.path) > 1:
            told.answer.pop(part.response, None)


def with_null(told: Told) -> None:
    """Parts that were not asked for are told as null."""
    for part in told.resources.parts:
        told.answer.setdefault(part.response, None)


def without_implied_parts(told: Told) -> None:
    """What comes into being with another part is told only when it was sent."""
    for part in told.resources.parts:
        if part.implied_by is not None and part.name not in told.body:
            told.answer.pop(part.response, None)


def joined_named_by_one(told: Told) -> None:
    """What joins two things gets its SID from one of them alone."""
    for part, member in _told(told, *Outcome):
        if part.identity:
            owner = told.done.resources[part.identity[-1]]
            member[part.sid_member] = part.prefix + owner.sid[2:]


def with_signon(told: Told) -> None:
    """Every user is signed on, asked or not."""
    signon = told.resources.signon
    audiences = [] if signon is None else list(told.install.members.get("integrations", ()))
    if (
        signon is not None
        and signon.response not in told.answer
        and signon.subject in told.done.resources
        and audiences
    ):
        told.answer[signon.response] = dict(told.issue(audiences[0]))


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
