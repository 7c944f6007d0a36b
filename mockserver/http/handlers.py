"""The exception handlers: whatever is raised while a call is served becomes an answer in the one shape."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import TypeAlias

import orjson
import starlette.responses
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from mockserver.http.errors import Refusal
from mockserver.http.response import JSON, Response, of_refusal
from mockserver.http.scope import ABORT
from mockserver.http.urls import contract_url
from mockserver.settings import Settings

Handler: TypeAlias = Callable[[Request, Exception], Awaitable[starlette.responses.Response]]

_log = logging.getLogger("invigilate")


class HangUp(Exception):  # noqa: N818 - an order, not a mistake
    """The connection is to end without an answer."""


def exception_handlers(settings: Settings) -> Mapping[type[Exception], Handler]:
    """The handlers by exception, as Starlette takes them."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        return of_refusal(error, contract_url(request.scope, settings))

    async def defect(request: Request, error: Exception) -> Response:
        _log.error("A call could not be served.", exc_info=error)
        return of_refusal(Refusal("defect", "The mock has a defect; its terminal shows where. Please report it."))

    return {
        Refusal: refused,
        HTTPException: _raised_by_starlette,
        ClientDisconnect: _gone,
        HangUp: _hung_up,
        Exception: defect,
    }


async def _raised_by_starlette(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = error.status_code
    codes = {404: "RESOURCENOTFOUND", 405: "UNSUPPORTEDHTTPVERB", 413: "PAYLOADTOOLARGE"}
    code = codes.get(status, "INTERNALERROR" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "INVALIDINPUT")
    body = {"code": code, "message": f"{error.detail}.".replace("..", "."), "status": status, "errors": []}
    headers = tuple((name.lower().encode(), value.encode()) for name, value in (error.headers or {}).items())
    return Response(status, (JSON, *headers), orjson.dumps(body))


class NoResponse(starlette.responses.Response):
    """Nobody is there to be answered."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send nothing."""


async def _gone(request: Request, error: Exception) -> NoResponse:
    return NoResponse()


async def _hung_up(request: Request, error: Exception) -> NoResponse:
    abort = request.scope.get("extensions", {}).get(ABORT)
    if abort is not None:
        abort()
        await asyncio.sleep(0)  # the server hears of it before it looks for an answer
    return NoResponse()
