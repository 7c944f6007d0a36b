"""What is known of sessions, learned from answers: who has one of what, how far each is, and under which clause.

Nothing is guessed: what a call whose answer was lost, or that only some readings take, may have changed is vague from
then on, and of what is vague nothing is expected.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from contract.journey.calls import ASSIGN, ENROLL, REMOVE, JourneyContract
from contract.journey.moments import Instant, Span
from contract.model.memory import Model
from contract.model.values import CLEARS, DEFAULTS_AGAIN, KEEPS_NULL, MERGES_WHOLE, OURS, Vague
from spec.resources.sessions import StoredValue
from spec.source.pointer import Json

_PLAIN = (OURS, CLEARS, KEEPS_NULL, MERGES_WHOLE, DEFAULTS_AGAIN)


@dataclass(slots=True)
class KnownSession:
    """A session that an answer showed. ``statuses`` are those that it may have (None: nobody can tell), by ``clause``.

    ``starts`` are the moments at which it may start, by ``start_clause``; without any, nothing is known of that.
    """

    sid: str
    pair: Pair
    statuses: frozenset[str] | None
    clause: str
    reason: str | None = None
    starts: frozenset[Instant] = frozenset()
    start_clause: str = ""
    spans: tuple[Span, ...] | None = ()
    """When it may take place; None: at any time."""

    def vague(self) -> None:
        """From now on nothing is known of it but that it is there."""
        self.statuses, self.reason, self.starts, self.spans = None, None, frozenset(), None


@dataclass(slots=True)
class Pair:
    """Who and of what: whether an active session is ``owed``, or there is none (``barred``), each by a clause."""

    who: str
    scope: str
    basis: tuple[bool | None, bool | None]
    owed: str | None = None
    barred: str | None = None
    vague: bool = False
    sessions: dict[str, KnownSession] = field(default_factory=dict)
    version: int = 0
    """Counts whatever happened to it."""


class PageOfList(NamedTuple):
    """A page that was shown: how many there were in all, and which stood where."""

    version: int
    total: int
    places: dict[str, int]


@dataclass(slots=True)
class SeenInRun:
    """What is unique in a whole run, whoever works in it."""

    urls: set[str] = field(default_factory=set)
    created: dict[str, str] = field(default_factory=dict)
    """The sessions that came into being, and of what each is."""


class SessionMemory:
    """What is known of sessions. ``model`` knows of everything else."""

    def __init__(self, contract: JourneyContract, model: Model, seen: SeenInRun) -> None:
        self.contract, self.kind, self.model, self.seen = contract, contract.kind, model, seen
        self.pairs: dict[tuple[str, str], Pair] = {}
        self.sessions: dict[str, KnownSession] = {}
        self.relatives: dict[str, dict[str, str]] = {}
        self.identifiers: dict[str, dict[str, str]] = {}
        self.inner: dict[str, dict[str, dict[str, None]]] = {}
        self.pages: dict[tuple[str, str], PageOfList] = {}
        who, scope = (contract.resources.part(name) for name in self.kind.joins)
        self.shared = next((one for one in who.parents if one in scope.parents), "")

    # --- what provisioning brings about

    def provisioned(self, sids: Mapping[str, str], named: Mapping[str, Mapping[str, str]], *, certain: bool) -> None:
        """A call was answered with these SIDs, by part; ``named`` are the identifiers of what it created."""
        for part in self.contract.resources.parts:
            if (sid := sids.get(part.name)) is None:
                continue
            known = self.relatives.setdefault(sid, {part.name: sid})
            for parent in part.parents:
                # who shares a thing (by its fallback) is no parent of it
                if parent in sids and (parent in part.owners or part.name not in known):
                    known.update(self.relatives.get(sids[parent], {}))
            for parent in part.parents:
                if parent in sids:
                    self.inner.setdefault(sids[parent], {}).setdefault(part.name, {})[sid] = None
            if part.name in named:
                self.identifiers.setdefault(sid, dict(named[part.name]))
        who, scope = (sids.get(name) for name in self.kind.joins)
        within = self.inner.get(sids.get(self.shared, ""), {})
        whos = [who] if who else []
        scopes = [scope] if scope else []
        found = {(one, other) for one in whos for other in within.get(self.kind.scope, ())}
        found |= {(one, other) for one in within.get(self.kind.who, ()) for other in scopes}
        for pair in sorted(found):
            self.review(pair, certain=certain)

    def review(self, names: tuple[str, str], *, certain: bool) -> None:
        """See what a call means for who takes part in what."""
        basis = (self.holds(names[0], self.kind.entitled), self.holds(names[1], self.kind.assigned))
        pair = self.pairs.get(names)
        if pair is not None:
            if basis != pair.basis or not certain:
                self.cloud(pair)
            return
        pair = self.pairs[names] = Pair(*names, basis)
        entitled, limited = basis
        row = self.kind.lifecycle.row(None, ENROLL)
        if not certain or entitled is None or limited is None or not self._are_new(names):
            pair.vague = True
        elif not entitled:
            pair.barred = self.kind.clauses.get("entitled")
        elif limited:
            pair.barred = self.kind.clauses.get("assigned")
        else:
            pair.owed = row.clause if row is not None else None

    def _are_new(self, names: tuple[str, str]) -> bool:
        things = [self.model.things.get(sid) for sid in names]
        return all(one is not None and one.created and not one.common and not one.unsettled for one in things)

    def holds(self, sid: str, values: Mapping[StoredValue, Json]) -> bool | None:
        """Whether something has these stored values; None if nobody can tell."""
        found = [self.stored(sid, source.leaf) for source in values]
        if any(isinstance(one, Vague) for one in found):
            return None
        return found == list(values.values())

    def stored(self, sid: str, leaf: str) -> Json:
        """The canonical value of a leaf, on which every way of updating agrees; else something vague."""
        thing = self.model.things.get(sid)
        states = [thing.states[way] for way in _PLAIN if way in thing.states] if thing is not None else []
        values = [state.get(leaf) for state in states]
        if not values or any(isinstance(one, Vague) or one != values[0] for one in values):
            return Vague(object())
        return values[0]

    def cloud(self, pair: Pair) -> None:
        """From now on nothing is known of a pair."""
        pair.vague, pair.owed, pair.barred = True, None, None
        pair.version += 1
        for one in pair.sessions.values():
            one.vague()

    def cloud_everything(self) -> None:
        """A call that may have changed anything."""
        for pair in self.pairs.values():
            self.cloud(pair)

    # --- what is known of sessions

    def meet(self, sid: str, pair: Pair, status: str | None) -> KnownSession:
        """Remember a session that an answer showed."""
        known = self.sessions.get(sid)
        if known is None:
            row = self.kind.lifecycle.row(None, ASSIGN)
            clause = pair.owed or (row.clause if row is not None else "session-members")
            statuses = frozenset({status}) if status is not None else None
            known = self.sessions[sid] = KnownSession(sid, pair, statuses, clause)
            pair.sessions[sid] = known
            self.relatives[sid] = {
                self.kind.name: sid,
                **self.relatives.get(pair.who, {}),
                **self.relatives.get(pair.scope, {}),
            }
            self.seen.created.setdefault(sid, pair.scope)
        return known

    def is_active(self, status: str) -> bool:
        return status not in self.kind.lifecycle.ended

    def active(self, pair: Pair) -> list[KnownSession]:
        """The sessions of a pair that are active for certain."""
        return [one for one in pair.sessions.values() if one.statuses and all(map(self.is_active, one.statuses))]

    def added(self, pair: Pair) -> None:
        """Somebody was assigned."""
        row = self.kind.lifecycle.row(None, ASSIGN)
        pair.version += 1
        if pair.vague or row is None:
            return
        pair.barred = None
        if not self.active(pair):
            pair.owed = row.clause

    def removed(self, pair: Pair) -> None:
        """Somebody was taken out of an assignment."""
        pair.version += 1
        if pair.vague:
            return
        rows = [one for one in self.kind.lifecycle.transitions if one.event == REMOVE and one.next is not None]
        if not rows:
            return
        for one in self.active(pair):
            one.statuses, one.reason, one.clause = frozenset({str(rows[0].next)}), rows[0].reason, rows[0].clause
        if pair.owed is not None:
            pair.owed, pair.barred = None, rows[0].clause

    def rules(self, scope: str) -> str | None:
        """The one thing whose windows hold for everybody, if there is one and no other."""
        found = list(self.inner.get(scope, {}).get(self.kind.rules, ()))
        thing = self.model.things.get(found[0]) if len(found) == 1 else None
        holder = self.model.things.get(scope)
        known = thing is not None and thing.created and holder is not None and holder.created
        return found[0] if known else None

    def others(self, session: KnownSession) -> Iterator[KnownSession]:
        """The other sessions of whoever takes part in one."""
        apart = self.kind.appointment.apart
        person = self.relatives.get(session.pair.who, {}).get(apart)
        for one in self.sessions.values():
            if one is not session and self.relatives.get(one.pair.who, {}).get(apart) == person:
                yield one
