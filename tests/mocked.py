"""A mock of this process behind a real socket, and a caller of it."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2
import uvicorn
from uvicorn.server import ServerState

from mockserver.app import Mock
from mockserver.auth.tokens import API_TYPE, api_claims, sign
from mockserver.serving.connection import limited
from mockserver.settings import ConnectionLimits

COURSE = {"ids": {"external": "c"}, "title": "Course", "code": "C"}


@dataclass(slots=True)
class Mocked:
    """A mock behind a socket, and a caller of it."""

    app: Mock
    http: httpx2.Client

    def token(self, install: int = 0, *, starts: float = -10.0, lasts: float = 86_400.0) -> str:
        now = time.time()
        sid = self.app.installs[install].sid
        claims = api_claims(sid, issued=now + starts, starts=now + starts, expires=now + lasts, token_id="t")
        return sign(claims, API_TYPE, self.app.keys)

    def path(self, install: int = 0) -> str:
        return f"/v2/installs/{self.app.installs[install].sid}/provision"

    def send(
        self, body: Any = None, *, raw: bytes | None = None, headers: dict[str, str] | None = None, install: int = 0
    ) -> httpx2.Response:
        sent = {"token": self.token(install), "content-type": "application/json"} if headers is None else headers
        content = json.dumps(body).encode() if raw is None else raw
        return self.http.post(self.path(install), content=content, headers=sent)

    def ok(self, course: Any = COURSE, **parts: Any) -> Any:
        answer = self.send({"course": course, **parts})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def link(self, issued: Any) -> str:
        return "/" + issued["redirect"].split("/", 3)[3]


Scenario = Callable[[Mocked], bool]
"""Whether the fault is seen."""


class Loop(threading.Thread):
    """An event loop in a thread of its own, on which servers listen."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.loop = asyncio.new_event_loop()

    def run(self) -> None:
        self.loop.run_forever()

    def listen(self, app: Mock) -> Listening:
        async def start() -> Listening:
            config = uvicorn.Config(app, ws="none", lifespan="off", log_config=None, log_level="critical")
            config.load()
            made, state = limited(ConnectionLimits()), ServerState()
            server = await self.loop.create_server(lambda: made(config, state, {}), "127.0.0.1", 0)
            return Listening(server, state)

        return asyncio.run_coroutine_threadsafe(start(), self.loop).result()

    def end(self, listening: Listening) -> None:
        async def end() -> None:
            listening.server.close()
            while listening.state.connections:  # their clients are gone
                await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(end(), self.loop).result()


@dataclass(slots=True)
class Listening:
    """A server on a socket, and its connections."""

    server: asyncio.Server
    state: ServerState

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
