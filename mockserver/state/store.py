"""What a store holds and what it must do: two generic kinds of record, resources and the keys that find them.

Named tuples, because a call makes several: a frozen dataclass costs four times as much to make.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from enum import StrEnum
from typing import NamedTuple, Protocol

from mockserver.state.listing import Chosen, ListPage
from spec.source.pointer import Json

made = tuple.__new__
"""Makes a named tuple of a tuple, without the function in Python that is generated around its constructor: for places
that make several in every call."""


class Naming(StrEnum):
    """How a resource is told from others of its part."""

    IDENTIFIER = "identifier"
    """By a name that a caller chose."""
    JOINED = "joined"
    """By the resources that it joins."""
    FALLBACK = "fallback"
    """By the value of a member, when the caller sent no identifier."""

    __hash__ = str.__hash__  # every key is hashed with it; that of an enumeration is a function in Python


class Key(NamedTuple):
    """How a resource is found, unique within part and scope: at most one resource has it.

    ``scope`` is a deployment or the SID of the resource it belongs to; ``kind`` the kind of identifier, or the member
    whose value counts; ``text`` the identifier, or that value; ``joined`` the SIDs of resources that count as well.
    """

    part: str
    scope: str
    naming: Naming
    kind: str
    text: str
    joined: tuple[str, ...] = ()


class Resource(NamedTuple):
    """One provisioned thing. ``attributes`` maps the JSON pointer of each stored leaf to its value."""

    sid: str
    part: str
    scope: str
    attributes: Mapping[str, Json]


class StoredChange(NamedTuple):
    """A resource as it is to be from now on; ``keys`` are those that will find it, besides those that already do."""

    resource: Resource
    keys: Sequence[Key] = ()


class State(Protocol):
    """The part of a store that planning reads."""

    def find(self, key: Key) -> Resource | None:
        """The resource that a key names, or None."""

    def read(self, sid: str) -> Resource | None:
        """The resource of a SID, or None."""

    def keys_of(self, sid: str) -> Sequence[Key]:
        """The keys that find a resource."""

    def lineage(self, resource: Resource, joining: Set[str]) -> dict[str, Resource]:
        """What a resource belongs to or joins, however far up, and the resource itself: by part, the nearest of each.

        ``joining`` are the parts of which one joins others, besides belonging to one: those of the document.
        """

    def related(self, sid: str, part: str) -> Sequence[str]:
        """The SIDs of the resources of a part that belong to a resource (or deployment) or join it, earliest first."""

    def listed(self, sid: str, part: str, start: int, most: int, chosen: Chosen | None = None) -> ListPage:
        """At most so many of those that are ``related``, from a place on; only those that are chosen, if some are."""


def climbed(
    read: Callable[[str], Resource | None],
    keys_of: Callable[[str], Sequence[Key]],
    resource: Resource,
    joining: Set[str],
) -> dict[str, Resource]:
    """The lineage of a resource, looked up step by step."""
    found = {resource.part: resource}
    waiting = [resource]
    for one in waiting:  # which grows meanwhile
        owners = [one.scope]
        if one.part in joining:
            for key in keys_of(one.sid):
                owners += key.joined
        for sid in owners:
            owner = read(sid)
            if owner is not None and owner.part not in found:
                found[owner.part] = owner
                waiting.append(owner)
    return found


class Store(State, Protocol):
    """A store. ``commit`` is atomic: all changes are kept, or none."""

    def commit(self, changes: Sequence[StoredChange]) -> None:
        """Keep the changes."""

    def clear(self) -> None:
        """Forget everything."""

    def forget(self, scope: str) -> None:
        """Forget every resource of a scope, and those that belong to them."""

    def named(self) -> Iterable[tuple[Key, str]]:
        """Every key, with the SID of the resource that it finds."""

    def __len__(self) -> int:
        """How many resources there are."""

    def __iter__(self) -> Iterator[Resource]:
        """Every resource, in the order in which they were created."""
