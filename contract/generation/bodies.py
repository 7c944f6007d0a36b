"""Bodies of one document as Hypothesis strategies: those that every reading accepts, those at the edge, broken ones."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from hypothesis import strategies as st

from contract.generation.breakages import Breakage, breakages
from contract.generation.leaves import edge, types
from contract.generation.objects import Names, Objects, Vocabulary, needed_members, pruned
from contract.model.identity import value_at
from contract.oracle.readings import oddities
from spec.openapi.document import Schema
from spec.resources.resource import ABSENT, Resources
from spec.schema.texts.formats import instant
from spec.schema.validation import Rules
from spec.source.pointer import Json

Body = dict[str, Json]


class Substitution(NamedTuple):
    """A value for a place in a body; ABSENT takes away what is there."""

    path: tuple[str, ...]
    value: Json


@dataclass(frozen=True)
class Bodies:
    """Strategies for the bodies of one operation; they shrink as bodies: fewer members, shorter texts, lesser numbers.

    Make one with ``contract.strategies.bodies``. ``having`` and ``without`` name parts (or other members of the body).
    """

    schema: Schema
    resources: Resources
    vocabulary: Vocabulary

    def valid(self, *, having: Sequence[str] = (), without: Sequence[str] = ()) -> st.SearchStrategy[Body]:
        """Bodies that every reading of the contract accepts when nothing in them is known yet.

        Short plain texts, people at ``example.com``, windows that are open now, one identifier each.
        """
        objects = Objects(
            self.resources,
            self.vocabulary,
            frozenset(path for name in having for path in self._ways(name)),
            frozenset(self._path(name) for name in without),
        )
        made = objects.object(self.schema, ())
        return made.map(lambda body: pruned(body, self.schema, self.resources)).filter(self._is_safe)

    def boundary(self, *, having: Sequence[str] = (), without: Sequence[str] = ()) -> st.SearchStrategy[Body]:
        """Bodies that keep the document, with one to three values at the edge of what it allows, null or left out.

        Readings differ about some of them; no reading allows a crash, a hang or a lie about them.
        """
        return self.edged(self.valid(having=having, without=without)).filter(self.keeps_the_document)

    def broken(self, *, having: Sequence[str] = (), without: Sequence[str] = ()) -> st.SearchStrategy[Body]:
        """Bodies that break the document in one place."""
        return self.changed(self.valid(having=having, without=without)).filter(
            lambda body: not self.keeps_the_document(body)
        )

    def with_identifiers(self, pool: Sequence[str] | Names) -> Bodies:
        """The same strategies with identifiers out of a pool, so that calls meet the same things again.

        A sequence serves every part; a mapping of part → kind → texts serves those parts only, and is the way to
        name things by the SIDs that an answer gave: ``{"course": {"sid": [sid]}}``.
        """
        if isinstance(pool, Mapping):
            return replace(self, vocabulary=replace(self.vocabulary, names=pool))
        return replace(self, vocabulary=replace(self.vocabulary, pool=tuple(pool)))

    def changes(self, name: str) -> st.SearchStrategy[Substitution]:
        """Values of a part that every reading accepts, each with its path in the body; null and left out, too."""
        part = self.resources.part(name)
        objects = Objects(self.resources, self.vocabulary)
        required = needed_members(part.schema, part) if part.schema.get("required") else set()
        made = []
        for leaf in part.leaves:
            values = objects.leaf(part, leaf)
            if values is None or (part.fallback is not None and leaf.path == (part.fallback.member,)):
                continue
            if "null" in types(leaf.schema):
                values = st.one_of(values, st.none())
            if leaf.path[0] not in required:
                values = st.one_of(values, st.just(ABSENT))
            made.append(st.builds(Substitution, st.just((*part.path, *leaf.path)), values))
        return st.one_of(made) if made else st.nothing()

    def edged(self, bodies: st.SearchStrategy[Body]) -> st.SearchStrategy[Body]:
        """Bodies of a strategy with one to three values changed to extreme ones; some break the document."""
        return st.composite(_edged)(bodies, self)

    def changed(self, bodies: st.SearchStrategy[Body]) -> st.SearchStrategy[Body]:
        """Bodies of a strategy with one change that the document suggests, legal or not."""
        return st.composite(_changed)(bodies, self.schema)

    def keeps_the_document(self, body: Json) -> bool:
        """Whether a body keeps the schema and the annotations, the install's lists included where they are known."""
        lists = {name: listed for name, listed in self.vocabulary.listed.items() if listed}
        return not self._rules.violations(body, lists)

    def _is_safe(self, body: Body) -> bool:
        now = instant(self.vocabulary.now.strftime("%Y-%m-%dT%H:%M:%SZ")) or (0, "")
        return self.keeps_the_document(body) and next(oddities(body, self.schema, now), None) is None

    @property
    def _rules(self) -> Rules:
        found = _COMPILED.get(id(self.schema))
        if found is None or found.schema is not self.schema:
            found = _COMPILED[id(self.schema)] = Rules(self.schema)
        return found

    def _path(self, name: str) -> tuple[str, ...]:
        signon = self.resources.signon
        if signon is not None and signon.name == name:
            return signon.path
        known = {part.name: part.path for part in self.resources.parts}
        return known.get(name, (name,))

    def _ways(self, name: str) -> list[tuple[str, ...]]:
        """The path of a part and those of everything that it needs and that holds it."""
        known = {part.name: part for part in self.resources.parts}
        path = self._path(name)
        found = [path[:length] for length in range(1, len(path) + 1)]
        part = known.get(name)
        for owner in (*((part.scope,) if part and part.scope else ()), *(part.identity if part else ())):
            found += self._ways(owner)
        return found


_COMPILED: dict[int, Rules] = {}


def _edged(draw: st.DrawFn, bodies: st.SearchStrategy[Body], owner: Bodies) -> Body:
    body = draw(bodies)
    places = [
        (part, leaf)
        for part in owner.resources.parts
        if isinstance(value_at(body, part.path), dict)
        for leaf in part.leaves
        if isinstance(value_at(body, (*part.path, *leaf.path[:-1])), dict)
    ]
    changed = copy.deepcopy(body)
    for index in draw(st.lists(st.integers(0, len(places) - 1), min_size=1, max_size=3, unique=True)) if places else ():
        part, leaf = places[index]
        holder = value_at(changed, (*part.path, *leaf.path[:-1]))
        value = draw(st.one_of(edge(leaf.schema), st.just(ABSENT)))
        if value is ABSENT:
            holder.pop(leaf.path[-1], None)
        else:
            holder[leaf.path[-1]] = value
    return changed


def _changed(draw: st.DrawFn, bodies: st.SearchStrategy[Body], schema: Schema) -> Body:
    body = draw(bodies)
    options: list[Breakage] = [one for one in breakages(schema, body) if one.path]
    changed: Body = draw(st.sampled_from(options)).apply(body)
    return changed
