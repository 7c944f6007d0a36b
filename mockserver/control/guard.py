"""Who may use the control plane: this machine, or whoever has its token, and never a web page from elsewhere."""

from __future__ import annotations

import hmac
import ipaddress
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.http.errors import refuse
from mockserver.http.scope import exchange_of, headers_of
from mockserver.http.urls import is_own_host, stated_host
from mockserver.settings import Settings

OPEN = ("/contract", "/static/", "/health")
"""What holds no secret and changes nothing, so that links to it may come from anywhere."""
_SAFE = frozenset({"GET", "HEAD"})
_FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-real-ip", b"via")


class Guard:
    """Refuses what a foreign web page could have caused (CSRF, DNS rebinding), and strangers without the token.

    What passes here is not kept in the journal.
    """

    def __init__(self, app: ASGIApp, settings: Settings, prefix: str) -> None:
        self.app, self.settings, self.prefix = app, settings, prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            exchange_of(scope).is_kept = False
            below = scope["path"].partition(self.prefix)[2]
            is_open = scope["method"] in _SAFE and any(below == one or below.startswith(one) for one in OPEN)
            if not is_open:
                self.check(scope)
        await self.app(scope, receive, send)

    def check(self, scope: Scope) -> None:
        """Raise Refusal for a call that could come from a page of another site, or from a stranger."""
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
        if (self.settings.control_guarded or not is_here(scope)) and not self._holds_token(named):
            message = (
                "The control plane wants its token; send 'Authorization: Bearer <token>'. The banner and the ready "
                "file of the mock show it as the control token."
            )
            challenge = ((b"www-authenticate", b'Bearer realm="invigilate control"'),)
            raise refuse("control-token", None, message, headers=challenge)

    def _holds_token(self, named: dict[bytes, bytes]) -> bool:
        scheme, _, value = named.get(b"authorization", b"").partition(b" ")
        token = self.settings.control_token.encode()
        return bool(token) and scheme.lower() == b"bearer" and hmac.compare_digest(value.strip(b" \t"), token)

    def _own(self, origin: str, host: str) -> bool:
        own = {f"http://{host.lower()}", f"https://{host.lower()}"}
        if self.settings.public_url is not None:
            public = urlsplit(self.settings.public_url)
            own.add(f"{public.scheme}://{public.netloc}".lower())
        return origin.lower() in own


def is_here(scope: Scope) -> bool:
    """Whether a call comes from this machine, or from this process, and was not passed on by a proxy."""
    named = headers_of(scope)
    if any(name in named for name in _FORWARDED):
        return False
    client = scope.get("client")
    if client is None:
        return True
    try:
        address = ipaddress.ip_address(str(client[0]).partition("%")[0])
    except ValueError:
        return True  # no network address: a test client
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)
