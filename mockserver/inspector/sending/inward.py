"""Calls from within: to the mock's own application, and to the operations of its control plane."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from urllib.parse import quote, urlencode

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.control.document import described
from mockserver.http.errors import Header, Refusal
from mockserver.http.response import of_refusal, written
from mockserver.http.scope import exchange_of, headers_of, root_of, set_root
from spec.source.pointer import Json

_JSON = (b"content-type", b"application/json")
_REFUSED = 400
_TOLD = 3


class InwardCall(NamedTuple):
    """A call: ``path`` as it is sent, below the root of the application."""

    method: str
    path: bytes
    query: bytes = b""
    headers: tuple[Header, ...] = ()
    body: bytes = b""


class InwardAnswer:
    """What came back; ``number`` is that of the call in the journal, 0 if it is not kept. No status: no answer."""

    def __init__(self, status: int, body: bytes, number: int) -> None:
        self.status, self.body, self.number = status, body, number

    @property
    def is_refused(self) -> bool:
        """Whether it is no success."""
        return not 0 < self.status < _REFUSED

    @cached_property
    def value(self) -> Json:
        """The body as JSON, or an empty object where it is none."""
        try:
            return orjson.loads(self.body)
        except ValueError:
            return {}

    @property
    def message(self) -> str:
        """Why it is refused; of several reasons the first ones."""
        told = self.value if isinstance(self.value, dict) else {}
        errors = [one for one in told.get("errors", ()) if isinstance(one, dict)]
        if len(errors) > 1:
            return " ".join(f"{one.get('pointer')}: {one.get('message')}" for one in errors[:_TOLD])
        return str(told.get("message") or f"There was no answer (status {self.status}).")


async def carried_out(app: ASGIApp, outer: Scope, call: InwardCall, *, whole: bool = True) -> InwardAnswer:
    """The answer of an application to a call that comes from where another one, ``outer``, came from.

    It is the ``whole`` mock, or a part of it that is told paths of its own. Weather that ends the connection leaves no
    answer.
    """
    above = root_of(outer)
    root = above if whole else ""
    host = headers_of(outer).get(b"host", b"")
    headers = [(b"host", host), (b"content-length", b"%d" % len(call.body)), *call.headers]
    scope: Scope = {
        "type": "http", "asgi": outer.get("asgi", {"version": "3.0"}), "http_version": "1.1",
        "method": call.method, "scheme": outer.get("scheme", "http"), "path": root + call.path.decode("latin-1"),
        "raw_path": quote(root).encode() + call.path, "query_string": call.query, "root_path": root,
        "headers": headers, "client": outer.get("client"), "server": outer.get("server"), "state": {},
    }  # fmt: skip
    set_root(scope, above)
    exchange = exchange_of(scope)
    answer: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": call.body, "more_body": False}

    async def send(message: Message) -> None:
        answer.append(message)

    try:
        if whole:
            await asyncio.ensure_future(served(app, scope, receive, send))
        else:
            await app(scope, receive, send)
    except ConnectionResetError:
        return InwardAnswer(0, b"", exchange.number)
    body = b"".join(one.get("body", b"") for one in answer)
    return InwardAnswer(next((one["status"] for one in answer if "status" in one), 0), body, exchange.number)


async def served(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve a call, in a task of its own: a store may hold a transaction for what the outer call does at a stretch."""
    await app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class ControlOperations:
    """The operations of the control plane, called as from outside: what they refuse is refused here as well."""

    plane: ASGIApp

    async def __call__(
        self, outer: Scope, operation: str, named: Mapping[str, str], body: Json = None, **query: str
    ) -> InwardAnswer:
        """Carry one out. ``named`` are the parameters in its path."""
        described_one = described().operations[operation]
        path = described_one.path
        for name, value in named.items():
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
        sent = b"" if body is None else written(body)
        asked = urlencode({name: value for name, value in query.items() if value}).encode()
        call = InwardCall(described_one.method, path.encode(), asked, (_JSON,) if sent else (), sent)
        try:
            return await carried_out(self.plane, outer, call, whole=False)
        except Refusal as refusal:
            return InwardAnswer(refusal.status, bytes(of_refusal(refusal).body), 0)
