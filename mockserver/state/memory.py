"""The default store: two dictionaries, gone when the process ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mockserver.state.store import Key, Resource, StoredChange


class MemoryStore:
    """Keeps everything in memory. One step of the event loop is one transaction."""

    __slots__ = ("_keys", "_resources")

    def __init__(self) -> None:
        self._resources: dict[str, Resource] = {}
        self._keys: dict[Key, str] = {}

    def find(self, key: Key) -> Resource | None:
        sid = self._keys.get(key)
        return self._resources[sid] if sid is not None else None

    def read(self, sid: str) -> Resource | None:
        return self._resources.get(sid)

    def commit(self, changes: Sequence[StoredChange]) -> None:
        resources, names = self._resources, self._keys
        for resource, keys in changes:
            sid = resource.sid
            resources[sid] = resource
            for key in keys:
                names[key] = sid

    def clear(self) -> None:
        self._resources.clear()
        self._keys.clear()

    def forget(self, scope: str) -> None:
        scopes = {scope}
        for resource in self._resources.values():  # what belongs to something was created after it
            if resource.scope in scopes:
                scopes.add(resource.sid)
        self._keys = {key: sid for key, sid in self._keys.items() if key.scope not in scopes}
        self._resources = {sid: one for sid, one in self._resources.items() if one.scope not in scopes}

    def named(self) -> Iterable[tuple[Key, str]]:
        return self._keys.items()

    def __len__(self) -> int:
        return len(self._resources)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._resources.values())
