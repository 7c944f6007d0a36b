"""What the contract makes of a call of the journey: done, refused for named reasons, or nobody can tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from contract.journey.calls import ADDED, ASSIGN, ASSIGNS, EVENTS, REMOVE, REMOVED, JourneyCall, JourneyContract
from contract.journey.memory import Instant, KnownSession, SessionMemory, Span, moment_of, seconds
from contract.model.values import Vague
from contract.oracle.expectation import REFUSALS, Expectation, Reason, expectation
from contract.oracle.oracle import Oracle
from spec.resources.sessions import NAMES, Transition, Window
from spec.schema.keywords import clause_of
from spec.schema.validation import Rules
from spec.source.pointer import Json

_INVALID = frozenset({400, 422})
_MINUTE = 60.0
_DAY = 86_400.0
_EVENT_OF = {ADDED: ASSIGN, REMOVED: REMOVE}
_STRANGER = "assignment-enrollment-known"
_SIDES = "assignment-sides-apart"
_LIMITED = "assignment-limited-only"


class Untold(Enum):
    """What nobody can tell of a call: whether it is refused, or even what it does where it is done."""

    REFUSAL = "refusal"
    OUTCOME = "outcome"


class Wish(NamedTuple):
    """When somebody wants a session to take place; ``known`` says whether the judge can tell."""

    moment: Instant | None
    span: Span | None
    known: bool = True


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
                yield _reason(clause_of(schema, "pattern"), message, 400, "INVALIDINPUT")
                continue
            clause = clause_of(schema, NAMES)
            known = self.memory.relatives.get(sid)
            strange = known is None or part not in known or not self._is_of(sid, part, call.install)
            if not strange:
                strange = any(relatives.setdefault(name, other) != other for name, other in (known or {}).items())
            if strange:
                message = f"{one.name} in the path names no {part} there"
                yield _reason(clause, message, 404, "RESOURCENOTFOUND")

    def _is_of(self, sid: str, part: str, install: str) -> bool:
        """Whether something was seen for the first time on behalf of an install."""
        known = self.memory.relatives.get(sid, {})
        root = known.get(self.memory.shared) or sid
        thing = self.memory.model.things.get(root)
        return thing is None or thing.install in ("", install)

    def _query(self, call: JourneyCall) -> Iterator[Reason]:
        for name, value in call.query.items():
            for one in Rules(call.what.query[name].schema).violations(value):
                yield _reason(one.clause, f"{name}: {one.message}", 400, "INVALIDINPUT", _INVALID)

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
            yield _reason(_SIDES, "somebody is added and removed", 400, "INVALIDINPUT")
        limited = self.memory.holds(scope, self.kind.assigned)
        if limited is None:
            yield Untold.OUTCOME
        elif not limited:
            yield _reason(_LIMITED, f"the {self.kind.scope} is not limited", 409, "CONFLICT")
        for side, sids in ((ADDED, added), (REMOVED, removed)):
            for place, sid in enumerate(sids):
                yield from self._candidate(sid, scope, f"/{side}/{place}", adding=side == ADDED)

    def _candidate(self, sid: str, scope: str, pointer: str, *, adding: bool) -> Iterator[Reason | Untold]:
        pair = self.memory.pairs.get((sid, scope))
        if pair is None:
            message = f"{sid} is no {self.kind.who} there"
            yield _reason(_STRANGER, message, 404, "RESOURCENOTFOUND", pointer=pointer)
            return
        entitled = self.memory.holds(sid, self.kind.entitled)
        if entitled is None or pair.vague:
            yield Untold.OUTCOME
        elif adding and not entitled and (clause := self.kind.clauses.get("entitled")) is not None:
            yield _reason(clause, f"{sid} takes no part", 409, "CONFLICT", pointer=pointer)

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
            yield _reason(row.clause, message, 409, "CONFLICT")
        if call.what.body is None:
            return
        wish = self.wish(call, session)
        rules = self.memory.rules(session.pair.scope)
        if rules is None or not wish.known:
            yield Untold.REFUSAL
            return
        now = self.oracle.clock().timestamp()
        yield from self._within(self.kind.booking, Span(now, now), rules, _DAY)
        if set(self._known(call)) - {self.kind.appointment.starts, self.kind.appointment.ends}:
            yield Untold.REFUSAL  # a way of scheduling, a proctor and the like may not be there
        if wish.span is not None:
            yield from self._within(self.kind.appointment.window, wish.span, rules, 0.0)
            if any(True for _ in self._within(self.kind.booking, wish.span, rules, 0.0)):
                yield Untold.REFUSAL  # some take that window for the one in which appointments lie
            yield from self._apart(session, wish.span)

    def wish(self, call: JourneyCall, session: KnownSession) -> Wish:
        """When a call wants a session to take place."""
        when = self.kind.appointment
        held = self._known(call)
        if isinstance(call.body, dict) and when.starts in call.body:
            held[when.starts] = when.starts
        asked = moment_of(call.body.get(held[when.starts])) if when.starts in held else None
        if when.starts not in held:
            return Wish(None, None, known=when.ends not in held)
        if asked is None:
            return Wish(None, None, known=False)
        start = seconds(asked)
        ends = moment_of(call.body.get(held[when.ends])) if when.ends in held else None
        if ends is not None:
            return Wish(asked, Span(start, seconds(ends)))
        rules = self.memory.rules(session.pair.scope)
        lasts = self.memory.stored(rules, when.lasts.leaf) if rules is not None else None
        if not isinstance(lasts, int | float):
            return Wish(asked, None, known=False)
        return Wish(asked, Span(start, start + _MINUTE * lasts))

    @staticmethod
    def _known(call: JourneyCall) -> dict[str, str]:
        """What a body says that is kept: under which name it is, and under which it was sent."""
        members = call.what.body.schema.get("properties", {}) if call.what.body is not None else {}
        body = call.body if isinstance(call.body, dict) else {}
        return {str(one.get("x-stored", name)): name for name, one in members.items() if name in body}

    def _within(self, window: Window, span: Span, rules: str, slack: float) -> Iterator[Reason | Untold]:
        """What stands against a span; Untold where a clock that goes otherwise could decide it."""
        opens, closes = (self._edge(rules, sources) for sources in (window.opens, window.closes))
        if isinstance(opens, Vague) or isinstance(closes, Vague):
            yield Untold.REFUSAL
            return
        early = opens is not None and span.start < opens
        late = closes is not None and span.end > closes
        near = any(
            abs(one - edge) < slack for one, edge in ((span.start, opens), (span.end, closes)) if edge is not None
        )
        if near:
            yield Untold.REFUSAL
        elif early or late:
            message = f"it is {'before' if early else 'after'} the window"
            yield _reason(window.clause, message, 409, "CONFLICT")

    def _edge(self, rules: str, sources: tuple[Json, ...]) -> Json:
        for source in sources:
            value = self.memory.stored(rules, source.leaf)
            if isinstance(value, Vague):
                return value
            if isinstance(value, tuple):
                return seconds(value)
            if value is not None:
                return Vague(object())
        return None

    def _apart(self, session: KnownSession, span: Span) -> Iterator[Reason | Untold]:
        clause = self.kind.appointment.apart_clause
        for other in self.memory.others(session):
            if other.statuses and not any(map(self.memory.is_active, other.statuses)):
                continue
            if other.spans is None or (other.spans and other.statuses is None):
                yield Untold.REFUSAL
            elif meeting := [one for one in other.spans if one.start < span.end and span.start < one.end]:
                if len(meeting) == len(other.spans):
                    message = f"the {self.kind.appointment.apart} has another appointment then"
                    yield _reason(clause, message, 409, "CONFLICT")
                else:
                    yield Untold.REFUSAL


def _reason(
    clause: str, message: str, preferred: int, code: str, statuses: frozenset[int] = REFUSALS, *, pointer: str = ""
) -> Reason:
    return Reason(clause, pointer, message, statuses, preferred, code, clause, clause)
