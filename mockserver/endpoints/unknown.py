"""Paths that are not served: what is told about them, so that whoever mistyped one goes on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from starlette.routing import Match
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from mockserver.endpoints.routes import Function, MethodRoute
from mockserver.http.errors import Refusal, refuse
from mockserver.http.request import Request, shown
from mockserver.http.response import Response
from mockserver.http.scope import root_of
from spec.source.pointer import Json
from spec.source.reading import read

_PARAMETER = re.compile(r"\{[^}]*\}")
_VALUE = re.compile(r"\{[^}]*\}|(?<=/)[A-Z]{2}[0-9A-Za-z]{6,}")  # what stands for a parameter: itself, or a SID
_LONGEST = 200
PUBLISHED_FILE = Path(__file__).parents[1] / "published.yaml"


@dataclass(frozen=True, slots=True)
class PublishedPath:
    """A path that the vendor published, with its methods; or a spelling of the guide, and what it means."""

    pattern: re.Pattern[str]
    path: str
    methods: tuple[str, ...]
    means: str = ""


class UnknownPath:
    """The endpoint of every path without a route. It always refuses."""

    def __init__(self, routes: Sequence[MethodRoute], also: Sequence[str] = ()) -> None:
        self.routes, self.also = routes, tuple(also)

    @property
    def listed(self) -> tuple[str, ...]:
        """The paths that are served."""
        return tuple(dict.fromkeys([*(one.template for one in self.routes), *self.also]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
            return
        raise self.refusal(scope)

    def refusal(self, scope: Scope) -> Refusal:
        """What is said of the path of a call."""
        path: str = scope["path"].removeprefix(root_of(scope))
        there = f"There is nothing at {shown(path.encode())}."
        meant = next((one.means for one in published() if one.means and one.pattern.fullmatch(path)), "")
        if meant:
            return refuse("not-found", "path-known", f"{there} The guide spells it so; it is {meant}.")
        if path.endswith("/") and self._serves({**scope, "path": scope["path"][:-1]}):
            return refuse("not-found", "path-known", f"{there} Leave out the slash at the end.")
        if self._serves({**scope, "path": f"{scope['path']}/"}) or f"{path}/" in self.also:
            return refuse("not-found", "path-known", f"{there} Add a slash at the end.")
        for one in published():
            if one.pattern.fullmatch(path) is not None:
                return unserved(one.path, one.methods)
        return refuse("not-found", "path-known", f"{there}{did_you_mean(path, self.listed)} GET / lists all paths.")

    def _serves(self, scope: Scope) -> bool:
        return any(route.matches(scope)[0] is not Match.NONE for route in self.routes)


def did_you_mean(path: str, templates: Iterable[str]) -> str:
    """The templates that a path resembles, as a question with a blank before it; nothing if there are none."""
    alike = {_PARAMETER.sub("{}", one): one for one in templates}
    near = get_close_matches(_VALUE.sub("{}", path[:_LONGEST]), alike, n=3, cutoff=0.75)
    return f" Did you mean {' or '.join(alike[one] for one in near)}?" if near else ""


def unserved(path: str, methods: Sequence[str]) -> Refusal:
    """The refusal of what is published, but not served."""
    message = f"{path} ({', '.join(methods)}) is published, but this mock does not serve it; nothing was done."
    return refuse("not-implemented", "published-unserved", message)


def unserved_methods(routes: Sequence[MethodRoute]) -> Iterator[MethodRoute]:
    """Routes for the methods of served paths that are published, and not served."""
    served: dict[str, set[str]] = {}
    for route in routes:
        served.setdefault(route.template, set()).update(route.methods or ())
    for one in published():
        left = [method for method in one.methods if one.path in served and method not in served[one.path]]
        for method in left:
            yield MethodRoute(method, one.path, _refusing(one.path, method), served=False)


def _refusing(path: str, method: str) -> Function:
    async def refusing(_: Request) -> Response:
        raise unserved(path, [method])

    return refusing


@cache
def published(file: Path = PUBLISHED_FILE) -> tuple[PublishedPath, ...]:
    """The paths of the list, those of the guide's own spelling first."""
    value: Json = read(file).value
    misspelt = [_published(one["path"], (), one["means"]) for one in value["misspelt"]]
    return (*misspelt, *(_published(path, tuple(methods)) for path, methods in _methods(value["paths"]).items()))


def _methods(paths: Sequence[Mapping[str, Json]]) -> dict[str, list[str]]:
    methods: dict[str, list[str]] = {}
    for one in paths:
        methods.setdefault(one["path"], []).extend(one["methods"])
    return methods


def _published(path: str, methods: tuple[str, ...], means: str = "") -> PublishedPath:
    literals = (re.escape(piece) for piece in re.split(r"\{[^}]*\}", path))
    return PublishedPath(re.compile("[^/]+".join(literals)), path, methods, means)
