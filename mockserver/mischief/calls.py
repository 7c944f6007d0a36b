"""Calls gone wrong: bodies read carelessly, refusals told badly, and answers that never come."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from typing import Any

import orjson

from mockserver.behaviour import Serve
from mockserver.call import Call, Disconnected
from mockserver.errors import Refusal, refuse
from mockserver.mischief.bends import Bend, arranging, around, clauses_of, refusing, told
from mockserver.reply import JSON, Reply, of_refusal

_SURROGATE = re.compile(r"[\ud800-\udfff]")


def rereading(clause: str) -> Bend:
    """A body that is refused for one clause of its text is read again, without looking closely."""

    async def served(mock: Any, honest: Serve, call: Call) -> Reply:
        try:
            return await honest(call)
        except Refusal as refusal:
            if clauses_of(refusal) != {clause} or not call.body:
                raise
            text = call.body.decode("utf-8-sig", "replace")
            value = _cleaned(json.loads(text, parse_constant=lambda _: None))
            reply: Reply = mock.provision.provision(mock.provision.installs.of(call), value)
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


async def any_media_type(_: Any, honest: Serve, call: Call) -> Reply:
    """Every body is taken for plain JSON."""
    call._named = {**call._named, b"content-type": b"application/json"}  # noqa: SLF001 - mischief
    call._named.pop(b"content-encoding", None)  # noqa: SLF001
    return await honest(call)


async def no_nulls(_: Any, honest: Serve, call: Call) -> Reply:
    """Null is refused, wherever it stands."""
    receive = call.receive
    message = await receive()

    async def again() -> Any:
        return message

    call.receive = again
    if b"null" in message.get("body", b"") and message.get("body", b"").strip() != b"null":
        reply = await _answered(honest, call)
        if reply.status != 200:
            return reply
        raise refuse("invalid-input", "null-accepted", "The body holds null; send a value.")
    return await honest(call)


async def _answered(honest: Serve, call: Call) -> Reply:
    try:
        return await honest(call)
    except Refusal as refusal:
        return of_refusal(refusal)


async def stores_before_refusing(mock: Any, honest: Serve, call: Call) -> Reply:
    """The credential is looked at when everything is done."""
    try:
        return await honest(call)
    except Refusal as refusal:
        if clauses_of(refusal) & {"credential-missing-refused", "credential-invalid-refused"}:
            call.caller = next(iter(call.params.values()), "")
            await _answered(mock.provision, call)
        raise


async def half_done(mock: Any, honest: Serve, call: Call) -> Reply:
    """What stands beside an unknown SID is kept although the call is refused."""
    try:
        return await honest(call)
    except Refusal as refusal:
        if clauses_of(refusal) == {"unknown-sid-refused"}:
            engine, store = mock.engine, mock.store
            plan = engine.plan(store, mock.provision.installs.of(call), orjson.loads(call.body))
            engine.commit(store, plan, mock.provision.ids)
        raise


async def racing(mock: Any, honest: Serve, call: Call) -> Reply:
    """Between looking and storing others get their turn."""
    if call.method != "POST" or not call.raw_path.endswith(b"/provision"):
        return await honest(call)
    raw = await call.read(mock.settings.largest_body * 4)

    async def again() -> Any:
        return {"type": "http.request", "body": raw, "more_body": False}

    call.receive = again
    seen = _Snapshot(mock.store)
    await asyncio.sleep(0.002)
    kept = mock.engine.planning
    mock.engine.planning = lambda _, install, body: kept(seen, install, body)
    try:
        return await honest(call)
    finally:
        mock.engine.planning = kept


class _Snapshot:
    """The keys of a store as they were."""

    def __init__(self, store: Any) -> None:
        self.keys, self.read = dict(store._keys), store.read  # noqa: SLF001 - mischief knows the memory store

    def find(self, key: Any) -> Any:
        sid = self.keys.get(key)
        return self.read(sid) if sid else None


async def hanging_up(_: Any, honest: Serve, call: Call) -> Reply:
    """A body that is no JSON gets no answer at all."""
    try:
        return await honest(call)
    except Refusal as refusal:
        if clauses_of(refusal) == {"body-json"}:
            raise Disconnected from None
        raise


def slower_and_slower(delay: float = 0.001) -> Bend:
    """Every call waits for everything that is stored, and worse."""

    async def served(mock: Any, honest: Serve, call: Call) -> Reply:
        await asyncio.sleep(min(0.05, delay * (len(mock.store) / 1000) ** 6))
        return await honest(call)

    return around(served)


def _trace(refusal: Refusal, _: Call) -> Reply | None:
    trace = 'Traceback (most recent call last):\n  File "/srv/app.py", line 7, in decode\nValueError: no JSON'
    return told(refusal, message=trace) if clauses_of(refusal) == {"body-json"} else None


def _page(refusal: Refusal, _: Call) -> Reply | None:
    if clauses_of(refusal) != {"path-known"}:
        return None
    return Reply(404, ((b"content-type", b"text/html"),), b"<!doctype html><title>404</title><h1>Not Found</h1>")


def _echo(refusal: Refusal, call: Call) -> Reply | None:
    if clauses_of(refusal) != {"credential-invalid-refused"}:
        return None
    sent = (call.header(b"token") or call.header(b"authorization") or b"").decode("latin-1")
    return told(refusal, message=f"The credential {sent} is not valid.")


def _nameless(refusal: Refusal, _: Call) -> Reply | None:
    body = orjson.dumps({"error": refusal.message, "status": refusal.status})
    return Reply(refusal.status, (JSON, *refusal.headers), body)


def _first_only(refusal: Refusal, _: Call) -> Reply | None:
    return told(refusal, errors=refusal.body["errors"][:1]) if len(refusal.faults) > 1 else None


def _numbered(refusal: Refusal, _: Call) -> Reply | None:
    return told(refusal, code=f"{refusal.status}01")


def _crash(refusal: Refusal, _: Call) -> Reply | None:
    return told(refusal, 500, code="INTERNALERROR") if clauses_of(refusal) == {"body-json"} else None


def _unprocessable(refusal: Refusal, _: Call) -> Reply | None:
    return told(refusal, 422) if refusal.status == 400 and clauses_of(refusal) == {"schema"} else None


TRACE, PAGE, ECHO, NAMELESS = refusing(_trace), refusing(_page), refusing(_echo), refusing(_nameless)
FIRST_ONLY, NUMBERED, CRASH, UNPROCESSABLE = (
    refusing(_first_only), refusing(_numbered), refusing(_crash), refusing(_unprocessable)
)  # fmt: skip
