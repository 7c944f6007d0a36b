"""The endpoints that show what is stored: a user, a configuration, the install, and the report of sessions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mockserver.endpoints.lists import asked_page, envelope
from mockserver.endpoints.placed import PlacedCalls
from mockserver.endpoints.routes import Function
from mockserver.endpoints.sessions import SessionEndpoints, answer_of
from mockserver.http.request import Request
from mockserver.http.response import Response, of_json
from mockserver.sessions.views import Stored, View
from mockserver.state.store import Resource
from spec.openapi.document import Operation


class ReadEndpoints:
    """What is served for reading alone. Which resource is meant says the path, what is shown of it the answer."""

    def __init__(self, sessions: SessionEndpoints) -> None:
        self.sessions, self.kind, self.ledger = sessions, sessions.kind, sessions.ledger

    def functions(self) -> Mapping[str, Function]:
        """The endpoints of those operations that the document has, by operationId."""
        making: Mapping[str, Callable[[Operation], Function]] = {
            "readProfile": self.showing,
            "readConfiguration": self.showing,
            "readSettings": self.showing,
            "listAppointments": self.reporting,
        }
        operations = self.sessions.document.operations
        return {name: make(operations[name]) for name, make in making.items() if name in operations}

    def showing(self, operation: Operation) -> Function:
        """The function that shows what the path names, and what that belongs to."""
        calls: PlacedCalls = self.sessions.calls(operation)
        view = self.sessions.view(operation)

        async def show(request: Request) -> Response:
            call = await calls.read(request)
            shown: dict[str, Resource] = {}
            for one in call.named.values():
                shown.update(self.ledger.relatives(call.tenant.store, one))
            return of_json(view.of(Stored(call.tenant.store, call.tenant.install, shown)))

        return show

    def reporting(self, operation: Operation) -> Function:
        """The function that serves ``listAppointments``."""
        calls = self.sessions.calls(operation)
        view = View(answer_of(operation)["properties"]["results"]["items"], self.sessions.resources, self.kind)

        async def report(request: Request) -> Response:
            call = await calls.read(request)
            tenant = call.tenant
            home, statuses = tenant.install.deployment, call.values.get("status")
            total, sids = self.ledger.page(tenant.store, home, statuses, *asked_page(call.values))
            sessions = filter(None, map(tenant.store.read, sids))
            shown = [self.sessions.show(view, tenant, one) for one in sessions]
            return of_json(envelope(request, self.sessions.settings, call.values, total, shown))

        return report
