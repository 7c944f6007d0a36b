"""What passed through the proxy, and the entry of an HTTP Archive (HAR 1.2) that tells it."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from spec.source.pointer import Json

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Passed:
    """One request and what became of it. A body is None if it was not kept (``size`` bytes passed all the same).

    ``status`` is 0 if no answer came; ``failure`` says why. Answers are decoded; ``seconds`` is the time it all took.
    """

    method: str
    url: str
    headers: Headers
    body: bytes | None
    size: int
    when: datetime
    seconds: float = 0.0
    status: int = 0
    answer_headers: Headers = ()
    answer: bytes | None = None
    answer_size: int = 0
    failure: str = ""


def entry_of(passed: Passed) -> dict[str, Json]:
    """The entry of an archive: everything of it that was kept, with sizes where it was not."""
    request: dict[str, Json] = {
        "method": passed.method,
        "url": passed.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _named(passed.headers),
        "queryString": [],
        "headersSize": -1,
        "bodySize": passed.size,
    }
    if passed.body is not None and (passed.body or passed.size == 0) and passed.method not in ("GET", "HEAD"):
        request["postData"] = {"mimeType": _header(passed.headers, "content-type"), **_text(passed.body)}
    content: dict[str, Json] = {
        "size": passed.answer_size,
        "mimeType": _header(passed.answer_headers, "content-type"),
    }
    if passed.answer is not None:
        content |= _text(passed.answer)
    entry: dict[str, Json] = {
        "startedDateTime": passed.when.isoformat(timespec="microseconds"),
        "time": round(passed.seconds * 1000, 3),
        "request": request,
        "response": {
            "status": passed.status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _named(passed.answer_headers),
            "content": content,
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": passed.answer_size,
        },
        "cache": {},
        "timings": {"send": 0, "wait": round(passed.seconds * 1000, 3), "receive": 0},
    }
    if passed.failure:
        entry["_error"] = passed.failure
    return entry


def _text(body: bytes) -> dict[str, str]:
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(body).decode(), "encoding": "base64"}


def _named(headers: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _header(headers: Headers, name: str) -> str:
    return next((value for key, value in headers if key.lower() == name), "")
