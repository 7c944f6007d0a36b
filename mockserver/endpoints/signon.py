"""The endpoints around sign-on: following a link, and presenting a token."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

from mockserver.auth.signon import Grant, SignonGrants
from mockserver.endpoints.pages import signed_on
from mockserver.endpoints.provision import Installs
from mockserver.endpoints.routes import Function
from mockserver.http.decoding import decode
from mockserver.http.errors import Refusal, refuse
from mockserver.http.negotiation import prefers_json, wants_page
from mockserver.http.pages import refused
from mockserver.http.request import Request
from mockserver.http.response import Response, of_json, of_refusal
from mockserver.http.urls import contract_url, public_path
from mockserver.runtime import Runtime
from mockserver.tenancy.tenant import Tenant
from spec.openapi.document import Document, Operation
from spec.resources.resource import Resources
from spec.schema.validation import Rules

_FORM = b"application/x-www-form-urlencoded"


class SignonEndpoints:
    """Where users are signed on. Browsers get pages, whoever asks for JSON gets JSON."""

    def __init__(self, installs: Installs, grants: SignonGrants, resources: Resources, runtime: Runtime) -> None:
        self.installs, self.grants, self.resources = installs, grants, resources
        self.settings, self.once = runtime.settings, not runtime.behaviour.reusable_links

    def functions(self, document: Document) -> Mapping[str, Function]:
        """The endpoints by operationId."""
        functions: dict[str, Function] = {"followSignon": self.follow}
        if present := document.operations.get("presentSignon"):
            functions["presentSignon"] = self.presenting(present)
        return functions

    async def follow(self, request: Request) -> Response:
        """Serve ``followSignon``. HEAD looks without using the link up."""
        try:
            tenant = self.installs.tenant(request)
            install = tenant.install
            consume = self.once and request.method != "HEAD"
            grant = self.grants.follow(install.sid, _code(request), consume=consume)
        except Refusal as refusal:
            return self._explained(refusal, request)
        return self._welcome(grant, tenant, request)

    def presenting(self, operation: Operation) -> Function:
        """The function that serves ``presentSignon``."""
        assert operation.body is not None
        rules = Rules(operation.body.json)

        async def present(request: Request) -> Response:
            try:
                tenant = self.installs.tenant(request)
                install = tenant.install
                grant = self.grants.present(install.sid, await self._token(request, rules))
            except Refusal as refusal:
                return self._explained(refusal, request)
            return self._welcome(grant, tenant, request)

        return present

    async def _token(self, request: Request, rules: Rules) -> str:
        declared = (request.header(b"content-type") or b"").partition(b";")[0].strip().lower()
        if declared != _FORM:
            request.require_json()
        elif request.header(b"content-encoding") is not None:
            raise refuse("media-type", "media-type", "The form is encoded; send it without Content-Encoding.")
        raw = await request.read(self.settings)
        if declared == _FORM:
            pairs = parse_qs(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=None)
            value: object = {name: values[0] for name, values in pairs.items() if len(values) == 1}
        else:
            value = decode(raw, self.settings.deepest_body)
        if violations := rules.violations(value):
            raise refuse("invalid-input", "schema", violations[0].message, pointer=violations[0].pointer)
        assert isinstance(value, dict)
        return str(value["token"])

    def _welcome(self, grant: Grant, tenant: Tenant, request: Request) -> Response:
        install = tenant.install
        if prefers_json(request.header(b"accept")):
            value = {
                "signedOn": True,
                "install": install.sid,
                "user": grant.subject,
                "audience": grant.audience,
                "claims": grant.claims,
            }
            return of_json(value)
        found = {name: tenant.store.read(sid) for name, sid in grant.sids.items()}
        parts = {name: one for name, one in found.items() if one is not None}
        return signed_on(grant, parts, install, self.resources, root=public_path(request.scope, self.settings))

    def _explained(self, refusal: Refusal, request: Request) -> Response:
        """A page only for who asks for one by name, so that programs never meet HTML in a refusal."""
        contract = contract_url(request.scope, self.settings)
        if wants_page(request.header(b"accept")):
            return refused(refusal, contract, root=public_path(request.scope, self.settings), title="Not signed on")
        return of_refusal(refusal, contract)


def _code(request: Request) -> str:
    values = parse_qs(request.query.decode("latin-1"), keep_blank_values=True).get("code", [])
    if len(values) != 1 or not values[0]:
        raise refuse("invalid-input", None, "The link carries no code; follow it exactly as it was given.")
    return values[0]
