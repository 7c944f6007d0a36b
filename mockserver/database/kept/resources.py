"""The store of resources in a database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import Any, NamedTuple

from mockserver.database.connections.database import Database
from mockserver.database.kept.written import digest, read, written
from mockserver.state.listing import Chosen, ListPage
from mockserver.state.store import Key, Naming, Resource, StoredChange, climbed
from spec.source.pointer import Json


class ResourceRows(NamedTuple):
    """What stands of resources in each table, by the names of its columns."""

    resources: list[dict[str, Any]]
    names: list[dict[str, Any]]
    relations: list[dict[str, Any]]


class DatabaseStore:
    """The resources of one space: what several installs share, or what is of one that shares nothing."""

    __slots__ = ("_database", "_space", "_text")

    def __init__(self, database: Database, space: str) -> None:
        self._database, self._space, self._text = database, space, database.text

    def find(self, key: Key) -> Resource | None:
        return _resource(self._database.row(self._text.find, {"digest": self._digest(key)}))

    def read(self, sid: str) -> Resource | None:
        return _resource(self._database.row(self._text.read, {"space": self._space, "sid": _bytes(sid)}))

    def keys_of(self, sid: str) -> Sequence[Key]:
        rows = self._database.rows(self._text.keys_of, {"space": self._space, "sid": _bytes(sid)})
        return [_key(text) for (text,) in rows]

    def lineage(self, resource: Resource, joining: Set[str]) -> dict[str, Resource]:
        return climbed(self.read, self.keys_of, resource, joining)

    def related(self, sid: str, part: str) -> Sequence[str]:
        values = {"digest": digest(self._space, sid, part)}
        return [one.decode() for (one,) in self._database.rows(self._text.related, values)]

    def listed(self, sid: str, part: str, start: int, most: int, chosen: Chosen | None = None) -> ListPage:
        found = self.related(sid, part)
        if chosen is not None:
            found = [one for one in found if self._value(one, chosen.leaf) in chosen.values]
        return ListPage(len(found), found[start : start + most])

    def _value(self, sid: str, leaf: str) -> Json:
        one = self.read(sid)
        return None if one is None else one.attributes.get(leaf)

    def commit(self, changes: Sequence[StoredChange]) -> None:
        with self._database.transaction():
            self._commit(changes)

    def _commit(self, changes: Sequence[StoredChange]) -> None:
        """Keep the changes. Nothing is looked at for it."""
        database, text, rows = self._database, self._text, self.rows(changes)
        database.many(text.create, rows.resources)
        database.many(text.name, rows.names)
        database.many(text.relate, rows.relations)

    def rows(self, changes: Sequence[StoredChange]) -> ResourceRows:
        """The rows of changes; of several for one resource the last one says how it is."""
        space = self._space
        resources: dict[str, dict[str, Any]] = {}
        names: list[dict[str, Any]] = []
        relations: dict[bytes, dict[str, Any]] = {}
        for resource, keys in changes:
            sid, part, scope, named = resource.sid, resource.part, resource.scope, _bytes(resource.sid)
            content = written(resource.attributes)
            resources[sid] = {"space": space, "sid": named, "part": part, "scope": _bytes(scope), "attributes": content}
            for owner in (scope, *(one for key in keys for one in key.joined)):
                found = digest(space, owner, part)
                relations[found + named] = {"digest": found, "space": space, "sid": named}
            for key in keys:
                spelled = written([*key[:5], *key.joined])
                names.append({"digest": self._digest(key), "space": space, "sid": named, "key": spelled})
        return ResourceRows(list(resources.values()), names, list(relations.values()))

    def clear(self) -> None:
        with self._database.transaction():
            for statement in (self._text.clear_resources, self._text.clear_names, self._text.clear_relations):
                self._database.run(statement, {"space": self._space})

    def forget(self, scope: str) -> None:
        database, text, space = self._database, self._text, self._space
        with database.transaction():
            scopes, gone = [_bytes(scope)], 0
            while gone < len(scopes):
                found = database.rows(text.of_scope, {"space": space, "scope": scopes[gone]})
                scopes += [sid for (sid,) in found]
                gone += 1
            for statement in (text.drop_resource, text.drop_names, text.drop_relations):
                database.many(statement, [{"of": space, "known": sid} for sid in scopes])

    def named(self) -> Iterable[tuple[Key, str]]:
        rows = self._database.rows(self._text.named, {"space": self._space})
        return [(_key(text), sid.decode()) for text, sid in rows]

    def __len__(self) -> int:
        row = self._database.row(self._text.count, {"space": self._space})
        return int(row[0]) if row else 0

    def __iter__(self) -> Iterator[Resource]:
        for row in self._database.rows(self._text.every, {"space": self._space}):
            resource = _resource(row)
            assert resource is not None
            yield resource

    def _digest(self, key: Key) -> bytes:
        return digest(self._space, *key[:5], *key.joined)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _resource(row: tuple[Any, ...] | None) -> Resource | None:
    if row is None:
        return None
    sid, part, scope, attributes = row
    return Resource(sid.decode(), part, scope.decode("utf-8", "surrogatepass"), read(attributes))


def _key(text: bytes) -> Key:
    part, scope, naming, kind, named, *joined = read(text)
    return Key(part, scope, Naming(naming), kind, named, tuple(joined))
