"""Sessions that come into being by themselves, in the same commit as what they follow from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from mockserver.provisioning.engine import Committing
from mockserver.provisioning.plan import FOUND, PlannedStep
from mockserver.sessions.ledger import CREATED, EDITED, REASON, SCHEDULED, STATUS, Ledger
from mockserver.sessions.moments import as_date
from mockserver.state.clock import Clocks
from mockserver.state.ids import Ids
from mockserver.state.store import Naming, Resource, State, StoredChange, made
from spec.resources.resource import Resources
from spec.resources.sessions import SessionKind, StoredValue, Transition
from spec.source.pointer import Json

ENROLL = "enroll"


class SessionStarts:
    """What provisioning brings about. It knows no part by name: the document says who joins what."""

    def __init__(self, kind: SessionKind, resources: Resources, clocks: Clocks) -> None:
        self.kind, self.clocks, self.ledger = kind, clocks, Ledger(kind, resources)
        self.shared = self._shared(resources)
        self.even_unchanged = frozenset((self.ledger.rules.name,))

    def _shared(self, resources: Resources) -> str:
        """The part that who takes part has in common with that in which they do."""
        who, scope = (set(resources.part(name).parents) for name in self.kind.joins)
        return next(iter(who & scope), "")

    def following(self, call: Committing) -> list[StoredChange]:
        """What is stored beside the parts of a call."""
        state, steps, resources, ids, install = call
        changes = [] if self.even_unchanged.isdisjoint(steps) else list(self.exceptions(state, steps, resources))
        for who, scope in self.pairs(state, steps, resources):
            if self.starts(who, scope) and not self.ledger.of(state, who.sid, scope.sid):
                row = self.kind.lifecycle.row(None, ENROLL)
                if row is not None:
                    home = self.home(state, scope, resources)
                    changes.append(self.started(row, who, scope, 1, ids, self.clocks(install), home))
        return changes

    def starts(self, who: Resource, scope: Resource) -> bool:
        """Whether somebody has a session of something without being assigned to it."""
        return self.is_entitled(who) and not self.is_limited(scope)

    def is_entitled(self, who: Resource) -> bool:
        """Whether somebody takes part at all."""
        return _has(who, self.kind.entitled)

    def is_limited(self, scope: Resource) -> bool:
        """Whether only an assignment starts a session of something."""
        return bool(self.kind.assigned) and _has(scope, self.kind.assigned)

    def pairs(
        self, state: State, steps: Mapping[str, PlannedStep], resources: Mapping[str, Resource]
    ) -> Iterable[tuple[Resource, Resource]]:
        """Who and in what may have to start, seen what a call has changed."""
        kind = self.kind
        who, scope = kind.joins
        newcomer = who in steps and _concerns(steps[who], kind.entitled)
        opened = scope in steps and _concerns(steps[scope], kind.assigned)
        if not (newcomer or opened) or self.shared not in resources:
            return ()
        shared = resources[self.shared]
        if not opened and scope not in resources and not state.related(shared.sid, scope):
            return ()  # almost every call: somebody is enrolled where there is nothing to take part in
        found: dict[tuple[str, str], tuple[Resource, Resource]] = {}
        if newcomer:
            for one in self._everyone(state, shared.sid, scope, resources.get(scope)):
                found[resources[who].sid, one.sid] = (resources[who], one)
        if opened:
            for one in self._everyone(state, shared.sid, who, resources.get(who)):
                found[one.sid, resources[scope].sid] = (one, resources[scope])
        return found.values()

    @staticmethod
    def _everyone(state: State, shared: str, part: str, own: Resource | None) -> Sequence[Resource]:
        """The resources of a part that belong to or join another; ``own`` is that of the call, as it is going to be."""
        others = state.related(shared, part)
        known = [one for sid in others if (own is None or sid != own.sid) and (one := state.read(sid)) is not None]
        return known if own is None else [own, *known]

    def exceptions(
        self, state: State, steps: Mapping[str, PlannedStep], resources: Mapping[str, Resource]
    ) -> Iterator[StoredChange]:
        """The keys that make an exception found which is named by identifiers of its own."""
        rules, who = resources.get(self.ledger.rules.name), resources.get(self.kind.who)
        if rules is None or who is None:
            return
        key = self.ledger.exception_key(rules, who.sid)
        if key is None or state.find(key) is not None:
            return
        if not any(one.naming is Naming.FALLBACK for one in steps[rules.part].names):
            yield StoredChange(rules, [key])

    @staticmethod
    def home(state: State, scope: Resource, beside: Mapping[str, Resource] = MappingProxyType({})) -> str:
        """The deployment in which something is; ``beside`` are resources that are not stored yet."""
        coming = {one.sid: one for one in beside.values()} if beside else beside
        while (owner := coming.get(scope.scope) or state.read(scope.scope)) is not None:
            scope = owner
        return scope.scope

    def started(
        self, row: Transition, who: Resource, scope: Resource, number: int, ids: Ids, now: float, home: str
    ) -> StoredChange:
        """A new session of the deployment ``home``."""
        moment = as_date(now)
        attributes: dict[str, Json] = {
            STATUS: row.next, REASON: row.reason, CREATED: moment, EDITED: moment, SCHEDULED: None,
        }  # fmt: skip
        kind, ledger = self.kind, self.ledger
        session = made(Resource, (ids.sid(kind.prefix), kind.name, scope.sid, attributes))
        keys = [ledger.key(who.sid, scope.sid, number), ledger.at_home(session.sid, home)]
        return made(StoredChange, (session, keys))


def _has(resource: Resource, values: Mapping[StoredValue, Json]) -> bool:
    for (part, leaf), value in values.items():
        if part == resource.part and resource.attributes.get(leaf) != value:
            return False
    return True


def _concerns(step: PlannedStep, values: Mapping[StoredValue, Json]) -> bool:
    """Whether a step makes something new, or changes what decides on sessions."""
    return step.known is None or (step.outcome is not FOUND and any(one.leaf in step.values for one in values))
