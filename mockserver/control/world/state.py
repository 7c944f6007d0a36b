"""What is stored, as JSON: resources by kind, SID and identifier, how they relate, and the calls that made them so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from mockserver.control.asked import ControlCall
from mockserver.control.clock import as_text
from mockserver.control.controlled import Controlled
from mockserver.control.journal.entry import Shelf
from mockserver.control.world.installs import within
from mockserver.control.world.snapshots import keys_of
from mockserver.http.errors import refuse
from mockserver.http.masking import MASK
from mockserver.http.response import Response, of_json
from mockserver.state.store import Key, Naming, Resource
from mockserver.tenancy.tenant import Tenant
from spec.resources.sessions import session_kind
from spec.source.pointer import Json, split


def answers(mock: Controlled) -> Mapping[str, Json]:
    """The answers by operationId."""
    shelf = Shelf(mock.document, mock.parts, mock.journals.masking)
    secret = {
        (part.name, leaf.key) for part in mock.parts.parts for leaf in part.leaves if leaf.schema.get("writeOnly")
    }

    async def state(asked: ControlCall) -> Response:
        wanted = asked.values
        session = session_kind(mock.document.operations)
        kinds = [*(part.name for part in mock.parts.parts), *((session.name,) if session is not None else ())]
        if wanted.get("kind", kinds[0]) not in kinds:
            message = f"there is no kind {wanted['kind']!r}; the document has {', '.join(kinds)}."
            raise refuse("invalid-input", "schema", message, pointer="/query/kind")
        tenants = [mock.tenants[asked.install]] if asked.install else list(mock.tenants)
        deployments = {one.install.deployment: one for one in reversed(tenants)}
        histories = _histories(shelf, mock)
        listed = [one for tenant in deployments.values() for one in Shelved(tenant, secret).resources(histories)]
        return of_json({"resources": [one for one in listed if _is_meant(one, wanted)]})

    return {"state": state}


class Shelved:
    """The state of one deployment, with its relations both ways."""

    def __init__(self, tenant: Tenant, secret: set[tuple[str, str]]) -> None:
        self.tenant, self.secret = tenant, secret
        self.found, self.keys = within(tenant), keys_of(tenant)
        self.above = {one.sid: self._above(one) for one in self.found}
        self.below: dict[str, list[str]] = defaultdict(list)
        for sid, owners in self.above.items():
            for owner in owners:
                self.below[owner].append(sid)

    def resources(self, histories: Mapping[str, list[Json]]) -> list[dict[str, Json]]:
        """Every resource as JSON."""
        kinds = {one.sid: one.part for one in self.found}

        def named(sids: list[str]) -> list[dict[str, str]]:
            return [{"kind": kinds[sid], "sid": sid} for sid in sids if sid in kinds]

        return [
            {
                "kind": one.part,
                "sid": one.sid,
                "deployment": self.tenant.install.deployment,
                "identifiers": {
                    key.kind: key.text for key in self.keys.get(one.sid, ()) if key.naming is Naming.IDENTIFIER
                },
                "attributes": self._nested(one),
                "belongsTo": named(self.above[one.sid]),
                "has": named(self.below[one.sid]),
                "history": histories.get(one.sid, []),
            }
            for one in self.found
        ]

    def _above(self, resource: Resource) -> list[str]:
        """The SIDs of what a resource belongs to, or joins."""
        keys: list[Key] = self.keys.get(resource.sid, [])
        joined = [sid for key in keys for sid in key.joined]
        scope = [] if resource.scope == self.tenant.install.deployment else [resource.scope]
        return list(dict.fromkeys([*scope, *joined]))

    def _nested(self, resource: Resource) -> dict[str, Json]:
        """The stored leaves as an object; secrets are masked."""
        whole: dict[str, Json] = {}
        for pointer, value in resource.attributes.items():
            *above, last = split(pointer)
            place = whole
            for name in above:
                place = place.setdefault(name, {})
            place[last] = MASK if (resource.part, pointer) in self.secret and value is not None else value
        return whole


def _histories(shelf: Shelf, mock: Controlled) -> dict[str, list[Json]]:
    """The calls that are kept of each SID, and what they did to it."""
    histories: dict[str, list[Json]] = defaultdict(list)
    for entry in shelf.entries(mock.journals.exchanges()):
        for listed in entry.done.values():
            change = {"call": entry.exchange.number, "at": as_text(entry.exchange.at), "result": listed.get("result")}
            histories[str(listed.get("sid"))].append(change)
    return histories


def _is_meant(one: Mapping[str, Json], wanted: Mapping[str, Json]) -> bool:
    if one["kind"] != wanted.get("kind", one["kind"]) or one["sid"] != wanted.get("sid", one["sid"]):
        return False
    if "identifier" not in wanted:
        return True
    named, text = one["identifiers"], wanted["identifier"]
    return text in named.values() or any(f"{kind}:{value}" == text for kind, value in named.items())
