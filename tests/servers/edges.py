"""Faults at the edge of the independent implementation, outside its honest code: what happens before and after it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from tests.servers.answering import Answer
from tests.servers.behaviour import Behaviour
from tests.servers.bodies import InputError
from tests.servers.members import at, converted, instant, rolled_over

JSON = {"Content-Type": "application/json"}
Headers = dict[str, list[str]]


def before(behaviour: Behaviour, method: str, path: str, headers: Headers, body: bytes) -> Answer | None:
    """An answer that is given without looking further, or None. Raises InputError where something breaks."""
    quirks = behaviour.quirks
    tokens = [*headers.get("token", ()), *headers.get("authorization", ())]
    media = headers.get("content-type", [""])[0]
    provision = path.endswith("/provision")
    broken = {
        "breaks-on-methods": provision and method != "POST",
        "breaks-on-media": provision and method == "POST" and "json" not in media,
        "breaks-on-empty-body": provision and method == "POST" and not body,
        "breaks-on-install-form": provision and not re.search(r"/AI[a-f0-9]{32}/", path),
        "breaks-on-bad-tokens": any(token.count(".") != 2 for token in tokens),
        "breaks-on-quotes": b"'" in body,
        "breaks-on-empty-text": b'""' in body,
    }
    for name, happens in broken.items():
        if name in quirks and happens:
            raise InputError("broken", "Something broke.")
    if "html-404" in quirks and not provision and not path.startswith(("/oidc", "/signon")):
        return 404, {"Content-Type": "text/html"}, b"<html><head><title>404 Not Found</title></head></html>"
    if "login-redirect" in quirks and provision and not tokens:
        return 302, {"Location": "https://login.example.com/", "Content-Type": "text/html"}, b"<a href=/>Sign in</a>"
    return None


def route(behaviour: Behaviour, method: str, path: str, headers: Headers) -> tuple[str, str]:
    """Method and path as a careless router understands them."""
    quirks, accepts = behaviour.quirks, behaviour.accepts
    path, _, query = path.partition("?")
    if "any-method" in quirks and path.endswith("/provision") and method in ("PUT", "PATCH", "GET"):
        method = "POST"
    if "any-path" in quirks and (found := re.search(r"/(AI[a-f0-9]{32})(/|$)", path)):
        path = f"/v2/installs/{found[1]}/provision"
    if "query" in accepts and "token" not in headers and "authorization" not in headers:
        found = re.search(r"(?:token|access_token)=([^&]+)", query)
        if found:
            headers["token"] = [found[1]]
    if "cookie" in accepts and "token" not in headers and "authorization" not in headers:
        found = re.search(r"token=([^;]+)", headers.get("cookie", [""])[0])
        if found:
            headers["token"] = [found[1]]
    if "basic" in accepts:
        for value in headers.get("authorization", ()):
            if value.lower().startswith("basic "):
                headers["authorization"] = [f"Bearer {value[6:]}"]
    return method, path if not query else f"{path}?{query}"


def read(behaviour: Behaviour, body: Any) -> Any:
    """A body as a careless reader understands it. Raises InputError for what it is picky about."""
    quirks = behaviour.quirks
    if "takes-lists" in quirks and isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, dict):
        return body
    if "trims-first" in quirks:
        body = _mapped(body, lambda text: text.strip("\ufeff \t\r\n\v\f\u00a0"))
    if "converts-texts" in quirks:
        converted(body)
    if "days-roll-over" in quirks:
        body = _mapped(body, rolled_over)
    if "null-is-absent" in quirks:
        body = _without_null(body)
    if "sids-in-any-case" in quirks:
        for part in ("course", "user", "exam"):
            sid = at(body, f"{part}/ids/sid")
            if isinstance(sid, str):
                body[part]["ids"]["sid"] = sid[:2].upper() + sid[2:].lower()
    if "breaks-on-bad-dates" in quirks:
        for edge in ("open", "close"):
            text = at(body, f"exam/configuration/access/{edge}")
            if isinstance(text, str) and instant(text) is None:
                raise InputError("broken", "Invalid time value")
    for quirk in quirks:
        kind, _, path = quirk.partition(":")
        if path and isinstance(text := at(body, path), str) and _chokes(kind, text):
            raise InputError("broken", "Data too long for column, or incorrect string value")
    configuration = at(body, "exam/configuration")
    ids = [at(body, f"{part}/ids") for part in ("course", "user")]
    duration, attempts = at(configuration, "duration"), at(configuration, "attempts")
    picky = {
        "no-instructors": at(body, "enrollment/role") == "instructor",
        "no-written-exams": at(body, "exam/type") == "written",
        "no-lms-identifiers": any(isinstance(held, dict) and "lms" in held for held in ids),
        "duration-in-quarters": isinstance(duration, int) and duration % 15 != 0,
        "one-attempt-only": isinstance(attempts, int) and attempts > 1,
        "course-alone-refused": set(body) == {"course"},
        "zulu-only": any(re.search(r"[+-]\d\d:\d\d$", text) for text in _dates(configuration)),
        "future-access-only": any(text < "2026-07" for text in _dates(configuration)),
    }
    for name, happens in picky.items():
        if name in quirks and happens:
            raise InputError("picky", f"This is not supported: {name}.")
    return body


def _chokes(kind: str, text: str) -> bool:
    return {
        "long": len(text) > 255,
        "nul": "\0" in text,
        "astral": any(ord(letter) > 0xFFFF for letter in text),
    }[kind]


def _dates(configuration: Any) -> list[str]:
    found = [at(configuration, f"{window}/{edge}") for window in ("access", "scheduling") for edge in ("open", "close")]
    return [text for text in found if isinstance(text, str) and text]


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {name: _mapped(inner, change) for name, inner in value.items()}
    return change(value) if isinstance(value, str) else value


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_null(inner) for name, inner in value.items() if inner is not None}
    return value


def after(behaviour: Behaviour, answer: Answer, request: Any, headers: Headers) -> Answer:
    """The answer to a request as it really goes out; ``request`` is the body as it was read."""
    quirks, (status, named, body) = behaviour.quirks, answer
    if "echo-in-header" in quirks and "token" in headers:
        named = {**named, "X-Debug": f"token={headers['token'][0]}"}
    if status >= 300 or not body.startswith(b"{") or not isinstance(request, dict):
        return status, named, body
    shown = json.loads(body)
    if "created-is-201" in quirks and any(at(part, "result") == "Created" for part in shown.values()):
        status = 201
    for part in ("course", "user", "enrollment", "exam", "configuration"):
        if f"answer-without-{part}" in quirks:
            shown.pop(part, None)
    if "asked-answered-with-null" in quirks and "exam" in shown:
        shown["exam"] = None
    if "unknown-members-echoed" in quirks:
        for name, value in request.items():
            shown.setdefault(name, value) if name not in ("course", "user", "enrollment", "exam", "signon") else None
            if isinstance(value, dict) and isinstance(shown.get(name), dict):
                shown[name] |= {key: inner for key, inner in value.items() if key not in KNOWN}
    if isinstance(shown.get("signon"), dict):
        signon, token = shown["signon"], headers.get("token", [""])[0]
        if "credential-as-token" in quirks:
            signon["token"] = token
        if "link-with-credential" in quirks:
            signon["redirect"] += f"&token={token}"
        for name in ("redirect", "token"):
            if f"signon-without-{name}" in quirks:
                del signon[name]
    return status, named, json.dumps(shown).encode("utf-8", "backslashreplace")


KNOWN: Sequence[str] = (
    "ids title code firstName lastName email currencyCode timeZone role description type practice limitedScope "
    "deliverySystem configuration integrationSid"
).split()
