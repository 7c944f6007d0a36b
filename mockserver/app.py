"""The application: an ASGI callable put together from a document, its installs, and the clock, ids, keys and store.

It is raw ASGI: a router and a middleware stack would cost more per call than the work itself, and would answer some
calls (oversized, trailing slash, escaped newline) in words that are not ours.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any, TypeAlias

import orjson

from mockserver.auth.credentials import Credentials
from mockserver.auth.keys import Keys
from mockserver.auth.signon import Desk
from mockserver.behaviour.seams import HONEST, Behaviour
from mockserver.control.control import Control
from mockserver.endpoints import pages
from mockserver.endpoints import signon as gate
from mockserver.endpoints.provision import Installs, Provision
from mockserver.endpoints.routes import Handler, Route, Routes
from mockserver.http.errors import Refusal
from mockserver.http.journal import Exchange, Journal
from mockserver.http.request import Call, Disconnected, Receive
from mockserver.http.response import Reply, of_json, of_refusal
from mockserver.provisioning.engine import Provisioning
from mockserver.settings import Settings
from mockserver.state.clock import Clock
from mockserver.state.ids import Ids
from mockserver.state.store import Store
from spec.catalogue.clauses import Catalogue
from spec.catalogue.contradictions import load_contradictions
from spec.docs.page import Page, render
from spec.openapi.document import Document, DocumentError, Operation, Problem
from spec.resources.annotations import resources
from spec.resources.installs import Install

Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_log = logging.getLogger("invigilate")


class Mock:
    """The application. Public attributes are for tests and for whoever embeds it."""

    def __init__(
        self,
        document: Document,
        installs: Sequence[Install],
        *,
        clock: Clock,
        ids: Ids,
        keys: Keys,
        store: Store,
        settings: Settings,
        behaviour: Behaviour,
        clauses: Catalogue,
    ) -> None:
        self.document, self.installs, self.settings = document, tuple(installs), settings
        self.clock, self.keys, self.store, self.behaviour = clock, keys, store, behaviour
        self.clauses = clauses
        provision = _operation(document, "provision")
        parts = resources(provision)
        self.engine = Provisioning(parts, behaviour.planning)
        self.credentials = Credentials(document, keys, clock, settings.longest_credential)
        self.journal = Journal(document, self.credentials.header, settings.journal_length, settings.journal_body)
        follow = document.operations.get("followSignon")
        self.desk = Desk(parts, follow.path if follow else "", keys, clock, ids, settings)
        known = Installs(installs, provision)
        self.provision = Provision(provision, known, self.engine, store, ids, self.desk, settings, behaviour)
        self.gate = gate.Gate(known, self.desk, parts, settings)
        self.routes = Routes(self._routes(Control(settings.public_url, self.reset, self._contract)))
        self.serve = behaviour.serve(self)
        self._credential_header = self.credentials.header.encode()
        self.reset()

    def reset(self) -> None:
        """Restore the state that the mock starts with."""
        self.engine.restore(self.store, self.installs)
        self.desk.clear()
        self.journal.clear()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await _not_http(scope, receive, send)
            return
        call = Call(scope, receive)
        try:
            reply = await self.serve(call)
        except Refusal as refusal:
            reply = of_refusal(refusal, self.settings.contract_url)
        except Disconnected:
            return
        except Exception:  # noqa: BLE001 - the last resort: a defect of ours, told without a trace
            _log.exception("A call could not be served.")
            reply = of_refusal(Refusal("defect", "The mock has a defect; its terminal shows where. Please report it."))
        status, headers, body, notes = reply
        sent = [*headers, (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": sent})
        await send({"type": "http.response.body", "body": b"" if call.method == "HEAD" else body})
        self.journal.record(
            Exchange(
                self.clock(),
                call.method,
                call.raw_path,
                call.query,
                call.headers,
                call.body,
                status,
                headers,
                body,
                notes,
            )
        )

    async def answer(self, call: Call) -> Reply:
        """The honest answer to a call. Raises Refusal, or Disconnected."""
        route = self.routes.match(call)
        if route.protected:
            named, authorization = call.header(self._credential_header), call.header(b"authorization")
            call.caller = self.credentials.install_of(named, authorization)
        return await route.handler(call)

    def _routes(self, control: Control) -> tuple[Route, ...]:
        handlers = self._handlers()
        served: list[Route] = []
        problems: list[Problem] = []
        for name, operation in self.document.operations.items():
            if name in handlers:
                served.append(Route(operation.method, operation.path, handlers[name], bool(operation.security)))
                continue
            place = self.document.source.place(operation.pointer)
            reason = f"the mock has no handler for the operation {name!r}; it has {', '.join(handlers)}."
            problems.append(Problem(operation.pointer, place, reason))
        if problems:
            raise DocumentError(tuple(problems))
        served += [
            Route("GET", "/", self._index),
            Route("GET", "/openapi.json", self._openapi),
            Route("GET", "/_invigilate/contract", control.contract),
            Route("POST", "/_invigilate/reset", control.reset),
        ]
        return tuple(served)

    def _handlers(self) -> Mapping[str, Handler]:
        handlers: dict[str, Handler] = {
            "provision": self.provision,
            "followSignon": self.gate.follow,
            "jwks": self._jwks,
        }
        if present := self.document.operations.get("presentSignon"):
            rules = gate.form_rules(present)
            handlers["presentSignon"] = lambda call: self.gate.present(call, rules)
        return handlers

    async def _jwks(self, _: Call) -> Reply:
        return gate.jwks(self.keys)

    async def _openapi(self, _: Call) -> Reply:
        servers = [{"url": self.settings.public_url, "description": "this mock server"}]
        return of_json({**self.document.tree, "servers": servers})

    def _contract(self) -> Page:
        return render(self.document, self.clauses, load_contradictions())

    async def _index(self, _: Call) -> Reply:
        operation = _operation(self.document, "provision")
        routes = [pages.Row(f"{one.method} {one.path}", one.summary) for one in self.document.operations.values()] + [
            pages.Row("GET /openapi.json", "The document that this server keeps"),
            pages.Row("GET /_invigilate/contract", "The contract as a page to read"),
            pages.Row("POST /_invigilate/reset", "Restore the state of the start"),
        ]
        installs = [pages.Row(install.name, install.sid) for install in self.installs]
        return pages.index(self.document.title, self.document.version, routes, installs, self.example(operation))

    def example(self, operation: Operation) -> pages.Example:
        """The shortest example of an operation, and where to send it for the first install."""
        url = self.settings.public_url + operation.path
        for parameter in operation.parameters:
            url = url.replace("{" + parameter.name + "}", self.installs[0].sid)
        examples = operation.body.examples.values() if operation.body else ()
        body = min((orjson.dumps(one).decode() for one in examples), key=len, default="{}")
        return pages.Example(url, body)


def create_app(
    document: Document,
    clauses: Catalogue,
    installs: Sequence[Install],
    *,
    clock: Clock,
    ids: Ids,
    keys: Keys,
    store: Store,
    settings: Settings,
    fault: Callable[[Behaviour], Behaviour] | None = None,
) -> Mock:
    """The application. Raises DocumentError for an operation that it has no handler for."""
    behaviour = fault(HONEST) if fault else HONEST
    return Mock(
        document,
        installs,
        clock=clock,
        ids=ids,
        keys=keys,
        store=store,
        settings=settings,
        behaviour=behaviour,
        clauses=clauses,
    )


def _operation(document: Document, name: str) -> Operation:
    try:
        return document.operations[name]
    except KeyError:
        reason = f"has no operation {name!r}; without it there is nothing to mock."
        raise DocumentError((Problem("/paths", document.source.place("/paths"), reason),)) from None


async def _not_http(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1000})
        return
    while scope["type"] == "lifespan":
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
