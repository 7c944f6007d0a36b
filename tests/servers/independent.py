"""An implementation of the endpoint that shares no line with mockserver/ and none with contract/."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.servers.answering import TRACE, Answer, credential_refusal, packed, refusal, success
from tests.servers.behaviour import HONEST, Behaviour
from tests.servers.bodies import InputError, decode
from tests.servers.credentials import check, key_set
from tests.servers.edges import after, before, read, route
from tests.servers.journey.routing import JourneyDesk
from tests.servers.members import coerced
from tests.servers.provision import Provision
from tests.servers.rules import faults
from tests.servers.signon import Desk
from tests.servers.store import RefusedError, Store
from tests.servers.tokens import discovery, issue

ONE, TWO = "AI00d3f0a1c5b94e7f8a6b2c4d6e8f0a12", "AI7b1e2d3c4f5a46978899aabbccddeeff"
INTEGRATION = "IIf5a9128504e251fad9e4a38dc0813f74"
TYPES = (
    "TS4b894875d26194988853e490dfb9bc41",
    "TS9531c6b112f145018dae3cd2a9f60c4c",
    "TS6d6011935f4646848ea4f7a29b4f61a5",
)
FACTS = {
    "integrations": frozenset({INTEGRATION, "IIf5a8dc0813f749128504e251fad9e4a3"}),
    "deliverySystems": frozenset({"canvas", "moodle"}),
    "proctorTypes": frozenset(TYPES),
}
PROVISION = re.compile(r"/v2/installs/([^/]*)/provision")
AFTERWARDS = re.compile(r"/v1/installs/([^/]*)(/.+)")
HTTP_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Independent:
    """The implementation: ``handle`` answers one request. It may be called from several threads."""

    def __init__(self, behaviour: Behaviour = HONEST, base: str = "http://127.0.0.1:8019") -> None:
        self.behaviour, self.base = behaviour, base
        self.store = Store(behaviour)
        if "installs-share-everything" in behaviour.quirks:
            self.store.keys = lambda part, scope, ids: Store.keys(self.store, part, "all", ids)  # type: ignore[method-assign]
        if "installs-share-external-ids" in behaviour.quirks:
            self.store.keys = lambda part, scope, ids: Store.keys(  # type: ignore[method-assign]
                self.store, part, "all" if "external" in ids else scope, ids
            )
        self.desk = Desk(behaviour, base)
        self.journey = JourneyDesk(behaviour, self.store, base, TYPES)
        self.calls = 0
        self._count = threading.Lock()

    def handle(self, method: str, path: str, headers: Sequence[tuple[str, str]], body: bytes) -> Answer:
        behaviour, named = self.behaviour, {}
        for name, value in headers:
            named.setdefault(name.lower(), []).append(value)
        with self._count:
            self.calls += 1
            calls = self.calls
        if behaviour.latency:
            time.sleep(behaviour.latency)
        if behaviour.throttle_every and calls % behaviour.throttle_every == behaviour.throttle_offset:
            answer = refusal(
                replace(behaviour, errors=behaviour.throttle_form or behaviour.errors),
                429,
                "TOOMANYREQUESTS",
                "Please slow down.",
            )
            if behaviour.throttle_after is not None:
                answer[1]["Retry-After"] = behaviour.throttle_after
        elif behaviour.unavailable_every and calls % behaviour.unavailable_every == 0:
            answer = (
                behaviour.unavailable_status,
                {"Content-Type": "text/html"},
                b"<html><body>Service Unavailable</body></html>",
            )
        else:
            answer = self._answer(method, path, named, body)
        if "everything-slower-and-slower" in behaviour.quirks:
            time.sleep(len(self.store.things) * 0.00003)
        return packed(behaviour, answer, ",".join(named.get("accept-encoding", [])))

    def _answer(self, method: str, path: str, headers: dict[str, list[str]], body: bytes) -> Answer:
        behaviour = self.behaviour
        try:
            answer = before(behaviour, method, path, headers, body)
            if answer is not None:
                return answer
            answer = self._route(*route(behaviour, method, path, headers), headers, body)
            return after(behaviour, answer, self._read(body), headers) if behaviour.quirks else answer
        except RefusedError as refused:
            return refusal(behaviour, refused.status, refused.code, str(refused))
        except InputError as error:
            if error.reason == "hang":
                raise
            status = {"size": behaviour.size_status, "broken": 500}.get(error.reason, behaviour.invalid_input_status)
            if error.reason == "broken" and "crashes-with-a-trace" in behaviour.quirks:
                return 500, {"Content-Type": "text/plain"}, TRACE.encode()
            code = {"size": "PAYLOADTOOLARGE", "broken": "INTERNAL"}.get(error.reason, "INVALIDINPUT")
            return refusal(behaviour, status, code, str(error), [("json", "", str(error))])

    def _route(self, method: str, path: str, headers: dict[str, list[str]], body: bytes) -> Answer:
        behaviour, parts = self.behaviour, urlsplit(path)
        if parts.path == "/oidc/jwks" and behaviour.jwks != "absent":
            if behaviour.jwks == "html":
                return 200, {"Content-Type": "text/html"}, b"<!doctype html><title>App</title><div id=root></div>"
            names = {"own": ("own", "ec"), "other": ("stranger",), "empty": (), "odd": ("odd", "own")}[behaviour.jwks]
            return 200, {"Content-Type": "application/json"}, key_set(names)
        if parts.path == "/oidc/token" and method == "POST":
            return issue(behaviour, self.base, headers, body)
        if parts.path == "/oidc/.well-known/openid-configuration":
            return discovery(behaviour, self.base)
        if parts.path.startswith("/signon") and method == "GET":
            code = parse_qs(parts.query).get("code", [parts.path.rpartition("/")[2]])[0]
            return self.desk.follow(code)
        if parts.path.startswith("/proctoring/start") and method == "GET":
            return self.journey.enter(parse_qs(parts.query).get("code", [parts.path.rpartition("/")[2]])[0])
        if (later := AFTERWARDS.fullmatch(parts.path)) and (called := self.journey.find(method, later[2])):
            return self._later(later[1], *called, parts.query, headers, body)
        found = PROVISION.fullmatch(parts.path)
        if behaviour.order == "gateway" and (refused := check(headers, found[1] if found else ONE, behaviour)):
            return credential_refusal(behaviour, refused)
        if found is None:
            status = behaviour.path_status
            return refusal(behaviour, status, "RESOURCENOTFOUND", "There is nothing at this path.")
        if method == "OPTIONS" and "cors" in behaviour.quirks:
            return 204, {"Access-Control-Allow-Methods": "POST", "Access-Control-Allow-Origin": "*"}, b""
        if method != "POST":
            answer = refusal(behaviour, behaviour.method_status, "UNSUPPORTEDHTTPVERB", "Only POST is served here.")
            if behaviour.allow:
                answer[1]["Allow"] = "POST"
            return answer if method != "HEAD" else (*answer[:2], b"")
        install = found[1]
        value: Any = None
        answered: Answer | None = None
        if behaviour.order == "install":
            self._install(install)
        if behaviour.order == "body":
            value = self._body(headers, body)
        if "provisions-before-it-looks-at-the-token" in behaviour.quirks:
            answered = self._too_early(install, headers, body)
        refused = check(headers, install, behaviour)
        if refused is not None and "provisions-what-it-refuses" in behaviour.quirks:
            self._quietly(install, headers, body)
        if refused is not None and refused.code != "FORBIDDEN":
            return credential_refusal(behaviour, refused)
        if behaviour.order != "install":
            self._install(install)
        if refused is not None:
            return credential_refusal(behaviour, refused)
        if answered is not None:
            return answered
        if behaviour.order != "body":
            value = self._body(headers, body)
        return self._provision(install, value)

    def _later(
        self, install: str, name: str, sids: tuple[str, ...], query: str, headers: dict[str, list[str]], body: bytes
    ) -> Answer:
        """A call of the journey."""
        behaviour, quirks = self.behaviour, self.behaviour.journey.quirks
        refused = check(headers, install, behaviour)
        if refused is not None and not quirks & {"any-token-will-do", f"any-token-will-do-to-{name}"}:
            return credential_refusal(behaviour, refused)
        self._install(install)
        return self.journey.answer(name, sids, install, query, body)

    def _read(self, body: bytes) -> Any:
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            return None

    def _quietly(self, install: str, headers: dict[str, list[str]], body: bytes) -> None:
        try:
            Provision(self.store, install, FACTS["integrations"]).run(self._body(headers, body))
        except (RefusedError, InputError, KeyError, TypeError, AttributeError):
            return

    def _too_early(self, install: str, headers: dict[str, list[str]], body: bytes) -> Answer | None:
        """The answer of a call that is served before anybody looks at its token; None where it cannot be served."""
        try:
            self._install(install)
            return self._provision(install, self._body(headers, body))
        except (RefusedError, InputError, KeyError, TypeError, AttributeError):
            return None

    def _install(self, install: str) -> None:
        behaviour = self.behaviour
        if not re.fullmatch(r"AI[a-f0-9]{32}", install) and "any-install" not in behaviour.quirks:
            raise RefusedError(
                behaviour.malformed_install_status, "INVALIDINPUT", "An install SID is AI and 32 hex digits."
            )
        if install not in (ONE, TWO) and "any-install" not in behaviour.quirks:
            raise RefusedError(behaviour.unknown_install_status, "RESOURCENOTFOUND", "There is no such install.")

    def _body(self, headers: dict[str, list[str]], body: bytes) -> Any:
        behaviour = self.behaviour
        if behaviour.media != "any":
            media = headers.get("content-type", [""])[0].partition(";")[0].strip().lower()
            if media not in ("application/json", "text/json") or headers.get("content-encoding", ["identity"]) != [
                "identity"
            ]:
                raise RefusedError(int(behaviour.media), "UNSUPPORTEDMEDIATYPE", "The body is to be application/json.")
        return decode(body, behaviour)

    def _provision(self, install: str, body: Any) -> Answer:
        behaviour, quirks = self.behaviour, self.behaviour.quirks
        body = read(behaviour, body)
        if not isinstance(body, dict):
            raise InputError("object", "The body is to be an object.")
        if behaviour.coerce:
            coerced(body)
        found = [] if "validates-nothing" in quirks else list(faults(body, behaviour, FACTS))
        if found:
            if "stores-before-it-validates" in quirks and not any(one[1].startswith("/course") for one in found):
                with self.store.lock:
                    Provision(self.store, install, FACTS["integrations"]).parts({"course": body["course"]})
            if "refuses-with-200" in quirks:
                return refusal(behaviour, 200, "INVALIDINPUT", "The body is not valid.", found)
            status = behaviour.invalid_input_status
            shown = found[:1] if "first-fault-only" in quirks else found
            return refusal(behaviour, status, "INVALIDINPUT", "The body is not valid.", shown)
        if "slower-and-slower" in quirks:
            time.sleep(len(self.store.things) * 0.00003)
        work = Provision(self.store, install, FACTS["integrations"])
        try:
            work.run(body)
            with self.store.lock:
                self.journey.sittings.follow(work.made)
        except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
            raise InputError("broken", f"Something broke: {type(error).__name__}.") from error
        return self._success(install, body, work)

    def _success(self, install: str, body: dict[str, Any], work: Provision) -> Answer:
        behaviour, quirks = self.behaviour, self.behaviour.quirks
        sids, told = {part: thing.sid for part, thing in work.made.items()}, work.told
        if behaviour.unasked == "whole" and "exam" in sids and "configuration" not in sids:
            things = self.store.things.values()
            first = next((one for one in things if one.part == "configuration" and one.owner == sids["exam"]), None)
            if first is not None:
                sids["configuration"], told["configuration"] = first.sid, "Found Existing"
        if "users-swapped" in quirks and "user" in sids:
            sids["user"], self._last = getattr(self, "_last", sids["user"]), sids["user"]
        if "one-sid-for-all-courses" in quirks:
            sids["course"] = self._first = getattr(self, "_first", sids["course"])
        if "one-sid-for-all-configurations" in quirks and "configuration" in sids:
            sids["configuration"] = self._one = getattr(self, "_one", sids["configuration"])
        signon = None
        if "signon" in body or "signon-unasked" in quirks:
            user = work.made.get("user")
            facts = {"sid": user.sid, **user.values} if user else {"sid": "US" + "0" * 32}
            asked = body.get("signon", {}).get("integrationSid", INTEGRATION)
            signon = self.desk.sign(install, asked, facts, sids)
            if "signon-for-known-users-only" in quirks and told.get("user") == "Created":
                signon = None
            if "signon-missing" in quirks:
                signon = None
        return success(behaviour, sids, told, signon)
