"""The operations of the control plane. They are made when one is called for the first time: a start need not wait."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

import starlette.responses
from starlette.middleware import Middleware
from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from mockserver.behaviour.rules import Condition
from mockserver.control.asked import ControlCall, ControlReader
from mockserver.control.controlled import Controlled
from mockserver.control.document import PREFIX, described
from mockserver.endpoints.routes import Function, operation_routes, with_allowed
from mockserver.endpoints.unknown import did_you_mean
from mockserver.http.errors import Refusal, refuse
from mockserver.http.request import Request, shown
from mockserver.http.response import of_refusal
from spec.openapi.document import Operation
from spec.schema.validation import Rules

Answer: TypeAlias = Callable[[ControlCall], Awaitable[starlette.responses.Response]]


class ControlPlane:
    """An ASGI application below the prefix of the control plane."""

    def __init__(self, controlled: Callable[[], Controlled]) -> None:
        self._controlled = controlled

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._router(scope, receive, send)

    def read_header(self, text: str) -> Condition:
        """The weather that a call brings in its header. Raises Refusal."""
        from mockserver.control.weather import of_header

        return of_header(text, self._condition)

    def start_with(self, weather: Sequence[str]) -> None:
        """Let the rules of these options hold from now on, and after every reset. Raises Refusal."""
        forecast = self._controlled().forecast
        if not weather:
            forecast.begin(())
            return
        from mockserver.control.weather import of_option

        body = described().operations["makeWeather"].body
        assert body is not None
        rules = Rules(body.json)
        forecast.begin([
            of_option(text, forecast.name_of_start(number), rules) for number, text in enumerate(weather, 1)
        ])  # fmt: skip

    @cached_property
    def _condition(self) -> Rules:
        body = described().operations["makeWeather"].body
        assert body is not None
        return Rules(body.json["properties"]["then"])

    @cached_property
    def _router(self) -> Router:
        controlled = self._controlled()
        answers = _answers(controlled)
        document = described()
        endpoints: Mapping[str, Function] = {
            name: _endpoint(answers[name], ControlReader(operation, controlled.settings))
            for name, operation in document.operations.items()
        }
        routes = with_allowed(operation_routes(document, endpoints, _plain))
        templates = [f"{PREFIX}{one.template}" for one in routes]

        async def unknown(scope: Scope, receive: Receive, send: Send) -> None:
            meant = did_you_mean(scope["path"], templates)
            there = shown(scope["path"].encode())
            message = f"There is nothing at {there}.{meant} GET {PREFIX}/ lists all paths."
            raise refuse("not-found", "path-known", message)

        return Router(routes, redirect_slashes=False, default=unknown)


def _plain(_: Operation) -> list[Middleware]:
    return []


def _endpoint(answer: Answer, reader: ControlReader) -> Function:
    async def serve(request: Request) -> starlette.responses.Response:
        try:
            return await answer(await reader.read(request))
        except Refusal as refusal:
            return of_refusal(refusal)

    return serve


def _answers(controlled: Controlled) -> Mapping[str, Answer]:
    """The answers by operationId."""
    from mockserver.control import clock, mock, weather
    from mockserver.control.journal import endpoints
    from mockserver.control.world import installs, reports, seed, sessions, snapshots, state, tokens

    modules = (mock, installs, tokens, seed, snapshots, state, sessions, reports, clock, weather, endpoints)
    return {name: one for module in modules for name, one in module.answers(controlled).items()}
