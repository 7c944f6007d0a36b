"""The handler of the provision operation: from a call to an answer, in the order of judgement of the contract."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.auth.credentials import Credentials
from mockserver.auth.signon import SignonGrants
from mockserver.behaviour.seams import Admitting, Behaviour, Success
from mockserver.endpoints.bodies import BodyRules
from mockserver.endpoints.routes import variable
from mockserver.http.decoding import decode
from mockserver.http.errors import Headers, Refusal, of_violations, refuse
from mockserver.http.request import Request, read_body, require_json, shown
from mockserver.http.response import JSON, Response
from mockserver.http.scope import caller_of, headers_of, set_caller
from mockserver.http.urls import public_url
from mockserver.provisioning.engine import Done, Provisioning
from mockserver.provisioning.plan import Plan
from mockserver.runtime import Runtime
from mockserver.state.store import made
from mockserver.tenancy.tenant import Tenant
from spec.openapi.document import Operation
from spec.resources.installs import Install, install_sid_advice
from spec.schema.members import spelling_of
from spec.schema.validation import Rules, Violation, outermost
from spec.source.pointer import Json, escape

_HEADERS = (JSON,)
_HEADERS_SIGNON = (JSON, (b"cache-control", b"no-store"))
_LONGEST_WARNING = 1000
_UNKNOWN = "unknown-members-ignored"


class Installs:
    """The installs by SID, and the judgement of the path parameter that names one."""

    def __init__(self, tenants: Mapping[str, Tenant], operation: Operation) -> None:
        self.by_sid = tenants
        self.parameter = next(one for one in operation.parameters if one.where == "path")
        self.variable = variable(self.parameter.name)
        self.rules = Rules(self.parameter.schema)

    def of(self, request: Request) -> Install:
        """The install of a call. Raises Refusal for a SID that is malformed (400) or names none (404)."""
        return self.tenant(request).install

    def tenant(self, request: Request) -> Tenant:
        """The install of a call as it runs. Raises Refusal as ``of`` does."""
        return self.named(request.scope)

    def named(self, scope: Scope) -> Tenant:
        """The install that the path of a call names, as it runs. Raises Refusal as ``of`` does."""
        sid: str = scope["path_params"][self.variable]
        tenant = self.by_sid.get(sid)
        if tenant is not None:
            return tenant
        sid = unquote(sid, errors="replace")
        tenant = self.by_sid.get(sid)
        if tenant is not None:
            return tenant
        if violations := self.rules.violations(sid):
            sent = f"{self.parameter.name} in the path is '{shown(sid.encode())}'"
            message = f"{sent}; {install_sid_advice(sid)}."
            raise refuse("invalid-input", violations[0].clause, message)
        raise refuse("not-found", "install-known", f"There is no install {sid}; the page at / lists those there are.")


class Authentication:
    """Middleware of routes with security: a call goes on only with a credential, whose install is noted."""

    def __init__(self, app: ASGIApp, credentials: Credentials, admitting: Sequence[Admitting] = ()) -> None:
        self.app, self.credentials, self.admitting = app, credentials, admitting
        self.header = credentials.header.encode()

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        named = headers_of(scope)
        try:
            set_caller(scope, self.credentials.install_of(named.get(self.header), named.get(b"authorization")))
        except Refusal as refusal:
            admitted = [admit(refusal, scope) for admit in self.admitting]
            if not any(admitted):
                raise
            set_caller(scope, ADMITTED)
        return self.app(scope, receive, send)  # without a coroutine of its own in between


ADMITTED = "*"
"""The caller that a misbehaving mock takes for any install."""


class Judged(NamedTuple):
    """A body that is going to be committed: for whom, how, and what of it nobody knows."""

    tenant: Tenant
    body: Json
    plan: Plan
    unknown: list[str]


class Provision:
    """The endpoint of the provision operation."""

    def __init__(
        self, operation: Operation, installs: Installs, engine: Provisioning, grants: SignonGrants, runtime: Runtime
    ) -> None:
        assert operation.body is not None
        self.bodies = BodyRules(operation.body.json)
        self.installs, self.engine, self.grants = installs, engine, grants
        self.settings, self.behaviour = runtime.settings, runtime.behaviour

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge in the order of the contract, and commit. Raises Refusal."""
        tenant = self.installs.named(scope)
        if caller_of(scope) != tenant.install.sid:
            foreign(Request(scope, receive, send), tenant.install, self.behaviour)
        require_json(headers_of(scope))
        behaviour, settings = self.behaviour, self.settings
        raw = await read_body(scope, receive, settings)
        body = self._decoded(raw) if behaviour.decoding else decode(raw, settings.deepest_body)
        judged = self.judged(tenant, body)
        for pause in behaviour.pausing:
            await pause()
        await self.committed(judged, scope)(scope, receive, send)

    def _decoded(self, raw: bytes) -> Json:
        """The body as a misbehaving mock reads it."""
        deepest = self.settings.deepest_body
        read: Callable[[bytes], Any] = lambda text: decode(text, deepest)  # noqa: E731
        for one in reversed(self.behaviour.decoding):
            read = partial(one, honest=read)
        return read(raw)

    def committed(self, judged: Judged, scope: Scope) -> Response:
        """Commit a body and tell what was done. Without a pause after ``judged`` nothing can come between."""
        tenant, body, plan, unknown = judged
        engine, behaviour, signon = self.engine, self.behaviour, self.engine.resources.signon
        ids = behaviour.names(tenant.ids) if behaviour.ids else tenant.ids
        done = engine.commit(tenant.store, plan, ids, tenant.install.sid)
        answer = engine.answer(done)
        if signon is not None and (asked := _at(body, signon.path)) is not None and signon.subject in done.resources:
            answer[signon.response] = self._signon(judged, str(asked.get(signon.audience)), done, scope)
        if behaviour.answering:
            issue = partial(self._signon, judged, done=done, scope=scope)
            success = Success(answer, done, body, tenant.install, engine.resources, issue)
            for change in behaviour.answering:
                change(success)
        return _response(
            answer, unknown, _HEADERS_SIGNON if signon is not None and signon.response in answer else _HEADERS
        )

    def _signon(self, judged: Judged, audience: str, done: Done, scope: Scope) -> dict[str, str]:
        signon = self.engine.resources.signon
        assert signon is not None
        base, named = public_url(scope, self.settings), self.engine.identifiers(judged.body)
        tenant = judged.tenant
        lifetime = self.behaviour.chosen(tenant.settings).signon_ttl
        issued = self.grants.issue(tenant.install, audience, done.resources, base, named, lifetime=lifetime)
        for change in self.behaviour.signing:
            issued = change(issued, self.grants.keys)
        return {signon.redirect: issued.link, signon.token: issued.token}

    def judged(self, tenant: Tenant, body: Json) -> Judged:
        """What is going to be committed. Raises Refusal with every fault of the body."""
        install = tenant.install
        violations, unknown = self.bodies.judged(body, tenant.lists)
        if unknown and self.behaviour.chosen(tenant.settings).reject_unknown_members:
            violations += [_unknown(pointer) for pointer in unknown]
        if not violations:
            plan = self.engine.plan(tenant.store, install, body)
            found = [*plan.violations]
        else:
            # what is wrong is left out, so that the rest can still be looked at: all faults are told at once
            pruned = _pruned(body, {one.pointer for one in violations})
            plan = self.engine.plan(tenant.store, install, pruned)
            found = sorted({*violations, *(one for one in plan.violations if one.clause != "schema")})
        if self.behaviour.judging:
            return self._misjudged(Judged(tenant, body, plan, unknown), found)
        if found:
            self._keep(tenant, plan, violations)
            raise of_violations(_with_spellings(outermost(found), unknown))
        return made(Judged, (tenant, body, plan, unknown))

    def _misjudged(self, judged: Judged, found: list[Violation]) -> Judged:
        seen = found
        for judge in self.behaviour.judging:
            seen = judge(seen, judged.body)
        if seen:
            self._keep(judged.tenant, judged.plan, found)
            raise of_violations(outermost(seen))
        tenant = judged.tenant
        return judged._replace(plan=self.engine.plan(tenant.store, tenant.install, judged.body)) if found else judged

    def _keep(self, tenant: Tenant, plan: Plan, violations: list[Violation]) -> None:
        for keep in self.behaviour.keeping:
            if plan.violations and not violations:
                self.engine.commit(tenant.store, keep(plan), self.behaviour.names(tenant.ids), tenant.sid)


