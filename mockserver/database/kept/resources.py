"""The store of resources in a database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from mockserver.database.connections.database import Database
from mockserver.database.kept.written import digest, read, written
from mockserver.database.schema.tables import SLOTS
from mockserver.state.listing import Chosen, ListPage
from mockserver.state.store import Key, Naming, Resource, StoredChange, climbed
from spec.source.pointer import Json


class LeadingRows(NamedTuple):
    """What leads to resources, in each table of it, by the names of its columns."""

    names: list[dict[str, Any]]
    relations: list[dict[str, Any]]


class ValueMove(NamedTuple):
    """A resource that goes from one list by value (None: it is new) to another; digests lead to both and the whole."""

    sid: str
    before: bytes | None
    now: bytes
    whole: bytes


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
        if chosen is None:
            found = [digest(self._space, sid, part)]
        elif self._database.valued.get(part) == chosen.leaf and self.read(sid) is None:  # only those of deployments are
            found = [self._of_value(sid, part, chosen.leaf, one) for one in dict.fromkeys(chosen.values)]
        else:  # what is listed by no value is looked through
            related = filter(None, map(self.read, self.related(sid, part)))
            sids = [one.sid for one in related if one.attributes.get(chosen.leaf) in chosen.values]
            return ListPage(len(sids), sids[start : start + most])
        database, text = self._database, self._text
        total = sum(self._total(one, kept=part in database.valued) for one in found)
        if start >= total or not most:
            return ListPage(total, ())
        if len(found) == 1:
            asked = {"digest": found[0], "most": most, "start": start}
            return ListPage(total, [sid.decode() for _, sid in database.rows(text.page_related, asked)])
        heads = (database.rows(text.page_related, {"digest": one, "most": start + most, "start": 0}) for one in found)
        return ListPage(total, [sid.decode() for _, sid in islice(merge(*heads), start, start + most)])

    def _total(self, found: bytes, *, kept: bool) -> int:
        """How many a list has: as it was kept, or counted where nobody keeps it."""
        for statement in (self._text.total, self._text.count_related)[not kept :]:
            row = self._database.row(statement, {"digest": found})
            if row is not None and row[0] is not None:
                return int(row[0])
        return 0

    def commit(self, changes: Sequence[StoredChange]) -> None:
        with self._database.transaction():
            self._commit(changes)

    def _commit(self, changes: Sequence[StoredChange]) -> None:
        """Keep the changes. Nothing is looked at for it."""
        database, text, resources = self._database, self._text, self.resources(changes)
        moves = [move for change in self._valued(changes) for move in self._moves(change)]
        made = database.made(text.create, list(resources.values()))
        numbers = {sid: number for sid, (number,) in zip(resources, made, strict=True)}
        leading = self.leading(changes, numbers)
        database.many(text.name, leading.names)
        database.many(text.relate, leading.relations)
        if moves:
            left = [{"digest": one.before, "resource": numbers[one.sid]} for one in moves if one.before]
            database.many(text.unrelate, left)
            database.many(text.relate, [
                {"digest": one.now, "resource": numbers[one.sid], "sid": _bytes(one.sid)} for one in moves
            ])  # fmt: skip
            tallied: Counter[tuple[bytes, int]] = Counter()
            for one in dict.fromkeys(moves):
                slot = numbers[one.sid] % SLOTS
                tallied[one.now, slot] += 1
                tallied[one.before or one.whole, slot] += -1 if one.before else 1
            database.many(text.tally, [
                {"digest": found, "slot": slot, "count": count} for (found, slot), count in tallied.items()
            ])  # fmt: skip

    def _valued(self, changes: Sequence[StoredChange]) -> Iterable[StoredChange]:
        """The changes of what is listed by value; of several of one resource the last one, with the keys of all."""
        valued, latest = self._database.valued, dict[str, StoredChange]()
        for change in changes:
            resource, keys = change
            if resource.part in valued:
                known = latest.get(resource.sid)
                latest[resource.sid] = change if known is None else StoredChange(resource, (*known.keys, *keys))
        return latest.values()

    def _moves(self, change: StoredChange) -> Iterator[ValueMove]:
        """From which of the lists by value to which other a resource goes, before it is stored."""
        (sid, part, _, attributes), keys = change
        leaf = self._database.valued[part]
        stored = self.read(sid)
        now, before = attributes.get(leaf), None if stored is None else stored.attributes.get(leaf)
        if stored is not None:
            if now == before:
                return
            keys = self.keys_of(sid)
        for key in keys:
            if key.joined == (key.scope,):
                left = None if stored is None else self._of_value(key.scope, part, leaf, before)
                whole = digest(self._space, key.scope, part)
                yield ValueMove(sid, left, self._of_value(key.scope, part, leaf, now), whole)

    def _of_value(self, owner: str, part: str, leaf: str, value: Json) -> bytes:
        """What leads to those of a list that have a value."""
        return digest(self._space, owner, part, leaf, written(value).decode())

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
            text = self._text
            for statement in (text.clear_tallies, text.clear_names, text.clear_relations, text.clear_resources):
                self._database.run(statement, {"space": self._space})

    def forget(self, scope: str) -> None:
        database, text, space = self._database, self._text, self._space
        with database.transaction():
            scopes, gone = [_bytes(scope)], 0
            while gone < len(scopes):
                found = database.rows(text.of_scope, {"space": space, "scope": scopes[gone]})
                scopes += [sid for (sid,) in found]
                gone += 1
            tallied = (text.untally, text.drop_tallies) if database.valued else ()
            for statement in (*tallied, text.drop_names, text.drop_relations, text.drop_resource):
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
