"""The journal for other programs: an HTTP Archive (HAR 1.2), and curl lines. Secrets are masked in both."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from mockserver.control.clock import as_text
from mockserver.control.journal.entry import JournalEntry, Shelf
from mockserver.http.masking import MASK, MaskedExchange, is_form
from mockserver.http.response import written
from spec.source.pointer import Json

_LEFT_OUT = frozenset({"host", "content-length", "connection", "accept-encoding", "user-agent", "accept"})


def har(entries: Iterable[JournalEntry], shelf: Shelf, base: str, version: str) -> dict[str, Json]:
    """An HTTP Archive of entries, whose URLs begin with ``base``. Calls without an answer have the status 0.

    Keys are left out, for the signatures that they would verify are masked.
    """
    listed = [one for one in entries if one.operation != "jwks"]
    shown = shelf.masking.show((one.exchange for one in listed), alike=True)
    archived = [_archived(entry, one, base) for entry, one in zip(listed, shown, strict=True)]
    creator = {"name": "invigilate mock", "version": version}
    return {"log": {"version": "1.2", "creator": creator, "entries": archived}}


def curl(entries: Iterable[JournalEntry], shelf: Shelf, base: str) -> str:
    """A line for each entry. A masked credential is the variable ``$TOKEN``, that of a client ``$CLIENT_SECRET``."""
    listed = list(entries)
    shown = shelf.masking.show(one.exchange for one in listed)
    return "".join(f"{_line(entry, one, base)}\n" for entry, one in zip(listed, shown, strict=True))


def _line(entry: JournalEntry, shown: MaskedExchange, base: str) -> str:
    words = ["curl", "-X", shown.method, shlex.quote(base + shown.path.partition("?")[0])]
    for name, value in shown.headers.items():
        if name in _LEFT_OUT:
            continue
        if value == MASK:
            basic = name == "authorization" and _scheme(entry) == b"basic"
            bearer = "Bearer " if name == "authorization" else ""
            words += ["-u", '"$CLIENT_ID:$CLIENT_SECRET"'] if basic else ["-H", f'"{name}: {bearer}$TOKEN"']
        else:
            words += ["-H", shlex.quote(f"{name}: {value}")]
    if entry.exchange.body:
        words += ["--data-binary", shlex.quote(_sent(entry, shown))]
    return " ".join(words)


def _archived(entry: JournalEntry, shown: MaskedExchange, base: str) -> dict[str, Json]:
    exchange = entry.exchange
    url = base + shown.path
    milliseconds = exchange.seconds * 1000
    request: dict[str, Json] = {
        "method": shown.method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(shown.headers),
        "queryString": [],
        "headersSize": -1,
        "bodySize": len(exchange.body),
    }
    if exchange.body:
        request["postData"] = {"mimeType": shown.headers.get("content-type", ""), "text": _sent(entry, shown)}
    answer = _text(shown.answer) if exchange.answer else ""
    response = {
        "status": shown.status,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(shown.answer_headers),
        "content": {
            "size": len(exchange.answer),
            "mimeType": shown.answer_headers.get("content-type", "x-unknown"),
            "text": answer,
        },
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(exchange.answer),
    }
    return {
        "startedDateTime": as_text(max(exchange.at - exchange.seconds, 0.0)),
        "time": milliseconds,
        "request": request,
        "response": response,
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": "; ".join(shown.notes),
    }


def _pairs(headers: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def _scheme(entry: JournalEntry) -> bytes:
    return dict(entry.exchange.headers).get(b"authorization", b"").partition(b" ")[0].lower()


def _sent(entry: JournalEntry, shown: MaskedExchange) -> str:
    """The body of a call as it is sent: a form as a form."""
    return urlencode(shown.body) if is_form(entry.exchange) and isinstance(shown.body, dict) else _text(shown.body)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else written(value).decode()
