"""The pages about what is stored: installs, kinds, one resource; creating something, and what can be done with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit

from mockserver.control.controlled import Controlled
from mockserver.http.errors import Refusal, refuse
from mockserver.http.request import Request
from mockserver.http.response import Response
from mockserver.inspector.desk import Desk
from mockserver.inspector.forms import fields
from mockserver.inspector.pages.routing import Pages, own
from mockserver.inspector.sending.inward import InwardAnswer
from mockserver.inspector.world.history import Histories
from mockserver.inspector.world.stored import World, nested, put
from mockserver.state.store import Resource
from mockserver.tenancy.tenant import Tenant
from spec.resources.installs import INTEGRATIONS
from spec.resources.sessions import NAMES
from spec.source.pointer import Json

_INSTALLS = 30


def pages(desk: Desk) -> Pages:
    """The pages by method and path."""
    world = WorldPages(desk)
    return {
        ("GET", "/world"): own(world.installs),
        ("GET", "/world/find/{sid}"): own(world.find),
        ("GET", "/world/{install}"): own(world.install),
        ("GET", "/world/{install}/create"): own(world.form),
        ("POST", "/world/{install}/create"): own(world.create),
        ("GET", "/world/{install}/{sid}"): own(world.show),
        ("POST", "/world/{install}/{sid}/signon"): own(world.sign_on),
        ("POST", "/world/{install}/{sid}/onboard"): own(world.onboard),
        ("POST", "/world/{install}/{sid}/move"): own(world.move),
    }


class WorldPages:
    """Makes them."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.shell = desk, desk.shell
        self.mock: Controlled = desk.mock
        self.world, self.histories = World(desk.mock), Histories(desk.shelf, desk.mock.tenants)
        self.provision = desk.mock.document.operations["provision"]
        self.examples: Mapping[str, Json] = self.provision.body.examples if self.provision.body else {}

    async def installs(self, request: Request) -> Response:
        """The installs, a page of them."""
        tenants = list(self.mock.tenants)
        page = _page(request)
        shown = tenants[(page - 1) * _INSTALLS : page * _INSTALLS]
        facts = [
            (one, self.world.below(one, one.install.deployment, 0), len(self.mock.journals.exchanges(one.sid)))
            for one in shown
        ]
        return self.shell.page(
            request.scope, "world.html",
            here="world", facts=facts, page=page, pages=-(-len(tenants) // _INSTALLS), count=len(tenants),
        )  # fmt: skip

    async def install(self, request: Request) -> Response:
        """What is stored for an install, by kind; or below one resource of it."""
        tenant = self._tenant(request)
        query = request.query_params
        text, owner = query.get("find", "").strip()[:4000], query.get("of", "")
        above = self.world.resource(tenant, owner) if owner else None
        root = above.sid if above is not None else tenant.install.deployment
        kinds = self.world.below(tenant, root, 0)
        named = query.get("kind", "") or next((one.kind for one in kinds), self.world.kinds[0])
        listed = self.world.related(tenant, root, named, _page(request))
        return self.shell.page(
            request.scope, "install.html",
            here="world", tenant=tenant, kinds=kinds, listed=listed, text=text, owner=owner,
            above=self.world.thing(tenant, above) if above is not None else None,
            found=self.world.found(tenant, text) if text else (),
        )  # fmt: skip

    async def find(self, request: Request) -> Response:
        """Go on to the page of a SID, whichever install it is of."""
        sid = unquote(request.path_params["sid"])
        tenant = self.world.tenant_of(sid)
        return self.shell.redirect(request.scope, f"/world/{tenant.sid}/{quote(sid, safe='')}")

    async def show(self, request: Request) -> Response:
        """One resource."""
        tenant = self._tenant(request)
        return self._shown(request, tenant, self._resource(request, tenant))

    async def form(self, request: Request) -> Response:
        """The form that provisions something, with an example to start from."""
        tenant = self._tenant(request)
        name = request.query_params.get("example", next(iter(self.examples), ""))
        body = json.dumps(self._fitting(tenant, self.examples.get(name, {})), indent=2, ensure_ascii=False)
        return self._form(request, tenant, body, name)

    async def create(self, request: Request) -> Response:
        """Provision what the form says: as a call, so that it is in the journal as well."""
        tenant = self._tenant(request)
        sent = await fields(request, self.mock.settings)
        body = sent.get("body", "")
        placed = {self._install_parameter: tenant.sid}
        answer = await self.desk.sender.perform(request.scope, tenant.sid, self.provision, placed, body)
        if answer.is_refused:
            return self._form(request, tenant, body, "", answer)
        return self.shell.redirect(request.scope, f"/calls/{answer.number}")

    async def sign_on(self, request: Request) -> Response:
        """Ask for a link that signs somebody on, by a call, and follow it."""
        tenant = self._tenant(request)
        resource = self._resource(request, tenant)
        signon = self.mock.parts.signon
        if signon is None:
            raise refuse("conflict", None, "The document has no sign-on.")
        sent = await fields(request, self.mock.settings)
        body = self._signing(tenant, resource)
        put(body, [*signon.path, signon.audience], sent.get("integration", ""))
        placed = {self._install_parameter: tenant.sid}
        answer = await self.desk.sender.perform(request.scope, tenant.sid, self.provision, placed, json.dumps(body))
        link = answer.value.get(signon.response, {}).get(signon.redirect) if not answer.is_refused else None
        return self._led(request, tenant, resource, link, answer)

    async def onboard(self, request: Request) -> Response:
        """Ask for an onboarding URL, by a call, and follow it."""
        tenant = self._tenant(request)
        session = self._resource(request, tenant)
        operation = self.mock.document.operations.get("onboardSession")
        if self.mock.sessions is None or operation is None or session.part != self.mock.sessions.kind.name:
            raise refuse("conflict", None, "Only sessions have onboarding URLs.")
        relatives = self.mock.sessions.ledger.relatives(tenant.store, session)
        placed = {
            one.name: relatives[one.schema[NAMES]].sid if NAMES in one.schema else tenant.sid
            for one in operation.parameters
            if one.where == "path"
        }
        answer = await self.desk.sender.perform(request.scope, tenant.sid, operation, placed)
        return self._led(request, tenant, session, answer.value.get("url") if not answer.is_refused else None, answer)

    async def move(self, request: Request) -> Response:
        """Let a session go on."""
        tenant = self._tenant(request)
        session = self._resource(request, tenant)
        sent = await fields(request, self.mock.settings)
        answer = await self.desk.operations(
            request.scope, "moveSession", {"sid": session.sid}, {"event": sent.get("event", "")}
        )
        if answer.is_refused:
            return self._shown(request, tenant, session, answer)
        return self.shell.redirect(request.scope, f"/world/{tenant.sid}/{quote(session.sid, safe='')}")

    def _led(self, request: Request, tenant: Tenant, resource: Resource, link: Json, answer: InwardAnswer) -> Response:
        """Follow a link that was just made; it never stands in a page. Its host is the one by which we are called."""
        if not isinstance(link, str):
            return self._shown(request, tenant, resource, answer)
        parts = urlsplit(link)
        return Response(
            303, ((b"location", f"{parts.path}?{parts.query}".encode()), (b"cache-control", b"no-store")), b""
        )

    def _shown(
        self, request: Request, tenant: Tenant, resource: Resource, answer: InwardAnswer | None = None
    ) -> Response:
        sessions, signon = self.mock.sessions, self.mock.parts.signon
        part = next((one for one in self.mock.parts.parts if one.name == resource.part), None)
        identity = part.identity if part is not None else ()
        signs_on = signon is not None and (resource.part == signon.subject or signon.subject in identity)
        return self.shell.page(
            request.scope, "resource.html", status=answer.status or 502 if answer is not None else 200,
            here="world", tenant=tenant, detail=self.world.detail(tenant, resource),
            history=self.histories.of(self.mock.journals.exchanges(), resource.part, resource.sid),
            integrations=dict(tenant.install.members.get(INTEGRATIONS, {})) if signs_on else {},
            is_session=sessions is not None and resource.part == sessions.kind.name,
            failure=answer.message if answer is not None else "",
        )  # fmt: skip

    def _form(
        self, request: Request, tenant: Tenant, body: str, name: str, answer: InwardAnswer | None = None
    ) -> Response:
        errors = answer.value.get("errors", ()) if answer is not None else ()
        return self.shell.page(
            request.scope, "create.html", status=answer.status or 502 if answer is not None else 200,
            here="world", tenant=tenant, body=body, example=name, examples=list(self.examples),
            failure=answer.message if answer is not None else "", number=answer.number if answer is not None else 0,
            errors=[one for one in errors if isinstance(one, dict)], catalogue=self.desk.catalogue,
        )  # fmt: skip

    def _naming(self, tenant: Tenant, resource: Resource) -> dict[str, Json]:
        """A body that names a resource, those that it joins, and what no body does without; it changes nothing."""
        body: dict[str, Json] = {}
        for one in (*self.world.above(tenant, resource), resource):
            part = self.mock.parts.part(one.part)
            named = {part.identifiers: {part.sid_kind: one.sid}} if part.identifiers and part.sid_kind else nested(one)
            put(body, part.path, named)
        return body

    def _signing(self, tenant: Tenant, resource: Resource) -> dict[str, Json]:
        """A body that asks for a sign-on: of who takes part somewhere as such, by what it took part in last."""
        parts = self.mock.parts
        joining = [one.name for one in parts.parts if resource.part in one.identity]
        sids = [sid for name in joining for sid in list(tenant.store.related(resource.sid, name))[-1:]]
        latest = tenant.store.read(sids[-1]) if sids else None
        body = self._naming(tenant, latest if latest is not None else resource)
        schema = self.provision.body.json if self.provision.body else {}
        for part in parts.parts:
            if part.path[0] in schema.get("required", ()) and part.path[0] not in body:
                others = list(tenant.store.related(tenant.install.deployment, part.name))[-1:]
                found = tenant.store.read(others[0]) if others else None
                body |= self._naming(tenant, found) if found is not None else {}
        return body

    def _fitting(self, tenant: Tenant, example: Json) -> Json:
        """An example with an integration that the install has."""
        signon = self.mock.parts.signon
        integrations = list(tenant.install.members.get(INTEGRATIONS, {}))
        if signon is None or not integrations:
            return example
        body = json.loads(json.dumps(example))
        place = body
        for name in signon.path:
            place = place.get(name) if isinstance(place, dict) else None
        if isinstance(place, dict) and place.get(signon.audience) not in integrations:
            place[signon.audience] = integrations[0]
        return body

    @property
    def _install_parameter(self) -> str:
        return next(one.name for one in self.provision.parameters if one.where == "path")

    def _tenant(self, request: Request) -> Tenant:
        return self.mock.tenants[unquote(request.path_params["install"])]

    def _resource(self, request: Request, tenant: Tenant) -> Resource:
        return self.world.resource(tenant, unquote(request.path_params["sid"]))


def _page(request: Request) -> int:
    text = request.query_params.get("page", "")
    if text and not (text.isascii() and text.isdigit() and int(text[:9]) > 0):
        raise Refusal("invalid-input", "A page is a number from 1.")
    return int(text[:9]) if text else 1
