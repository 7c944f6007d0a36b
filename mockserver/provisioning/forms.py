"""The parts of a body compiled for serving: reading what was sent for a part, and comparing it with what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from spec.openapi.document import Schema
from spec.resources.resource import ABSENT, Leaf, Part
from spec.schema.keywords import clause_of
from spec.schema.members import Members, members
from spec.schema.texts.formats import instant
from spec.source.pointer import Json

Values: TypeAlias = dict[str, Json]
"""Leaf pointer → value. None stands for a leaf that was cleared."""


@dataclass(frozen=True, slots=True)
class StoredLeaf:
    """A stored leaf: its pointer within the part, and how it is read and compared."""

    key: str
    date: bool
    empty_is_unset: bool
    default: Json
    install_default: str | None
    members: Members | None
    secret: bool


class Branch(NamedTuple):
    """An object of leaves. It is stored under no key, and a text in its place is nothing."""

    below: Tree
    key: str = ""
    empty_is_unset: bool = True


Tree: TypeAlias = "dict[str, StoredLeaf | Branch]"
"""Member name → the entry of its leaf, or of an object of leaves."""


class Form:
    """A part with all lookups done once. ``tree`` maps member names to entries, or to a nested tree."""

    __slots__ = (
        "_defaulted",
        "created",
        "entries",
        "first",
        "holder",
        "implied_by",
        "installed",
        "name",
        "nested",
        "owners",
        "part",
        "path",
        "required",
        "sid_kind",
        "tree",
    )

    def __init__(self, part: Part) -> None:
        self.part, self.name, self.path, self.implied_by = part, part.name, part.path, part.implied_by
        self.first, self.nested = part.path[0], len(part.path) > 1
        self.holder, self.sid_kind = part.identifiers, part.sid_kind
        self.owners = part.owners
        self.entries = {leaf.key: _entry(leaf) for leaf in part.leaves}
        self.tree = _tree({leaf.path: self.entries[leaf.key] for leaf in part.leaves})
        self.created = {key: entry.default for key, entry in self.entries.items() if entry.default is not ABSENT}
        self.installed = {
            key: entry.install_default for key, entry in self.entries.items() if entry.install_default is not None
        }
        self._defaulted: tuple[Mapping[str, Json], dict[str, Json]] | None = None
        self.required = dict.fromkeys(
            part.required_on_create, clause_of(part.schema, "x-resource", "required-on-create")
        )

    def at(self, body: Json) -> Json:
        """What a body holds for this part, or ABSENT."""
        for name in self.path:
            if type(body) is not dict or name not in body:
                return ABSENT
            body = body[name]
        return body

    def sent(self, value: Json, defaults: Mapping[str, Json]) -> Values:
        """The leaves that the object of a part sends. ``defaults`` are the install's, which null restores."""
        values: Values = {}
        if type(value) is dict:
            _collect(value, self.tree, defaults, values, _NOTHING)
        return values

    def fresh(self, value: Json, defaults: Mapping[str, Json]) -> Mapping[str, Json]:
        """What a new resource of this part stores: defaults of the document and the install, then what is sent.

        Not to be changed: resources that send nothing else than the defaults share one mapping, and a text that equals
        a default is kept once.
        """
        stored = self.defaulted(defaults) if self.installed else self.created
        if type(value) is not dict:
            return stored
        sent: Values = {}
        _collect(value, self.tree, defaults, sent, stored)
        return stored | sent if sent else stored

    def defaulted(self, defaults: Mapping[str, Json]) -> dict[str, Json]:
        """What a resource stores of which nothing is sent. That of the install which was asked for last is kept."""
        known = self._defaulted
        if known is not None and known[0] is defaults:
            return known[1]
        stored = self.created | {key: defaults[name] for key, name in self.installed.items() if name in defaults}
        self._defaulted = (defaults, stored)
        return stored

    def changed(self, stored: Mapping[str, Json], value: Json, defaults: Mapping[str, Json]) -> Values:
        """The leaves that the object of a part sends with another value than the stored one."""
        values: Values = {}
        if type(value) is dict:
            _collect(value, self.tree, defaults, values, stored)
        if not values:
            return values
        return {key: one for key, one in values.items() if not same(stored.get(key), one, date=self.entries[key].date)}


def same(before: Json, after: Json, *, date: bool = False) -> bool:
    """Whether two JSON values are the same value: dates as instants, numbers as numbers, but true is not 1."""
    if type(before) is not type(after):
        numbers = isinstance(before, int | float) and isinstance(after, int | float)
        return numbers and not isinstance(before, bool) and not isinstance(after, bool) and before == after
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(same(one, after[name]) for name, one in before.items())
    if isinstance(before, list):
        return len(before) == len(after) and all(map(same, before, after))
    if before == after:
        return True
    if not date or not isinstance(before, str):
        return False
    first = instant(before)
    return first is not None and first == instant(after)


_NOTHING: Mapping[str, Json] = {}


def _collect(
    value: dict[str, Json],
    tree: Tree,
    defaults: Mapping[str, Json],
    values: Values,
    stored: Mapping[str, Json],
) -> None:
    """Note the leaves below an object; strings that equal what is stored are left out, being most of all leaves."""
    for name, member in value.items():
        entry = tree.get(name)
        if entry is None:
            continue
        if type(member) is str:
            key = entry.key
            if member != stored.get(key) and key and (member or not entry.empty_is_unset):
                values[key] = member
        elif isinstance(entry, Branch):
            if type(member) is dict:
                _collect(member, entry.below, defaults, values, stored)
        elif member is None:
            values[entry.key] = defaults.get(entry.install_default) if entry.install_default else None
        else:
            values[entry.key] = entry.members.known(member) if entry.members is not None else member


def _tree(entries: Mapping[tuple[str, ...], StoredLeaf]) -> Tree:
    names = dict.fromkeys(path[0] for path in entries)
    below = {name: {path[1:]: one for path, one in entries.items() if path[0] == name} for name in names}
    return {name: inner[()] if () in inner else Branch(_tree(inner)) for name, inner in below.items()}


def _entry(leaf: Leaf) -> StoredLeaf:
    return StoredLeaf(
        key=leaf.key,
        date=leaf.date,
        empty_is_unset=leaf.empty_is_unset,
        default=leaf.default,
        install_default=leaf.install_default,
        members=members(leaf.schema),
        secret=_is_secret(leaf.schema),
    )


def _is_secret(schema: Schema) -> bool:
    return bool(schema.get("writeOnly"))
