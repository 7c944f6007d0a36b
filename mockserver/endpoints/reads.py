"""The endpoints that show what is stored: a user, a configuration, the install, and the report of sessions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from mockserver.endpoints.lists import envelope
from mockserver.endpoints.placed import PlacedCalls
from mockserver.endpoints.routes import Function
from mockserver.endpoints.sessions import SessionEndpoints, answer_of
from mockserver.http.request import Request
from mockserver.http.response import Response, of_json
from mockserver.sessions.ledger import STATUS
from mockserver.sessions.views import Stored, View
from mockserver.state.store import Resource, Store
from spec.openapi.document import Operation
from spec.source.pointer import Json


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
        view = View(answer_of(operation)["properties"]["results"]["items"], self.sessions.resources)

        async def report(request: Request) -> Response:
            call = await calls.read(request)
            statuses = call.values.get("status")
            every = self.every(call.tenant.store, call.tenant.install.deployment)
            wanted = [one for one in every if statuses is None or one.attributes[STATUS] in statuses]
            show: Callable[[Resource], Json] = partial(self.sessions.show, view, call.tenant)
            return of_json(envelope(request, self.sessions.settings, call.values, wanted, show))

        return report

    def every(self, store: Store, deployment: str) -> Iterator[Resource]:
        """Every session of a deployment, by way of what it belongs to."""
        trail = [self.kind.name]
        part = self.kind.scope
        while part:
            trail.append(part)
            part = self.sessions.resources.part(part).scope or ""
        owners = [deployment]
        for name in reversed(trail):
            owners = [sid for owner in owners for sid in store.related(owner, name)]
        yield from (one for sid in owners if (one := store.read(sid)) is not None)