def foreign(request: Request, install: Install, behaviour: Behaviour, action: str = "provision") -> None:
    """Raise Refusal unless the credential of a call speaks for an install. ``action`` is what it may not do with it."""
    if caller_of(request.scope) in (install.sid, ADMITTED):
        return
    message = f"This credential may not {action} the install {install.sid}; use one that was made for it."
    refusal = refuse("forbidden", "credential-foreign-refused", message)
    admitted = [admit(refusal, request.scope) for admit in behaviour.admitting]
    if not any(admitted):
        raise refusal


def warning(clause: str, message: str) -> Headers:
    """The header in which the mock tells what went well, and yet is perhaps not what was meant."""
    return ((b"invigilate-warning", f"{clause}; {message}".encode()),)


def _with_spellings(violations: list[Violation], unknown: list[str]) -> list[Violation]:
    """The same violations; of a missing member it is told which one beside it was probably meant."""
    hinted = []
    for one in violations:
        spelled = spelling_of(one.pointer, unknown) if unknown and one.keyword == "required" else None
        hint = f" {spelled!r} beside it means nothing; is it this one?" if spelled else ""
        hinted.append(replace(one, message=one.message + hint))
    return hinted


def _at(body: Json, path: tuple[str, ...]) -> dict[str, Json] | None:
    for name in path:
        if type(body) is not dict or name not in body:
            return None
        body = body[name]
    return body if type(body) is dict else None


def _unknown(pointer: str) -> Violation:
    return Violation(pointer, _UNKNOWN, "unknown", "is a member that the contract does not know; leave it out.")


def _pruned(body: Json, pointers: Set[str], pointer: str = "") -> Json:
    """A copy of a body without what the pointers name."""
    if pointer in pointers or not isinstance(body, dict):
        return {} if pointer in pointers else body
    kept: dict[str, Json] = {}
    for name, member in body.items():
        below = f"{pointer}/{escape(name)}"
        if below not in pointers:
            kept[name] = _pruned(member, pointers, below)
    return kept


def _response(answer: Mapping[str, Json], unknown: list[str], headers: Headers) -> Response:
    body = orjson.dumps(answer)
    if not unknown:
        return Response(200, headers, body)
    success = f"{_UNKNOWN}; "
    for count, pointer in enumerate(unknown):
        piece = quote(pointer[:200], safe="/~")
        if len(success) + len(piece) > _LONGEST_WARNING:
            success += f"and {len(unknown) - count} more"
            break
        success += f"{piece}{', ' if count + 1 < len(unknown) else ''}"
    return Response(200, (*headers, (b"invigilate-warning", success.encode())), body, (success,))
