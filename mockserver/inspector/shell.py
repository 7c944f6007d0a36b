"""What all pages of the inspector share: the templates, the policy under which they are shown, and where one is."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.types import Scope

from mockserver.control.document import PREFIX
from mockserver.control.guard import COOKIE
from mockserver.http.response import Response
from mockserver.http.scope import headers_of
from mockserver.http.urls import public_path
from mockserver.settings import Settings

if TYPE_CHECKING:
    import jinja2

_FOLDER = Path(__file__).parent / "templates"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class Shell:
    """Makes pages. Their links begin with the path under which the caller reaches the mock."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def base(self, scope: Scope) -> str:
        """The path of the inspector, as the caller sees it."""
        return public_path(scope, self.settings) + PREFIX

    def page(self, scope: Scope, name: str, *, status: int = 200, **values: Any) -> Response:
        """A page of a template. Whoever is left for a link is not told where it was; forms of ours say so (Origin)."""
        known = COOKIE.encode() in headers_of(scope).get(b"cookie", b"")
        text = self.text(name, base=self.base(scope), is_known=known, **values)
        fields = (
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-security-policy", _POLICY.encode()),
            (b"referrer-policy", b"same-origin"),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
            (b"vary", b"accept"),
        )
        return Response(status, fields, text.encode("utf-8", "replace"))

    def text(self, name: str, **values: Any) -> str:
        """A template that is filled."""
        return _templates().get_template(name).render(**values)

    def redirect(self, scope: Scope, path: str, *, cookie: str = "") -> Response:
        """Go on to a page of the inspector, with GET (RFC 9110 section 15.4.4)."""
        fields = ((b"location", (self.base(scope) + path).encode("ascii", "replace")), (b"cache-control", b"no-store"))
        return Response(303, (*fields, (b"set-cookie", cookie.encode())) if cookie else fields, b"")


@cache
def _templates() -> jinja2.Environment:
    from spec.docs.shell import environment  # with Jinja, imported for the first page

    made = environment(_FOLDER)
    made.filters["segment"] = lambda text: quote(str(text), safe="")
    return made
