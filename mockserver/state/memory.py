"""The default store: two dictionaries, gone when the process ends."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, Sequence, Set

from mockserver.state.listing import Chosen, ListPage, ValueIndex
from mockserver.state.store import Key, Resource, StoredChange, climbed

_LONG = 256
_MOST_LINEAGES = 65_536
_NOTHING: dict[str, None] = {}


class MemoryStore:
    """Keeps everything in memory. One step of the event loop is one transaction.

    What is seldom asked is indexed when it is asked for the first time, and from then on: the keys of a resource, and
    for each part what belongs to or joins what. To what a resource belongs is remembered: that changes only where one
    that is there joins something more.
    """

    __slots__ = ("_by_sid", "_keys", "_lineages", "_listed", "_named", "_related", "_valued")

    def __init__(self) -> None:
        self._by_sid: dict[str, Resource] = {}
        self._keys: dict[Key, str] = {}
        self._named: dict[str, list[Key]] | None = None
        self._related: dict[str, dict[str, dict[str, None]]] = {}  # by part, and then by what they belong to or join
        self._listed: dict[tuple[str, str], tuple[str, ...]] = {}  # long ones of these, as they were listed last
        self._lineages: dict[str, tuple[str, ...]] = {}  # the SIDs of those that were asked for
        self._valued: dict[str, dict[tuple[str, str], ValueIndex]] = {}  # by part, and then by owner and leaf

    def find(self, key: Key) -> Resource | None:
        sid = self._keys.get(key)
        return self._by_sid[sid] if sid is not None else None

    def read(self, sid: str) -> Resource | None:
        return self._by_sid.get(sid)

    def keys_of(self, sid: str) -> Sequence[Key]:
        return self._by_name().get(sid, ())

    def lineage(self, resource: Resource, joining: Set[str]) -> dict[str, Resource]:
        known = self._lineages.get(resource.sid)
        if known is None:
            found = self._composed(resource, joining) or climbed(self._by_sid.get, self.keys_of, resource, joining)
            if len(self._lineages) >= _MOST_LINEAGES:
                self._lineages.clear()
            self._lineages[resource.sid] = tuple(one.sid for one in found.values() if one is not resource)
            return found
        by_sid, found = self._by_sid, {resource.part: resource}
        for sid in known:
            one = by_sid[sid]
            found[one.part] = one
        return found

    def _composed(self, resource: Resource, joining: Set[str]) -> dict[str, Resource] | None:
        """The lineage of a resource made of those of its owners, if all are remembered and none contradicts another.

        Where two know different resources of one part, which is nearer is only found by climbing.
        """
        by_sid, lineages = self._by_sid, self._lineages
        found = {resource.part: resource}
        owners = [resource.scope]
        if resource.part in joining:
            for key in self.keys_of(resource.sid):
                owners += key.joined
        for owner in owners:
            if owner not in by_sid:
                continue
            known = lineages.get(owner)
            if known is None:
                return None
            for sid in (owner, *known):
                one = by_sid[sid]
                if found.setdefault(one.part, one) is not one:
                    return None
        return found

    def related(self, sid: str, part: str) -> Sequence[str]:
        index = self._related.get(part)
        if index is None:
            index = self._related[part] = {}
            for one in self._by_sid.values():
                if one.part == part:
                    _relate(index, one.sid, (one.scope,))
            for key, found in self._keys.items():
                if key.part == part:
                    _relate(index, found, key.joined)
        related = index.get(sid, _NOTHING)
        if len(related) < _LONG:
            return tuple(related)
        listed = self._listed.get((sid, part), ())
        if len(listed) != len(related):  # nothing ever leaves
            listed = self._listed[sid, part] = tuple(related)
        return listed

    def listed(self, sid: str, part: str, start: int, most: int, chosen: Chosen | None = None) -> ListPage:
        if chosen is None:
            related = self.related(sid, part)
            return ListPage(len(related), related[start : start + most])
        indexes = self._valued.setdefault(part, {})
        index = indexes.get((sid, chosen.leaf))
        if index is None:
            index = indexes[sid, chosen.leaf] = ValueIndex(chosen.leaf)
            for one in self.related(sid, part):
                index.put(one, self._by_sid[one].attributes.get(chosen.leaf))
        return index.page(chosen.values, start, most)

    def commit(self, changes: Sequence[StoredChange]) -> None:
        by_sid, by_key, related, valued = self._by_sid, self._keys, self._related, self._valued
        for resource, keys in changes:
            sid, part, scope, _ = resource
            if part in related:
                index = related[part]
                _relate(index, sid, () if sid in by_sid else (scope,))
                _relate(index, sid, (one for key in keys for one in key.joined))
            if keys and sid in by_sid and any(key.joined for key in keys):
                self._lineages.clear()
            by_sid[sid] = resource
            if part in valued:
                self._value(resource, keys)
            for key in keys:
                by_key[key] = sid
            if self._named is not None and keys:
                self._named.setdefault(sid, []).extend(keys)

    def _value(self, resource: Resource, keys: Sequence[Key]) -> None:
        """Note in every list with an index in which a resource is, or is now, what value it has."""
        for (owner, leaf), index in self._valued[resource.part].items():
            if resource.sid in index or owner == resource.scope or any(owner in one.joined for one in keys):
                index.put(resource.sid, resource.attributes.get(leaf))

    def clear(self) -> None:
        self._by_sid.clear()
        self._keys.clear()
        self._related.clear()
        self._listed.clear()
        self._lineages.clear()
        self._valued.clear()
        self._named = None

    def forget(self, scope: str) -> None:
        scopes = {scope}
        for resource in self:  # what belongs to something was created after it
            if resource.scope in scopes:
                scopes.add(resource.sid)
        named = self._by_name()
        kept = [StoredChange(one, named.get(one.sid, ())) for one in self if one.scope not in scopes]
        self.clear()
        self.commit(kept)

    def named(self) -> ItemsView[Key, str]:
        return self._keys.items()

    def __len__(self) -> int:
        return len(self._by_sid)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._by_sid.values())

    def _by_name(self) -> dict[str, list[Key]]:
        """The keys by the SID of what they find."""
        if self._named is None:
            self._named = {}
            for key, sid in self._keys.items():
                self._named.setdefault(sid, []).append(key)
        return self._named


def _relate(index: dict[str, dict[str, None]], sid: str, owners: Iterable[str]) -> None:
    for owner in owners:
        index.setdefault(owner, {})[sid] = None
