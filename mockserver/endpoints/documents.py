"""The endpoints that hand out documents: the OpenAPI document, and the page at ``/``."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from mockserver.endpoints import pages
from mockserver.http.pages import PageRow
from mockserver.http.request import Request
from mockserver.http.response import Response, of_json
from mockserver.http.scope import exchange_of
from mockserver.http.urls import public_path, public_url
from mockserver.runtime import Runtime
from spec.openapi.document import Document, Operation
from spec.resources.installs import Install

OPEN_TO_PAGES = ((b"access-control-allow-origin", b"*"),)
"""The header of what web pages of any origin may read: what verifies tokens."""


class DocumentEndpoints:
    """What says how to use the mock."""

    def __init__(self, document: Document, installs: Sequence[Install], runtime: Runtime) -> None:
        self.document, self.installs, self.runtime = document, tuple(installs), runtime

    async def health(self, request: Request) -> Response:
        """Whether calls are taken. It is not kept in the journal, for it is asked again and again."""
        exchange_of(request.scope).is_kept = False
        return of_json({"status": "ok"})

    async def openapi(self, request: Request) -> Response:
        """The document that is served, naming this server."""
        servers = [{"url": public_url(request.scope, self.runtime.settings), "description": "this mock server"}]
        return of_json({**self.document.tree, "servers": servers})

    async def index(self, request: Request) -> Response:
        """The page at ``/``."""
        operations = self.document.operations
        routes = [PageRow(f"{one.method} {one.path}", one.summary) for one in operations.values()] + [
            PageRow("GET /openapi.json", "The document that this server keeps"),
            PageRow("GET /_invigilate/contract", "The contract as a page to read"),
            PageRow("GET /health", "Whether calls are taken"),
            PageRow("GET /_invigilate/", "The inspector; for programs, what can be seen and done from tests"),
        ]
        facts = pages.Index(
            self.document.title,
            self.document.version,
            tuple(routes),
            tuple(
                pages.Listed(install.name, install.sid, tuple(install.members.get("integrations", ())))
                for install in self.installs
            ),
            example(operations["provision"], self.installs[0], public_url(request.scope, self.runtime.settings)),
            ", ".join(self.runtime.settings.faults),
            lasts=bool(self.runtime.settings.store),
        )
        return pages.index(facts, root=public_path(request.scope, self.runtime.settings))


def example(operation: Operation, install: Install, base: str) -> pages.ExampleCall:
    """The shortest example of an operation, and where to send it for an install."""
    url = base + operation.path
    for parameter in operation.parameters:
        url = url.replace("{" + parameter.name + "}", install.sid)
    examples = operation.body.examples.values() if operation.body else ()
    body = min((orjson.dumps(one).decode() for one in examples), key=len, default="{}")
    return pages.ExampleCall(url, body)
