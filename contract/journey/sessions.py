"""What an answer says of one session, held against what is known of it."""

from __future__ import annotations

from collections.abc import Sequence

from contract.journey.appointments import Wish
from contract.journey.calls import EVENTS, JourneyCall
from contract.journey.memory import KnownSession, SessionMemory
from contract.journey.moments import moment_of
from contract.journey.oracle import JourneyExpectation, JourneyOracle
from contract.judging.findings import ExchangeJudgement
from spec.resources.sessions import ASKED, INSTALL, StoredValue, Transition
from spec.schema.keywords import clause_of
from spec.source.pointer import Json, join


class ShownSessions:
    """Judges answers about one session, and learns from them."""

    def __init__(self, memory: SessionMemory, oracle: JourneyOracle) -> None:
        self.memory, self.oracle, self.kind = memory, oracle, memory.kind

    def session(self, call: JourneyCall) -> KnownSession:
        """The session that the path names."""
        return self.memory.sessions[call.named[self.kind.name]]

    def read(self, call: JourneyCall, expected: JourneyExpectation, value: Json, judgement: ExchangeJudgement) -> None:
        """Add findings about a session that was read."""
        if isinstance(value, dict):
            self._belongings(call, value, judgement)
            self._state(call, self.session(call), value, judgement)

    def scheduled(
        self, call: JourneyCall, expected: JourneyExpectation, value: Json, judgement: ExchangeJudgement
    ) -> None:
        """Add findings about a session that was scheduled."""
        session = self.session(call)
        self._moves(call, session, expected.row)
        if isinstance(value, dict):
            self._belongings(call, value, judgement)
            self._state(call, session, value, judgement)

    def rescheduled(
        self, call: JourneyCall, expected: JourneyExpectation, value: Json, judgement: ExchangeJudgement
    ) -> None:
        """Learn that a session was moved."""
        self._moves(call, self.session(call), expected.row)

    def onboarded(
        self, call: JourneyCall, expected: JourneyExpectation, value: Json, judgement: ExchangeJudgement
    ) -> None:
        """Add findings about an onboarding URL: nobody had it before."""
        for member in value.values() if isinstance(value, dict) else ():
            if isinstance(member, str) and "://" in member:
                if member in self.memory.seen.urls:
                    clause = call.what.clause
                    judgement.find(clause, "the same URL again", "a new URL", "one that was answered before")
                self.memory.seen.urls.add(member)

    def raced(
        self, done: Sequence[JourneyCall], calls: Sequence[JourneyCall], *, certain: bool, judgement: ExchangeJudgement
    ) -> None:
        """Learn from calls for appointments that were sent at once; ``done`` are those that were served."""
        by_session: dict[str, list[JourneyCall]] = {}
        for call in done:
            by_session.setdefault(call.named[self.kind.name], []).append(call)
        for own in by_session.values():
            session = self.session(own[0])
            rows = [self.oracle.row(session, EVENTS[one.id]) for one in own]
            after = self._after(rows[0])
            wishes = [self.oracle.appointments.wish(one, session) for one in own]
            judgement.touch(*(one.clause for one in rows if one is not None))
            if len(own) > 1 and after is not None and after.next is None:
                judgement.find(after.clause, "done twice at once", "one of them", f"{len(own)} calls were served")
            self._settles(session, rows[0], wishes)
        if not certain:
            for call in calls:
                self.session(call).vague()
        clause = self.kind.appointment.apart_clause
        served = [self.session(own[0]) for own in by_session.values()]
        for place, one in enumerate(served):
            for other in served[place + 1 :]:
                if _meet(one, other) and other in tuple(self.memory.others(one)):
                    judgement.find(clause, "two at once", "one of them", "two appointments at the same time")

    def _after(self, row: Transition | None) -> Transition | None:
        """What the same event is to a session after it."""
        return self.kind.lifecycle.row(row.next, row.event) if row is not None else None

    def _moves(self, call: JourneyCall, session: KnownSession, row: Transition | None) -> None:
        self._settles(session, row, [self.oracle.appointments.wish(call, session)])

    def _settles(self, session: KnownSession, row: Transition | None, wishes: Sequence[Wish]) -> None:
        """Learn what became of a session for which one of the wishes was met."""
        session.pair.version += 1
        if row is None or row.next is None:
            session.vague()
            return
        session.statuses, session.clause, session.reason = frozenset({row.next}), row.clause, None
        moments = [one.moment for one in wishes]
        if any(one is None for one in moments):
            if not all(one.known for one in wishes):
                session.starts, session.spans = frozenset(), None
            return
        session.starts, session.start_clause = frozenset(one for one in moments if one is not None), row.clause
        spans = [one.span for one in wishes]
        session.spans = None if any(one is None for one in spans) else tuple(one for one in spans if one is not None)

    def _belongings(self, call: JourneyCall, value: dict[str, Json], judgement: ExchangeJudgement) -> None:
        """What a session says it belongs to."""
        relatives = self.memory.relatives.get(call.named[self.kind.name], {})
        clause = call.what.clause
        for source, member in call.what.shown.items():
            wanted = call.install if source.part == INSTALL else relatives.get(source.part)
            if source.leaf or wanted is None:
                continue
            judgement.touch(clause)
            shown = value.get(member.name)
            if member.name not in value or shown is None:
                judgement.find(clause, "not told", f"a member {member.name!r}", "none", join((member.name,)))
            elif shown != wanted:
                received = f"{str(shown)[:80]}"
                judgement.find(clause, "another one", f"{wanted}, as in the path", received, join((member.name,)))

    def _state(
        self, call: JourneyCall, session: KnownSession, value: dict[str, Json], judgement: ExchangeJudgement
    ) -> None:
        """What a session says of how far it is, and when it takes place."""
        shown = call.what.shown
        named = shown[StoredValue(self.kind.name, "/status")]
        status = value.get(named.name)
        judgement.touch(clause_of(named.schema, "enum"))
        if status not in named.schema.get("enum", ()):
            session.vague()  # of a status that nobody knows there is nothing more to say
            return
        self.status(session, status, judgement)
        reason = shown.get(StoredValue(self.kind.name, "/reason"))
        if session.reason is not None and reason is not None and status in (session.statuses or ()):
            judgement.touch(session.clause)
            if value.get(reason.name) != session.reason:
                received = str(value.get(reason.name))[:80]
                judgement.find(session.clause, "another reason", session.reason, received, join((reason.name,)))
        member = shown.get(StoredValue(self.kind.name, join((ASKED, self.kind.appointment.starts))))
        if session.starts and member is not None:
            judgement.touch(session.start_clause)
            moment = moment_of(value.get(member.name))
            if moment not in session.starts:
                received = str(value.get(member.name))[:80]
                expected = "the time that was asked for"
                judgement.find(session.start_clause, "another time", expected, received, join((member.name,)))
                session.starts, session.spans = frozenset(), None

    def status(self, session: KnownSession, status: Json, judgement: ExchangeJudgement) -> None:
        """Add a finding if a session is further, or less far, than it can be; learn how far it is."""
        if not isinstance(status, str):
            return
        known = session.statuses
        if known is not None and status not in known:
            if status in _spoken_of(self.kind.lifecycle.transitions):
                judgement.touch(session.clause)
                received = f"status {status[:60]!r}"
                judgement.find(session.clause, "another status", " or ".join(sorted(known)), received, "/status")
                session.reason = None
            session.statuses = frozenset({status})
        elif known is None:
            session.statuses = frozenset({status})
        else:
            judgement.touch(session.clause)
            session.statuses = frozenset({status})


def _spoken_of(transitions: Sequence[Transition]) -> frozenset[str]:
    """The statuses of which the document says what becomes of them; where there are others, nobody can tell."""
    return frozenset(one for row in transitions for one in (row.status, row.next) if one is not None)


def _meet(one: KnownSession, other: KnownSession) -> bool:
    first, second = one.spans or (), other.spans or ()
    if len(first) != 1 or len(second) != 1:
        return False
    return first[0].start < second[0].end and second[0].start < first[0].end
