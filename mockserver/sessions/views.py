"""What an answer shows of what is stored: compiled once from the sources that its schema names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import NamedTuple, TypeAlias

from mockserver.state.store import Naming, Resource, State
from spec.openapi.document import Schema
from spec.resources.installs import Install
from spec.resources.resource import Resources
from spec.resources.sessions import INSTALL, SOURCE, StoredValue
from spec.source.pointer import Json, split


class Stored(NamedTuple):
    """What can be shown: the install of the call, and resources by part."""

    state: State
    install: Install
    resources: Mapping[str, Resource]


Show: TypeAlias = Callable[[Stored], Json]


class View:
    """An object of an answer. Members without a source are null if they may be, and else left out."""

    def __init__(self, schema: Schema, parts: Resources) -> None:
        self.secrets = {
            (part.name, leaf.key) for part in parts.parts for leaf in part.leaves if leaf.schema.get("writeOnly")
        }
        self.holders = {part.name: part.identifiers for part in parts.parts}
        self.members: dict[str, Show] = dict(self._members(schema, parts))

    def of(self, stored: Stored) -> dict[str, Json]:
        """The object."""
        return {name: show(stored) for name, show in self.members.items()}

    def _members(self, schema: Schema, parts: Resources) -> Iterator[tuple[str, Show]]:
        for name, member in schema.get("properties", {}).items():
            source = member.get(SOURCE)
            if source is not None:
                yield name, self._shown(source, member, parts)
            elif "properties" in member:
                yield name, View(member, parts).of
            elif "null" in member.get("type", ()):
                yield name, lambda _: None

    def _shown(self, source: Json, schema: Schema, parts: Resources) -> Show:
        value = StoredValue.of(source if isinstance(source, str) else source["from"])
        if isinstance(source, str):
            return self._plain(value)
        if source["as"] == "present":
            return lambda stored: self.value(value, stored) is not None
        if source["as"] == "names":
            return lambda stored: list(self.value(value, stored) or ())
        rows = schema["items"]["properties"]
        return lambda stored: [_row(rows, *one) for one in (self.value(value, stored) or {}).items()]

    def _plain(self, value: StoredValue) -> Show:
        """What is stored there: a SID or a leaf is looked up at once, anything else as ``value`` does it."""
        part, leaf = value
        if part == INSTALL or (part, leaf) in self.secrets:
            return lambda stored: self.value(value, stored)

        def show(stored: Stored) -> Json:
            resource = stored.resources.get(part)
            if resource is None:
                return None
            if not leaf:
                return resource.sid
            return resource.attributes[leaf] if leaf in resource.attributes else self.value(value, stored)

        return show

    def value(self, source: StoredValue, stored: Stored) -> Json:
        """What is stored there, or None: of identifiers the text, of what is stored whole the place within it."""
        if source.part == INSTALL:
            return _of_install(stored.install, source.leaf)
        resource = stored.resources.get(source.part)
        if resource is None or (source.part, source.leaf) in self.secrets:
            return None
        if not source.leaf:
            return resource.sid
        if source.leaf in resource.attributes:
            return resource.attributes[source.leaf]
        first, *rest = _steps(source.leaf)
        if first == self.holders.get(source.part):
            named = (one for one in stored.state.keys_of(resource.sid) if one.naming is Naming.IDENTIFIER)
            return next((one.text for one in named if one.kind == rest[0]), None)
        return _within(resource.attributes.get(f"/{first}"), rest)


@cache
def _steps(leaf: str) -> tuple[str, ...]:
    return split(leaf)


def _within(value: Json, steps: list[str]) -> Json:
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
    return _within(known, list(steps))


def _row(rows: Mapping[str, Schema], name: str, value: Json) -> dict[str, Json]:
    own = {"/name": name, "/value": value}
    return {
        member: own.get(schema[SOURCE]) if SOURCE in schema else schema.get("default")
        for member, schema in rows.items()
        if SOURCE in schema or "default" in schema
    }
