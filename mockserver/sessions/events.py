"""What callers do to sessions: every event looked up in the table of the document, and what it demands besides.

Nothing here writes: an event answers the changes to be committed, or raises Refusal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from mockserver.http.errors import Refusal, RefusalReason, refuse
from mockserver.sessions.ledger import EDITED, REASON, SCHEDULED, STATUS, first_set
from mockserver.sessions.moments import Span, as_date, seconds
from mockserver.sessions.starting import ENROLL, SessionStarts
from mockserver.state.clock import LATEST, Clocks
from mockserver.state.ids import Ids
from mockserver.state.store import Resource, State, StoredChange, made
from spec.openapi.document import Schema
from spec.resources.resource import Resources
from spec.resources.sessions import STORED, SessionKind, Transition, Window, asked
from spec.source.pointer import Json

ASSIGN, REMOVE, SCHEDULE, RESCHEDULE, ONBOARD, ENTER = "assign", "remove", "schedule", "reschedule", "onboard", "enter"
OF_OTHERS = ("begin", "finish", "miss")
"""What no caller of the API can do: proctors and learners do."""
STATED: Mapping[str, str] = {
    ONBOARD: "onboarded", ENTER: "entered", SCHEDULE: "scheduled", RESCHEDULE: "rescheduled",
    "begin": "begun", "finish": "finished", "miss": "missed",
}  # fmt: skip
_NOW = {event: f"Now nothing is {stated}" for event, stated in STATED.items()}
_MINUTE = 60.0
_STRANGER = "assignment-enrollment-known"


class Circumstances(NamedTuple):
    """In which state an event happens, for which install, where new names come from, and what the clock shows.

    ``relatives`` are what a session is known to belong to or join, if that was looked up already.
    """

    state: State
    install: str
    ids: Ids
    now: float
    relatives: Mapping[str, Resource] = MappingProxyType({})


class KeptMembers:
    """The members of a body that a session keeps: what the document knows, and no secret."""

    __slots__ = ("leaves",)

    def __init__(self, schema: Schema) -> None:
        self.leaves = {
            name: asked(one.get(STORED, name))
            for name, one in schema.get("properties", {}).items()
            if not one.get("writeOnly")
        }

    def of(self, body: Mapping[str, Json]) -> dict[str, Json]:
        """The leaves that a body brings."""
        leaves = self.leaves
        return {leaves[name]: value for name, value in body.items() if name in leaves}


class SessionEvents(SessionStarts):
    """The events of sessions. ``lenient`` are the clauses for which nothing is refused: nobody wrote those rules."""

    def __init__(self, kind: SessionKind, resources: Resources, clocks: Clocks, lenient: Sequence[str] = ()) -> None:
        super().__init__(kind, resources, clocks)
        self.lenient = frozenset(lenient)
        self.starting_at, self.ending_at = asked(kind.appointment.starts), asked(kind.appointment.ends)
        self.lasting = (kind.appointment.lasts,)
        self.always_first = _allows_one(kind, resources)

    def objects(self, clause: str, situation: str, message: str, pointer: str = "") -> None:
        """Refuse the call for a clause."""
        if clause not in self.lenient:
            raise refuse(situation, clause, message, pointer=pointer)

    def assign(
        self, at: Circumstances, scope: Resource, added: Sequence[Json], removed: Sequence[Json]
    ) -> list[StoredChange]:
        """Start the sessions of those who are added, and cancel those of whoever is removed. Raises Refusal."""
        if removed and (twice := next((one for one in added if one in removed), None)) is not None:
            pointer = f"/removed/{removed.index(twice)}"
            message = f"{twice} is added and removed in one call; send it on one side."
            self.objects("assignment-sides-apart", "invalid-input", message, pointer)
        named = self._named(at, scope, {"added": added, "removed": removed})
        if not self.is_limited(scope):
            message = f"The scope of this {scope.part} is not limited: everybody has a session, and nobody is assigned."
            self.objects("assignment-limited-only", "conflict", message)
        for who in named["added"]:
            if not self.is_entitled(who):
                wanted = ", ".join(f"{one.leaf[1:]} {value}" for one, value in self.kind.entitled.items())
                message = f"{who.sid} has no session, because that takes {wanted}."
                self.objects(self.kind.clauses.get("entitled", "schema"), "conflict", message)
        return [*self.starting(at, scope, named["added"]), *self.cancelling(at, scope, named["removed"])]

    def _named(
        self, at: Circumstances, scope: Resource, sides: Mapping[str, Sequence[Json]]
    ) -> Mapping[str, Sequence[Resource]]:
        """Those whom an assignment names, by side. Raises Refusal with all that it names in vain."""
        found: dict[str, dict[str, Resource]] = {}
        faults: list[RefusalReason] = []
        for side, sids in sides.items():
            listed = found[side] = {}
            for index, sid in enumerate(sids):
                who = at.state.read(sid) if isinstance(sid, str) else None
                if who is not None and who.part == self.kind.who and self._together(at, who, scope):
                    listed[who.sid] = who
                else:
                    message = f"{sid} names no {self.kind.who} of the {self.shared} of this {scope.part}."
                    faults.append(RefusalReason(f"/{side}/{index}", message, _STRANGER))
        if faults and _STRANGER not in self.lenient:
            more = f" And {len(faults) - 1} more; 'errors' lists each of them." if len(faults) > 1 else ""
            raise Refusal("not-found", faults[0].message + more, faults)
        return {side: list(known.values()) for side, known in found.items()}

    def _together(self, at: Circumstances, who: Resource, scope: Resource) -> bool:
        """Whether both belong to one and the same, or both to none."""
        known = at.relatives if scope.part in at.relatives else self.ledger.owners(at.state, scope)
        theirs = known.get(self.shared)
        shared = None if theirs is None else theirs.sid
        for key in at.state.keys_of(who.sid):
            if shared in key.joined:
                return True  # as nearly always; the rest of the lineage need not be known
        mine = self.ledger.owners(at.state, who).get(self.shared)
        return (mine and mine.sid) == shared

    def starting(self, at: Circumstances, scope: Resource, added: Sequence[Resource]) -> Iterator[StoredChange]:
        home = self.home(at.state, scope) if added else ""
        for index, who in enumerate(added):
            every = self.ledger.of(at.state, who.sid, scope.sid)
            active = self.ledger.active_of(every)
            row = self.kind.lifecycle.row(None if active is None else str(active.attributes[STATUS]), ASSIGN)
            if row is not None and active is None:
                self.attempted(at.state, who, scope, every, index)
                yield self.started(row, who, scope, len(every) + 1, at.ids, at.now, home)

    def cancelling(self, at: Circumstances, scope: Resource, removed: Sequence[Resource]) -> Iterator[StoredChange]:
        for who in removed:
            active = self.ledger.active(at.state, who.sid, scope.sid)
            if active is not None:
                yield self.moved(at, active, self.row(active, REMOVE), {})

    def schedule(self, at: Circumstances, session: Resource, kept: dict[str, Json]) -> StoredChange:
        """Schedule a session, which keeps these leaves. Raises Refusal."""
        return self._booked(at, session, SCHEDULE, kept, {SCHEDULED: as_date(at.now)})

    def reschedule(self, at: Circumstances, session: Resource, kept: dict[str, Json]) -> StoredChange:
        """Move a session, which keeps these leaves. Raises Refusal."""
        return self._booked(at, session, RESCHEDULE, kept, {})

    def onboarded(self, session: Resource) -> Transition:
        """What a call for an onboarding URL is to a session. Raises Refusal."""
        return self.row(session, ONBOARD)

    def entered(self, at: Circumstances, session: Resource) -> StoredChange:
        """Begin the onboarding of a session. Raises Refusal."""
        return self.moved(at, session, self.row(session, ENTER), {})

    def goes_on(self, at: Circumstances, session: Resource, event: str) -> list[StoredChange]:
        """What proctors and learners do to a session; who has finished one gets another by itself, if any is left.

        Raises Refusal.
        """
        change = self.moved(at, session, self.row(session, event), {})
        if self.ledger.is_active(change.resource):
            return [change]
        relatives = self.ledger.relatives(at.state, session)
        who, scope = (relatives[one] for one in self.kind.joins)
        row, every = self.kind.lifecycle.row(None, ENROLL), self.ledger.of(at.state, who.sid, scope.sid)
        spent = self.spent([*every, change.resource])
        if row is None or not self.starts(who, scope) or spent >= self.allowed(relatives):
            return [change]
        return [change, self.started(row, who, scope, len(every) + 1, at.ids, at.now, self.home(at.state, scope))]

    def attempted(self, state: State, who: Resource, scope: Resource, sessions: Sequence[Resource], index: int) -> None:
        """Refuse another session for who has used up all attempts with those that there are: the one added there."""
        if not sessions and self.always_first:
            return
        relatives = {who.part: who, scope.part: scope}
        self.ledger.add_rules(state, relatives)
        self._attempting(who, scope, sessions, relatives, f"/added/{index}")

    def _attempting(
        self,
        who: Resource,
        scope: Resource,
        sessions: Sequence[Resource],
        relatives: Mapping[str, Resource],
        pointer: str = "",
    ) -> None:
        spent = self.spent(sessions)
        allowed = self.allowed(relatives) if spent or not self.always_first else float("inf")
        if self.kind.quota is not None and spent >= allowed:
            message = f"{who.sid} has finished {spent} of {allowed:g} sessions of this {scope.part}; none is left."
            self.objects(self.kind.quota.clause, "conflict", message, pointer)

    def spent(self, sessions: Sequence[Resource]) -> int:
        """How many attempts these sessions of somebody have used up."""
        quota = self.kind.quota
        return [one.attributes[REASON] for one in sessions].count(quota.spent) if quota is not None else 0

    def allowed(self, relatives: Mapping[str, Resource]) -> float:
        """How many attempts there are."""
        quota = self.kind.quota
        found = first_set((quota.allowed,), relatives) if quota is not None else None
        return float("inf") if found is None else float(found)

    def row(self, session: Resource, event: str) -> Transition:
        """What an event does to a session now. Raises Refusal where the table has nothing, or a refusal."""
        status = str(session.attributes[STATUS])
        row = self.kind.lifecycle.row(status, event)
        if row is None or row.next is None:
            clause = row.clause if row is not None else "session-over"
            message = f"The status of this {session.part} is {status!r}; so it cannot be {STATED.get(event, event)}. "
            now = sorted(one.event for one in self.kind.lifecycle.transitions if one.status == status and one.next)
            message += f"What can happen to it now: {', '.join(now)}." if now else "It is over."
            self.objects(clause, "conflict", message)
            return Transition(status, event, status, clause)
        return row

    def moved(self, at: Circumstances, session: Resource, row: Transition, values: Mapping[str, Json]) -> StoredChange:
        """A session after an event."""
        attributes = {**session.attributes, STATUS: row.next, EDITED: as_date(at.now)}
        if row.next != row.status:
            attributes[REASON] = row.reason
        attributes.update(values)
        return made(StoredChange, (made(Resource, (session.sid, session.part, session.scope, attributes)), ()))

    def _booked(
        self, at: Circumstances, session: Resource, event: str, kept: dict[str, Json], more: Mapping[str, Json]
    ) -> StoredChange:
        row = self.row(session, event)
        relatives = at.relatives or self.ledger.relatives(at.state, session)
        who, scope = map(relatives.__getitem__, self.kind.joins)
        self._attempting(who, scope, self.ledger.beside(at.state, session, who.sid, scope.sid), relatives)
        self.within(self.kind.booking, made(Span, (at.now, at.now)), relatives, _NOW[event])
        when = self.kind.appointment
        if self.starting_at in kept and self.ending_at not in kept:
            kept[self.ending_at] = self._end(kept[self.starting_at], relatives)
        stored = session.attributes
        start = kept.get(self.starting_at, stored.get(self.starting_at))
        span = self._spanned(start, kept.get(self.ending_at, stored.get(self.ending_at)))
        if span is not None:
            self.within(when.window, span, relatives, "The appointment is refused")
            self._apart(at.state, session, span, relatives)
        kept.update(more)
        return self.moved(at, session, row, kept)

    def _end(self, start: Json, relatives: Mapping[str, Resource]) -> str:
        minutes = first_set(self.lasting, relatives)
        return as_date(min(seconds(start) + _MINUTE * float(minutes or 0), LATEST))

    def span(self, attributes: Mapping[str, Json]) -> Span | None:
        """When a session takes place, or None while nobody said."""
        return self._spanned(attributes.get(self.starting_at), attributes.get(self.ending_at))

    @staticmethod
    def _spanned(start: Json, end: Json) -> Span | None:
        if start is None:
            return None
        begins = seconds(start)
        return made(Span, (begins, begins if end is None else seconds(end)))

    def within(self, window: Window, span: Span, relatives: Mapping[str, Resource], what: str) -> None:
        """Refuse what is not in a window."""
        opens, closes = first_set(window.opens, relatives), first_set(window.closes, relatives)
        if opens is not None and span.start < seconds(opens):
            self.objects(window.clause, "conflict", f"{what}: the window opens {opens}, and this is before it.")
        elif closes is not None and span.end > seconds(closes):
            self.objects(window.clause, "conflict", f"{what}: the window closes {closes}, and this is after it.")
        elif span.end < span.start:
            self.objects(window.clause, "conflict", f"{what}: it ends before it starts.")

    def _apart(self, state: State, session: Resource, span: Span, relatives: Mapping[str, Resource]) -> None:
        when = self.kind.appointment
        person = relatives.get(when.apart)
        for other in self.ledger.of_person(state, person.sid, session.sid) if person is not None else ():
            taken = self.span(other.attributes) if self.ledger.is_active(other) else None
            if taken is not None and span.meets(taken):
                message = f"This {when.apart} has another appointment then, of the {other.part} {other.sid}."
                self.objects(when.apart_clause, "conflict", message)


def _allows_one(kind: SessionKind, resources: Resources) -> bool:
    """Whether the document allows no fewer attempts than one, so that nobody's first session is refused."""
    if kind.quota is None:
        return True
    part, leaf = kind.quota.allowed
    schema = next((one.schema for one in resources.part(part).leaves if one.key == leaf), {})
    return bool(schema.get("exclusiveMinimum", -1) >= 0 or schema.get("minimum", 0) > 0)
