"""What an answer shows of what is stored: compiled once from the sources that its schema names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from mockserver.state.store import Naming, Resource, State
from spec.openapi.document import Schema
from spec.resources.installs import Install
from spec.resources.resource import Resources
from spec.resources.sessions import INSTALL, SOURCE, SessionKind, StoredValue
from spec.source.pointer import Json, split


class Stored(NamedTuple):
    """What can be shown: the install of the call, and resources by part."""

    state: State
    install: Install
    resources: Mapping[str, Resource]


Show: TypeAlias = Callable[[Stored], Json]
Elsewhere: TypeAlias = Callable[[State, Resource], Json]
"""Finds what is no leaf of a resource: an identifier, or a place within what is stored whole."""


class ShownLeaf(NamedTuple):
    """A member that shows a leaf of a resource, which holds it itself."""

    member: str
    leaf: str


class ShownPart(NamedTuple):
    """The members that show the SID of a resource of a part, and those that show leaves of it."""

    part: str
    sids: tuple[str, ...]
    leaves: tuple[ShownLeaf, ...]


class View:
    """An object of an answer. Members without a source are null if they may be, and else left out.

    Members that show nothing but a SID or a leaf are looked up part by part; ``others`` are all that take more.
    """

    def __init__(self, schema: Schema, parts: Resources, kind: SessionKind) -> None:
        self.secrets = {
            (part.name, leaf.key) for part in parts.parts for leaf in part.leaves if leaf.schema.get("writeOnly")
        }
        self.held = {(kind.name, leaf) for leaf in kind.leaves}
        self.held.update((part.name, leaf.key) for part in parts.parts for leaf in part.leaves)
        self.holders = {part.name: part.identifiers for part in parts.parts}
        self.blank: dict[str, Json] = {}
        self.sids: list[tuple[str, str]] = []
        self.leaves: dict[str, list[ShownLeaf]] = {}
        self.others: list[tuple[str, Show]] = []
        for name, member in schema.get("properties", {}).items():
            self._compile(name, member, parts, kind)
        parts_shown = dict.fromkeys([*(part for _, part in self.sids), *self.leaves])
        self._by_part = tuple(
            ShownPart(part, tuple(name for name, of in self.sids if of == part), tuple(self.leaves.get(part, ())))
            for part in parts_shown
        )

    def of(self, stored: Stored) -> dict[str, Json]:
        """The object, its members in the order of the document."""
        shown, resources = self.blank.copy(), stored.resources
        for part, sids, leaves in self._by_part:
            resource = resources.get(part)
            if resource is None:
                continue
            for name in sids:
                shown[name] = resource.sid
            if leaves:
                value = resource.attributes.get
                for name, leaf in leaves:
                    shown[name] = value(leaf)
        for name, show in self.others:
            shown[name] = show(stored)
        return shown

    def _compile(self, name: str, member: Schema, parts: Resources, kind: SessionKind) -> None:
        source = member.get(SOURCE)
        if source is None and "properties" not in member and "null" not in member.get("type", ()):
            return
        self.blank[name] = None
        if isinstance(source, str):
            self._plain(name, StoredValue.of(source))
        elif source is not None:
            self.others.append((name, self._made(source, member)))
        elif "properties" in member:
            self.others.append((name, View(member, parts, kind).of))

    def _plain(self, name: str, value: StoredValue) -> None:
        """A member that shows what is stored there; of a secret nothing."""
        part, leaf = value
        if part == INSTALL:
            self.others.append((name, lambda stored: _of_install(stored.install, leaf)))
        elif not leaf:
            self.sids.append((name, part))
        elif value in self.secrets:
            return
        elif value in self.held:
            self.leaves.setdefault(part, []).append(ShownLeaf(name, leaf))
        else:
            self.others.append((name, self._found(value)))

    def _made(self, source: Mapping[str, Json], schema: Schema) -> Show:
        value = StoredValue.of(source["from"])
        find = self._found(value)
        if source["as"] == "present":
            return lambda stored: find(stored) is not None
        if source["as"] == "names":
            return lambda stored: list(find(stored) or ())
        rows = schema["items"]["properties"]
        return lambda stored: [_row(rows, *one) for one in (find(stored) or {}).items()]

    def _found(self, value: StoredValue) -> Show:
        """What is stored there, or None: of identifiers the text, of what is stored whole the place within it."""
        part, leaf = value
        if part == INSTALL:
            return lambda stored: _of_install(stored.install, leaf)
        elsewhere = self._elsewhere(value)

        def find(stored: Stored) -> Json:
            resource = stored.resources.get(part)
            if resource is None or value in self.secrets:
                return None
            if not leaf:
                return resource.sid
            return resource.attributes[leaf] if leaf in resource.attributes else elsewhere(stored.state, resource)

        return find

    def _elsewhere(self, value: StoredValue) -> Elsewhere:
        if not value.leaf:
            return lambda _, resource: resource.sid
        first, *rest = split(value.leaf)
        if first == self.holders.get(value.part):
            return lambda state, resource: _identifier(state, resource, rest[0])
        whole = f"/{first}"

        def within(_: State, resource: Resource) -> Json:
            holder = resource.attributes.get(whole)
            return None if holder is None else _within(holder, rest)

        return within


def _identifier(state: State, resource: Resource, kind: str) -> Json:
    for key in state.keys_of(resource.sid):
        if key.kind == kind and key.naming is Naming.IDENTIFIER:
            return key.text
    return None


def _within(value: Json, steps: Sequence[str]) -> Json:
    for step in steps:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _of_install(install: Install, leaf: str) -> Json:
    steps = split(leaf) if leaf else ()
    if not steps:
        return install.sid
    known: Mapping[str, Json] = {
        "name": install.name, "deployment": install.deployment,
        "defaults": install.defaults, "members": install.members,
    }  # fmt: skip
    return _within(known, steps)


def _row(rows: Mapping[str, Schema], name: str, value: Json) -> dict[str, Json]:
    own = {"/name": name, "/value": value}
    return {
        member: own.get(schema[SOURCE]) if SOURCE in schema else schema.get("default")
        for member, schema in rows.items()
        if SOURCE in schema or "default" in schema
    }
