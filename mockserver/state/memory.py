"""The default store: two dictionaries, gone when the process ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mockserver.state.store import Change, Key, Resource


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

    def commit(self, changes: Sequence[Change]) -> None:
        resources, names = self._resources, self._keys
        for resource, keys in changes:
            sid = resource.sid
            resources[sid] = resource
            for key in keys:
                names[key] = sid

    def clear(self) -> None:
        self._resources.clear()
        self._keys.clear()

    def __len__(self) -> int:
        return len(self._resources)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._resources.values())
