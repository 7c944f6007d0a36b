"""The inspector as an application: its pages, and everything else below the prefix as the control plane answers it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.control.controlled import Controlled
from mockserver.control.document import PREFIX
from mockserver.http.errors import Refusal, refuse
from mockserver.http.negotiation import wants_page
from mockserver.http.request import shown
from mockserver.http.scope import headers_of
from spec.catalogue.clauses import Catalogue

if TYPE_CHECKING:
    from mockserver.inspector.desk import Desk

SEGMENTS = frozenset({"calls", "world", "controls", "client", "judge", "login", "logout"})
"""With what the paths of pages begin; no path of the control plane does."""
_READING = frozenset({"GET", "HEAD"})


class Inspector:
    """An ASGI application below the prefix of the control plane. Its pages are made when one is asked for."""

    def __init__(self, plane: ASGIApp, controlled: Callable[[], Controlled], catalogue: Catalogue) -> None:
        self.plane, self._controlled, self.catalogue = plane, controlled, catalogue

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._is_page(scope):
            await self.plane(scope, receive, send)
            return
        try:
            await self._router(scope, receive, send)
        except Refusal as refusal:
            if not wants_page(headers_of(scope).get(b"accept")):
                raise
            here = scope["path"].partition(PREFIX)[2].split("/")[1]
            page = self._desk.shell.page(
                scope, "refused.html", status=refusal.status, here=here or "calls", refusal=refusal
            )
            await page(scope, receive, send)

    def _is_page(self, scope: Scope) -> bool:
        below: str = scope["path"].partition(PREFIX)[2]
        first = below.split("/")[1] if below.startswith("/") else ""
        if below in ("", "/"):
            return scope["method"] in _READING and wants_page(headers_of(scope).get(b"accept"))
        return first in SEGMENTS

    @cached_property
    def _desk(self) -> Desk:
        from mockserver.inspector.desk import Desk  # with all that pages need, which a start need not wait for

        return Desk(self._controlled(), self.plane, self.catalogue)

    @cached_property
    def _router(self) -> Router:
        return Router(_routes(self._desk), redirect_slashes=False, default=_unknown)


def _routes(desk: Desk) -> Sequence[BaseRoute]:
    from mockserver.inspector.pages import calling, client, controls, entry, judge, world

    return [
        Route(path, endpoint, methods=[method])
        for module in (calling, world, controls, client, judge, entry)
        for (method, path), endpoint in module.pages(desk).items()
    ]


async def _unknown(scope: Scope, receive: Receive, send: Send) -> None:
    there = shown(scope["path"].encode())
    raise refuse("not-found", "path-known", f"There is no page at {there}. {PREFIX}/ leads to all of them.")
