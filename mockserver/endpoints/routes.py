"""Routes from the document: one for each operation, found by the path as it was sent."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from typing import TypeAlias, cast

import starlette.responses
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.http.request import Request, not_allowed
from mockserver.http.response import Response, noting
from spec.openapi.document import Document, DocumentError, Operation, Problem

Function: TypeAlias = Callable[[Request], Awaitable[starlette.responses.Response]]
_MOST_FOUND = 256
_ROUTE = "invigilate.route"
_PARAMETER = re.compile(r"\{([^}]*)\}")


class Segment(StringConvertor):
    """A whole segment of a path; an empty one counts, so that what is missing can be told."""

    regex = "[^/]*"


register_url_convertor("segment", Segment())


class Endpoint:
    """A function of a request as an ASGI application. Exceptions are left to the application's handlers."""

    def __init__(self, function: Function) -> None:
        self.function = function

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.function(Request(scope, receive, send))
        await response(scope, receive, send if isinstance(response, Response) else noting(scope, send))


def as_application(endpoint: Function | ASGIApp) -> ASGIApp:
    """An endpoint as an ASGI application: a function is wrapped, an application is what it is."""
    plain = inspect.isfunction(endpoint) or inspect.ismethod(endpoint)
    return Endpoint(cast(Function, endpoint)) if plain else cast(ASGIApp, endpoint)


class MethodRoute(Route):
    """A route for one method, which knows the other methods of its path.

    ``endpoint`` is a function of a request, or an ASGI application, which is handed through untouched. A method that
    is not ``served`` has an endpoint that says so, and is not listed among those that are allowed.
    """

    def __init__(
        self,
        method: str,
        path: str,
        endpoint: Function | ASGIApp,
        *,
        middleware: Sequence[Middleware] = (),
        served: bool = True,
    ) -> None:
        super().__init__(pattern(path), as_application(endpoint), methods=[method], middleware=middleware)
        self.template, self.served = path, served
        self.allowed: frozenset[str] = frozenset(self.methods or ())

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in (self.methods or ()):
            raise not_allowed(scope["method"], ", ".join(sorted(self.allowed)))
        await self.app(scope, receive, send)


class RouteTable(BaseRoute):
    """Routes by method and by number of segments, so that a call looks only at those which it may mean.

    It stands before the routes themselves, which say what there is to say of all other calls: it takes a call that one
    of them serves, as the first one that does would, and no other. Paths of installs are few and come again.
    """

    def __init__(self, routes: Iterable[MethodRoute]) -> None:
        self.table: dict[tuple[str, int], list[MethodRoute]] = {}
        for route in routes:
            for method in route.methods or ():
                self.table.setdefault((method, route.template.count("/")), []).append(route)
        self._found: dict[tuple[str, str], Scope] = {}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The route of a call, and what its path names; Starlette's own looks at every route anew at each call."""
        if scope["type"] != "http" or scope.get("root_path") or "path_params" in scope:
            return Match.NONE, _NOTHING
        path: str = scope["path"]
        called = (scope["method"], path)
        known = self._found.get(called)
        if known is not None:
            return Match.FULL, known
        for route in self.table.get((called[0], path.count("/")), ()):
            match = route.path_regex.match(path)
            if match is not None:  # every parameter is a segment, and none is converted
                child = {_ROUTE: route, "endpoint": route.endpoint, "path_params": match.groupdict()}
                if len(self._found) >= _MOST_FOUND:
                    self._found.clear()
                self._found[called] = child
                return Match.FULL, child
        return Match.NONE, _NOTHING

    def handle(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[None, None, None]:
        """Hand a call to its route, without a coroutine of its own in between."""
        handed: Coroutine[None, None, None] = scope[_ROUTE].app(scope, receive, send)
        return handed


_NOTHING: Scope = {}


def operation_routes(
    document: Document, endpoints: Mapping[str, Function | ASGIApp], behind: Callable[[Operation], list[Middleware]]
) -> list[MethodRoute]:
    """A route for each operation of a document; ``behind`` says which middleware it is behind.

    Raises DocumentError for operations without an endpoint of their operationId.
    """
    problems: list[Problem] = []
    routes: list[MethodRoute] = []
    for name, operation in document.operations.items():
        if name in endpoints:
            middleware = behind(operation)
            routes.append(MethodRoute(operation.method, operation.path, endpoints[name], middleware=middleware))
        else:
            problems.append(_unserved(document, operation, name, endpoints))
    if problems:
        raise DocumentError(tuple(problems))
    return sorted(routes, key=lambda one: sum(_captures(one, other) for other in routes))


def with_allowed(routes: Iterable[MethodRoute]) -> list[MethodRoute]:
    """The same routes, each knowing every method of its path, for the header ``Allow``."""
    listed = list(routes)
    methods: dict[str, set[str]] = {}
    for route in (one for one in listed if one.served):
        methods.setdefault(route.template, set()).update(route.methods or ())
    for route in listed:
        route.allowed = frozenset(methods[route.template])
    return listed


def variable(name: str) -> str:
    """The name under which Starlette knows a parameter of a path."""
    return re.sub(r"\W", "_", f"_{name}" if name[:1].isdigit() else name, flags=re.ASCII)


def pattern(path: str) -> str:
    """A path of an OpenAPI document as Starlette writes it."""
    return _PARAMETER.sub(lambda found: f"{{{variable(found[1])}:segment}}", path)


def _captures(route: MethodRoute, other: MethodRoute) -> bool:
    """Whether a route would also take the path of another one, which is more concrete and so has to come first."""
    return route.template != other.template and route.path_regex.match(other.template) is not None


def _unserved(document: Document, operation: Operation, name: str, endpoints: Mapping[str, object]) -> Problem:
    place = document.source.place(operation.pointer)
    reason = f"the mock has no handler for the operation {name!r}; it has {', '.join(endpoints)}."
    return Problem(operation.pointer, place, reason)
