"""The forms of answers and errors."""

from __future__ import annotations

import gzip
import json
from typing import Any

from tests.servers.behaviour import Behaviour
from tests.servers.credentials import Refused
from tests.servers.ruling import Fault

Answer = tuple[int, dict[str, str], bytes]
DIGITS = {400: "4000", 401: "5001", 403: "5003", 404: "4004", 405: "4005", 409: "4009", 413: "4013", 415: "4015"}
PARTS = ("course", "user", "enrollment", "exam", "configuration")
TRACE = (
    "Traceback (most recent call last):\n"
    '  File "/srv/provision/app.py", line 214, in handle\n    value = int(body["exam"])\n'
    "TypeError: int() argument must be a string, a bytes-like object or a real number, not 'dict'\n"
)
TRACES = {
    "javascript": "TypeError: x is undefined\n    at read (file:///srv/app/read.mjs:60:69)\n    at async /srv/app/run.js:3:5\n",
    "java": "java.lang.NullPointerException: x\n\tat com.example.Provision.read(Provision.java:61)\n",
    "dotnet": "System.Exception: x\n   at Example.Provision.Read(String text) in C:\\srv\\Provision.cs:line 61\n",
    "ruby": "undefined method 'x' for nil (NoMethodError)\n\tfrom /srv/app/read.rb:61:in 'read'\n",
    "php": "PDOException: x\n#0 /srv/app/read.php(61): read('x')\n#1 {main}\n",
    "go": "runtime error: index out of range\n\ngoroutine 18 [running]:\nmain.read(0x1)\n",
}
"""What is shown of a call that went wrong, by language."""


def success(behaviour: Behaviour, sids: dict[str, str], told: dict[str, str], signon: dict[str, str] | None) -> Answer:
    """The answer to a call that was done."""
    quirks = behaviour.quirks
    body: dict[str, Any] = {part: {"sid": sids[part], "result": told[part]} for part in PARTS if part in sids}
    for part in PARTS:
        if part not in sids and behaviour.unasked == "null":
            body[part] = None
        if part not in sids and behaviour.unasked == "empty":
            body[part] = {}
    if signon is not None:
        body["signon"] = signon
    elif behaviour.unasked == "null":
        body["signon"] = None
    for part in (name for name in PARTS if body.get(name)):
        if "result-in-lower-case" in quirks:
            body[part] = {**body[part], "result": body[part]["result"].lower()}
        if "result-found" in quirks:
            body[part] = {**body[part], "result": body[part]["result"].removesuffix(" Existing")}
        if "answer-without-results" in quirks:
            body[part] = {"sid": body[part]["sid"]}
    if "sid-as-plain-uuid" in quirks:
        body["course"] = {**body["course"], "sid": body["course"]["sid"][2:]}
    if "prefixes-exchanged" in quirks and "exam" in body:
        body["exam"] = {**body["exam"], "sid": "EC" + body["exam"]["sid"][2:]}
    if behaviour.extras:
        for value in body.values():
            if isinstance(value, dict):
                value |= {"createdDate": "2026-01-05T08:00:00Z", "links": {"self": None}}
        body |= {"requestId": "6f1c", "warnings": []}
    if "answer-in-an-envelope" in quirks:
        body = {"data": body}
    if "answer-in-a-list" in quirks:
        return render(behaviour, behaviour.success_status, [body], behaviour.media_type)
    if "empty-answer" in quirks:
        return behaviour.success_status, {"Content-Type": behaviour.media_type}, b""
    return render(behaviour, behaviour.success_status, body, behaviour.media_type)


def refusal(
    behaviour: Behaviour,
    status: int,
    code: str,
    message: str,
    faults: list[Fault] | None = None,
    oauth: str | None = None,
) -> Answer:
    """The answer to a call that is refused; ``oauth`` is the RFC 6749 error where a credential is the reason."""
    form = behaviour.auth_errors or behaviour.errors if oauth is not None else behaviour.errors
    kind = behaviour.error_media_type or behaviour.media_type
    body: Any = {"code": code, "message": message, "status": status}
    if form == "full":
        body["errors"] = [{"pointer": pointer, "message": text, "clause": rule} for rule, pointer, text in faults or ()]
    elif form == "short":
        body = {"code": code, "message": message}
    elif form == "digits":
        body["code"] = DIGITS.get(status, "9999")
    elif form == "number":
        body["code"] = int(DIGITS.get(status, "9999"))
    elif form == "oauth":
        body = {"error": oauth or "invalid_request", "error_description": message}
    elif form == "problem":
        kind, body = "application/problem+json", {"type": "about:blank", "title": code, "detail": message, **body}
    elif form == "pure-problem":
        kind = "application/problem+json"
        body = {"type": "about:blank", "title": code, "status": status, "detail": message}
    elif form == "boom":
        body = {"statusCode": status, "error": code, "message": message}
    elif form == "no-code":
        del body["code"]
    elif form == "no-message":
        del body["message"]
    elif form == "empty-code":
        body["code"] = ""
    elif form == "message-list":
        body["message"] = [message]
    elif form == "envelope":
        body = {"error": body}
    elif form == "list":
        body = [body]
    elif form == "string-status":
        body["status"] = str(status)
    if form in ("html", "text", "nothing", "trace-page"):
        texts = {
            "html": (
                "text/html",
                f"<!DOCTYPE html><html><head><title>{status}</title></head><body>{code}</body></html>",
            ),
            "text": ("text/plain", message),
            "nothing": ("", ""),
            "trace-page": ("text/plain", TRACE),
        }
        media, text = texts[form]
        return status, {"Content-Type": media} if media else {}, text.encode()
    if form == "html-as-json":
        return status, {"Content-Type": "application/json"}, b"<html><body>Bad request</body></html>"
    if "traces-in-messages" in behaviour.quirks:
        body["stack"] = TRACE
    for language, trace in TRACES.items():
        if f"traces-of-{language}" in behaviour.quirks:
            body["message"] = trace
        if f"traces-of-{language}-in-lines" in behaviour.quirks:
            body["stack"] = trace.splitlines()
    if behaviour.extras and isinstance(body, dict):
        body |= {"timestamp": "2026-01-05T08:00:00Z", "path": None, "help": {"see": ["https://example.com"]}}
    return render(behaviour, status, body, kind)


def credential_refusal(behaviour: Behaviour, refused: Refused) -> Answer:
    """The answer to a call without a right."""
    answer = refusal(behaviour, refused.status, refused.code, refused.message, oauth=refused.oauth)
    if refused.status == 401 and behaviour.challenge:
        answer[1]["WWW-Authenticate"] = refused.challenge
    return answer


def render(behaviour: Behaviour, status: int, body: Any, media_type: str) -> Answer:
    text = json.dumps(body, indent=2 if behaviour.pretty else None, ensure_ascii=behaviour.pretty)
    if behaviour.charset:
        media_type += "; charset=utf-8"
    headers = {"Content-Type": media_type} if media_type else {}
    return status, headers, text.encode("utf-8", "backslashreplace")


def packed(behaviour: Behaviour, answer: Answer, accepted: str) -> Answer:
    """The answer as it goes out: compressed where both sides like that, with further headers."""
    status, headers, body = answer
    headers = {**headers, **dict(behaviour.extra_headers)}
    if behaviour.gzip and body and "gzip" in accepted:
        return status, {**headers, "Content-Encoding": "gzip"}, gzip.compress(body, 1)
    return status, headers, body
