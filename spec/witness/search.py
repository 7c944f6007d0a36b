"""The search for a body that proves one change: valid under one schema, refused by the other, for that reason only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice

from spec.normal.merge import Schema, conjunction, text
from spec.normal.place import Path, rebuilt
from spec.regex.automaton import texts
from spec.regex.tree import PatternError
from spec.source.pointer import Json
from spec.witness.effort import Effort
from spec.witness.engine import difference, expanded, judge, limit, reachable, verdict
from spec.witness.leaf import OTHERS
from spec.witness.sample import samples

_LOCAL = 6
_AROUND = 12
_MOST_BODIES = 400
_STEPS_OF_A_BODY = 50
_STEPS_OF_A_SEARCH = 2000


@dataclass(frozen=True, slots=True)
class Witness:
    """A body, valid under the schema that accepts and refused by the other.

    It is ``alone`` when taking this one change back would make the body valid again: nothing else that changed refuses
    it. A body that is not is refused by other changes as well.
    """

    body: Json
    alone: bool = True


@dataclass(frozen=True, slots=True)
class Isolated:
    """One change seen alone: a schema as it was, with the change; and as it became, without it. Paths from the whole.

    ``mine`` stands at ``path`` in the whole that accepts; ``restored`` belongs at ``other_path`` in the other one.
    """

    path: Path
    mine: Schema
    changed: Schema
    other_path: Path
    restored: Schema


class Contest:
    """Two whole normal forms: ``accepting`` (with the convention on unknown members worked in) and ``refusing``."""

    def __init__(self, accepting: Schema, refusing: Schema, effort: Effort | None = None) -> None:
        self.accepting, self.refusing = accepting, refusing
        self.effort = effort or Effort()

    @cached_property
    def accepts(self) -> Callable[[Json], bool | None]:
        return verdict(self.accepting)

    @cached_property
    def keeps(self) -> Callable[[Json], bool | None]:
        return verdict(self.refusing)

    @cached_property
    def size(self) -> int:
        """How many letters both schemas have, by ten: what it takes to hand them to a validator."""
        return sum(len(text(reachable(side))) for side in (self.accepting, self.refusing)) // 10

    @cached_property
    def limit(self) -> str | None:
        """Which limit one of the wholes is beyond, as a clause; None if both can be searched."""
        return limit(self.accepting) or limit(self.refusing)

    def proves(self, body: Json) -> bool:
        """True if the body is known to be valid under the accepting schema, and known to be refused by the other."""
        self.effort.spend(_STEPS_OF_A_BODY)
        return self.accepts(body) is True and self.keeps(body) is False

    def _both(self, first: Schema, second: Schema) -> Schema:
        definitions = {**second.get("$defs", {}), **first.get("$defs", {})}
        return {**first, "$defs": definitions} if definitions else first

    def blaming(self, change: Isolated) -> Schema:
        """The accepting whole with this one change made."""
        return rebuilt(self._both(self.accepting, self.refusing), change.path, change.changed, present=False)

    def restored(self, change: Isolated) -> Schema:
        """The refusing whole with this one change taken back."""
        return rebuilt(self._both(self.refusing, self.accepting), change.other_path, change.restored, present=False)


def search(contest: Contest, change: Isolated) -> Iterator[Witness]:
    """Witnesses for one change, those first that nothing else refuses; usually one of the first is taken."""
    shared: list[Witness] = []
    restored, blaming = contest.restored(change), contest.blaming(change)
    forgives, blames = verdict(restored), verdict(blaming)
    contest.effort.spend(_STEPS_OF_A_SEARCH + contest.size)
    for body in islice(_bodies(contest, change, restored, blaming), _MOST_BODIES):
        if contest.effort.is_spent:
            break
        if not contest.proves(body):
            continue
        if forgives(body) is True:
            yield Witness(body)
        elif blames(body) is False:
            shared.append(Witness(body, alone=False))
    yield from shared


def _bodies(contest: Contest, change: Isolated, restored: Schema, blaming: Schema) -> Iterator[Json]:
    """Bodies around values that the change alone tells apart, then whatever the wholes suggest."""
    values = list(_values(contest, change))
    for value in sorted(values, key=lambda value: value is None):
        yield from around(contest.accepting, change.path, value, contest.effort)
        yield from around(restored, change.other_path, value, contest.effort)
    rest = difference(contest.accepting, blaming)
    for schema in (rest, contest.accepting, restored):
        if schema is not None and schema != {"not": {}}:
            yield from samples(schema, most=60, effort=contest.effort)


def _values(contest: Contest, change: Isolated) -> Iterator[Json]:
    """Values that the schema at the place accepts, and refuses once the change is made."""
    definitions = contest.accepting.get("$defs", {})
    refusing = {**contest.refusing.get("$defs", {}), **definitions}
    inner = {**change.mine, "$defs": definitions} if definitions else change.mine
    other = {**_plain(change.changed), "$defs": refusing} if refusing else change.changed
    both = conjunction([_plain(change.mine), _plain(change.restored)])
    both = {**both, "$defs": refusing} if refusing else both
    accepts, keeps = judge(inner), judge(other)
    rest = difference(inner, other)
    if rest == {"not": {}}:
        return iter(())
    sources = (both, difference(both, other), rest, *_named(inner, other), inner, expanded(inner), other)
    streams = [
        samples(schema, most=60, effort=contest.effort)
        for schema in sources
        if schema is not None and schema != {"not": {}}
    ]
    return iter(_first(streams, lambda value: accepts(value) and not keeps(value), _LOCAL))


def _plain(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key != "$defs"}


def _named(inner: Schema, other: Schema) -> Iterator[Schema]:
    """The inner schema with a free member under each name that the other one has a pattern for."""
    for pattern in islice(other.get("patternProperties", {}), 5):
        try:
            name = next(texts([pattern]), "")
        except PatternError:
            continue
        members = {**inner.get("properties", {}), name: inner.get("properties", {}).get(name, {})}
        yield {**inner, "properties": members, "required": sorted({*inner.get("required", ()), name})}


def anywhere(contest: Contest) -> Iterator[Witness]:
    """Witnesses for the two wholes, wherever they differ."""
    rest = difference(contest.accepting, contest.refusing)
    if rest == {"not": {}}:
        return
    found = (
        samples(schema, most=80, effort=contest.effort)
        for schema in (rest, contest.accepting, contest.refusing)
        if schema is not None
    )
    yield from (Witness(body) for body in chain.from_iterable(found) if contest.proves(body))


def around(whole: Schema, path: Path, value: Json, effort: Effort | None = None) -> Iterator[Json]:
    """Bodies of a whole schema in which the given value stands at the path."""
    if not path:
        yield value
        return
    pinned = rebuilt(whole, path, {"enum": [value]}, present=True)
    yield from samples(pinned, most=_AROUND, effort=effort)
    worked = expanded(pinned)
    if worked is not None:
        yield from samples(worked, most=_AROUND, effort=effort)


def _first(streams: Sequence[Iterator[Json]], wanted: Callable[[Json], bool], most: int) -> list[Json]:
    found: dict[str, Json] = {}
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
