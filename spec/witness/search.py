"""The search for a body that proves a change: valid under one schema, refused by the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from spec.normal.merge import Schema, text
from spec.normal.place import Path, rebuilt
from spec.regex.automaton import texts
from spec.regex.tree import PatternError
from spec.witness.engine import difference, expanded, judge
from spec.witness.leaf import OTHERS
from spec.witness.sample import samples

_LOCAL = 6
_AROUND = 12


@dataclass(frozen=True, slots=True)
class Witness:
    """A body, valid under the schema that accepts and refused by the other."""

    body: Any


@dataclass(frozen=True, slots=True)
class Contest:
    """Two whole normal forms: ``accepting`` (with the convention on unknown members worked in) and ``refusing``."""

    accepting: Schema
    refusing: Schema
    proves: Callable[[Any], bool]

    @classmethod
    def between(cls, accepting: Schema, refusing: Schema) -> Contest:
        accepts, keeps = judge(accepting), judge(refusing)
        return cls(accepting, refusing, lambda body: accepts(body) and not keeps(body))


def search(contest: Contest, path: Path, local: Schema, changed: Schema) -> Witness | None:
    """A witness for one change: ``local`` is the sub-schema at ``path``, ``changed`` the same with the change in it.

    The value at the path is valid under ``local`` and refused by ``changed``; the whole body around it is proven.
    """
    definitions = contest.accepting.get("$defs", {})
    refusing = contest.refusing.get("$defs", {})
    inner = {**local, "$defs": definitions} if definitions else local
    other = {**changed, "$defs": {**refusing, **definitions}} if definitions or refusing else changed
    accepts, keeps = judge(inner), judge(other)
    rest = difference(inner, other)
    if rest == {"not": {}}:
        return None
    sources = (rest, *_named(inner, other), inner, expanded(inner), other)
    streams = [samples(schema, most=60) for schema in sources if schema is not None]
    values = _first(streams, lambda value: accepts(value) and not keeps(value), _LOCAL)
    for value in sorted(values, key=lambda value: value is None):
        for body in around(contest.accepting, path, value):
            if contest.proves(body):
                return Witness(body)
    return _whole(contest.accepting, rebuilt(contest.accepting, path, other_of(changed), present=False), contest)


def _named(inner: Schema, other: Schema) -> Iterator[Schema]:
    """The inner schema with a free member under each name that the other one has a pattern for."""
    for pattern in islice(other.get("patternProperties", {}), 5):
        try:
            name = next(texts([pattern]), "")
        except PatternError:
            continue
        members = {**inner.get("properties", {}), name: inner.get("properties", {}).get(name, {})}
        yield {**inner, "properties": members, "required": sorted({*inner.get("required", ()), name})}


def other_of(changed: Schema) -> Schema:
    """The changed sub-schema as it stands inside a whole, whose definitions it shares."""
    return {key: value for key, value in changed.items() if key != "$defs"}


def anywhere(contest: Contest) -> Witness | None:
    """A witness for the two wholes, wherever they differ."""
    return _whole(contest.accepting, contest.refusing, contest)


def _whole(accepting: Schema, refusing: Schema, contest: Contest) -> Witness | None:
    rest = difference(accepting, refusing)
    if rest == {"not": {}}:
        return None
    for schema in (rest, accepting, refusing):
        if schema is not None:
            for body in samples(schema, most=80):
                if contest.proves(body):
                    return Witness(body)
    return None


def around(whole: Schema, path: Path, value: Any) -> Iterator[Any]:
    """Bodies of a whole schema in which the given value stands at the path."""
    if not path:
        yield value
        return
    pinned = rebuilt(whole, path, {"enum": [value]}, present=True)
    seen = 0
    for schema in (pinned, expanded(pinned)):
        if schema is not None:
            for body in samples(schema, most=_AROUND):
                yield body
                seen += 1


def _first(streams: Sequence[Iterator[Any]], wanted: Callable[[Any], bool], most: int) -> list[Any]:
    found: dict[str, Any] = {}
    for stream in (*streams, iter(OTHERS)):
        for value in islice((each for each in stream if wanted(each)), most):
            found.setdefault(text(value), value)
            if len(found) >= most:
                return list(found.values())
    return list(found.values())


def exchanged(schema: Schema, keywords: Sequence[str], source: Schema) -> Schema:
    """A schema with the named keywords taken from another one (absent there: removed)."""
    kept = {key: value for key, value in schema.items() if key not in keywords}
    return {**kept, **{word: source[word] for word in keywords if word in source}}
