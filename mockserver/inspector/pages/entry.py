"""The page on which somebody from elsewhere gives the control token, and the way out."""

from __future__ import annotations

from mockserver.control.document import PREFIX
from mockserver.control.guard import COOKIE, LOGIN, cookie_value, is_token
from mockserver.http.request import Request
from mockserver.http.response import Response
from mockserver.http.urls import public_path, public_url
from mockserver.inspector.desk import Desk
from mockserver.inspector.forms import fields
from mockserver.inspector.pages.routing import Pages, own


def pages(desk: Desk) -> Pages:
    """The pages by method and path."""
    shell, settings = desk.shell, desk.mock.settings

    def cookie(request: Request, value: str, lifetime: str = "") -> str:
        path = f"{public_path(request.scope, settings)}{PREFIX}"
        secure = "; Secure" if public_url(request.scope, settings).startswith("https:") else ""
        return f"{COOKIE}={value}; Path={path}; HttpOnly; SameSite=Strict{secure}{lifetime}"

    async def ask(request: Request) -> Response:
        return shell.page(request.scope, "login.html", has_token=bool(settings.control_token), wrong=False)

    async def enter(request: Request) -> Response:
        sent = await fields(request, settings)
        if not is_token(sent.get("token", "").encode(), settings):
            return shell.page(
                request.scope, "login.html", status=403, has_token=bool(settings.control_token), wrong=True
            )
        return shell.redirect(request.scope, "/", cookie=cookie(request, cookie_value(settings)))

    async def leave(request: Request) -> Response:
        return shell.redirect(request.scope, LOGIN, cookie=cookie(request, "", "; Max-Age=0"))

    return {("GET", LOGIN): own(ask), ("POST", LOGIN): own(enter), ("POST", "/logout"): own(leave)}
