"""The default store: two dictionaries, gone when the process ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mockserver.state.store import Key, Resource, StoredChange


class MemoryStore:
    """Keeps everything in memory. One step of the event loop is one transaction."""

    __slots__ = ("_keys", "_named", "_related", "_resources")

    def __init__(self) -> None:
        self._resources: dict[str, Resource] = {}
        self._keys: dict[Key, str] = {}
        self._named: dict[str, tuple[Key, ...]] = {}
        self._related: dict[tuple[str, str], list[str]] = {}

    def find(self, key: Key) -> Resource | None:
        sid = self._keys.get(key)
        return self._resources[sid] if sid is not None else None

    def read(self, sid: str) -> Resource | None:
        return self._resources.get(sid)

    def keys_of(self, sid: str) -> Sequence[Key]:
        return self._named.get(sid, ())

    def related(self, sid: str, part: str) -> Sequence[str]:
        return self._related.get((sid, part), ())

    def commit(self, changes: Sequence[StoredChange]) -> None:
        resources, names = self._resources, self._keys
        for resource, keys in changes:
            sid = resource.sid
            if sid not in resources:
                self._relate(resource.scope, resource)
            resources[sid] = resource
            for key in keys:
                names[key] = sid
            if keys:
                self._name(resource, keys)

    def _name(self, resource: Resource, keys: Sequence[Key]) -> None:
        self._named[resource.sid] = (*self._named.get(resource.sid, ()), *keys)
        for key in keys:
            for owner in key.joined:
                self._relate(owner, resource)

    def _relate(self, owner: str, resource: Resource) -> None:
        self._related.setdefault((owner, resource.part), []).append(resource.sid)

    def clear(self) -> None:
        self._resources.clear()
        self._keys.clear()
        self._named.clear()
        self._related.clear()

    def forget(self, scope: str) -> None:
        scopes = {scope}
        for resource in self._resources.values():  # what belongs to something was created after it
            if resource.scope in scopes:
                scopes.add(resource.sid)
        kept = [
            StoredChange(one, self._named.get(sid, ()))
            for sid, one in self._resources.items()
            if one.scope not in scopes
        ]
        self.clear()
        self.commit(kept)

    def named(self) -> Iterable[tuple[Key, str]]:
        return self._keys.items()

    def __len__(self) -> int:
        return len(self._resources)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._resources.values())
