"""Calls gone wrong: bodies read carelessly, refusals told badly, and answers that never come."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson

from mockserver.behaviour.bends import Bend, around, arranging, clauses_of, refusing, told
from mockserver.behaviour.seams import Serve
from mockserver.http.errors import Refusal, refuse
from mockserver.http.handlers import HangUp
from mockserver.http.request import Request
from mockserver.http.response import Response
from mockserver.http.scope import with_headers

_SURROGATE = re.compile(r"[\ud800-\udfff]")


def rereading(clause: str) -> Bend:
    """A body that is refused for one clause of its text is read again, without looking closely."""

    async def served(mock: Any, honest: Serve, call: Request) -> Response:
        try:
            return await honest(call)
        except Refusal as refusal:
            if clauses_of(refusal) != {clause} or not call.received:
                raise
            text = call.received.decode("utf-8-sig", "surrogatepass")
            value = _cleaned(json.loads(text, parse_constant=lambda _: None))
            reply: Response = mock.provision.provision(mock.provision.installs.of(call), value, call.scope)
            return reply

    return around(served)


def _cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        return {_SURROGATE.sub("?", name): _cleaned(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    return _SURROGATE.sub("?", value) if isinstance(value, str) else value


def limits(**settings: Any) -> Bend:
    """Serve with other settings."""

    def arrange(mock: Any) -> None:
        mock.provision.settings = replace(mock.provision.settings, **settings)

    return arranging(arrange)


async def any_media_type(_: Any, honest: Serve, call: Request) -> Response:
    """Every body is taken for plain JSON."""
    kept = [one for one in call.scope["headers"] if one[0] not in (b"content-type", b"content-encoding")]
    headers = [*kept, (b"content-type", b"application/json")]
    return await honest(Request(with_headers(call.scope, headers), call.receive))


def turning_away(wrong: Callable[[Any], bool], clause: str, message: str) -> Bend:
    """A body that nothing is wrong with is refused all the same, before anything is stored."""

    def arrange(mock: Any) -> None:
        provision = mock.provision.provision

        def bent(install: Any, body: Any, scope: Any) -> Response:
            if isinstance(body, dict) and wrong(body):
                mock.provision._judged(install, body, [])
                raise refuse("invalid-input", clause, message)
            reply: Response = provision(install, body, scope)
            return reply

        mock.provision.provision = bent

    return arranging(arrange)


def has_null(value: Any) -> bool:
    """Whether null stands anywhere in a body."""
    return value is None or (isinstance(value, dict) and any(map(has_null, value.values())))


def has_stranger(body: Any) -> bool:
    """Whether a body has a member of its own that is no part."""
    return bool(set(body) - {"course", "user", "enrollment", "exam", "signon"})


def is_all_but_exam(body: Any) -> bool:
    """Whether a body holds a course, a user and an enrollment and nothing else."""
    return set(body) == {"course", "user", "enrollment"}


async def stores_before_refusing(mock: Any, honest: Serve, call: Request) -> Response:
    """The credential is looked at when everything is done."""
    try:
        return await honest(call)
    except Refusal as refusal:
        if clauses_of(refusal) & {"credential-missing-refused", "credential-invalid-refused"}:
            value = orjson.loads(await call.read(mock.settings))
            _commit_first(mock, call, value)
        raise


async def half_done(mock: Any, honest: Serve, call: Request) -> Response:
    """What stands beside an unknown SID is kept although the call is refused."""
    try:
        return await honest(call)
    except Refusal as refusal:
        if clauses_of(refusal) == {"unknown-sid-refused"}:
            _commit_first(mock, call, orjson.loads(call.received))
        raise


def _commit_first(mock: Any, call: Request, body: Any) -> None:
    """Provision the first part of a body and nothing else."""
    engine = mock.engine
    plan = engine.plan(mock.store, mock.provision.installs.of(call), body)
    first = dict(list(plan.steps.items())[:1])
    engine.commit(mock.store, plan._replace(steps=first), mock.provision.ids)


async def racing(mock: Any, honest: Serve, call: Request) -> Response:
    """Between looking and storing others get their turn."""
    if call.method != "POST" or not call.raw_path.endswith(b"/provision"):
        return await honest(call)
    raw = await call.read(mock.settings)

    async def again() -> Any:
        return {"type": "http.request", "body": raw, "more_body": False}

    seen = _Snapshot(mock.store)
    await asyncio.sleep(0.002)
    kept = mock.engine.planning
    mock.engine.planning = lambda _, install, body: kept(seen, install, body)
    try:
        return await honest(Request(call.scope, again))
    finally:
        mock.engine.planning = kept


class _Snapshot:
    """A store in which enrollments are found only as they were; the keys of the memory store are known here."""

    def __init__(self, store: Any) -> None:
        self.store, self.read, self.keys = store, store.read, dict(store._keys)

    def find(self, key: Any) -> Any:
        if key.part == "enrollment" and key not in self.keys:
            return None
        return self.store.find(key)


async def hanging_up(_: Any, honest: Serve, call: Request) -> Response:
    """A body that is no JSON gets no answer at all."""
    try:
        return await honest(call)
    except Refusal as refusal:
        if clauses_of(refusal) == {"body-json"}:
            raise HangUp from None
        raise


def slower_and_slower(delay: float = 0.0002) -> Bend:
    """Every call waits for everything that is stored, and worse."""

    async def served(mock: Any, honest: Serve, call: Request) -> Response:
        await asyncio.sleep(min(0.25, delay * (len(mock.store) / 1000) ** 6))
        return await honest(call)

    return around(served)


def _trace(refusal: Refusal, _: Request) -> Response | None:
    trace = 'Traceback (most recent call last):\n  File "/srv/app.py", line 7, in decode\nValueError: no JSON'
    return told(refusal, message=trace) if clauses_of(refusal) == {"body-json"} else None


def _page(refusal: Refusal, _: Request) -> Response | None:
    if clauses_of(refusal) != {"path-known"}:
        return None
    return Response(404, ((b"content-type", b"text/html"),), b"<!doctype html><title>404</title><h1>Not Found</h1>")


def _echo(refusal: Refusal, call: Request) -> Response | None:
    if clauses_of(refusal) != {"credential-invalid-refused"}:
        return None
    sent = (call.header(b"token") or call.header(b"authorization") or b"").decode("latin-1")
    return told(refusal, message=f"The credential {sent} is not valid.")


def _wordless(refusal: Refusal, _: Request) -> Response | None:
    return told(refusal, message=None)


def _first_only(refusal: Refusal, _: Request) -> Response | None:
    return told(refusal, errors=refusal.body()["errors"][:1]) if len(refusal.faults) > 1 else None


def _numbered(refusal: Refusal, _: Request) -> Response | None:
    return told(refusal, code=f"{refusal.status}01")


def _crash(refusal: Refusal, _: Request) -> Response | None:
    return told(refusal, 500, code="INTERNALERROR") if clauses_of(refusal) == {"body-json"} else None


def _unprocessable(refusal: Refusal, _: Request) -> Response | None:
    return told(refusal, 422) if refusal.status == 400 and clauses_of(refusal) == {"schema"} else None


TRACE, PAGE, ECHO, WORDLESS = refusing(_trace), refusing(_page), refusing(_echo), refusing(_wordless)
FIRST_ONLY, NUMBERED, CRASH, UNPROCESSABLE = (
    refusing(_first_only), refusing(_numbered), refusing(_crash), refusing(_unprocessable)
)  # fmt: skip
