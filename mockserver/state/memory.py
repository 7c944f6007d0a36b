"""The default store: two dictionaries, gone when the process ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mockserver.state.store import Key, Resource, StoredChange


class Held:
    """A resource as it is now, and the keys that find it."""

    __slots__ = ("keys", "resource")

    def __init__(self, resource: Resource, keys: Sequence[Key]) -> None:
        self.resource, self.keys = resource, keys


class MemoryStore:
    """Keeps everything in memory. One step of the event loop is one transaction.

    What belongs to or joins something is indexed for the parts for which that was ever asked, from then on.
    """

    __slots__ = ("_by_key", "_by_sid", "_related")

    def __init__(self) -> None:
        self._by_sid: dict[str, Held] = {}
        self._by_key: dict[Key, Held] = {}
        self._related: dict[str, dict[str, list[str]]] = {}  # by part, and then by what they belong to or join

    def find(self, key: Key) -> Resource | None:
        held = self._by_key.get(key)
        return held.resource if held is not None else None

    def read(self, sid: str) -> Resource | None:
        held = self._by_sid.get(sid)
        return held.resource if held is not None else None

    def keys_of(self, sid: str) -> Sequence[Key]:
        held = self._by_sid.get(sid)
        return held.keys if held is not None else ()

    def related(self, sid: str, part: str) -> Sequence[str]:
        index = self._related.get(part)
        if index is None:
            index = self._related[part] = {}
            for held in self._by_sid.values():
                if held.resource.part == part:
                    _relate(index, held.resource.sid, held.resource.scope, held.keys)
        return index.get(sid, ())

    def commit(self, changes: Sequence[StoredChange]) -> None:
        by_key, by_sid, related = self._by_key, self._by_sid, self._related
        for resource, keys in changes:
            sid = resource.sid
            held = by_sid.get(sid)
            scope = ""
            if held is None:
                held = by_sid[sid] = Held(resource, keys)
                scope = resource.scope
            else:
                held.resource = resource
                held.keys = (*held.keys, *keys)
            for key in keys:
                by_key[key] = held
            if resource.part in related:
                _relate(related[resource.part], sid, scope, keys)

    def clear(self) -> None:
        self._by_sid.clear()
        self._by_key.clear()
        self._related.clear()

    def forget(self, scope: str) -> None:
        scopes = {scope}
        for resource in self:  # what belongs to something was created after it
            if resource.scope in scopes:
                scopes.add(resource.sid)
        kept = [
            StoredChange(one.resource, one.keys) for one in self._by_sid.values() if one.resource.scope not in scopes
        ]
        self.clear()
        self.commit(kept)

    def named(self) -> Iterator[tuple[Key, str]]:
        return ((key, held.resource.sid) for key, held in self._by_key.items())

    def __len__(self) -> int:
        return len(self._by_sid)

    def __iter__(self) -> Iterator[Resource]:
        return (held.resource for held in self._by_sid.values())


def _relate(index: dict[str, list[str]], sid: str, scope: str, keys: Sequence[Key]) -> None:
    """Note what a resource belongs to, if that is new, and what it joins."""
    for owner in (scope, *(one for key in keys for one in key.joined)):
        if owner:
            index.setdefault(owner, []).append(sid)
