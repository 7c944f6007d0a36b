"""Reading recorded traffic: HTTP Archive (HAR) 1.2, as browsers and proxies write it, quirks included."""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contract.http.exchange import Exchange, Request, Response

_JSON = ("Content-Type", "application/json")


class HarError(Exception):
    """A file is no HAR; the message says where and why."""


class _IgnoredError(Exception):
    """An entry says nothing about the contract; the message says why."""


@dataclass(frozen=True, slots=True)
class Call:
    """One entry: its exchange (the path relative to ``base``), and when it started. ``base`` is origin and prefix."""

    base: str
    exchange: Exchange
    when: datetime


@dataclass(frozen=True, slots=True)
class Recording:
    """The calls of a recording in the order of their start; ``ignored`` counts the other entries by reason."""

    calls: tuple[Call, ...]
    keys: Mapping[str, bytes]
    ignored: Mapping[str, int]
    entries: int


def read_har(path: Path, operation_path: str, *, host: str | None = None) -> Recording:
    """The calls whose path ends with ``operation_path``. Raises HarError.

    Without ``host`` the host and prefix of the first call are taken, and calls to others are ignored.
    """
    entries = _entries(path)
    ignored: Counter[str] = Counter()
    calls: list[Call] = []
    keys: dict[str, bytes] = {}
    latest = datetime(1970, 1, 1, tzinfo=UTC)
    for entry in entries:
        latest = _started(entry, latest)
        try:
            _note_keys(entry, keys)
            calls.append(_call(entry, operation_path, latest))
        except _IgnoredError as reason:
            ignored[str(reason)] += 1
        except (KeyError, TypeError, ValueError, AttributeError):
            ignored["damaged entries"] += 1
    calls.sort(key=lambda one: one.when)
    chosen = [one for one in calls if host is None or urlsplit(one.base).netloc in (host, f"{host}:443", f"{host}:80")]
    base = chosen[0].base if chosen else ""
    kept = tuple(one for one in chosen if one.base == base)
    if len(kept) < len(calls):
        ignored["calls to another host or prefix"] += len(calls) - len(kept)
    return Recording(kept, keys, dict(ignored), len(entries))


def _entries(path: Path) -> list[Any]:
    try:
        value = json.loads(path.read_bytes().decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise HarError(f"{path}:{error.lineno}:{error.colno}: is not JSON: {error.msg}.") from None
    except UnicodeDecodeError as error:
        raise HarError(f"{path}: is not UTF-8 (byte {error.start}).") from None
    except (OSError, RecursionError) as error:
        raise HarError(f"{path}: cannot be read: {error}.") from None
    log = value.get("log") if isinstance(value, dict) else None
    if not isinstance(log, dict):
        raise HarError(f"{path}: /log: should be an object; is it a HAR file?")
    entries = log.get("entries")
    if not isinstance(entries, list):
        raise HarError(f"{path}: /log/entries: should be a list; is it a HAR file?")
    return entries


def _started(entry: Any, latest: datetime) -> datetime:
    """When an entry started; without a readable time, with the one before."""
    text = entry.get("startedDateTime") if isinstance(entry, dict) else None
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else latest
    except ValueError:
        return latest
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _note_keys(entry: Any, keys: dict[str, bytes]) -> None:
    address = entry["request"]["url"]
    if address.endswith("/oidc/jwks") and entry["response"].get("status") == 200:
        keys[address.removesuffix("/oidc/jwks")] = _content(entry["response"])


def _call(entry: Any, operation_path: str, when: datetime) -> Call:
    request = entry["request"]
    parts = urlsplit(str(request["url"]))
    if parts.query or not parts.path.endswith(operation_path):
        raise _IgnoredError("other paths")
    method = str(request["method"]).upper()
    if method == "OPTIONS":
        raise _IgnoredError("preflights")
    base = f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix(operation_path)}"
    sent = _request(request, method, operation_path)
    answered = entry["response"]
    status = int(answered.get("status") or 0)
    if not 100 <= status <= 599:
        raise _IgnoredError("calls without an answer")
    if status == 304:
        raise _IgnoredError("answers from a cache")
    headers = {name.lower(): value for name, value in _pairs(answered.get("headers"))}
    content = answered.get("content") if isinstance(answered.get("content"), dict) else {}
    if "content-type" not in headers and content.get("mimeType") not in (None, "", "x-unknown"):
        headers["content-type"] = str(content["mimeType"])
    response = Response(status, headers, _content(answered))
    seconds = max(float(entry.get("time") or 0), 0.0) / 1000
    return Call(base, Exchange(sent, response, when.timestamp(), seconds), when)


def _request(request: Mapping[str, Any], method: str, path: str) -> Request:
    headers = [pair for pair in _pairs(request.get("headers")) if not pair[0].startswith(":")]
    posted = request.get("postData")
    body = None
    if isinstance(posted, dict) and isinstance(posted.get("text"), str):
        body = _decoded(posted["text"], posted.get("encoding"))
    elif method == "POST" and _size(request.get("bodySize")) != 0:
        raise _IgnoredError("calls whose body was not recorded")
    if not any(name.lower() == "content-type" for name, _ in headers) and body is not None:
        # what a recorder left out is not held against the caller
        kind = posted.get("mimeType") if isinstance(posted, dict) else None
        if kind:
            headers.append(("Content-Type", str(kind)))
        elif not headers:
            headers.append(_JSON)
    return Request(method, path, tuple(headers), body)


def _content(response: Mapping[str, Any]) -> bytes:
    content = response.get("content")
    text = content.get("text") if isinstance(content, dict) else None
    if isinstance(content, dict) and isinstance(text, str):
        return _decoded(text, content.get("encoding"))
    size = _size(content.get("size")) if isinstance(content, dict) else 0
    if size > 0 or _size(response.get("bodySize")) > 0 or response.get("status") == 200:
        raise _IgnoredError("answers whose body was not recorded")
    return b""


def _decoded(text: str, encoding: Any) -> bytes:
    if isinstance(encoding, str) and encoding.lower() == "base64":
        try:
            return base64.b64decode(text)
        except (binascii.Error, ValueError):
            raise _IgnoredError("bodies that are not base64, as they say") from None
    return text.encode("utf-8", "surrogatepass")


def _pairs(headers: Any) -> Iterable[tuple[str, str]]:
    for one in headers if isinstance(headers, list) else ():
        if isinstance(one, dict) and isinstance(one.get("name"), str):
            yield one["name"], str(one.get("value", ""))


def _size(value: Any) -> int:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else -1
