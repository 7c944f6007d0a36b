"""A caller of the server, and bodies to call it with, for showing that a fault is there."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from threading import Barrier
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from servers.second.server.installs import FIRST, OTHER, PROCTOR_TYPES, Install
from servers.second.server.listening import Listener

CONFIGURATION: dict[str, Any] = {
    "url": "https://exams.example.com/one",
    "access": {"open": "2026-02-01T09:00:00Z", "close": "2036-02-01T12:00:00Z"},
    "duration": 90,
    "password": "benzene",
    "proctorTypes": {PROCTOR_TYPES[0]: {"options": {"roomScan": {}}}},
}


class Answered(NamedTuple):
    """A status, the media type and what the body says (text where it is no JSON)."""

    status: int
    media_type: str
    value: Any

    def result(self, part: str) -> Any:
        return self.value.get(part, {}).get("result")

    def sid(self, part: str) -> Any:
        return self.value.get(part, {}).get("sid")


def course(name: str = "c", kind: str = "external", **more: Any) -> dict[str, Any]:
    return {"ids": {kind: name}, "title": "Title", "code": "CODE"} | more


def user(name: str = "u", kind: str = "external", **more: Any) -> dict[str, Any]:
    return {"ids": {kind: name}, "firstName": "Mira", "lastName": "Solano", "email": "mira@example.com"} | more


def exam(name: str = "e", **configuration: Any) -> dict[str, Any]:
    return {"ids": {"external": name}, "title": "Exam", "configuration": deepcopy(CONFIGURATION) | configuration}


class Caller:
    """Calls one server over one connection that stays open."""

    def __init__(self, server: Listener) -> None:
        self.server = server
        self.token = server.application.tokens.for_caller(FIRST.sid)
        self.connection = self.connected()

    def connected(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.server.url)
        return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)

    def send(
        self, method: str, path: str, content: Any = None, headers: dict[str, str] | None = None, fresh: bool = False
    ) -> Answered:
        connection = self.connected() if fresh else self.connection
        connection.request(method, path, content, headers or {})
        response = connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        media_type = response.headers.get_content_type()
        if fresh:
            connection.close()
        return Answered(
            response.status, media_type, json.loads(text) if media_type == "application/json" and text else text
        )

    def provision(self, install: Install = FIRST, headers: dict[str, str] | None = None, **parts: Any) -> Answered:
        return self.raw(json.dumps({"course": course()} | parts), install, headers)

    def raw(
        self, content: Any, install: Install = FIRST, headers: dict[str, str] | None = None, fresh: bool = False
    ) -> Answered:
        with_token = {"Content-Type": "application/json", "token": self.token} | (headers or {})
        kept = {name: value for name, value in with_token.items() if value}
        return self.send("POST", f"/v2/installs/{install.sid}/provision", content, kept, fresh)

    def other_token(self) -> str:
        return self.server.application.tokens.for_caller(OTHER.sid)

    def together(self, calls: Sequence[Callable[[], Answered]]) -> list[Answered]:
        barrier = Barrier(len(calls))

        def one(call: Callable[[], Answered]) -> Answered:
            barrier.wait()
            return call()

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(one, calls))

    def close(self) -> None:
        self.connection.close()
