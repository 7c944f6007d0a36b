"""Pages for a browser: one Jinja environment that escapes everything, and the page that tells a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockserver.http.errors import Refusal
from mockserver.http.response import Response, of_page

if TYPE_CHECKING:
    from starlette.templating import Jinja2Templates

_FOLDER = Path(__file__).parents[1] / "templates"
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class PageRow:
    """A line of a page: a name and what it stands for."""

    name: str
    value: str


def page(name: str, root: str, **values: Any) -> Response:
    """A page; ``root`` is the path under which the application is mounted, where its style sheet is found."""
    return of_page(_templates().get_template(name).render(root=root, **values), _POLICY)


def refused(refusal: Refusal, contract: str, *, root: str = "", title: str = "") -> Response:
    """The page that says why a call was refused, with links into the contract page at that URL."""
    clauses = [PageRow(fault.clause, f"{contract}#{fault.clause}") for fault in refusal.faults]
    made = page(
        "refused.html",
        root,
        title=title or HTTPStatus(refusal.status).phrase,
        message=refusal.message,
        status=refusal.status,
        code=refusal.code,
        clauses=clauses,
    )
    return Response(refusal.status, (*made.fields, *refusal.headers), bytes(made.body), (refusal.message,))


@cache
def _templates() -> Jinja2Templates:
    from starlette.templating import Jinja2Templates  # with Jinja, imported for the first page

    from spec.docs.shell import environment

    return Jinja2Templates(env=environment(_FOLDER))
