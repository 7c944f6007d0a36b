"""Where weather comes over a call: around the route of an operation, outside its credential."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import orjson
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.behaviour.rules import Condition, Forecast, WeatherRule
from mockserver.http.handlers import Handler, HangUp, connection_of
from mockserver.http.request import Request, too_slow
from mockserver.http.response import JSON, Response
from mockserver.http.scope import exchange_of, headers_of
from mockserver.http.streaming import pause
from mockserver.settings import Settings
from mockserver.state.clock import Clocks
from spec.openapi.document import Operation
from spec.source.pointer import Json

HEADER = b"invigilate-weather"
"""With it a call brings its own weather."""
_PIECES = 10  # in which a body drips
_KEPT = 16  # times the size that a body may have: what is sent of it up to here is kept until it is known what happens


@dataclass(frozen=True, slots=True)
class Misbehaving:
    """What every operation of a mock needs for weather.

    ``read_header`` reads the header; it raises Refusal. ``spoiled`` is the endpoint of an operation, with its
    credential, of a mock with faults. ``variable`` is the path parameter that names an install; where a path has none,
    ``install_of`` says of which install the client is that the call names ("" if it names none).
    """

    forecast: Forecast
    clocks: Clocks
    settings: Settings
    variable: str
    handlers: Mapping[Json, Handler]
    read_header: Callable[[str], Condition]
    spoiled: Callable[[tuple[str, ...], str], ASGIApp]
    install_of: Callable[[Request, bytes], str]


class Conditions:
    """Serves every call under the weather that comes over it, and plainly where there is none."""

    def __init__(self, app: ASGIApp, operation: Operation, shared: Misbehaving) -> None:
        self.app, self.operation, self.shared = app, operation, shared
        self.rules = shared.forecast

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if not self.rules.rules and HEADER not in headers_of(scope):
            return self.app(scope, receive, send)  # as nearly always: without a coroutine of its own in between
        return self._weathered(scope, receive, send)

    async def _weathered(self, scope: Scope, receive: Receive, send: Send) -> None:
        sent = await _sent(Request(scope, receive, send), self.shared.settings)
        exchange_of(scope).body = b"".join(one.get("body", b"") for one in sent)  # in the journal, whatever happens
        request = Request(scope, _again(sent, receive), send)
        if (brought := request.header(HEADER)) is not None:
            await self._under(self.shared.read_header(brought.decode("latin-1")), None, request, send)
            return
        rule = self._due(request)
        if rule is None:
            await self.app(scope, request.receive, send)
        else:
            await self._under(rule.then, rule, request, send)

    def _due(self, request: Request) -> WeatherRule | None:
        exchange = exchange_of(request.scope)
        named = request.path_params.get(self.shared.variable)
        install = self.shared.install_of(request, exchange.body) if named is None else named
        body = _read(exchange.body)
        now = self.shared.clocks(install)
        for rule in self.rules:
            if rule.match.meets(exchange, self.operation, install, body):
                is_due = rule.is_due(now)
                self.rules.note(rule)
                if is_due:
                    return rule
        return None

    async def _under(self, then: Condition, rule: WeatherRule | None, request: Request, send: Send) -> None:
        """Serve a call under one condition. Raises HangUp where the connection is to end."""
        exchange = exchange_of(request.scope)
        name = rule.id if rule is not None else "of the call"
        notes = (f"weather {name}: {described(then)}",)
        if then.delay or then.jitter:
            share = rule.draw() if rule is not None else 1.0
            await pause(request.scope, then.delay + then.jitter * share)
        if then.close == "before-commit":
            exchange.notes = notes
            raise HangUp
        if then.status and not then.served:
            await _refused(then, notes)(request.scope, request.receive, send)
            return
        try:
            response = await self._served(then, request)
        finally:  # also where a fault ends the connection
            exchange.notes = (*exchange.notes, *notes)
        if then.close:
            raise HangUp
        if then.status:
            response = _refused(then, exchange.notes)
        await _changed(response, then, exchange.notes).send(request, send)

    async def _served(self, then: Condition, request: Request) -> Response:
        app = self.shared.spoiled(then.faults, self.operation.id) if then.faults else self.app
        collected = Collected()
        await ExceptionMiddleware(app, self.shared.handlers)(request.scope, request.receive, collected)
        return collected.response(exchange_of(request.scope).notes)


class Collected:
    """A ``send`` that keeps what is sent, as one response. Without one, raises HangUp."""

    def __init__(self) -> None:
        self.status, self.body = 0, b""
        self.headers: Sequence[tuple[bytes, bytes]] = ()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], message["headers"]
        else:
            self.body += message.get("body", b"")

    def response(self, notes: tuple[str, ...]) -> Response:
        """What was sent."""
        if not self.status:
            raise HangUp
        return Response(
            self.status, tuple(one for one in self.headers if one[0] != b"content-length"), self.body, notes
        )


class Delivery:
    """A response and how it is brought: how many bytes of its body, and in how many seconds."""

    def __init__(self, response: Response, cut: int, drip: float) -> None:
        self.response, self.cut, self.drip = response, cut, drip

    async def send(self, request: Request, send: Send) -> None:
        """Send it. What is cut off never comes: the server ends the connection of a body that is incomplete.

        Raises ConnectionEndedError where there is no connection.
        """
        response, body = self.response, self.response.body
        if self.cut < 0 and not self.drip:
            await response(request.scope, request.receive, send)
            return
        exchange = exchange_of(request.scope)
        exchange.status, exchange.answer_headers = response.status_code, response.raw_headers
        exchange.answer, exchange.notes = body, response.notes
        await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
        whole = self.cut < 0 or self.cut >= len(body)
        shown = body if whole else body[: self.cut]
        size = max(1, -(-len(shown) // _PIECES)) if self.drip else max(1, len(shown))
        pieces = [shown[start : start + size] for start in range(0, len(shown), size)] or [b""]
        for piece in pieces:
            await pause(request.scope, self.drip / len(pieces))
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        if whole:
            await send({"type": "http.response.body", "body": b""})
        else:
            connection_of(request.scope)  # the server ends it, when all that was sent has been written


def described(then: Condition) -> str:
    """What happens, in words for journal and console."""
    said = [f"the faults {', '.join(then.faults)}"] if then.faults else []
    if then.status:
        said.append(f"{then.status} {'after it was served' if then.served else 'instead of being served'}")
    if then.close:
        lost = "before it was served" if then.close == "before-commit" else "after it was served; the answer was lost"
        said.append(f"the connection was ended {lost}")
    if then.delay or then.jitter:
        said.append("late")
    if then.drip:
        said.append("dripping")
    if then.cut >= 0:
        said.append(f"cut after {then.cut} bytes of the body")
    if then.malformed:
        said.append("half of the body is missing")
    if then.headers:
        said.append("further headers")
    return ", ".join(said) or "nothing"


def _refused(then: Condition, notes: tuple[str, ...]) -> Response:
    code, message = then.code or f"STATUS{then.status}", then.message or "This is weather: the mock was told to."
    wait = ((b"retry-after", then.retry_after.encode("latin-1")),) if then.retry_after else ()
    body = {"code": code, "message": message, "status": then.status}
    made = Response(then.status, (JSON, *wait), orjson.dumps(body), notes)
    return made.replaced(fields=(*made.fields, *_headers(then)))


def _changed(response: Response, then: Condition, notes: tuple[str, ...]) -> Delivery:
    body = response.body[: len(response.body) // 2] if then.malformed else response.body
    changed = Response(response.status_code, (*response.fields, *_headers(then)), body, notes)
    return Delivery(changed, then.cut, then.drip)


def _headers(then: Condition) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in then.headers)


def _read(body: bytes) -> Json:
    try:
        return orjson.loads(body)
    except ValueError:
        return None


async def _sent(request: Request, settings: Settings) -> list[Message]:
    """The messages that bring the body, as far as it is short enough to be kept.

    Nothing is refused for its size here: that is for the endpoint to judge, in its order.
    """
    most = _KEPT * settings.largest_body
    declared = request.header(b"content-length") or b"0"
    length = int(declared) if declared.isdigit() else 0
    if length > (settings.largest_body if request.header(b"expect") else most):
        return []  # whoever asks first, or sends that much, is answered before the body comes
    messages: list[Message] = []
    size = 0
    try:
        async with asyncio.timeout(settings.body_deadline):
            while size <= most:
                messages.append(message := await request.receive())
                size += len(message.get("body", b""))
                if not message.get("more_body", False):
                    break
    except TimeoutError:
        raise too_slow(settings.body_deadline) from None
    return messages


def _again(messages: list[Message], receive: Receive) -> Receive:
    """A ``receive`` that brings messages which came already, and then what comes after them."""
    coming = deque(messages)

    async def replay() -> Message:
        return coming.popleft() if coming else await receive()

    return replay
