"""From a document and a behaviour to the endpoints of its operations, over a state that behaviours share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp

from mockserver.auth.clients import OAuthClients
from mockserver.auth.credentials import Credentials
from mockserver.auth.logins import Logins
from mockserver.auth.signon import SignonGrants
from mockserver.behaviour.faults import behaviour_of
from mockserver.behaviour.middleware import Around
from mockserver.behaviour.seams import Behaviour, Served
from mockserver.endpoints.documents import DocumentEndpoints
from mockserver.endpoints.oauth import OAuthEndpoints, scopes_of
from mockserver.endpoints.provision import Authentication, Installs, Provision
from mockserver.endpoints.reads import ReadEndpoints
from mockserver.endpoints.routes import Function, as_application
from mockserver.endpoints.sessions import SessionEndpoints
from mockserver.endpoints.signon import SignonEndpoints
from mockserver.endpoints.users import UserEndpoints
from mockserver.http.errors import Refusal
from mockserver.http.handlers import exception_handlers
from mockserver.http.request import Request
from mockserver.provisioning.engine import Provisioning
from mockserver.runtime import Runtime
from mockserver.sessions.events import SessionEvents
from mockserver.sessions.onboarding import OnboardingGrants
from mockserver.state.clock import Clocks
from mockserver.state.store import Store
from spec.openapi.document import Document, Operation
from spec.resources.installs import Install
from spec.resources.resource import Resources
from spec.resources.sessions import session_kind


@dataclass(frozen=True, slots=True)
class Foundation:
    """What every behaviour of one mock stands on."""

    document: Document
    parts: Resources
    installs: Sequence[Install]
    known: Installs
    credentials: Credentials
    grants: SignonGrants
    clients: OAuthClients
    logins: Logins
    onboarding: OnboardingGrants
    clocks: Clocks
    runtime: Runtime


class ServedOperations:
    """The endpoints of the operations under one behaviour. The first of a mock is that with which it was started."""

    def __init__(self, foundation: Foundation, behaviour: Behaviour) -> None:
        self.foundation, self.behaviour = foundation, behaviour
        runtime = replace(
            foundation.runtime, settings=behaviour.chosen(foundation.runtime.settings), behaviour=behaviour
        )
        document, known, grants = foundation.document, foundation.known, foundation.grants
        kind = session_kind(document.operations)
        events: SessionEvents | None = None
        if kind is not None:
            events = behaviour.session_events(kind, foundation.parts, foundation.clocks, behaviour.lenient)
        self.engine = Provisioning(foundation.parts, behaviour.planner, events)
        self.provision = Provision(document.operations["provision"], known, self.engine, grants, runtime)
        self.documents = DocumentEndpoints(document, foundation.installs, runtime)
        signon = SignonEndpoints(known, grants, foundation.parts, runtime)
        self.users = UserEndpoints(
            known.by_sid,
            foundation.parts,
            foundation.clients,
            foundation.logins,
            foundation.credentials,
            scopes_of(document, "authorizationCode"),
            runtime,
        )
        self.endpoints: Mapping[str, Function | ASGIApp] = {
            "provision": self.provision,
            **OAuthEndpoints(document, foundation.clients, self.users, runtime).functions(),
            **signon.functions(document),
        }
        self.events = events
        if events is not None:
            sessions = SessionEndpoints(document, known, events, foundation.onboarding, foundation.parts, runtime)
            self.endpoints = {**self.endpoints, **sessions.functions(), **ReadEndpoints(sessions).functions()}

    def store_of(self, request: Request) -> Store:
        """Where the install of a call keeps what it stores; for a call that names none, where those of the file do."""
        known = self.foundation.known
        tenant = known.by_sid.get(request.path_params.get(known.variable, ""))
        return tenant.store if tenant is not None else self.foundation.runtime.store

    def behind(self, operation: Operation) -> list[Middleware]:
        """What the endpoint of an operation is behind: what stands in the seam of serving, and its credential."""
        behaviour, foundation = self.behaviour, self.foundation
        served = Served(operation, self.store_of)
        around = [Middleware(Around, behaviour.serving, served)] if behaviour.serving else []
        protection = Middleware(Authentication, foundation.credentials, behaviour.admitting)
        return [*around, protection] if operation.security else around

    def served(self, operation: Operation) -> ASGIApp:
        """The endpoint of an operation with all that it is behind, which answers every refusal itself."""
        endpoint = self.endpoints[operation.id]
        app = as_application(endpoint)
        for one in reversed(self.behind(operation)):
            app = one.cls(app, *one.args, **one.kwargs)
        handlers = exception_handlers(self.foundation.runtime.settings, refusing=self.behaviour.refusing)
        return ExceptionMiddleware(app, handlers)


def spoiling(foundation: Foundation) -> Callable[[tuple[str, ...], str], ASGIApp]:
    """Makes, of the ids of faults and an operationId, the endpoint of a mock that has them and shares the state.

    What it returns raises Refusal for an id that is none.
    """
    assemblies: dict[tuple[str, ...], ServedOperations] = {}

    def spoiled(faults: tuple[str, ...], operation: str) -> ASGIApp:
        if faults not in assemblies:
            try:
                behaviour = behaviour_of(faults)
                if behaviour.reset and foundation.runtime.memory.is_shared:
                    message = f"A fault of {', '.join(faults)} counts calls, and each process would by itself; say "
                    raise Refusal("invalid-input", f"{message}what is to happen with 'status' and 'every'.")
                assemblies[faults] = ServedOperations(foundation, behaviour)
            except KeyError as error:
                message = f"There is no fault {error}; GET /_invigilate/faults lists those there are."
                raise Refusal("invalid-input", message) from None
        return assemblies[faults].served(foundation.document.operations[operation])

    return spoiled
