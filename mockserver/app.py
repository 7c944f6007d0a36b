"""The application: Starlette's, with routes made from a document, and what they need made from a runtime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Lifespan

from mockserver.auth.clients import OAuthClients
from mockserver.auth.credentials import Credentials
from mockserver.auth.signon import Issuer, SignonGrants
from mockserver.behaviour.middleware import Around
from mockserver.behaviour.seams import Served
from mockserver.control import control
from mockserver.control.tokens import token_routes
from mockserver.endpoints.documents import DocumentEndpoints, example
from mockserver.endpoints.oauth import OAuthEndpoints, scopes_of
from mockserver.endpoints.pages import Example
from mockserver.endpoints.provision import Authentication, Installs, Provision
from mockserver.endpoints.routes import Function, MethodRoute, operation_routes, with_allowed
from mockserver.endpoints.signon import SignonEndpoints
from mockserver.endpoints.unknown import UnknownPath
from mockserver.endpoints.users import UserEndpoints
from mockserver.http.handlers import exception_handlers
from mockserver.http.journal import Journal
from mockserver.http.middleware import Journaling, RawPath
from mockserver.provisioning.engine import Provisioning
from mockserver.runtime import Runtime
from spec.catalogue.clauses import Catalogue
from spec.catalogue.contradictions import load_contradictions
from spec.openapi.document import Document, DocumentError, Operation, Problem
from spec.resources.annotations import resources
from spec.resources.installs import Install

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
        runtime = replace(runtime, settings=behaviour.chosen(runtime.settings), ids=behaviour.names(runtime.ids))
        self.document, self.clauses, self.installs, self.runtime = document, clauses, tuple(installs), runtime
        self.settings, self.keys, self.store = runtime.settings, runtime.keys, runtime.store
        provision = _operation(document, "provision")
        parts = resources(provision)
        self.engine = Provisioning(parts, behaviour.planner)
        self.clients = OAuthClients(installs, runtime.keys, self.settings.access_token_ttl)
        self.credentials = Credentials(
            document,
            runtime.keys,
            runtime.clock,
            self.settings.longest_credential,
            self.clients.by_id,
            runtime.revocations,
        )
        self.journal = Journal(
            document, self.credentials.header, self.settings.journal_length, self.settings.journal_body
        )
        follow = document.operations.get("followSignon")
        issuer = Issuer(runtime.keys, runtime.clock, runtime.ids, runtime.settings)
        self.grants = SignonGrants(parts, follow.path if follow else "", issuer)
        known = Installs(installs, provision)
        self.provision = Provision(provision, known, self.engine, self.grants, runtime)
        scopes = scopes_of(document, "authorizationCode")
        self.users = UserEndpoints(installs, parts, self.clients, self.credentials, scopes, runtime)
        routes = self._routes(SignonEndpoints(known, self.grants, parts, runtime))
        plane = control.control(
            self.settings, self.reset, self._contract, token_routes(self.rotate_keys, self.credentials, self.settings)
        )
        prefix = urlsplit(self.settings.public_url or "").path
        unknown = UnknownPath(routes, control.PATHS)
        super().__init__(
            routes=[*routes, plane],
            middleware=[Middleware(RawPath, prefix), Middleware(Journaling, self.journal, runtime.clock)],
            exception_handlers=exception_handlers(self.settings, unknown.refusal, refusing=behaviour.refusing),
            lifespan=lifespan,
        )
        self.router.redirect_slashes = False
        self.router.default = unknown
        self.reset()

    def reset(self) -> None:
        """Restore the state that the mock starts with."""
        self.runtime.ids.restart()
        self.engine.restore(self.store, self.installs)
        self.grants.clear()
        self.users.logins.clear()
        self.journal.clear()
        for restart in self.runtime.behaviour.reset:
            restart()

    def rotate_keys(self) -> None:
        """Sign with a new key; the old one stays published until all that it signed is dead. Raises OSError."""
        now, settings = self.runtime.clock(), self.settings
        longest = max(settings.token_ttl, settings.signon_ttl, self.clients.longest)
        self.keys.rotate(now, now + longest)
        self.credentials.forget()

    def example(self, base: str) -> Example:
        """A call to try, of the first install of the mock that is reached at ``base``."""
        return example(self.document.operations["provision"], self.installs[0], base)

    def _routes(self, signon: SignonEndpoints) -> list[MethodRoute]:
        documents = DocumentEndpoints(self.document, self.installs, self.runtime)
        endpoints: Mapping[str, Function | ASGIApp] = {
            "provision": self.provision,
            **OAuthEndpoints(self.document, self.clients, self.users, self.runtime).functions(),
            **signon.functions(self.document),
        }
        behaviour = self.runtime.behaviour

        def behind(operation: Operation) -> list[Middleware]:
            around = [Middleware(Around, behaviour.serving, Served(operation, self.store))] if behaviour.serving else []
            protection = Middleware(Authentication, self.credentials, behaviour.admitting)
            return [*around, protection] if operation.security else around

        return with_allowed(
            [
                *operation_routes(self.document, endpoints, behind),
                MethodRoute("GET", "/", documents.index),
                MethodRoute("GET", "/openapi.json", documents.openapi),
            ]
        )

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


def _operation(document: Document, name: str) -> Operation:
    try:
        return document.operations[name]
    except KeyError:
        reason = f"has no operation {name!r}; without it there is nothing to mock."
        raise DocumentError((Problem("/paths", document.source.place("/paths"), reason),)) from None
