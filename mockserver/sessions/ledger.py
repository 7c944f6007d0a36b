"""How sessions are stored and found: each under a key of its own, so that no list of them is ever looked through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mockserver.state.listing import Chosen, ListPage
from mockserver.state.store import Key, Naming, Resource, State, made
from spec.resources.resource import Part, Resources
from spec.resources.sessions import SessionKind, StoredValue
from spec.source.pointer import Json, join

STATUS, REASON = "/status", "/reason"
CREATED, EDITED, SCHEDULED = "/created", "/edited", "/scheduled"


class Ledger:
    """The sessions in a state. A pair of who takes part and in what has its sessions under numbers, from 1."""

    def __init__(self, kind: SessionKind, resources: Resources) -> None:
        self.kind, self.resources = kind, resources
        self.rules: Part = resources.part(kind.rules)
        joining = (one.name for one in resources.parts if any(owner != one.scope for owner in one.parents))
        self.joining = frozenset((kind.name, kind.rules, *joining))
        """The parts of which one joins others, besides belonging to one."""
        fallback = self.rules.fallback
        self.ruling = join((fallback.member,)) if fallback is not None else ""
        """The leaf whose value tells an exception from the rule for everybody, if there are exceptions."""

    def key(self, who: str, scope: str, number: int) -> Key:
        """The key of a session."""
        return made(Key, (self.kind.name, scope, Naming.JOINED, "", str(number), (who,)))

    def at_home(self, session: str, home: str) -> Key:
        """The key by which a deployment has a session, so that all of them are found at once."""
        return made(Key, (self.kind.name, home, Naming.JOINED, "", session, (home,)))

    def page(self, state: State, home: str, statuses: Sequence[str] | None, start: int, most: int) -> ListPage:
        """Some of the sessions of a deployment, earliest first: all, or those that have one of the statuses."""
        chosen = None if statuses is None else Chosen(STATUS, statuses)
        return state.listed(home, self.kind.name, start, most, chosen)

    def of(self, state: State, who: str, scope: str) -> list[Resource]:
        """The sessions of somebody in something, earliest first."""
        found: list[Resource] = []
        find, name, joined = state.find, self.kind.name, (who,)
        while (session := find(made(Key, (name, scope, Naming.JOINED, "", str(len(found) + 1), joined)))) is not None:
            found.append(session)
        return found

    def active(self, state: State, who: str, scope: str) -> Resource | None:
        """The session that is not over, if there is one."""
        return self.active_of(self.of(state, who, scope))

    def active_of(self, sessions: Sequence[Resource]) -> Resource | None:
        """The one of somebody's sessions in something that is not over, if there is one."""
        return next(filter(self.is_active, reversed(sessions)), None) if sessions else None

    def is_active(self, session: Resource) -> bool:
        """Whether a session is not over."""
        return session.attributes[STATUS] not in self.kind.lifecycle.ended

    def beside(self, state: State, session: Resource, who: str, scope: str) -> list[Resource]:
        """The sessions of somebody in something, of which one is at hand: nearly always it is the only one."""
        return [session] if len(state.related(who, self.kind.name)) == 1 else self.of(state, who, scope)

    def of_person(self, state: State, person: str, but: str = "") -> Iterator[Resource]:
        """The sessions of one and the same ``apart``, wherever it takes part, ``but`` one."""
        for who in state.related(person, self.kind.who):
            for sid in state.related(who, self.kind.name):
                if sid != but and (session := state.read(sid)) is not None:
                    yield session

    def relatives(self, state: State, resource: Resource) -> dict[str, Resource]:
        """What a resource belongs to or joins, however far up, and the resource itself: by part.

        With a session come the rules that hold for it.
        """
        found = self.owners(state, resource)
        self.add_rules(state, found)
        return found

    def add_rules(self, state: State, owners: dict[str, Resource]) -> None:
        """Put the rules that hold for a session beside its owners, unless some are there."""
        who, scope = owners.get(self.kind.who), owners.get(self.kind.scope)
        if who is not None and scope is not None and self.rules.name not in owners:
            rules = self.governing(state, who.sid, scope.sid)
            if rules is not None:
                owners[self.rules.name] = rules

    def owners(self, state: State, resource: Resource) -> dict[str, Resource]:
        """What a resource belongs to or joins, however far up, and the resource itself: by part."""
        return state.lineage(resource, self.joining)

    def governing(self, state: State, who: str, scope: str) -> Resource | None:
        """Whose windows hold for somebody: what is an exception for them, else what is the rule for everybody."""
        rules = self.rules.name
        if state.related(who, rules) and (exception := self._exception(state, who, scope)) is not None:
            return exception
        for sid in state.related(scope, rules):
            one = state.read(sid)
            if one is not None and not self._is_exception(one):
                return one
        return None

    def _exception(self, state: State, who: str, scope: str) -> Resource | None:
        fallback = self.rules.fallback
        if fallback is not None:
            for value, joins in fallback.joined.items():
                for naming in (Naming.FALLBACK, Naming.JOINED) if joins == (self.kind.who,) else ():
                    key = Key(self.rules.name, scope, naming, fallback.member, value, (who,))
                    if (exception := state.find(key)) is not None:
                        return exception
        return None

    def exception_key(self, rules: Resource, who: str) -> Key | None:
        """The key that makes an exception found for somebody, where its own identifiers name it."""
        fallback = self.rules.fallback
        if fallback is None or not self._is_exception(rules):
            return None
        value = str(rules.attributes[self.ruling])
        return Key(self.rules.name, rules.scope, Naming.JOINED, fallback.member, value, (who,))

    def _is_exception(self, rules: Resource) -> bool:
        fallback = self.rules.fallback
        return fallback is not None and rules.attributes.get(self.ruling) in fallback.joined


def first_set(sources: tuple[StoredValue, ...], resources: Mapping[str, Resource]) -> Json:
    """The first of several stored values that is set, or None."""
    for source in sources:
        resource = resources.get(source.part)
        value = resource.attributes.get(source.leaf) if resource is not None else None
        if value is not None:
            return value
    return None
