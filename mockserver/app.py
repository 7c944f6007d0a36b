"""The application: Starlette's, with routes made from a document, and what they need made from a runtime."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import Lifespan

from mockserver.assembly import Foundation, ServedOperations, spoiling
from mockserver.auth.clients import OAuthClients
from mockserver.auth.credentials import Credentials
from mockserver.auth.logins import Logins
from mockserver.auth.oauth import named_client
from mockserver.auth.signon import Issuer, SignonGrants
from mockserver.behaviour.conditions import Conditions, Misbehaving
from mockserver.behaviour.rules import Forecast
from mockserver.control import control
from mockserver.control.controlled import Controlled
from mockserver.control.plane import ControlPlane
from mockserver.endpoints.documents import example
from mockserver.endpoints.pages import ExampleCall
from mockserver.endpoints.provision import Installs
from mockserver.endpoints.routes import MethodRoute, RouteTable, operation_routes, with_allowed
from mockserver.endpoints.unknown import UnknownPath, unserved_methods
from mockserver.http.handlers import exception_handlers
from mockserver.http.masking import Masking
from mockserver.http.middleware import Journaling
from mockserver.http.request import Request
from mockserver.inspector.inspector import Inspector
from mockserver.provisioning.engine import Provisioning
from mockserver.runtime import Runtime
from mockserver.sessions.onboarding import OnboardingGrants
from mockserver.settings import Settings
from mockserver.state.clock import Clocks
from mockserver.tenancy.tenants import Shared, Tenants
from spec.catalogue.clauses import Catalogue
from spec.catalogue.contradictions import load_contradictions
from spec.openapi.document import Document, DocumentError, Operation, Problem
from spec.resources.annotations import resources
from spec.resources.installs import Install
from spec.resources.resource import Resources

if TYPE_CHECKING:
    from spec.docs.shell import Page


class Mock(Starlette):
    """The application. Its public attributes are for tests and for whoever embeds it.

    It works wherever an ASGI application does: under a server, in a test client, mounted in another application.
    """

    def __init__(
        self,
        document: Document,
        clauses: Catalogue,
        installs: Sequence[Install],
        runtime: Runtime,
        *,
        lifespan: Lifespan[Mock] | None = None,
    ) -> None:
        behaviour = runtime.behaviour
        memory = runtime.memory
        clocks = Clocks(runtime.clock, memory)
        settings = behaviour.chosen(runtime.settings)
        runtime = replace(runtime, settings=settings, ids=behaviour.names(runtime.ids), clock=clocks)
        self.document, self.clauses, self.installs, self.runtime = document, clauses, tuple(installs), runtime
        self.settings, self.keys, self.store, self.clocks = settings, runtime.keys, runtime.store, clocks
        provision = _operation(document, "provision")
        parts = resources(provision)
        self.clients = OAuthClients(installs, runtime.keys, settings.access_token_ttl)
        self.logins = Logins(clocks, runtime.ids, runtime.revocations, memory)
        self.credentials = Credentials(
            document, runtime.keys, clocks, settings.longest_credential, self.clients.by_id, runtime.revocations
        )
        memory.watch("keys", self.credentials.forget)
        masking = Masking(document, self.credentials.header)
        self.journal = runtime.journals(masking, settings.journal_length, settings.journal_body, settings.journal_bytes)
        follow = document.operations.get("followSignon")
        issuer = Issuer(runtime.keys, clocks, runtime.ids, settings, memory)
        self.grants = SignonGrants(parts, follow.path if follow else "", issuer)
        self.onboarding = OnboardingGrants(clocks, memory)
        engine = Provisioning(parts, behaviour.planner)
        shared = Shared(runtime, engine, self.grants, self.clients, self.logins, clocks, self.journal)
        self.tenants = Tenants(installs, shared)
        known = Installs(self.tenants.by_sid, provision)
        foundation = Foundation(
            document=document, parts=parts, installs=self.installs, known=known, credentials=self.credentials,
            grants=self.grants, clients=self.clients, logins=self.logins, onboarding=self.onboarding, clocks=clocks,
            runtime=runtime,
        )  # fmt: skip
        self.honest = ServedOperations(foundation, behaviour)
        self.provision, self.engine = self.honest.provision, self.honest.engine
        self.forecast = Forecast(memory)
        self.tenants.leaving += [self.forecast.leave, self.onboarding.forget]
        controlled = partial(self._controlled, parts)
        self.plane = plane = ControlPlane(controlled)
        unknown = UnknownPath((), control.PATHS)
        handlers = exception_handlers(settings, unknown.refusal, refusing=behaviour.refusing)
        misbehaving = Misbehaving(
            self.forecast,
            clocks,
            settings,
            known.variable,
            handlers,
            plane.read_header,
            spoiling(foundation),
            self._install_of,
        )
        routes = unknown.routes = self._routes(misbehaving)
        prefix = urlsplit(settings.public_url or "").path
        super().__init__(
            routes=[RouteTable(routes), *routes, control.control(settings, Inspector(plane, controlled, clauses))],
            middleware=[
                *runtime.around,
                *_cross_origin(settings),
                Middleware(Journaling, self.journal, clocks, known.variable, prefix),
            ],
            exception_handlers=handlers,
            lifespan=lifespan,
        )
        self.router.redirect_slashes = False
        self.router.default = unknown
        if runtime.memory.is_shared:
            self._resume()
        else:
            self.reset()

    def _resume(self) -> None:
        """Go on with the state that is there; what exists before the first call is put where it is not."""
        for install in self.installs:
            missing = tuple(one for one in install.existing if self.store.read(one.sid) is None)
            self.engine.establish(self.store, (replace(install, existing=missing),))

    def reset(self) -> None:
        """Restore the state that the mock starts with."""
        self.grants.clear()
        self.onboarding.forget("")
        self.logins.clear()
        self.tenants.restart()
        self.journal.clear()
        self.forecast.restart()
        self.clocks.restore()
        for restart in self.runtime.behaviour.reset:
            restart()

    def rotate_keys(self) -> None:
        """Sign with a new key; the old one stays published until all that it signed is dead. Raises OSError."""
        tenants = [self.settings, *(one.settings for one in self.tenants)]
        longest = max(self.clients.longest, *(max(one.token_ttl, one.signon_ttl) for one in tenants))
        latest = max(self.clocks(), *(self.clocks(one.sid) for one in self.tenants))
        self.keys.rotate(self.clocks(), latest + longest)
        self.credentials.forget()

    def example(self, base: str) -> ExampleCall:
        """A call to try, of the first install of the mock that is reached at ``base``."""
        return example(self.document.operations["provision"], self.installs[0], base)

    def _install_of(self, request: Request, body: bytes) -> str:
        """The install of the client that a call names, or ""."""
        name = named_client(request.header(b"authorization"), body, request.query)
        client = self.clients.by_id.get(name) if name is not None else None
        return "" if client is None else client.install

    def _routes(self, misbehaving: Misbehaving) -> list[MethodRoute]:
        def behind(operation: Operation) -> list[Middleware]:
            return [Middleware(Conditions, operation, misbehaving), *self.honest.behind(operation)]

        documents = self.honest.documents
        served = operation_routes(self.document, self.honest.endpoints, behind)
        return with_allowed(
            [
                *served,
                *unserved_methods(served),
                MethodRoute("GET", "/", documents.index),
                MethodRoute("GET", "/openapi.json", documents.openapi),
                MethodRoute("GET", "/health", documents.health),
            ]
        )

    def _controlled(self, parts: Resources) -> Controlled:
        return Controlled(
            document=self.document, parts=parts, settings=self.settings, keys=self.keys, ids=self.runtime.ids,
            clocks=self.clocks, journals=self.journal, tenants=self.tenants, forecast=self.forecast,
            memory=self.runtime.memory,
            credentials=self.credentials, clients=self.clients, sessions=self.honest.events, rotate=self.rotate_keys,
            provision=self.provision, reset=self.reset, contract=self._contract,
        )  # fmt: skip

    def _contract(self) -> Page:
        from spec.docs.page import render  # with Jinja, which a start need not wait for

        return render(self.document, self.clauses, load_contradictions())


def create_app(
    document: Document,
    clauses: Catalogue,
    installs: Sequence[Install],
    runtime: Runtime,
    *,
    lifespan: Lifespan[Mock] | None = None,
) -> Mock:
    """The application that serves a document. Raises DocumentError for an operation that it has no handler for."""
    return Mock(document, clauses, installs, runtime, lifespan=lifespan)


def _cross_origin(settings: Settings) -> list[Middleware]:
    """What lets web pages of other origins call the API (Fetch, section 3.2). The control plane refuses them all."""
    if not settings.cors:
        return []
    from starlette.middleware.cors import CORSMiddleware

    return [
        Middleware(
            CORSMiddleware, allow_origins=settings.cors, allow_methods=["*"], allow_headers=["*"],
            expose_headers=["Invigilate-Warning", "Retry-After", "WWW-Authenticate"],
        )
    ]  # fmt: skip


def _operation(document: Document, name: str) -> Operation:
    try:
        return document.operations[name]
    except KeyError:
        reason = f"has no operation {name!r}; without it there is nothing to mock."
        raise DocumentError((Problem("/paths", document.source.place("/paths"), reason),)) from None
