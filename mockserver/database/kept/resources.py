"""The store of resources in a database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, NamedTuple

from mockserver.database.connections.database import Database
from mockserver.database.kept.written import digest, read, written
from mockserver.state.listing import Chosen, ListPage
from mockserver.state.store import Key, Naming, Resource, StoredChange, climbed
from spec.source.pointer import Json


class LeadingRows(NamedTuple):
    """What leads to resources, in each table of it, by the names of its columns."""

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
        database, text, resources = self._database, self._text, self.resources(changes)
        made = database.made(text.create, list(resources.values()))
        leading = self.leading(changes, {sid: number for sid, (number,) in zip(resources, made, strict=True)})
        database.many(text.name, leading.names)
        database.many(text.relate, leading.relations)

    def resources(self, changes: Sequence[StoredChange]) -> dict[str, dict[str, Any]]:
        """The rows of resources by SID; of several changes of one the last one says how it is."""
        space = self._space
        return {
            sid: {
                "space": space, "sid": _bytes(sid), "part": part, "scope": _bytes(scope),
                "attributes": written(attributes),
            }
            for (sid, part, scope, attributes), _ in changes
        }  # fmt: skip

    def leading(self, changes: Sequence[StoredChange], numbers: Mapping[str, int]) -> LeadingRows:
        """The rows of what leads to the resources that have these numbers."""
        space = self._space
        names: list[dict[str, Any]] = []
        relations: dict[tuple[bytes, int], dict[str, Any]] = {}
        for (sid, part, scope, _), keys in changes:
            number = numbers[sid]
            for owner in (scope, *(one for key in keys for one in key.joined)):
                found = digest(space, owner, part)
                relations[found, number] = {"digest": found, "resource": number, "sid": _bytes(sid)}
            for key in keys:
                spelled = written([*key[:5], *key.joined])
                names.append({"digest": self._digest(key), "resource": number, "key": spelled})
        return LeadingRows(names, list(relations.values()))

    def clear(self) -> None:
        with self._database.transaction():  # what leads to them first: it is found by them
            for statement in (self._text.clear_names, self._text.clear_relations, self._text.clear_resources):
                self._database.run(statement, {"space": self._space})

    def forget(self, scope: str) -> None:
        database, text, space = self._database, self._text, self._space
        with database.transaction():
            scopes, gone = [_bytes(scope)], 0
            while gone < len(scopes):
                found = database.rows(text.of_scope, {"space": space, "scope": scopes[gone]})
                scopes += [sid for (sid,) in found]
                gone += 1
            for statement in (text.drop_names, text.drop_relations, text.drop_resource):
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
