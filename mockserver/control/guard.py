"""Who may use the control plane: this machine, or whoever has its token, and never a web page from elsewhere."""

from __future__ import annotations

import hmac
import ipaddress
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.http.errors import Refusal, refuse
from mockserver.http.negotiation import wants_page
from mockserver.http.response import Response
from mockserver.http.scope import exchange_of, headers_of
from mockserver.http.urls import is_own_host, public_path, stated_host
from mockserver.settings import Settings

OPEN = ("/contract", "/static/", "/health")
"""What holds no secret and changes nothing, so that links to it may come from anywhere."""
LOGIN = "/login"
"""Where a browser gives the token. Without one only this is reached, and not from pages of other sites either."""
COOKIE = "invigilate-control"
"""The cookie of a browser that has given the token."""
_SAFE = frozenset({"GET", "HEAD"})
_FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-real-ip", b"via")


class Guard:
    """Refuses what a foreign web page could have caused (CSRF, DNS rebinding), and strangers without the token.

    A browser that lacks the token is led to where it is given. What passes here is not kept in the journal.
    """

    def __init__(self, app: ASGIApp, settings: Settings, prefix: str) -> None:
        self.app, self.settings, self.prefix = app, settings, prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            exchange_of(scope).is_kept = False
            below = scope["path"].partition(self.prefix)[2]
            is_open = scope["method"] in _SAFE and any(below == one or below.startswith(one) for one in OPEN)
            if not is_open:
                self.check_site(scope)
            if not is_open and below != LOGIN:
                try:
                    self.check_token(scope)
                except Refusal:
                    if scope["method"] not in _SAFE or not wants_page(headers_of(scope).get(b"accept")):
                        raise
                    await self._to_login(scope)(scope, receive, send)
                    return
        await self.app(scope, receive, send)

    def check_site(self, scope: Scope) -> None:
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

    def check_token(self, scope: Scope) -> None:
        """Raise Refusal for a call of a stranger."""
        named = headers_of(scope)
        if (self.settings.control_guarded or not is_here(scope)) and not self._holds_token(named):
            message = (
                "The control plane wants its token; send 'Authorization: Bearer <token>'. The banner and the ready "
                "file of the mock show it as the control token."
            )
            challenge = ((b"www-authenticate", b'Bearer realm="invigilate control"'),)
            raise refuse("control-token", None, message, headers=challenge)

    def _holds_token(self, named: dict[bytes, bytes]) -> bool:
        scheme, _, value = named.get(b"authorization", b"").partition(b" ")
        if scheme.lower() == b"bearer" and is_token(value.strip(b" \t"), self.settings):
            return True
        sent, expected = _cookie(named.get(b"cookie", b"")), cookie_value(self.settings)
        return bool(expected) and hmac.compare_digest(sent.encode(), expected.encode())

    def _to_login(self, scope: Scope) -> Response:
        there = f"{public_path(scope, self.settings)}{self.prefix}{LOGIN}"
        return Response(303, ((b"location", there.encode()), (b"cache-control", b"no-store")), b"")

    def _own(self, origin: str, host: str) -> bool:
        own = {f"http://{host.lower()}", f"https://{host.lower()}"}
        if self.settings.public_url is not None:
            public = urlsplit(self.settings.public_url)
            own.add(f"{public.scheme}://{public.netloc}".lower())
        return origin.lower() in own


def is_token(sent: bytes, settings: Settings) -> bool:
    """Whether somebody has the control token."""
    token = settings.control_token.encode()
    return bool(token) and hmac.compare_digest(sent, token)


def cookie_value(settings: Settings) -> str:
    """What the cookie of a browser that has given the token holds: not the token, for cookies go to every port."""
    token = settings.control_token.encode()
    return hmac.new(token, COOKIE.encode(), "sha256").hexdigest() if token else ""


def _cookie(header: bytes) -> str:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(header.decode("latin-1"))
    except CookieError:
        return ""
    return jar[COOKIE].value if COOKIE in jar else ""


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
