"""What an addon in another proxy tells: calls that begin and end there. Nothing is forwarded here."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from contract.proxy.keeping.passed import Headers, Passed
from contract.proxy.live import Live
from spec.source.pointer import Json

LONGEST = 16 * 1_048_576


class EventError(Exception):
    """An event is not what an addon sends; the message says where."""


@dataclass(frozen=True, slots=True)
class Event:
    """A call that begins (``passed`` is None) or has ended."""

    id: str
    method: str
    url: str
    passed: Passed | None


def read_event(body: bytes) -> Event:
    """The event of a body. Raises EventError."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise EventError(f"is not JSON: {error}") from None
    if not isinstance(value, dict) or value.get("event") not in ("begin", "end"):
        raise EventError("/event: should be 'begin' or 'end'")
    name, method, url = (_member(value, one, str, "") for one in ("id", "method", "url"))
    if value["event"] == "begin":
        return Event(name, method, url, None)
    passed = Passed(
        method=method,
        url=url,
        headers=_headers(value, "headers"),
        body=_bytes(value, "body"),
        size=_member(value, "size", int, 0),
        when=_time(_member(value, "when", float, 0.0)),
        seconds=_member(value, "seconds", float, 0.0),
        status=_member(value, "status", int, 0),
        answer_headers=_headers(value, "answer_headers"),
        answer=_bytes(value, "answer"),
        answer_size=_member(value, "answer_size", int, 0),
        failure=_member(value, "failure", str, ""),
    )
    return Event(name, method, url, passed)


def _member(value: dict[str, Json], name: str, kind: type, default: Json) -> Json:
    found = value.get(name, default)
    if kind is float and isinstance(found, int) and not isinstance(found, bool):
        found = float(found) if abs(found) < 1e12 else None
    if not isinstance(found, kind) or isinstance(found, bool):
        raise EventError(f"/{name}: should be a {kind.__name__}")
    return found


def _time(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise EventError("/when: should be a POSIX time") from None


def _headers(value: dict[str, Json], name: str) -> Headers:
    listed = value.get(name, [])
    if not isinstance(listed, list):
        raise EventError(f"/{name}: should be a list")
    for place, pair in enumerate(listed):
        if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(one, str) for one in pair):
            raise EventError(f"/{name}/{place}: should be a name and a value")
    return tuple((one[0], one[1]) for one in listed)


def _bytes(value: dict[str, Json], name: str) -> bytes | None:
    text = value.get(name)
    if text is None:
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (TypeError, binascii.Error, ValueError):
        raise EventError(f"/{name}: should be base64") from None


class Hearing:
    """The endpoint of an addon: ``POST /events``."""

    def __init__(self, live: Live, keep: Callable[[Passed], None]) -> None:
        self.live, self.keep = live, keep
        self._begun: dict[str, bool] = {}

    async def hear(self, request: Request) -> Response:
        """204, or why it is no event. A page in a browser can send none: their type is not JSON without a preflight."""
        if request.headers.get("content-type") != "application/json":
            return JSONResponse(_error(415, "UNSUPPORTEDMEDIATYPE", "send application/json"), 415)
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > LONGEST:
                return JSONResponse(_error(413, "PAYLOADTOOLARGE", f"send at most {LONGEST} bytes"), 413)
        try:
            self._hear(read_event(bytes(body)))
        except EventError as error:
            return JSONResponse(_error(400, "INVALIDINPUT", str(error)), 400)
        return Response(status_code=204)

    def _hear(self, event: Event) -> None:
        if event.passed is None:
            mattered = self.live.matters(event.method, event.url)
            if mattered and event.id not in self._begun:
                self._begun[event.id] = True
                self.live.begin()
            return
        mattered = self._begun.pop(event.id, False)
        self.keep(event.passed)
        self.live.end(event.passed, mattered=mattered)


def _error(status: int, code: str, message: str) -> dict[str, Json]:
    return {"code": code, "message": message, "status": status, "errors": []}
