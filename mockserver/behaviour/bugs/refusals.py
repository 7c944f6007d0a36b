"""Refusals gone wrong: told with another status, in another shape, or not at all."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import starlette.requests
import starlette.responses

from mockserver.http.errors import Refusal
from mockserver.http.handlers import ClosedConnection, Refusing
from mockserver.http.request import Request
from mockserver.http.response import JSON, Response
from mockserver.http.scope import headers_of, root_of
from mockserver.http.urls import CONTROL_PREFIX
from spec.source.pointer import Json

Change = Callable[[Refusal, Request], starlette.responses.Response | None]


def outside_control(change: Change) -> Refusing:
    """The same change, but for the control plane, which stays honest."""

    def refuse(refusal: Refusal, request: starlette.requests.Request) -> starlette.responses.Response | None:
        path: str = request.scope["path"].removeprefix(root_of(request.scope))
        return None if path.startswith(f"{CONTROL_PREFIX}/") else change(refusal, Request(request.scope))

    return refuse


def _retold(refusal: Refusal, status: int | None = None, **members: Json) -> Response:
    """A refusal with another status or other members of its body; members that are None are left out."""
    body = {**refusal.body(), **({"status": status} if status else {}), **members}
    kept = {name: value for name, value in body.items() if value is not None}
    return Response(status or refusal.status, (JSON, *refusal.headers), orjson.dumps(kept))


def breaks(refusal: Refusal, clause: str) -> bool:
    """Whether a refusal is for one clause."""
    return any(fault.clause == clause for fault in refusal.faults)


def with_status(clause: str, status: int, *, challenge: bool = True) -> Refusing:
    """What is refused for a clause is answered with another status."""

    def change(refusal: Refusal, _: Request) -> Response | None:
        if not breaks(refusal, clause):
            return None
        response = _retold(refusal, status)
        return response if challenge else response.replaced(fields=(JSON,))

    return outside_control(change)


def _wordless(refusal: Refusal, _: Request) -> Response:
    return _retold(refusal, message=None)


def _numbered(refusal: Refusal, _: Request) -> Response:
    return _retold(refusal, code=f"{refusal.status}01")


def _first_only(refusal: Refusal, _: Request) -> Response | None:
    return _retold(refusal, errors=refusal.body()["errors"][:1]) if len(refusal.faults) > 1 else None


def _unprocessable(refusal: Refusal, _: Request) -> Response | None:
    return _retold(refusal, 422) if refusal.situation == "invalid-input" and refusal.faults[0].pointer else None


def _echo(refusal: Refusal, request: Request) -> Response | None:
    if not breaks(refusal, "credential-invalid-refused"):
        return None
    named = headers_of(request.scope)
    sent = (named.get(b"token") or named.get(b"authorization") or b"").decode("latin-1")
    return _retold(refusal, message=f"The credential {sent} is not valid.")


def _page(refusal: Refusal, _: Request) -> Response | None:
    if not breaks(refusal, "path-known"):
        return None
    return Response(404, ((b"content-type", b"text/html"),), b"<!doctype html><title>404</title><h1>Not Found</h1>")


def _crash(refusal: Refusal, _: Request) -> Response | None:
    return _retold(refusal, 500, code="INTERNALERROR") if breaks(refusal, "body-json") else None


def _trace(refusal: Refusal, _: Request) -> Response | None:
    trace = 'Traceback (most recent call last):\n  File "/srv/app.py", line 7, in decode\nValueError: no JSON'
    return _retold(refusal, message=trace) if breaks(refusal, "body-json") else None


def _no_answer(refusal: Refusal, _: Request) -> ClosedConnection | None:
    return ClosedConnection() if breaks(refusal, "body-json") else None


WORDLESS, NUMBERED, FIRST_ONLY = outside_control(_wordless), outside_control(_numbered), outside_control(_first_only)
UNPROCESSABLE, ECHO, PAGE = outside_control(_unprocessable), outside_control(_echo), outside_control(_page)
CRASH, TRACE, NO_ANSWER = outside_control(_crash), outside_control(_trace), outside_control(_no_answer)
