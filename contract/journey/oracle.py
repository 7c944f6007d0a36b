"""What the contract makes of a call of the journey: done, refused for named reasons, or nobody can tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contract.journey.appointments import Appointments, Untold, reason_of
from contract.journey.calls import ADDED, ASSIGN, ASSIGNS, EVENTS, REMOVE, REMOVED, JourneyCall, JourneyContract
from contract.journey.memory import KnownSession, SessionMemory
from contract.oracle.expectation import Expectation, Reason, expectation
from contract.oracle.oracle import Oracle
from spec.resources.sessions import NAMES, Transition
from spec.schema.keywords import clause_of
from spec.schema.validation import Rules

_INVALID = frozenset({400, 422})
_EVENT_OF = {ADDED: ASSIGN, REMOVED: REMOVE}
_STRANGER = "assignment-enrollment-known"
_SIDES = "assignment-sides-apart"
_LIMITED = "assignment-limited-only"


@dataclass(frozen=True, slots=True)
class JourneyExpectation:
    """The expectation of one call. ``clause`` says that it is done, where nothing stands against it.

    ``vague``: nobody can tell whether it is done, nor what it does. ``refusable``: some readings refuse it, but where
    it is done it is known what it does. ``row`` is what it means for the session in the path.
    """

    wanted: Expectation
    clause: str
    vague: bool = False
    refusable: bool = False
    row: Transition | None = None


class JourneyOracle:
    """Expectations of calls; the state is that of the memory."""

    def __init__(self, contract: JourneyContract, memory: SessionMemory, oracle: Oracle) -> None:
        self.contract, self.kind, self.memory, self.oracle = contract, contract.kind, memory, oracle
        self.appointments = Appointments(contract.kind, memory)

    def expect(self, call: JourneyCall) -> JourneyExpectation:
        """What the contract makes of a call in the present state."""
        places = list(self._places(call))
        body = list(self._body(call))
        reasons = [*self.oracle.entry(call.request, call.install), *places, *self._query(call), *body]
        clause, vague, refusable, row = call.what.clause, False, False, None
        state: Iterator[Reason | Untold] = iter(())
        if call.id == ASSIGNS and not places and not body:
            state, clause = self._assigned(call), self._assigning(call)
        elif self.kind.name in call.named and not places:
            session = self.memory.sessions[call.named[self.kind.name]]
            if call.id in EVENTS:
                row = self.row(session, EVENTS[call.id])
                clause = row.clause if row is not None else clause
                state = self._event(call, session, row)
            elif session.reason is not None:
                clause = session.clause  # what became of it is that it can be read
        for one in state:
            if isinstance(one, Reason):
                reasons.append(one)
            else:
                vague, refusable = vague or one is Untold.OUTCOME, refusable or one is Untold.REFUSAL
        wanted = expectation(reasons, (), self.oracle.catalogue, call.install, call.body, provisions=False)
        return JourneyExpectation(wanted, clause, vague, refusable, row)

    def _places(self, call: JourneyCall) -> Iterator[Reason]:
        """What is wrong with the SIDs in a path."""
        parameters = [one for one in call.what.parameters.values() if NAMES in one.schema]
        relatives: dict[str, str] = {}
        for one in parameters:
            part, schema = one.schema[NAMES], one.schema
            sid = call.named[part]
            if not Rules(schema).fits_schema(sid):
                message = f"{one.name} in the path is malformed"
                yield reason_of(clause_of(schema, "pattern"), message, 400, "INVALIDINPUT")
                continue
            clause = clause_of(schema, NAMES)
            known = self.memory.relatives.get(sid)
            strange = known is None or part not in known or not self._is_of(sid, part, call.install)
            if not strange:
                strange = any(relatives.setdefault(name, other) != other for name, other in (known or {}).items())
            if strange:
                message = f"{one.name} in the path names no {part} there"
                yield reason_of(clause, message, 404, "RESOURCENOTFOUND")

    def _is_of(self, sid: str, part: str, install: str) -> bool:
        """Whether something was seen for the first time on behalf of an install."""
        known = self.memory.relatives.get(sid, {})
        root = known.get(self.memory.shared) or sid
        thing = self.memory.model.things.get(root)
        return thing is None or thing.install in ("", install)

    def _query(self, call: JourneyCall) -> Iterator[Reason]:
        for name, value in call.query.items():
            for one in Rules(call.what.query[name].schema).violations(value):
                yield reason_of(one.clause, f"{name}: {one.message}", 400, "INVALIDINPUT", _INVALID)

    def _body(self, call: JourneyCall) -> Iterator[Reason]:
        rules = call.what.body
        for one in rules.violations(call.body) if rules is not None else ():
            yield Reason(
                one.clause, one.pointer, one.message, _INVALID, 400, "INVALIDINPUT", "invalid-input-400", one.clause
            )

    # --- assignments

    def _assigning(self, call: JourneyCall) -> str:
        side = ADDED if call.body.get(ADDED) else REMOVED
        rows = [one for one in self.kind.lifecycle.transitions if one.event == _EVENT_OF[side] and one.next is not None]
        return rows[0].clause if rows else call.what.clause

    def _assigned(self, call: JourneyCall) -> Iterator[Reason | Untold]:
        """What stands against an assignment; Untold for what nobody can tell."""
        added, removed = (call.body.get(side) or [] for side in (ADDED, REMOVED))
        scope = call.named[self.kind.scope]
        if set(added) & set(removed):
            yield reason_of(_SIDES, "somebody is added and removed", 400, "INVALIDINPUT")
        limited = self.memory.holds(scope, self.kind.assigned)
        if limited is None:
            yield Untold.OUTCOME
        elif not limited:
            yield reason_of(_LIMITED, f"the {self.kind.scope} is not limited", 409, "CONFLICT")
        for side, sids in ((ADDED, added), (REMOVED, removed)):
            for place, sid in enumerate(sids):
                yield from self._candidate(sid, scope, f"/{side}/{place}", adding=side == ADDED)

    def _candidate(self, sid: str, scope: str, pointer: str, *, adding: bool) -> Iterator[Reason | Untold]:
        pair = self.memory.pairs.get((sid, scope))
        if pair is None:
            message = f"{sid} is no {self.kind.who} there"
            yield reason_of(_STRANGER, message, 404, "RESOURCENOTFOUND", pointer=pointer)
            return
        entitled = self.memory.holds(sid, self.kind.entitled)
        if entitled is None or pair.vague:
            yield Untold.OUTCOME
        elif adding and not entitled and (clause := self.kind.clauses.get("entitled")) is not None:
            yield reason_of(clause, f"{sid} takes no part", 409, "CONFLICT", pointer=pointer)

    # --- events

    def row(self, session: KnownSession, event: str) -> Transition | None:
        """What an event is to a session; None if nobody can tell."""
        rows = [self.kind.lifecycle.row(one, event) for one in session.statuses or ()]
        return rows[0] if len(rows) == 1 else None

    def _event(self, call: JourneyCall, session: KnownSession, row: Transition | None) -> Iterator[Reason | Untold]:
        if row is None:
            yield Untold.OUTCOME
        elif row.next is None:
            message = f"the session is {', '.join(session.statuses or ())}"
            yield reason_of(row.clause, message, 409, "CONFLICT")
        if call.what.body is not None:
            yield from self.appointments.against(call, session, self.oracle.clock().timestamp())
