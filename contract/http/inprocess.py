"""An ASGI application in this process as a transport: what ``--self-test`` and the tests of the judge use."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any
from urllib.parse import unquote

from contract.http.exchange import Exchange, Loss, ReceivedResponse, SentRequest

Message = MutableMapping[str, Any]
Application = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]


class AsgiTransport:
    """Calls an application directly, each request with ``timeout`` seconds. Threads wait for each other."""

    def __init__(self, application: Application, *, timeout: float = 10.0) -> None:
        self.application, self.timeout = application, timeout
        self.loop = asyncio.new_event_loop()
        self._lock = threading.Lock()

    def send(self, request: SentRequest) -> Exchange:
        with self._lock:
            return self.loop.run_until_complete(self._exchange(request))

    def burst(self, requests: Sequence[SentRequest]) -> list[Exchange]:
        async def together() -> list[Exchange]:
            return list(await asyncio.gather(*(self._exchange(request) for request in requests)))

        with self._lock:
            return self.loop.run_until_complete(together())

    def close(self) -> None:
        self.loop.close()

    async def _exchange(self, request: SentRequest) -> Exchange:
        started = time.monotonic()
        try:
            response = await asyncio.wait_for(self._call(request), self.timeout)
        except TimeoutError:
            failure, seconds = "no answer in time", time.monotonic() - started
            return Exchange(request, None, started, seconds, failure=failure, loss=Loss.LATE)
        except Exception as error:  # noqa: BLE001  # whatever an application under judgement raises is a failure of its
            failure = f"{type(error).__name__} in the application"
            return Exchange(request, None, started, time.monotonic() - started, failure=failure, loss=Loss.BROKEN)
        return Exchange(request, response, started, time.monotonic() - started)

    async def _call(self, request: SentRequest) -> ReceivedResponse:
        path, _, query = request.path.partition("?")
        body = request.body or b""
        headers = [(b"host", b"testserver")]
        if request.header("accept") is None:
            headers.append((b"accept", b"application/json"))
        headers += [(name.lower().encode("latin-1"), value.encode("utf-8")) for name, value in request.headers]
        headers.append((b"content-length", str(len(body)).encode()))
        scope: Message = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode("ascii", "replace"),
            "query_string": query.encode("ascii", "replace"),
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "state": {},
        }
        sent: list[Message] = []
        given = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> Message:
            return next(given, {"type": "http.disconnect"})

        async def send(message: Message) -> None:
            sent.append(message)

        await self.application(scope, receive, send)
        start = next(message for message in sent if message["type"] == "http.response.start")
        content = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
        fields = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start.get("headers", ())}
        return ReceivedResponse(start["status"], fields, content)
