"""Making a fault: small functions that bend one thing of a Behaviour and leave the rest honest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeAlias

import orjson

from mockserver.behaviour.seams import Behaviour, Serve
from mockserver.http.errors import Refusal
from mockserver.http.request import Request
from mockserver.http.response import JSON, Response, of_refusal
from mockserver.http.scope import set_caller
from mockserver.provisioning.engine import Done
from mockserver.provisioning.plan import Planning
from spec.schema.validation import Violation

Bend: TypeAlias = Callable[[Behaviour], Behaviour]
Answer: TypeAlias = dict[str, Any]


def overlooking(clause: str, *besides: str, at: str = "") -> Bend:
    """Take what breaks a clause (and others in the same place) where nothing else is wrong.

    ``at`` is the end of the pointers that are overlooked, when not all are.
    """

    def overlook(violations: list[Violation], body: Any) -> list[Violation]:
        places: dict[str, set[str]] = {}
        for one in violations:
            places.setdefault(one.pointer, set()).add(one.clause)
        fine = all(
            clause in broken and broken <= {clause, *besides} and pointer.endswith(at)
            for pointer, broken in places.items()
        )
        return [] if fine else violations

    return lambda honest: replace(honest, violations=overlook, honest=False)


def both(first: Bend, second: Bend) -> Bend:
    """Two bends at once."""
    return lambda honest: second(first(honest))


def answering(change: Callable[[Answer, Done, Any], None]) -> Bend:
    """Change the answer of a successful call in place."""

    def bent(answer: Answer, done: Done, body: Any) -> Answer:
        change(answer, done, body)
        return answer

    return lambda honest: replace(honest, answer=bent, honest=False)


def planning(kind: type[Planning]) -> Bend:
    """Plan otherwise."""
    return lambda honest: replace(honest, planning=kind)


def around(serve: Callable[[Any, Serve, Request], Awaitable[Response]]) -> Bend:
    """Do something before, after or instead of serving a call: ``serve(mock, honest, call)``."""

    def bent(mock: Any, honest: Serve) -> Serve:
        async def served(call: Request) -> Response:
            return await serve(mock, honest, call)

        return served

    return lambda honest: replace(honest, serve=bent)


def arranging(change: Callable[[Any], None]) -> Bend:
    """Change the mock itself, once, before its first call."""

    def bent(mock: Any, honest: Serve) -> Serve:
        change(mock)
        return honest

    return lambda honest: replace(honest, serve=bent)


def refusing(change: Callable[[Refusal, Request], Response | None]) -> Bend:
    """Answer a refusal otherwise; None leaves it as it is."""

    async def served(_: Any, honest: Serve, call: Request) -> Response:
        try:
            return await honest(call)
        except Refusal as refusal:
            return change(refusal, call) or of_refusal(refusal)

    return around(served)


def told(refusal: Refusal, status: int | None = None, **members: Any) -> Response:
    """A refusal with another status or other members of its body."""
    body = {**refusal.body(), **({"status": status} if status else {}), **members}
    kept = {name: value for name, value in body.items() if value is not None}
    return Response(status or refusal.status, (JSON, *refusal.headers), orjson.dumps(kept))


def clauses_of(refusal: Refusal) -> set[str]:
    """The clauses that a refusal names."""
    return {fault.clause for fault in refusal.faults}


def tolerating(clause: str) -> Bend:
    """Answer 200 with a made-up course to what is refused for one clause only, and names no other part."""

    def tolerate(refusal: Refusal, call: Request) -> Response | None:
        others = (b'"user"', b'"exam"', b'"enrollment"', b'"signon"')
        if clauses_of(refusal) != {clause} or any(name in call.received for name in others):
            return None
        made_up = (
            {"course": {"sid": "CU" + "0" * 32, "result": "Found Existing"}} if b'"course"' in call.received else {}
        )
        return Response(200, (JSON,), orjson.dumps(made_up))

    return refusing(tolerate)


def admitting(clause: str) -> Bend:
    """Serve a provision call although its credential is refused for one clause."""

    async def served(mock: Any, honest: Serve, call: Request) -> Response:
        try:
            return await honest(call)
        except Refusal as refusal:
            nobody = clause == "credential-missing-refused" and call.header(b"authorization") is not None
            if clauses_of(refusal) != {clause} or nobody:
                raise
            set_caller(call.scope, next(iter(call.path_params.values())))
            reply: Response = await mock.provision.answer(call)
            return reply

    return around(served)


def with_status(clause: str, status: int, code: str, *, drop_headers: bool = False) -> Bend:
    """Answer what is refused for one clause with another status."""

    def change(refusal: Refusal, _: Request) -> Response | None:
        if clauses_of(refusal) != {clause}:
            return None
        reply = told(refusal, status, code=code)
        return reply.replaced(fields=(JSON,)) if drop_headers else reply

    return refusing(change)
