"""What is stored, read a page at a time: an install, a kind, one resource with all that it is related to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mockserver.control.controlled import Controlled
from mockserver.http.errors import refuse
from mockserver.http.masking import MASK
from mockserver.sessions.ledger import STATUS
from mockserver.state.store import Key, Naming, Resource
from mockserver.tenancy.tenant import Tenant
from spec.resources.sessions import session_kind
from spec.source.pointer import Json, split

PAGE = 50
LOOKED_IN = 500
"""In so many things of a deployment, the latest, identifiers of what belongs to them are looked for."""
_LONGEST = 200
_TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


class Line(NamedTuple):
    """A name and a value to read."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class StoredThing:
    """A resource in a list: what it is, what it is called, and by which identifiers."""

    kind: str
    sid: str
    title: str
    identifiers: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """The resources of a kind that belong to something or join it: how many, and one page of them."""

    kind: str
    count: int
    things: tuple[StoredThing, ...]
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max((self.count + PAGE - 1) // PAGE, 1)


@dataclass(frozen=True, slots=True)
class StoredDetail:
    """One resource in full."""

    thing: StoredThing
    lines: tuple[Line, ...]
    belongs: tuple[StoredThing, ...]
    below: tuple[Related, ...]


class World:
    """Reads the stores of a mock, by SID and relation only: however much is in one, a page is a page."""

    def __init__(self, mock: Controlled) -> None:
        self.mock = mock
        self.session = session_kind(mock.document.operations)
        self.kinds = [*(one.name for one in mock.parts.parts), *([self.session.name] if self.session else [])]
        self.secret = {
            (part.name, leaf.key) for part in mock.parts.parts for leaf in part.leaves if leaf.schema.get("writeOnly")
        }
        signon = mock.parts.signon
        names = next(iter(signon.profile.values()), ()) if signon is not None else ()
        self.titles = {} if signon is None else {signon.subject: names}

    def related(self, tenant: Tenant, owner: str, kind: str, page: int, most: int = PAGE) -> Related:
        """The resources of a kind below something (or a deployment): a page of them, from 1; the latest come first."""
        sids = list(dict.fromkeys(tenant.store.related(owner, kind)))
        start = (page - 1) * PAGE
        listed = [one for one in map(tenant.store.read, sids[::-1][start : start + most]) if one is not None]
        return Related(kind, len(sids), tuple(self.thing(tenant, one) for one in listed), page)

    def below(self, tenant: Tenant, owner: str, most: int) -> tuple[Related, ...]:
        """What is below something, by kind; the latest of each."""
        found = (self.related(tenant, owner, kind, 1, most) for kind in self.kinds)
        return tuple(one for one in found if one.count)

    def thing(self, tenant: Tenant, resource: Resource) -> StoredThing:
        """A resource as a list shows it."""
        keys = tenant.store.keys_of(resource.sid)
        named = tuple(Line(one.kind, one.text) for one in keys if one.naming is Naming.IDENTIFIER)
        own = next((one.sid_kind for one in self.mock.parts.parts if one.name == resource.part), None)
        return StoredThing(
            resource.part, resource.sid, self._title(tenant, resource), tuple(one for one in named if one.name != own)
        )

    def detail(self, tenant: Tenant, resource: Resource) -> StoredDetail:
        """A resource with all that it is related to."""
        lines = tuple(
            Line(" ".join(split(pointer)), self._value(resource.part, pointer, value))
            for pointer, value in resource.attributes.items()
            if value is not None
        )
        belongs = tuple(self.thing(tenant, one) for one in self.above(tenant, resource))
        return StoredDetail(self.thing(tenant, resource), lines, belongs, self.below(tenant, resource.sid, 10))

    def above(self, tenant: Tenant, resource: Resource) -> Iterator[Resource]:
        """What a resource belongs to, or joins."""
        joined = [sid for key in tenant.store.keys_of(resource.sid) for sid in key.joined]
        for sid in dict.fromkeys([resource.scope, *joined]):
            if (owner := tenant.store.read(sid)) is not None:
                yield owner

    def resource(self, tenant: Tenant, sid: str) -> Resource:
        """The resource of a SID. Raises Refusal if the deployment of an install has none."""
        resource = tenant.store.read(sid)
        if resource is None or self._deployment(tenant, resource) != tenant.install.deployment:
            raise refuse("not-found", None, f"Nothing of the install {tenant.install.name} has the SID {sid[:60]}.")
        return resource

    def found(self, tenant: Tenant, text: str) -> list[StoredThing]:
        """The resources of a SID, or of an identifier: within the deployment, and in the latest things in it."""
        deployment = tenant.install.deployment
        direct = tenant.store.read(text)
        candidates = [direct] if direct is not None and self._deployment(tenant, direct) == deployment else []
        for part in self.mock.parts.parts:
            owners = tenant.store.related(deployment, part.scope)[-LOOKED_IN:] if part.scope else (deployment,)
            keys = (Key(part.name, one, Naming.IDENTIFIER, kind, text) for one in owners for kind in part.kinds)
            candidates += [one for one in map(tenant.store.find, keys) if one is not None]
        return [self.thing(tenant, one) for one in {one.sid: one for one in candidates}.values()]

    def tenant_of(self, sid: str) -> Tenant:
        """The install under which a SID is known. Raises Refusal if nothing has it."""
        for tenant in self.mock.tenants:
            resource = tenant.store.read(sid)
            if resource is not None and self._deployment(tenant, resource) == tenant.install.deployment:
                return tenant
        raise refuse("not-found", None, f"Nothing has the SID {sid[:60]} any more; was there a reset?")

    def _deployment(self, tenant: Tenant, resource: Resource) -> str:
        above: Resource | None = resource
        scope = resource.scope
        while above is not None:
            scope = above.scope
            above = tenant.store.read(scope)
        return scope

    def _title(self, tenant: Tenant, resource: Resource) -> str:
        """What a resource is called: by the names of the document, by those whom it joins, by its first text."""
        part = next((one for one in self.mock.parts.parts if one.name == resource.part), None)
        leaves = self.titles.get(resource.part) or ([one.key for one in part.leaves] if part is not None else [STATUS])
        public = (resource.attributes.get(leaf) for leaf in leaves if (resource.part, leaf) not in self.secret)
        texts = [value for value in public if isinstance(value, str) and value]
        own = _straight(" ".join(texts) if resource.part in self.titles else next(iter(texts), ""))
        identity = part.identity if part is not None else self.session.joins if self.session is not None else ()
        joined = next((one for one in self.above(tenant, resource) if one.part in identity[:1]), None)
        return f"{self._title(tenant, joined)} · {own}"[:_LONGEST] if joined is not None else own[:_LONGEST]

    def _value(self, part: str, pointer: str, value: Json) -> str:
        if (part, pointer) in self.secret:
            return MASK
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


def _straight(text: str) -> str:
    """A text beside others: what would turn the direction of those is told by its number (Unicode Annex 9)."""
    return _TURNING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def nested(resource: Resource) -> dict[str, Json]:
    """The stored values of a resource as the object that was sent."""
    whole: dict[str, Json] = {}
    for pointer, value in resource.attributes.items():
        *above, last = split(pointer)
        place = whole
        for name in above:
            place = place.setdefault(name, {})
        place[last] = value
    return whole


def put(body: dict[str, Json], path: Sequence[str], value: Json) -> None:
    """Put a value at a place of a body that may not be there yet."""
    *above, last = path
    for name in above:
        body = body.setdefault(name, {})
    body[last] = value
