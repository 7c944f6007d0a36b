"""One entry of an HTTP Archive: its call as far as it was recorded, and what is missing in it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from contract.http.exchange import LOST_STATUSES, Exchange, Loss, ReceivedResponse, SentRequest
from contract.http.origin import origin
from spec.source.pointer import Json

_JSON = ("Content-Type", "application/json")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class Missing(StrEnum):
    """What of a call was not recorded, and so what nobody can tell of it."""

    NOTHING = "nothing"
    ANSWER = "answer"
    REQUEST = "request"
    MEANING = "meaning"


class IgnoredError(Exception):
    """An entry has to do with nothing that is judged; the message says why."""


@dataclass(frozen=True, slots=True)
class Call:
    """One entry: its exchange (the path relative to ``base``), and when it started. ``base`` is origin and prefix.

    A call of which something is ``missing`` is not judged (``reason`` says why), but it may have had effects: without
    its answer on all that it named, without its request on anything that its answer shows, and where it is a write to
    another operation (its meaning is missing) on everything.
    """

    base: str
    exchange: Exchange
    when: datetime
    missing: Missing = Missing.NOTHING
    reason: str = ""


def read_entry(entry: Json, operation_path: str, when: datetime) -> Call:
    """The call of an entry. Raises IgnoredError, and for damaged ones KeyError, TypeError, ValueError, AttributeError.

    ``operation_path`` is the path of the operation for the install, ``when`` the moment at which the entry started.
    """
    request, answered = entry["request"], entry["response"]
    parts = urlsplit(str(request["url"]))
    method = str(request["method"]).upper()
    if not parts.path.endswith(operation_path):
        install = operation_path.rpartition("/")[0]
        if method in _SAFE or f"{install}/" not in parts.path.replace("/v1/", "/v2/"):
            raise IgnoredError("other paths")
        elsewhere = SentRequest(method, parts.path, ())
        return Call(origin(parts), Exchange(elsewhere, None, when.timestamp(), 0.0, loss=Loss.BROKEN), when,
                    Missing.MEANING, "writes to other operations of the install")  # fmt: skip
    if method == "OPTIONS":
        raise IgnoredError("preflights")
    base = origin(parts) + parts.path.removesuffix(operation_path)
    seconds = max(float(entry.get("time") or 0), 0.0) / 1000
    sent, unread = _request(request, method, operation_path)
    response, lost = _response(answered)
    if unread is None and response is not None and response.ok and not _is_json(sent.body) and not _sized(request):
        unread = "calls whose body was recorded in part"
    if parts.query:
        lost = lost or "calls with a query"
    exchange = Exchange(
        sent, response, when.timestamp(), seconds, failure=lost, loss=Loss.BROKEN if response is None else None
    )
    if unread is not None:
        return Call(base, exchange, when, Missing.REQUEST, unread)
    return Call(base, exchange, when, Missing.ANSWER if lost else Missing.NOTHING, lost or "")


def _request(request: Mapping[str, Json], method: str, path: str) -> tuple[SentRequest, str | None]:
    """The request, and why its body is not known if it is not."""
    headers = [pair for pair in pairs(request.get("headers")) if not pair[0].startswith(":")]
    posted = request.get("postData")
    posted = posted if isinstance(posted, dict) else {}
    unread = body = None
    if isinstance(posted.get("text"), str):
        body = decoded(posted["text"], posted.get("encoding"))
        if not _is_json(body) and _sized(request) > len(body):
            unread = "calls whose body was recorded in part"
    elif posted.get("params"):
        unread = "calls whose body was recorded as parameters"
    elif "_file" in posted:
        unread = "calls whose body was recorded in another file"
    elif method == "POST" and size(request.get("bodySize")) != 0:
        unread = "calls whose body was not recorded"
    if not any(name.lower() == "content-type" for name, _ in headers) and body is not None:
        # what a recorder left out is not held against the caller
        kind = posted.get("mimeType")
        if kind:
            headers.append(("Content-Type", str(kind)))
        elif not headers:
            headers.append(_JSON)
    return SentRequest(method, path, tuple(headers), body), unread


def _response(answered: Json) -> tuple[ReceivedResponse | None, str | None]:
    """The response, and why it tells nothing if it does not."""
    status = int(answered.get("status") or 0)
    if not 100 <= status <= 599:
        return None, "calls without an answer"
    headers = {name.lower(): value for name, value in pairs(answered.get("headers"))}
    content = answered.get("content") if isinstance(answered.get("content"), dict) else {}
    if "content-type" not in headers and content.get("mimeType") not in (None, "", "x-unknown"):
        headers["content-type"] = str(content["mimeType"])
    body = content_of(answered)
    response = ReceivedResponse(status, headers, body or b"")
    if 300 <= status < 400:
        return response, "answers from a cache" if status == 304 else "redirects"
    if status in LOST_STATUSES:
        return response, "calls that a gateway answered for the server"
    if body is None or (not _is_json(body) and size(content.get("size")) > len(body) > 0):
        return None, "answers whose body was not recorded"
    return response, None


def content_of(answered: Mapping[str, Json]) -> bytes | None:
    """The body of a recorded answer, or None if there was one that was not recorded."""
    content = answered.get("content")
    text = content.get("text") if isinstance(content, dict) else None
    if isinstance(content, dict) and isinstance(text, str):
        return decoded(text, content.get("encoding"))
    shown = size(content.get("size")) if isinstance(content, dict) else 0
    if shown > 0 or size(answered.get("bodySize")) > 0 or answered.get("status") == 200:
        return None
    return b""


def decoded(text: str, encoding: Json) -> bytes:
    """A recorded text as bytes. What is said to be base64 and is not is text, as some recorders write it."""
    if isinstance(encoding, str) and encoding.lower() == "base64":
        packed = "".join(text.split())
        try:
            return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
        except (binascii.Error, ValueError):
            pass
    return text.encode("utf-8", "surrogatepass")


def pairs(headers: Json) -> Iterator[tuple[str, str]]:
    """The headers of a recorded message, as far as they are headers."""
    for one in headers if isinstance(headers, list) else ():
        if isinstance(one, dict) and isinstance(one.get("name"), str):
            yield one["name"], str(one.get("value", ""))


def size(value: Json) -> int:
    """A recorded size in bytes, -1 if it is not known."""
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else -1


def _sized(request: Mapping[str, Json]) -> int:
    """How large the body of a request was, by whoever said so; 0 if nobody did."""
    declared = [value for name, value in pairs(request.get("headers")) if name.lower() == "content-length"]
    sizes = [int(value) for value in declared if value.isascii() and value.isdigit()]
    return max([size(request.get("bodySize")), *sizes, 0])


def _is_json(body: bytes | None) -> bool:
    try:
        json.loads(body or b"")
    except (ValueError, RecursionError):
        return False
    return True
