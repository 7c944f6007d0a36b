"""Answers gone wrong: successful calls that are told otherwise than they went."""

from __future__ import annotations

import secrets
from typing import Any

import orjson

from mockserver.behaviour import Serve
from mockserver.call import Call
from mockserver.mischief.bends import Answer, around
from mockserver.plan import Outcome
from mockserver.provisioning import Done
from mockserver.reply import Reply
from spec.installs import Install


def shapeless(answer: Answer, done: Done, body: Any) -> None:  # noqa: ARG001
    """One part is told without its result."""
    answer.get("configuration", {}).pop("result", None)


def odd_word(answer: Answer, done: Done, body: Any) -> None:  # noqa: ARG001
    """A known configuration is told in a word of its own."""
    told = answer.get("configuration", {})
    if told.get("result") == "Found Existing":
        told["result"] = "Unchanged"


def swallowed(answer: Answer, done: Done, body: Any) -> None:  # noqa: ARG001
    """The configuration is not told."""
    answer.pop("configuration", None)


def padded(answer: Answer, done: Done, body: Any) -> None:  # noqa: ARG001
    """Parts that were not asked for are told as null."""
    for name in ("user", "enrollment", "exam", "configuration"):
        answer.setdefault(name, None)


def unenrolled(answer: Answer, done: Done, body: Any) -> None:  # noqa: ARG001
    """An enrollment is told only when it was sent."""
    if "enrollment" not in body:
        answer.pop("enrollment", None)


def found_at_once(answer: Answer, done: Done, body: Any) -> None:
    """A new course is told as known."""
    _retell(answer, done, "course", Outcome.CREATED, "Found Existing")
    del body


def created_again(answer: Answer, done: Done, body: Any) -> None:
    """A known course is told as created."""
    _retell(answer, done, "course", Outcome.FOUND, "Created")
    _retell(answer, done, "course", Outcome.UPDATED, "Created")
    del body


def always_updated(answer: Answer, done: Done, body: Any) -> None:
    """A known course is told as updated, whatever was sent."""
    _retell(answer, done, "course", Outcome.FOUND, "Updated")
    del body


def one_for_all(answer: Answer, done: Done, body: Any) -> None:
    """All configurations have the same SID."""
    if "configuration" in answer:
        answer["configuration"]["sid"] = "EC" + "0" * 32
    del done, body


def enrolled_anew(answer: Answer, done: Done, body: Any) -> None:  # noqa: ARG001
    """An enrollment has another SID at every call."""
    if "enrollment" in answer:
        answer["enrollment"]["sid"] = "EN" + secrets.token_hex(16)


def lower_case(body: Any, _: Install) -> Any:
    """Identifiers are trimmed and written in small letters."""
    return _identifiers(body, lambda ids: {kind: str(text).strip().lower() for kind, text in ids.items()})


def one_kind(body: Any, _: Install) -> Any:
    """All kinds of identifier are one."""
    return _identifiers(body, lambda ids: {("sid" if kind == "sid" else "external"): one for kind, one in ids.items()})


def trimmed(body: Any, _: Install) -> Any:
    """Values are trimmed before they are stored; identifiers are not."""
    if isinstance(body, dict):
        return {name: one if name == "ids" else trimmed(one, _) for name, one in body.items()}
    return body.strip() if isinstance(body, str) else body


def status(number: int) -> Any:
    """Success has another status."""

    async def served(_: Any, honest: Serve, call: Call) -> Reply:
        reply = await honest(call)
        return reply._replace(status=number) if _provisioned(call, reply) else reply

    return around(served)


async def as_text(_: Any, honest: Serve, call: Call) -> Reply:
    """Success is declared as plain text."""
    reply = await honest(call)
    return reply._replace(headers=((b"content-type", b"text/plain"),)) if _provisioned(call, reply) else reply


async def signing_everybody_on(mock: Any, honest: Serve, call: Call) -> Reply:
    """Every user is signed on, asked or not."""
    reply = await honest(call)
    answer = orjson.loads(reply.body) if _provisioned(call, reply) else {}
    user = mock.store.read(answer.get("user", {}).get("sid", ""))
    if user is None or "signon" in answer:
        return reply
    install = mock.provision.installs.of(call)
    answer["signon"] = mock.desk.issue(install, next(iter(install.members["integrations"])), {"user": user})
    return reply._replace(body=orjson.dumps(answer))


def _provisioned(call: Call, reply: Reply) -> bool:
    return reply.status == 200 and call.method == "POST" and call.raw_path.endswith(b"/provision")


def _retell(answer: Answer, done: Done, name: str, outcome: Outcome, word: str) -> None:
    if name in done.steps and done.steps[name].outcome is outcome:
        answer[name]["result"] = word


def _identifiers(body: Any, change: Any) -> Any:
    if not isinstance(body, dict):
        return body
    return {
        name: change(one) if name == "ids" and isinstance(one, dict) else _identifiers(one, change)
        for name, one in body.items()
    }
