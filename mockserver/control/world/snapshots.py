"""What is stored for an install, saved under a name, to be restored, kept in a file, and brought back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import NamedTuple

from mockserver.control.asked import ControlCall
from mockserver.control.controlled import Controlled
from mockserver.control.world.installs import within
from mockserver.http.errors import Refusal, refuse
from mockserver.http.response import Response, of_json
from mockserver.state.keeping import Spelling
from mockserver.state.store import Key, Naming, Resource, StoredChange
from mockserver.tenancy.tenant import Tenant
from spec.resources.resource import Resources
from spec.resources.sessions import SessionKind, session_kind
from spec.schema.validation import Rules
from spec.source.pointer import Json, escape

_MOST = 100


class Snapshot(NamedTuple):
    """What was stored for an install, and under which deployment."""

    install: str
    deployment: str
    changes: tuple[StoredChange, ...]


def answers(mock: Controlled) -> Mapping[str, Json]:
    """The answers by operationId."""
    saved: MutableMapping[str, Snapshot] = mock.memory.registry("snapshot", Spelling(_out, _in))

    def found(asked: ControlCall) -> Snapshot:
        name = asked.values["name"]
        if name not in saved:
            raise refuse("not-found", None, f"There is no snapshot {name!r}; GET /_invigilate/snapshots lists them.")
        return saved[name]

    def keep(name: str, snapshot: Snapshot) -> Response:
        if name not in saved and len(saved) >= _MOST:
            raise Refusal("conflict", f"There are {_MOST} snapshots; delete those that are not used any more.")
        saved[name] = snapshot
        return of_json(_view(name, snapshot))

    async def listed(_: ControlCall) -> Response:
        return of_json({"snapshots": [_view(name, one) for name, one in saved.items()]})

    async def save(asked: ControlCall) -> Response:
        return keep(asked.body["name"], _taken(_meant(mock, asked)))

    async def export(asked: ControlCall) -> Response:
        snapshot = found(asked)
        secret = set() if asked.values["secrets"] else _secret_leaves(mock.parts)
        return of_json({
            "name": asked.values["name"], "install": snapshot.install, "deployment": snapshot.deployment,
            "document": mock.document.digest, "secrets": not secret, **_as_json(snapshot, secret),
        })  # fmt: skip

    async def bring(asked: ControlCall) -> Response:
        return keep(asked.values["name"], _read(asked.body, mock.parts, session_kind(mock.document.operations)))

    async def delete(asked: ControlCall) -> Response:
        found(asked)
        del saved[asked.values["name"]]
        return of_json({"deleted": asked.values["name"]})

    async def restore(asked: ControlCall) -> Response:
        snapshot = found(asked)
        tenant = mock.tenants[asked.install or snapshot.install or mock.tenants.of_file[0].sid]
        changes = _moved(snapshot, tenant.install.deployment)
        _refuse_foreign(changes, tenant)
        tenant.store.forget(tenant.install.deployment)
        tenant.store.commit(changes)
        tenant.ids.avoid(one.resource.sid for one in changes)
        return of_json({"restored": asked.values["name"], "install": tenant.sid, "resources": len(changes)})

    return {
        "listSnapshots": listed, "saveSnapshot": save, "exportSnapshot": export, "importSnapshot": bring,
        "deleteSnapshot": delete, "restoreSnapshot": restore,
    }  # fmt: skip


def _out(snapshot: Snapshot) -> Json:
    changes = [
        [*one[:3], dict(one.attributes), [[*key[:5], *key.joined] for key in keys]] for one, keys in snapshot.changes
    ]
    return [snapshot.install, snapshot.deployment, changes]


def _in(_: str, view: Json) -> Snapshot:
    install, deployment, changes = view
    return Snapshot(install, deployment, tuple(StoredChange(Resource(*one[:4]), _keys(one[4])) for one in changes))


def _keys(listed: Json) -> tuple[Key, ...]:
    return tuple(Key(one[0], one[1], Naming(one[2]), one[3], one[4], tuple(one[5:])) for one in listed)


def keys_of(tenant: Tenant) -> dict[str, list[Key]]:
    """The keys of what is stored for an install, by the SID that they find."""
    mine = {one.sid for one in within(tenant)}
    keys: dict[str, list[Key]] = {}
    for key, sid in tenant.store.named():
        if sid in mine:
            keys.setdefault(sid, []).append(key)
    return keys


def _meant(mock: Controlled, asked: ControlCall) -> Tenant:
    return mock.tenants[asked.install or mock.tenants.of_file[0].sid]


def _taken(tenant: Tenant) -> Snapshot:
    keys = keys_of(tenant)
    changes = tuple(StoredChange(one, tuple(keys.get(one.sid, ()))) for one in within(tenant))
    return Snapshot(tenant.sid, tenant.install.deployment, changes)


def _view(name: str, snapshot: Snapshot) -> dict[str, Json]:
    return {"name": name, "install": snapshot.install or None, "resources": len(snapshot.changes)}


def _moved(snapshot: Snapshot, deployment: str) -> list[StoredChange]:
    """The changes of a snapshot, in another deployment."""

    def scope(text: str) -> str:
        return deployment if text == snapshot.deployment else text

    return [
        StoredChange(one._replace(scope=scope(one.scope)), [key._replace(scope=scope(key.scope)) for key in keys])
        for one, keys in snapshot.changes
    ]


def _refuse_foreign(changes: list[StoredChange], tenant: Tenant) -> None:
    """Refuse SIDs that stand for something of another install in the same store."""
    mine = {one.sid for one in within(tenant)}
    for change in changes:
        sid = change.resource.sid
        if sid not in mine and tenant.store.read(sid) is not None:
            raise Refusal("conflict", f"{sid} belongs to another install of this store; restore it there.")


def _as_json(snapshot: Snapshot, secret: set[tuple[str, str]]) -> dict[str, Json]:
    resources: list[Json] = []
    keys: list[Json] = []
    for one, named in snapshot.changes:
        attributes = {leaf: value for leaf, value in one.attributes.items() if (one.part, leaf) not in secret}
        resources.append({"sid": one.sid, "kind": one.part, "scope": one.scope, "attributes": attributes})
        keys += [_key(key, one.sid) for key in named]
    return {"resources": resources, "keys": keys}


def _key(key: Key, sid: str) -> dict[str, Json]:
    named = {"kind": key.part, "scope": key.scope, "naming": key.naming.value, "name": key.kind, "text": key.text}
    return {**named, "joined": list(key.joined), "sid": sid}


def _read(body: Mapping[str, Json], parts: Resources, session: SessionKind | None) -> Snapshot:
    """A snapshot from its JSON. Raises Refusal for what no export of this document holds."""
    known = {part.name: {leaf.key: Rules(leaf.schema) for leaf in part.leaves} for part in parts.parts}
    if session is not None:
        known[session.name] = {leaf: Rules({"type": ["string", "number", "null"]}) for leaf in session.leaves}
    keys: dict[str, list[Key]] = {}
    for one in body["keys"]:
        key = Key(
            one["kind"], one["scope"], Naming(one["naming"]), one["name"], one["text"], tuple(one.get("joined", ()))
        )
        keys.setdefault(one["sid"], []).append(key)
    changes = []
    for index, one in enumerate(body["resources"]):
        pointer = f"/resources/{index}"
        if one["kind"] not in known:
            raise refuse("invalid-input", "schema", f"this document has no {one['kind']!r}.", pointer=f"{pointer}/kind")
        strange = one["attributes"].keys() - known[one["kind"]]
        if strange:
            message = f"a {one['kind']} of this document has no {sorted(strange)[0]!r}."
            raise refuse("invalid-input", "schema", message, pointer=f"{pointer}/attributes")
        for leaf, value in one["attributes"].items():
            if value is not None and (wrong := known[one["kind"]][leaf].violations(value)):
                at = f"{pointer}/attributes/{escape(leaf)}{wrong[0].pointer}"
                raise refuse("invalid-input", "schema", wrong[0].message, pointer=at)
        resource = Resource(one["sid"], one["kind"], one["scope"], one["attributes"])
        changes.append(StoredChange(resource, tuple(keys.pop(one["sid"], ()))))
    if keys:
        message = f"{next(iter(keys))!r} is named by a key, and no resource has it."
        raise refuse("invalid-input", "schema", message, pointer="/keys")
    return Snapshot(body.get("install", ""), body.get("deployment", ""), tuple(_ordered(changes)))


def _ordered(changes: list[StoredChange]) -> Iterator[StoredChange]:
    """What belongs to something comes after it. Raises Refusal where a scope is circular."""
    waiting = {one.resource.sid: one for one in changes}
    while waiting:
        ready = [one for one in waiting.values() if one.resource.scope not in waiting]
        if not ready:
            raise refuse("invalid-input", "schema", "resources belong to each other in a circle.", pointer="/resources")
        for one in ready:
            del waiting[one.resource.sid]
            yield one


def _secret_leaves(parts: Resources) -> set[tuple[str, str]]:
    return {(part.name, leaf.key) for part in parts.parts for leaf in part.leaves if leaf.schema.get("writeOnly")}
