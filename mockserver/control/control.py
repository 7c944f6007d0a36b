"""Everything under ``/_invigilate``: for the person at this machine, never for a web page from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from mockserver.http.errors import refuse
from mockserver.http.request import Call
from mockserver.http.response import Reply, of_json, of_page
from spec.docs.page import Page

PREFIX = b"/_invigilate/"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Control:
    """The control operations. ``restore`` is what restores the state, ``render`` makes the contract page, once."""

    def __init__(self, public_url: str, restore: Callable[[], None], render: Callable[[], Page]) -> None:
        self.public, self.restore, self._render = urlsplit(public_url), restore, render
        self._page: Reply | None = None

    async def contract(self, _: Call) -> Reply:
        """The contract page. It holds no secret and changes nothing, so links to it may come from anywhere."""
        if self._page is None:
            page = self._render()
            self._page = of_page(page.html, f"{page.policy}; frame-ancestors 'none'")
        return self._page

    async def reset(self, call: Call) -> Reply:
        """Restore the state that the mock started with."""
        self.check(call)
        self.restore()
        return of_json({"reset": True})

    def check(self, call: Call) -> None:
        """Raise Refusal for a call that a foreign web page could have caused (CSRF, DNS rebinding)."""
        host = _host(f"//{(call.header(b'host') or b'').decode('latin-1')}")
        if host not in _LOOPBACK and host != self.public.hostname:
            message = "The Host header names neither this machine nor the public URL; call the mock by its own address."
            raise refuse("cross-site", "path-known", message)
        site = call.header(b"sec-fetch-site")
        if site not in (None, b"same-origin", b"none"):
            raise refuse(
                "cross-site", "path-known", "This was sent by a web page of another site; that is not allowed."
            )
        origin = call.header(b"origin")
        if origin is not None and not self._own(origin.decode("latin-1"), call):
            raise refuse(
                "cross-site", "path-known", "This was sent by a web page of another origin; that is not allowed."
            )

    def _own(self, origin: str, call: Call) -> bool:
        host = (call.header(b"host") or b"").decode("latin-1").lower()
        return origin.lower() in (f"http://{host}", f"https://{host}", f"{self.public.scheme}://{self.public.netloc}")


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
