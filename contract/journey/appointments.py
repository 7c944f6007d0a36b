"""When sessions may take place: the wishes of calls, and the windows and appointments that stand against them."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from contract.journey.calls import JourneyCall
from contract.journey.memory import KnownSession, SessionMemory
from contract.journey.moments import Instant, Span, moment_of, seconds
from contract.model.values import Vague
from contract.oracle.expectation import REFUSALS, Reason
from spec.resources.sessions import SessionKind, Window
from spec.source.pointer import Json

_MINUTE = 60.0
_DAY = 86_400.0


class Untold(Enum):
    """What nobody can tell of a call: whether it is refused, or even what it does where it is done."""

    REFUSAL = "refusal"
    OUTCOME = "outcome"


class Wish(NamedTuple):
    """When somebody wants a session to take place; ``known`` says whether the judge can tell."""

    moment: Instant | None
    span: Span | None
    known: bool = True


class Appointments:
    """What is known of windows and of other appointments; the state is that of the memory."""

    def __init__(self, kind: SessionKind, memory: SessionMemory) -> None:
        self.kind, self.memory = kind, memory

    def against(self, call: JourneyCall, session: KnownSession, now: float) -> Iterator[Reason | Untold]:
        """What stands against the time that a call wants, seen at a POSIX time."""
        wish = self.wish(call, session)
        rules = self.memory.rules(session.pair.scope)
        if rules is None or not wish.known:
            yield Untold.REFUSAL
            return
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
            yield reason_of(window.clause, message, 409, "CONFLICT")

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
                    yield reason_of(clause, message, 409, "CONFLICT")
                else:
                    yield Untold.REFUSAL


def reason_of(
    clause: str, message: str, preferred: int, code: str, statuses: frozenset[int] = REFUSALS, *, pointer: str = ""
) -> Reason:
    """A reason that stands for the clause by which it is told."""
    return Reason(clause, pointer, message, statuses, preferred, code, clause, clause)
