"""Which operation a method and a path mean. Paths are compared as they were sent, before any decoding."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias
from urllib.parse import unquote

from mockserver.http.errors import refuse
from mockserver.http.request import Call, shown
from mockserver.http.response import Reply

Handler: TypeAlias = Callable[[Call], Awaitable[Reply]]

_HINTS: Mapping[bytes, str] = {
    b"assignments": "It is PUT /v1/installs/{installSid}/exams/{examSid}/assignment.",
    b"onboarding": "It is GET /v1/installs/{installSid}/exams/{examSid}/sessions/{sessionSid}/onboard.",
    b"sessions": "Sessions are scheduled by POST /v1/installs/{installSid}/exams/{examSid}/sessions/{sessionSid}.",
}
"""What the published guide misspells, by the last segment of the path."""


_MOST_FOUND = 256


@dataclass(frozen=True, slots=True)
class Route:
    """One method on one path template. ``protected`` routes are served only with a credential."""

    method: str
    template: str
    handler: Handler
    protected: bool = False


class Asked(NamedTuple):
    """What is looked up: a method and a path as it was sent."""

    method: str
    raw_path: bytes


@dataclass(frozen=True, slots=True)
class Match:
    """A route that was found, and the values of its path parameters."""

    route: Route
    params: Mapping[str, str]


class Routes:
    """The table of routes."""

    def __init__(self, routes: tuple[Route, ...]) -> None:
        self.routes = routes
        self._found: dict[Asked, Match] = {}
        self._by_length: dict[int, list[_Template]] = {}
        templates: dict[str, _Template] = {}
        for route in routes:
            if route.template not in templates:
                templates[route.template] = _Template(route.template)
                length = route.template.count("/")
                self._by_length.setdefault(length, []).append(templates[route.template])
            templates[route.template].methods[route.method] = route

    def match(self, call: Call) -> Route:
        """The route of a call, whose ``params`` are filled in. Raises Refusal (404, 405)."""
        asked = Asked(call.method, call.raw_path)
        if found := self._found.get(asked):
            call.params = found.params
            return found.route
        segments = call.raw_path.split(b"/")[1:]
        for template in self._by_length.get(len(segments), ()):
            if template.fits(segments):
                break
        else:
            raise refuse("not-found", "path-known", self._advice(call.raw_path, segments))
        route = template.methods.get(call.method)
        if route is None and call.method == "HEAD":
            route = template.methods.get("GET")
        if route is None:
            allowed = sorted({*template.methods, *(("HEAD",) if "GET" in template.methods else ())})
            listed = ", ".join(allowed)
            message = f"{shown(call.method.encode())} is not served here; use {listed}."
            raise refuse("method", "method-allowed", message, headers=((b"allow", listed.encode()),))
        call.params = {
            name: unquote(segments[index].decode("latin-1"), errors="replace") for index, name in template.names
        }
        if len(self._found) < _MOST_FOUND:
            self._found[asked] = Match(route, call.params)
        return route

    def _advice(self, raw_path: bytes, segments: list[bytes]) -> str:
        said = f"There is nothing at {shown(raw_path)}."
        last = segments[-1] if segments else b""
        if not last and any(template.fits(segments[:-1]) for template in self._by_length.get(len(segments) - 1, ())):
            return f"{said} Leave out the slash at the end."
        if last in _HINTS:
            return f"{said} {_HINTS[last]}"
        return f"{said} The paths are {', '.join(dict.fromkeys(route.template for route in self.routes))}."


class _Template:
    __slots__ = ("literals", "methods", "names")

    def __init__(self, template: str) -> None:
        segments = template.split("/")[1:]
        self.names = [(index, one[1:-1]) for index, one in enumerate(segments) if one.startswith("{")]
        self.literals = [(index, one.encode()) for index, one in enumerate(segments) if not one.startswith("{")]
        self.methods: dict[str, Route] = {}

    def fits(self, segments: list[bytes]) -> bool:
        return all(segments[index] == literal for index, literal in self.literals)
