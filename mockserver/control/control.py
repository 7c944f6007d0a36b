"""Everything under ``/_invigilate``: for the person at this machine, never for a web page from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.endpoints.routes import MethodRoute, with_allowed
from mockserver.http.errors import refuse
from mockserver.http.request import Request
from mockserver.http.response import Response, of_json, of_page
from mockserver.http.scope import headers_of
from mockserver.http.urls import is_own_host, stated_host
from mockserver.settings import Settings

if TYPE_CHECKING:
    from spec.docs.shell import Page

PREFIX = "/_invigilate"
PATHS = (f"{PREFIX}/contract", f"{PREFIX}/reset", f"{PREFIX}/keys", f"{PREFIX}/revoke")
_STATIC = Path(__file__).parents[1] / "static"
_SAFE = frozenset({"GET", "HEAD"})


def control(
    settings: Settings, restore: Callable[[], None], render: Callable[[], Page], more: Sequence[MethodRoute] = ()
) -> Mount:
    """The control plane. ``restore`` is what restores the state, ``render`` makes the contract page, once."""
    contract_page = cache(render)

    async def contract(_: Request) -> Response:
        page = contract_page()
        return of_page(page.html, f"{page.policy}; frame-ancestors 'none'")

    async def reset(_: Request) -> Response:
        restore()
        return of_json({"reset": True})

    routes: list[BaseRoute] = [
        *with_allowed([MethodRoute("GET", "/contract", contract), MethodRoute("POST", "/reset", reset), *more]),
        Mount("/static", StaticFiles(directory=_STATIC)),
    ]
    return Mount(PREFIX, routes=routes, middleware=[Middleware(SameOrigin, settings)])


class SameOrigin:
    """Refuses what a foreign web page could have caused (CSRF, DNS rebinding).

    Pages to read hold no secret and change nothing, so links to them may come from anywhere.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in _SAFE:
            self.check(scope)
        await self.app(scope, receive, send)

    def check(self, scope: Scope) -> None:
        """Raise Refusal for a call that could come from a page of another site."""
        host = stated_host(scope, self.settings)
        if not is_own_host(host, scope, self.settings):
            message = (
                "The Host header names neither this machine nor the public URL. If this mock is reached by that name, "
                "start it with --allow-host NAME, or with --public-url."
            )
            raise refuse("cross-site", None, message)
        named = headers_of(scope)
        if named.get(b"sec-fetch-site", b"none").strip() not in (b"same-origin", b"none"):
            raise refuse("cross-site", None, "This was sent by a web page of another site; that is not allowed.")
        origin = named.get(b"origin")
        if origin is not None and not self._own(origin.decode("latin-1").strip(), host):
            raise refuse("cross-site", None, "This was sent by a web page of another origin; that is not allowed.")

    def _own(self, origin: str, host: str) -> bool:
        own = {f"http://{host.lower()}", f"https://{host.lower()}"}
        if self.settings.public_url is not None:
            public = urlsplit(self.settings.public_url)
            own.add(f"{public.scheme}://{public.netloc}".lower())
        return origin.lower() in own
