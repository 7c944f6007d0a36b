"""Answers gone wrong: successful calls that are told otherwise than they went."""

from __future__ import annotations

import secrets
from typing import Any

import orjson

from mockserver.behaviour.bends import Answer, around
from mockserver.behaviour.seams import Serve
from mockserver.http.request import Request
from mockserver.http.response import Response
from mockserver.http.urls import public_url
from mockserver.provisioning.engine import Done
from mockserver.provisioning.plan import Outcome


def shapeless(answer: Answer, done: Done, body: Any) -> None:
    """A known part is told without its result."""
    told = answer.get("configuration", {})
    if told.get("result") == "Found Existing":
        del told["result"]


def odd_word(answer: Answer, done: Done, body: Any) -> None:
    """A known configuration is told in a word of its own."""
    told = answer.get("configuration", {})
    if told.get("result") == "Found Existing":
        told["result"] = "Unchanged"


def swallowed(answer: Answer, done: Done, body: Any) -> None:
    """The configuration is not told."""
    answer.pop("configuration", None)


def padded(answer: Answer, done: Done, body: Any) -> None:
    """Parts that were not asked for are told as null."""
    for name in ("user", "enrollment", "exam", "configuration"):
        answer.setdefault(name, None)


def unenrolled(answer: Answer, done: Done, body: Any) -> None:
    """An enrollment is told only when it was sent, or an exam was."""
    if "enrollment" not in body and "exam" not in body:
        answer.pop("enrollment", None)


def found_at_once(answer: Answer, done: Done, body: Any) -> None:
    """A new course is told as known."""
    _retell(answer, done, body, Outcome.CREATED, "Found Existing")


def created_again(answer: Answer, done: Done, body: Any) -> None:
    """A known course is told as created."""
    _retell(answer, done, body, Outcome.FOUND, "Created")
    _retell(answer, done, body, Outcome.UPDATED, "Created")


def always_updated(answer: Answer, done: Done, body: Any) -> None:
    """A known course is told as updated, whatever was sent."""
    _retell(answer, done, body, Outcome.FOUND, "Updated")


def one_for_all(answer: Answer, done: Done, body: Any) -> None:
    """All enrollments of a course have the same SID."""
    if "enrollment" in answer:
        answer["enrollment"]["sid"] = "EN" + answer["course"]["sid"][2:]


def enrolled_anew(answer: Answer, done: Done, body: Any) -> None:
    """An enrollment has another SID at every call."""
    if "enrollment" in answer and "exam" not in body:
        answer["enrollment"]["sid"] = "EN" + secrets.token_hex(16)


def status(number: int) -> Any:
    """Success has another status."""

    async def served(_: Any, honest: Serve, call: Request) -> Response:
        reply = await honest(call)
        return reply.replaced(status=number) if _provisioned(call, reply) else reply

    return around(served)


async def as_text(_: Any, honest: Serve, call: Request) -> Response:
    """Success is declared as plain text."""
    reply = await honest(call)
    return reply.replaced(fields=((b"content-type", b"text/plain"),)) if _provisioned(call, reply) else reply


async def signing_everybody_on(mock: Any, honest: Serve, call: Request) -> Response:
    """Every user is signed on, asked or not."""
    reply = await honest(call)
    answer = orjson.loads(reply.body) if _provisioned(call, reply) else {}
    user = mock.store.read(answer.get("user", {}).get("sid", ""))
    if user is None or "signon" in answer:
        return reply
    install = mock.provision.installs.of(call)
    answer["signon"] = mock.desk.issue(
        install, next(iter(install.members["integrations"])), {"user": user}, public_url(call.scope, mock.settings)
    )
    return reply.replaced(body=orjson.dumps(answer))


def _provisioned(call: Request, reply: Response) -> bool:
    return reply.status_code == 200 and call.method == "POST" and call.raw_path.endswith(b"/provision")


def _retell(answer: Answer, done: Done, body: Any, outcome: Outcome, word: str) -> None:
    """Tell a course that came alone in another word; of one that came with others it would break other promises."""
    if set(body) == {"course"} and done.steps["course"].outcome is outcome:
        answer["course"]["result"] = word
