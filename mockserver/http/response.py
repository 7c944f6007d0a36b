"""Answers: Starlette's response made of what is known already, from JSON, from a page or from a refusal."""

from __future__ import annotations

import json

import orjson
import starlette.responses
from starlette.types import Message, Receive, Scope, Send

from mockserver.http.errors import Headers, Refusal
from mockserver.http.scope import exchange_of
from spec.source.pointer import Json

JSON = (b"content-type", b"application/json")
_PRIVATE = (b"cache-control", b"no-store")
_PLAIN = (JSON, _PRIVATE)
_LONGEST_NOTED = 65_536
_NO_SNIFFING = (b"x-content-type-options", b"nosniff")


class Response(starlette.responses.Response):
    """An answer of ready bytes. ``fields`` are its headers but for ``Content-Length``; ``notes`` go to the journal.

    Starlette's own constructor would encode and look through headers that are bytes already.
    """

    body: bytes

    def __init__(self, status: int, fields: Headers, body: bytes, notes: tuple[str, ...] = ()) -> None:
        self.status_code, self.fields, self.body, self.notes = status, fields, body, notes
        self.raw_headers = [*fields, (b"content-length", b"%d" % len(body))]
        self.background = None

    def replaced(
        self, *, status: int | None = None, fields: Headers | None = None, body: bytes | None = None
    ) -> Response:
        """The same answer with another status, other headers or another body."""
        return Response(
            self.status_code if status is None else status,
            self.fields if fields is None else fields,
            self.body if body is None else body,
            self.notes,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = exchange_of(scope)
        exchange.status, exchange.answer_headers = self.status_code, self.raw_headers
        exchange.answer, exchange.notes = self.body, self.notes
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else self.body})


def noting(scope: Scope, send: Send) -> Send:
    """A ``send`` that notes for the journal what it passes on: for answers of Starlette's own making."""
    exchange = exchange_of(scope)
    exchange.answer = b""

    async def passing(message: Message) -> None:
        if message["type"] == "http.response.start":
            exchange.status, exchange.answer_headers = message["status"], message["headers"]
        elif len(exchange.answer) < _LONGEST_NOTED:
            exchange.answer += message.get("body", b"")
        await send(message)

    return passing


def of_json(value: Json, *, status: int = 200, headers: Headers = ()) -> Response:
    """A JSON answer that no cache keeps."""
    return Response(status, (*_PLAIN, *headers) if headers else _PLAIN, written(value))


def of_written(body: bytes, *, headers: Headers = ()) -> Response:
    """A JSON answer that is text already, and that no cache keeps."""
    return Response(200, (*_PLAIN, *headers) if headers else _PLAIN, body)


def written(value: Json) -> bytes:
    """A JSON value as text, integers of any size included.

    It is a copy: what orjson makes lies where it was long while it grew, and kept there by a journal it leaves holes.
    """
    try:
        return bytes(memoryview(orjson.dumps(value)))
    except TypeError:  # an integer beyond 64 bits
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def of_page(page: str, policy: str, *, status: int = 200, notes: tuple[str, ...] = ()) -> Response:
    """An HTML answer under a content security policy; no cache keeps it and no link from it tells where it was."""
    fields = (
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-security-policy", policy.encode("ascii")),
        (b"referrer-policy", b"no-referrer"),
        _PRIVATE,
        _NO_SNIFFING,
    )
    return Response(status, fields, page.encode(), notes)


def of_refusal(refusal: Refusal, contract: str = "") -> Response:
    """The one shape of every refusal, with links into the contract page if its URL is given."""
    notes = tuple(f"{fault.clause}: {fault.message}" for fault in refusal.faults) or (refusal.message,)
    return Response(refusal.status, (JSON, _PRIVATE, *refusal.headers), refusal.json(contract), notes)
