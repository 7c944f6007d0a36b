"""The pages: what a browser shows at ``/`` and after a sign-on link. Templates escape; nothing comes from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockserver.auth.signon import Grant
from mockserver.http.errors import Refusal
from mockserver.http.response import Response, of_page
from spec.resources.installs import Install
from spec.resources.resource import Resources

if TYPE_CHECKING:
    from starlette.templating import Jinja2Templates

_FOLDER = Path(__file__).parents[1] / "templates"
_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a page: a name and what it stands for."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of lines."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A call to try: where to send which body."""

    url: str
    body: str


@dataclass(frozen=True, slots=True)
class Index:
    """What the page at ``/`` shows."""

    title: str
    version: str
    routes: tuple[Row, ...]
    installs: tuple[Row, ...]
    example: Example


def signed_on(grant: Grant, install: Install, resources: Resources, *, root: str = "") -> Response:
    """The page that says who was signed on, where and in which role."""
    assert resources.signon is not None
    subject = resources.signon.subject
    order = [subject, *(part.name for part in resources.parts if part.name != subject)]
    titles = {subject: f"Who: {subject}"}
    sections = [_part(grant, resources, name, titles.get(name, f"Where: {name}")) for name in order]
    where = Section(
        "Where: install", (Row("name", install.name), Row("sid", install.sid), Row("audience", grant.audience))
    )
    told = tuple(Row(name, str(value)) for name, value in grant.claims.items())
    claims = Section("What the token says", told)
    shown = [section for section in (*sections[:1], claims, *sections[1:], where) if section.rows]
    return _page("signed-on.html", root, sections=shown)


def refused(refusal: Refusal, contract: str, *, root: str = "") -> Response:
    """The page that says why nobody was signed on, with links into the contract page at that URL."""
    clauses = [Row(fault.clause, f"{contract}#{fault.clause}") for fault in refusal.faults]
    page = _page(
        "refused.html", root, message=refusal.message, status=refusal.status, code=refusal.code, clauses=clauses
    )
    return Response(refusal.status, (*page.fields, *refusal.headers), bytes(page.body), (refusal.message,))


def index(facts: Index, *, root: str = "") -> Response:
    """The page at ``/``: what is served, for which installs, and a call to try."""
    return _page("index.html", root, index=facts)


def _part(grant: Grant, resources: Resources, name: str, title: str) -> Section:
    resource = grant.resources.get(name)
    if resource is None:
        return Section(title, ())
    part = resources.part(name)
    public = {leaf.key: leaf for leaf in part.leaves if not leaf.schema.get("writeOnly")}
    rows = [Row("sid", resource.sid)]
    for key, value in resource.attributes.items():
        if key in public and isinstance(value, str | int | float) and value != "":
            rows.append(Row(key[1:].replace("/", " "), str(value)))
    return Section(title, tuple(rows))


def _page(name: str, root: str, **values: Any) -> Response:
    """A page; ``root`` is the path under which the application is mounted, where its style sheet is found."""
    return of_page(_templates().get_template(name).render(root=root, **values), _POLICY)


@cache
def _templates() -> Jinja2Templates:
    import jinja2  # with starlette.templating, imported for the first page
    from starlette.templating import Jinja2Templates

    loader = jinja2.FileSystemLoader(_FOLDER)
    return Jinja2Templates(env=jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined))
