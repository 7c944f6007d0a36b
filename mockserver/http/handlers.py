"""The exception handlers: whatever is raised while a call is served becomes an answer in the one shape."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import TypeAlias

import starlette.responses
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from mockserver.http.errors import Refusal, refuse
from mockserver.http.negotiation import wants_page
from mockserver.http.pages import refused as refusal_page
from mockserver.http.request import not_allowed
from mockserver.http.response import of_refusal
from mockserver.http.scope import ABORT, headers_of
from mockserver.http.urls import contract_url, public_path
from mockserver.settings import Settings

Handler: TypeAlias = Callable[[Request, Exception], Awaitable[starlette.responses.Response]]
Refusing: TypeAlias = Callable[[Refusal, Request], starlette.responses.Response | None]
"""Tells a refusal otherwise, or not at all (None)."""

_log = logging.getLogger("invigilate")


class HangUp(Exception):  # noqa: N818 - an order, not a mistake
    """The connection is to end without an answer."""


class ConnectionEndedError(ConnectionResetError):
    """The connection was to end on purpose, and there is none: the mock is called in process, or by another server."""


def connection_of(scope: Scope) -> Callable[[], None]:
    """What ends the connection of a call at once. Raises ConnectionEndedError where there is none."""
    abort: Callable[[], None] | None = scope.get("extensions", {}).get(ABORT)
    if abort is None:
        raise ConnectionEndedError("The mock was told to end the connection of this call (weather, or a fault).")
    return abort


def exception_handlers(
    settings: Settings, unknown: Callable[[Scope], Refusal] | None = None, *, refusing: Sequence[Refusing] = ()
) -> Mapping[type[Exception], Handler]:
    """The handlers by exception, as Starlette takes them.

    ``unknown`` makes the refusal of a path without route; what is ``refusing`` may tell a refusal otherwise.
    """

    async def refused(request: Request, error: Exception) -> starlette.responses.Response:
        assert isinstance(error, Refusal)
        for change in refusing:
            if (changed := change(error, request)) is not None:
                return changed
        contract = contract_url(request.scope, settings)
        if request.method in ("GET", "HEAD") and wants_page(headers_of(request.scope).get(b"accept")):
            return refusal_page(error, contract, root=public_path(request.scope, settings))
        return of_refusal(error, contract)

    async def raised_by_starlette(request: Request, error: Exception) -> starlette.responses.Response:
        assert isinstance(error, HTTPException)
        return await refused(request, _refusal(error, request.scope, unknown))

    async def defect(request: Request, error: Exception) -> starlette.responses.Response:
        if isinstance(error, ConnectionEndedError):
            return NoResponse()
        _log.error("A call could not be served.", exc_info=error)
        return of_refusal(Refusal("defect", "The mock has a defect; its terminal shows where. Please report it."))

    return {
        Refusal: refused,
        HTTPException: raised_by_starlette,
        ClientDisconnect: _gone,
        HangUp: _hung_up,
        Exception: defect,
    }


def _refusal(error: HTTPException, scope: Scope, unknown: Callable[[Scope], Refusal] | None) -> Refusal:
    """What Starlette raises of its own accord, as where a mount has no such route, or no such file."""
    if error.status_code == HTTPStatus.NOT_FOUND:
        return unknown(scope) if unknown else refuse("not-found", "path-known", "There is nothing at this path.")
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "GET, HEAD")  # files do not tell theirs
        return not_allowed(scope["method"], allowed)
    return refuse(
        "defect" if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid-input", None, error.detail
    )


class NoResponse(starlette.responses.Response):
    """Nobody is there to be answered."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send nothing."""


class ClosedConnection(NoResponse):
    """The end of the connection instead of an answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """End it. Raises ConnectionEndedError where there is none that could be ended."""
        connection_of(scope)()
        await asyncio.sleep(0)  # the server hears of it before it looks for an answer


async def _gone(request: Request, error: Exception) -> NoResponse:
    return NoResponse()


async def _hung_up(request: Request, error: Exception) -> NoResponse:
    return ClosedConnection()
