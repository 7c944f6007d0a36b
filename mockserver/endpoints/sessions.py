"""The endpoints of the journey after provisioning: assignment, lists of sessions, scheduling, onboarding."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import parse_qs, quote

from mockserver.endpoints.lists import asked_page, envelope
from mockserver.endpoints.pages import onboarded
from mockserver.endpoints.placed import PlacedCall, PlacedCalls
from mockserver.endpoints.provision import Installs, warning
from mockserver.endpoints.routes import Function
from mockserver.http.errors import Headers, Refusal, refuse
from mockserver.http.negotiation import prefers_json, wants_page
from mockserver.http.pages import refused
from mockserver.http.request import Request
from mockserver.http.response import Response, of_json, of_refusal, of_written, written
from mockserver.http.urls import contract_url, public_path, public_url
from mockserver.runtime import Runtime
from mockserver.sessions.events import KeptMembers, SessionEvents
from mockserver.sessions.ledger import CREATED, STATUS
from mockserver.sessions.onboarding import OnboardingGrants
from mockserver.sessions.views import Stored, View
from mockserver.state.store import Resource, made
from mockserver.tenancy.tenant import Tenant
from spec.openapi.document import Document, Operation, Schema
from spec.resources.resource import Resources
from spec.source.pointer import Json

_DONE = written("Successful")
"""What the reference shows as the answer where there is nothing to tell."""
_LIST_CLAUSE = "session-list-active"


class SessionEndpoints:
    """What is served of sessions. What they are and how they go on is in the document."""

    def __init__(
        self,
        document: Document,
        installs: Installs,
        events: SessionEvents,
        grants: OnboardingGrants,
        resources: Resources,
        runtime: Runtime,
    ) -> None:
        self.document, self.installs, self.events, self.grants = document, installs, events, grants
        self.resources, self.runtime, self.settings = resources, runtime, runtime.settings
        self.kind, self.ledger = events.kind, events.ledger

    def functions(self) -> Mapping[str, Function]:
        """The endpoints of those operations that the document has, by operationId."""
        making: Mapping[str, Callable[[Operation], Function]] = {
            "assignExam": self.assigning,
            "listSessions": self.listing,
            "readSession": self.reading,
            "scheduleSession": self.scheduling,
            "rescheduleSession": self.rescheduling,
            "onboardSession": self.onboarding,
            "followOnboarding": self.following,
        }
        operations = self.document.operations
        return {name: make(operations[name]) for name, make in making.items() if name in operations}

    def calls(self, operation: Operation, *, ruled: bool = False) -> PlacedCalls:
        """The reader of the calls of an operation."""
        return PlacedCalls(operation, self.installs, self.ledger, self.runtime, ruled=ruled)

    def view(self, operation: Operation) -> View:
        """What the success of an operation shows."""
        return View(answer_of(operation), self.resources, self.kind)

    def show(self, view: View, tenant: Tenant, session: Resource) -> dict[str, Json]:
        """A session as an answer shows it."""
        relatives = self.ledger.relatives(tenant.store, session)
        return view.of(made(Stored, (tenant.store, tenant.install, relatives)))

    def show_named(self, view: View, call: PlacedCall, session: Resource) -> dict[str, Json]:
        """A session of whatever the path of a ruled call names, as it is now."""
        tenant, shown = call.tenant, {**call.relatives, self.kind.name: session}
        return view.of(made(Stored, (tenant.store, tenant.install, shown)))

    def assigning(self, operation: Operation) -> Function:
        """The function that serves ``assignExam``."""
        calls = self.calls(operation)

        async def assign(request: Request) -> Response:
            call = await calls.read(request)
            sides = (_listed(call.body.get(side)) for side in ("added", "removed"))
            changes = self.events.assign(call.at(self.events.clocks), call.named[self.kind.scope], *sides)
            call.tenant.store.commit(changes)
            return of_written(_DONE, headers=ignored(call))

        return assign

    def listing(self, operation: Operation) -> Function:
        """The function that serves ``listSessions``."""
        calls = self.calls(operation, ruled=True)
        view = View(answer_of(operation)["properties"]["results"]["items"], self.resources, self.kind)
        who, scope = self.kind.joins

        async def listed(request: Request) -> Response:
            call = await calls.read(request)
            named, values = call.named, call.values
            every = self.ledger.of(call.tenant.store, named[who].sid, named[scope].sid)
            wanted = self.wanted(every, values)
            told: Headers = ()
            if not values["includeActive"] and "status" not in values:
                hidden = sum(map(self.ledger.is_active, every))
                told = warning(_LIST_CLAUSE, f"{hidden} active left out, send includeActive=true") if hidden else ()
            offset, limit = asked_page(values)
            shown = [self.show_named(view, call, one) for one in wanted[offset : offset + limit]]
            return of_json(envelope(request, self.settings, values, len(wanted), shown), headers=told)

        return listed

    def wanted(self, every: Sequence[Resource], values: Mapping[str, Json]) -> list[Resource]:
        """The sessions that a list is about, in its order."""
        ended = self.kind.lifecycle.ended
        statuses, active = values.get("status", ended), values["includeActive"]
        found = []
        for one in every:
            status = one.attributes[STATUS]
            if status in statuses or (active and status not in ended):
                found.append(one)
        if len(found) > 1:
            found.sort(key=lambda one: str(one.attributes[CREATED]), reverse=values["sortOrder"] == "DESC")
        return found

    def reading(self, operation: Operation) -> Function:
        """The function that serves ``readSession``."""
        calls, view = self.calls(operation, ruled=True), self.view(operation)

        async def read(request: Request) -> Response:
            call = await calls.read(request)
            return of_json(self.show_named(view, call, call.named[self.kind.name]))

        return read

    def scheduling(self, operation: Operation) -> Function:
        """The function that serves ``scheduleSession``."""
        calls, view = self.calls(operation, ruled=True), self.view(operation)
        kept = KeptMembers(calls.schema)

        async def schedule(request: Request) -> Response:
            call = await calls.read(request)
            session = call.named[self.kind.name]
            change = self.events.schedule(call.at(self.events.clocks), session, kept.of(call.body))
            call.tenant.store.commit([change])
            return of_json(self.show_named(view, call, change.resource), headers=ignored(call))

        return schedule

    def rescheduling(self, operation: Operation) -> Function:
        """The function that serves ``rescheduleSession``."""
        calls = self.calls(operation, ruled=True)
        kept = KeptMembers(calls.schema)

        async def reschedule(request: Request) -> Response:
            call = await calls.read(request)
            session = call.named[self.kind.name]
            change = self.events.reschedule(call.at(self.events.clocks), session, kept.of(call.body))
            call.tenant.store.commit([change])
            return of_written(_DONE, headers=ignored(call))

        return reschedule

    def onboarding(self, operation: Operation) -> Function:
        """The function that serves ``onboardSession``."""
        calls = self.calls(operation)
        followed = self.document.operations.get("followOnboarding")
        path = followed.path if followed is not None else operation.path
        before, _, after = path.partition(f"{{{self.installs.parameter.name}}}")

        async def onboard(request: Request) -> Response:
            call = await calls.read(request)
            tenant, session = call.tenant, call.named[self.kind.name]
            self.events.onboarded(session)
            code = self.grants.give(tenant.sid, session.sid, tenant.ids, tenant.settings.onboard_ttl)
            base = public_url(request.scope, self.settings)
            return of_json({"url": f"{base}{before}{tenant.sid}{after}?code={code}"})

        return onboard

    def following(self, operation: Operation) -> Function:
        """The function that serves ``followOnboarding``: a page for browsers, JSON for who asks for it."""
        view = self.view(operation)

        async def follow(request: Request) -> Response:
            try:
                entered = self._entered(request)
            except Refusal as refusal:
                return self._explained(refusal, request)
            told = self.show(view, entered.tenant, entered.session)
            if prefers_json(request.header(b"accept")):
                return of_json(told)
            relatives = self.ledger.relatives(entered.tenant.store, entered.session)
            return onboarded(told, relatives, self.resources, root=public_path(request.scope, self.settings))

        return follow

    def _entered(self, request: Request) -> Entered:
        """The session to which a URL leads. HEAD looks without using the URL up. Raises Refusal."""
        tenant, behaviour = self.installs.tenant(request), self.runtime.behaviour
        codes = parse_qs(request.query.decode("latin-1"), keep_blank_values=True).get("code", [])
        if len(codes) != 1 or not codes[0]:
            raise refuse("invalid-input", None, "The URL carries no code; follow it exactly as it was given.")
        once, expires = (one not in behaviour.lenient for one in ("onboard-single-use", "onboard-expires"))
        sid = self.grants.take(tenant.sid, codes[0], once=once, expires=expires)
        session = tenant.store.read(sid)
        if session is None:
            raise refuse("not-found", "path-sid-known", "The session of this onboarding URL is not there any more.")
        call = PlacedCall(request, tenant, behaviour.names(tenant.ids), {}, {}, None, ())
        change = self.events.entered(call.at(self.events.clocks), session)
        if request.method == "HEAD":
            return Entered(tenant, session)
        self.grants.use(codes[0])
        tenant.store.commit([change])
        return Entered(tenant, change.resource)

    def _explained(self, refusal: Refusal, request: Request) -> Response:
        contract = contract_url(request.scope, self.settings)
        if wants_page(request.header(b"accept")):
            return refused(refusal, contract, root=public_path(request.scope, self.settings), title="Not let in")
        return of_refusal(refusal, contract)


class Entered(NamedTuple):
    """Who followed an onboarding URL: of which install, into which session."""

    tenant: Tenant
    session: Resource


def _listed(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list) else ()


def answer_of(operation: Operation) -> Schema:
    """The schema of the JSON that an operation answers when it succeeds."""
    return operation.responses["200"].content["application/json"]


def ignored(call: PlacedCall) -> Headers:
    """What tells of members that nobody knows."""
    if not call.unknown:
        return ()
    pieces = ", ".join(quote(one[:200], safe="/~") for one in call.unknown[:10])
    return warning("unknown-members-ignored", pieces)
