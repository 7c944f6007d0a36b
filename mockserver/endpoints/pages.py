"""The pages: what a browser shows at ``/`` and after a sign-on link. Templates escape; nothing comes from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mockserver.auth.signon import Grant
from mockserver.http.pages import PageRow, page
from mockserver.http.response import Response
from mockserver.state.store import Resource
from spec.resources.installs import Install
from spec.resources.resource import Part, Resources
from spec.source.pointer import Json


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of lines."""

    title: str
    rows: tuple[PageRow, ...]


@dataclass(frozen=True, slots=True)
class ExampleCall:
    """A call to try: where to send which body."""

    url: str
    body: str


@dataclass(frozen=True, slots=True)
class Listed:
    """An install as the page at ``/`` shows it, with the integrations that a sign-on can name."""

    name: str
    sid: str
    integrations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """What the page at ``/`` shows."""

    title: str
    version: str
    routes: tuple[PageRow, ...]
    installs: tuple[Listed, ...]
    example: ExampleCall
    fault: str = ""
    lasts: bool = False
    """Whether what is stored outlives the process."""


def signed_on(
    grant: Grant, parts: Mapping[str, Resource], install: Install, resources: Resources, *, root: str = ""
) -> Response:
    """The page that says who was signed on, where and in which role; ``parts`` are those of the grant as they are."""
    assert resources.signon is not None
    subject = resources.signon.subject
    order = [subject, *(part.name for part in resources.parts if part.name != subject)]
    titles = {subject: f"Who: {subject}"}
    sections = [
        _part(parts.get(name), resources.part(name), titles.get(name, f"Where: {name}"), grant.identifiers.get(name))
        for name in order
    ]
    where = Section(
        "Where: install",
        (PageRow("name", install.name), PageRow("sid", install.sid), PageRow("audience", grant.audience)),
    )
    claims = Section("What the token says", tuple(PageRow(name, _text(value)) for name, value in grant.claims.items()))
    shown = [section for section in (*sections[:1], claims, *sections[1:], where) if section.rows]
    return page("signed-on.html", root, sections=shown)


def onboarded(
    session: Mapping[str, Json], relatives: Mapping[str, Resource], resources: Resources, *, root: str = ""
) -> Response:
    """The page that says who sits what, and when: a session as answers show it, and what it belongs to or joins."""
    told = Section(
        "Session", tuple(PageRow(name, _text(value)) for name, value in session.items() if value is not None)
    )
    sections = [_part(relatives.get(one.name), one, one.name.capitalize()) for one in resources.parts]
    return page("onboarded.html", root, sections=[*(one for one in sections if one.rows), told])


def index(facts: Index, *, root: str = "") -> Response:
    """The page at ``/``: what is served, for which installs, and a call to try."""
    return page("index.html", root, index=facts)


def _part(resource: Resource | None, part: Part, title: str, identifiers: Mapping[str, str] | None = None) -> Section:
    """What a resource is called and what is stored of it, but for secrets; ``identifiers`` are those to be told."""
    if resource is None:
        return Section(title, ())
    public = {leaf.key: leaf for leaf in part.leaves if not leaf.schema.get("writeOnly")}
    rows = [PageRow("sid", resource.sid)]
    rows += [PageRow(kind, text) for kind, text in (identifiers or {}).items() if kind != part.sid_kind]
    for key, value in resource.attributes.items():
        if key in public and isinstance(value, str | int | float) and value != "":
            rows.append(PageRow(key[1:].replace("/", " "), _text(value)))
    return Section(title, tuple(rows))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
