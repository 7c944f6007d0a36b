"""The handler of the provision operation: from a call to an answer, in the order of judgement of the contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.auth.credentials import Credentials
from mockserver.auth.signon import Desk
from mockserver.endpoints.routes import variable
from mockserver.http.decoding import decode
from mockserver.http.errors import Headers, Refusal, of_violations, refuse
from mockserver.http.request import Request, shown
from mockserver.http.response import JSON, Response
from mockserver.http.scope import headers_of, set_caller
from mockserver.http.urls import public_url
from mockserver.provisioning.engine import Provisioning
from mockserver.provisioning.plan import Plan
from mockserver.runtime import Runtime
from spec.openapi.document import Operation
from spec.resources.installs import Install
from spec.schema.members import members
from spec.schema.validation import Rules, Violation, outermost

_HEADERS = (JSON,)
_HEADERS_SIGNON = (JSON, (b"cache-control", b"no-store"))
_LONGEST_WARNING = 1000
_UNKNOWN = "unknown-members-ignored"


class Installs:
    """The installs by SID, and the judgement of the path parameter that names one."""

    def __init__(self, installs: Sequence[Install], operation: Operation) -> None:
        self.by_sid: Mapping[str, Install] = {install.sid: install for install in installs}
        self.parameter = next(one for one in operation.parameters if one.where == "path")
        self.variable = variable(self.parameter.name)
        self.rules = Rules(self.parameter.schema)

    def of(self, request: Request) -> Install:
        """The install of a call. Raises Refusal for a SID that is malformed (400) or names none (404)."""
        sid: str = request.path_params[self.variable]
        install = self.by_sid.get(sid)
        if install is not None:
            return install
        sid = unquote(sid, errors="replace")
        install = self.by_sid.get(sid)
        if install is not None:
            return install
        if violations := self.rules.violations(sid):
            hint = " One page of the vendor writes IN, every endpoint AI." if sid.startswith("IN") else ""
            sent = f"{self.parameter.name} in the path is '{shown(sid.encode())}'"
            message = f"{sent}; send AI and 32 hexadecimal digits.{hint}"
            raise refuse("invalid-input", violations[0].clause, message)
        raise refuse("not-found", "install-known", f"There is no install {sid}; the page at / lists those there are.")


class Authentication:
    """Middleware of routes with security: a call goes on only with a credential, whose install is noted."""

    def __init__(self, app: ASGIApp, credentials: Credentials) -> None:
        self.app, self.credentials, self.header = app, credentials, credentials.header.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        named = headers_of(scope)
        set_caller(scope, self.credentials.install_of(named.get(self.header), named.get(b"authorization")))
        await self.app(scope, receive, send)


class Provision:
    """The endpoint of the provision operation."""

    def __init__(
        self, operation: Operation, installs: Installs, engine: Provisioning, desk: Desk, runtime: Runtime
    ) -> None:
        assert operation.body is not None
        self.rules = Rules(operation.body.json, request=True)
        self.annotated = frozenset(rule.path[0] for rule in self.rules.annotations if rule.path)
        self.members = members(operation.body.json)
        self.installs, self.engine, self.desk = installs, engine, desk
        self.store, self.ids = runtime.store, runtime.ids
        self.settings, self.behaviour = runtime.settings, runtime.behaviour
        self.lists: dict[str, dict[str, frozenset[str]]] = {
            sid: {name: frozenset(listed) for name, listed in install.members.items()}
            for sid, install in installs.by_sid.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.answer(Request(scope, receive, send))
        await response(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        """Judge in the order of the contract, and commit. Raises Refusal."""
        install = self.installs.of(request)
        if request.caller != install.sid:
            message = f"This credential may not provision the install {install.sid}; use one that was made for it."
            raise refuse("forbidden", "credential-foreign-refused", message)
        request.require_json()
        raw = await request.read(self.settings)
        return self.provision(install, decode(raw, self.settings.deepest_body), request.scope)

    def provision(self, install: Install, body: Any, scope: Scope) -> Response:
        """Judge and commit one body, in one step of the event loop: nothing can come between plan and commit."""
        unknown = [] if self.members is None or self.members.knows(body) else self.members.unknown(body)
        plan = self._judged(install, body, unknown)
        if not self.behaviour.honest:
            plan = self.engine.plan(self.store, install, body)
        done = self.engine.commit(self.store, plan, self.ids)
        answer = self.engine.answer(done)
        signon = self.engine.resources.signon
        if signon is not None and (asked := _at(body, signon.path)) is not None and signon.subject in done.resources:
            audience, base = str(asked.get(signon.audience)), public_url(scope, self.settings)
            named = self.engine.identifiers(body)
            answer[signon.response] = self.desk.issue(install, audience, done.resources, base, named)
        if not self.behaviour.honest:
            answer = self.behaviour.answer(answer, done, body)
        return _response(
            answer, unknown, _HEADERS_SIGNON if signon is not None and signon.response in answer else _HEADERS
        )

    def _judged(self, install: Install, body: Any, unknown: list[str]) -> Plan:
        lists = self.lists[install.sid]
        if self.rules.fits_schema(body):
            ruled = not self.annotated.isdisjoint(body)
            violations = self.rules.annotation_violations(body, lists) if ruled else []
        else:
            violations = self.rules.violations(body, lists)
        if unknown and self.settings.reject_unknown_members:
            violations += [_unknown(pointer) for pointer in unknown]
        if not violations:
            plan = self.engine.plan(self.store, install, body)
            if not plan.violations:
                return plan
            found = list(plan.violations)
        else:
            # what is wrong is left out, so that the rest can still be looked at: all faults are told at once
            plan = self.engine.plan(self.store, install, _pruned(body, [one.pointer for one in violations]))
            found = sorted({*violations, *(one for one in plan.violations if one.clause != "schema")})
        found = self.behaviour.violations(found, body)
        if not found:
            return plan
        raise self._refusal(found)

    @staticmethod
    def _refusal(found: list[Violation]) -> Refusal:
        return of_violations(outermost(found))


def _at(body: Any, path: tuple[str, ...]) -> dict[str, Any] | None:
    for name in path:
        body = body.get(name) if isinstance(body, dict) else None
    return body if isinstance(body, dict) else None


def _unknown(pointer: str) -> Violation:
    return Violation(pointer, _UNKNOWN, "unknown", "is a member that the contract does not know; leave it out.")


def _pruned(body: Any, pointers: list[str], pointer: str = "") -> Any:
    """A copy of a body without what the pointers name."""
    if pointer in pointers or not isinstance(body, dict):
        return {} if pointer in pointers else body
    kept: dict[str, Any] = {}
    for name, member in body.items():
        below = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
        if below not in pointers:
            kept[name] = _pruned(member, pointers, below)
    return kept


def _response(answer: Mapping[str, Any], unknown: list[str], headers: Headers) -> Response:
    body = orjson.dumps(answer)
    if not unknown:
        return Response(200, headers, body)
    told = f"{_UNKNOWN}; "
    for count, pointer in enumerate(unknown):
        piece = quote(pointer[:200], safe="/~")
        if len(told) + len(piece) > _LONGEST_WARNING:
            told += f"and {len(unknown) - count} more"
            break
        told += f"{piece}{', ' if count + 1 < len(unknown) else ''}"
    return Response(200, (*headers, (b"invigilate-warning", told.encode())), body, (told,))
