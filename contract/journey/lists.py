"""Pages of lists: their envelope, their order, what is filtered, and which sessions have to be on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from contract.journey.calls import ASSIGN, RESULTS, JourneyCall
from contract.journey.memory import PageOfList, Pair, SessionMemory
from contract.journey.moments import moment_of
from contract.journey.oracle import JourneyExpectation
from contract.judging.findings import ExchangeJudgement
from spec.resources.sessions import StoredValue
from spec.schema.keywords import clause_of
from spec.source.pointer import Json

OFFSET, LIMIT, STATUS, ACTIVE, ORDER = "offset", "limit", "status", "includeActive", "sortOrder"
_LATEST_FIRST = "DESC"


class Listed(NamedTuple):
    """An entry of a list."""

    sid: str
    status: str
    entry: Mapping[str, Json]


class Lists:
    """Judges pages, and learns the sessions on them."""

    def __init__(self, memory: SessionMemory) -> None:
        self.memory, self.kind = memory, memory.kind

    def judge(self, call: JourneyCall, expected: JourneyExpectation, value: Json, judgement: ExchangeJudgement) -> None:
        """Add findings about a page of the sessions of a pair."""
        found = self.entries(call, value)
        if found is None:
            return
        pair = self.memory.pairs.get((call.named[self.kind.who], call.named[self.kind.scope]))
        whole = self.envelope(call, value, found, judgement)
        self._order(call, found, judgement)
        published = call.what.shown[StoredValue(self.kind.name, "/status")].schema
        judgement.touch(clause_of(published, "enum"))
        if not {one.status for one in found} <= set(published.get("enum", ())):
            if pair is not None:
                self._unreadable(pair, found)
            return
        self._filter(call, found, judgement)
        if pair is None:
            return
        self._pages(call, pair, value, found, judgement)
        for one in found:
            self._known(pair, one, judgement)
        if whole:
            self._complete(call, pair, found, judgement)
        if whole and not pair.vague and not pair.sessions and pair.owed is not None and len(found) == 1:
            self._first(pair, found[0], judgement)
        for one in found:
            self.memory.meet(one.sid, pair, one.status)
        if sum(map(self._is_active, found)) > 1 and not pair.vague:
            if (clause := self._once_clause()) is not None:
                judgement.find(clause, "several active sessions", "one", f"{sum(map(self._is_active, found))}")
            pair.vague = True

    def _unreadable(self, pair: Pair, found: Sequence[Listed]) -> None:
        """Of sessions in a status that nobody knows there is nothing to say but that they are there."""
        pair.vague = True
        for one in found:
            self.memory.meet(one.sid, pair, None).vague()

    def entries(self, call: JourneyCall, value: Json) -> list[Listed] | None:
        """What is on a page, if it is one that can be read."""
        listed = value.get(RESULTS) if isinstance(value, dict) else None
        if not isinstance(listed, list):
            return None
        shown = call.what.shown
        sid, status = shown[StoredValue(self.kind.name, "")].name, shown[StoredValue(self.kind.name, "/status")].name
        found = [Listed(str(one.get(sid)), str(one.get(status)), one) for one in listed
                 if isinstance(one, dict) and isinstance(one.get(sid), str)]  # fmt: skip
        return found if len(found) == len(listed) else None

    def active(self, call: JourneyCall, value: Json) -> int | None:
        """How many active sessions a page shows, if it is one."""
        found = self.entries(call, value)
        return None if found is None else sum(map(self._is_active, found))

    def _is_active(self, one: Listed) -> bool:
        return self.memory.is_active(one.status)

    def envelope(
        self, call: JourneyCall, value: Mapping[str, Json], found: Sequence[Listed], judgement: ExchangeJudgement
    ) -> bool:
        """Judge what a page says of itself; whether all that there is stands on it."""
        clause = call.what.clause
        judgement.touch(clause)
        offset, limit = call.query.get(OFFSET, 0), call.query.get(LIMIT)
        total, count, told = (value.get(name) for name in ("total", "count", OFFSET))
        number = len(found)
        wrong = {
            "/count": isinstance(count, int) and count != number,
            "/offset": isinstance(told, int) and told != offset,
            f"/{RESULTS}": isinstance(limit, int) and number > limit,
            "/total": isinstance(total, int) and number > 0 and total < min(int(offset), 2**31) + number,
        }
        for pointer, is_wrong in wrong.items():
            if is_wrong:
                received = f"{value.get(pointer[1:])!r}"[:60] if pointer != f"/{RESULTS}" else f"{number} results"
                expected = f"offset {offset}, {number} results, no more than {limit}"
                judgement.find(clause, "counted otherwise", expected, received, pointer)
        if isinstance(total, int) and number > 0 and offset + number < total and not isinstance(value.get("next"), str):
            judgement.find(clause, "no next page", "the URL of the next page", f"{value.get('next')!r}"[:60], "/next")
        ends = limit is None or number < limit
        return offset == 0 and total == number and ends and not any(wrong.values())

    def _order(self, call: JourneyCall, found: Sequence[Listed], judgement: ExchangeJudgement) -> None:
        member = call.what.shown.get(StoredValue(self.kind.name, "/created"))
        if member is None or ORDER not in call.what.query:
            return
        clause = clause_of(call.what.query[ORDER].schema, "enum")
        moments = [moment_of(one.entry.get(member.name)) for one in found]
        known = [one for one in moments if one is not None]
        backwards = call.query.get(ORDER) == _LATEST_FIRST
        if len(set(known)) > 1:
            judgement.touch(clause)
        if any((one < two) if backwards else (one > two) for one, two in pairwise(known)):
            wanted = "the latest first" if backwards else "the earliest first"
            judgement.find(clause, "another order", wanted, "a later one before an earlier one" if not backwards else
                           "an earlier one before a later one")  # fmt: skip

    def _filter(self, call: JourneyCall, found: Sequence[Listed], judgement: ExchangeJudgement) -> None:
        wanted, active = call.query.get(STATUS), call.query.get(ACTIVE) is True
        clause = clause_of(call.what.query[STATUS].schema.get("items", {}), "enum")
        if wanted is not None:
            judgement.touch(clause)
            strange = [one for one in found if one.status not in wanted and not (active and self._is_active(one))]
            if strange:
                received = f"one that is {strange[0].status[:60]}"
                judgement.find(clause, "another status listed", " or ".join(wanted), received, f"/{RESULTS}/*")
        elif ACTIVE in call.what.query and not active:
            listed = clause_of(call.what.query[ACTIVE].schema, "type")
            judgement.touch(listed)
            if any(map(self._is_active, found)):
                judgement.find(listed, "active ones listed", "sessions that are over", "active ones", f"/{RESULTS}/*")

    def _pages(
        self,
        call: JourneyCall,
        pair: Pair,
        value: Mapping[str, Json],
        found: Sequence[Listed],
        judgement: ExchangeJudgement,
    ) -> None:
        """Two pages of one list agree: there are no fewer in all, and nobody stands in two places.

        There may be more: some servers take their time to start a session.
        """
        rest = sorted((name, str(one)) for name, one in call.query.items() if name not in (OFFSET, LIMIT))
        key = (call.request.path.partition("?")[0], repr(rest))
        total, offset = value.get("total"), int(call.query.get(OFFSET, 0))
        if not isinstance(total, int):
            return
        places = {one.sid: offset + place for place, one in enumerate(found)}
        known = self.memory.pages.get(key)
        if known is None or known.version != pair.version or pair.vague or total > known.total:
            self.memory.pages[key] = PageOfList(pair.version, total, places)
            return
        clause = call.what.clause
        if total < known.total:
            expected, received = f"{known.total}, as another page said", str(total)
            judgement.find(clause, "another total", expected, received, "/total")
        elif any(known.places.get(sid, place) != place for sid, place in places.items()):
            judgement.find(clause, "in two places", "a page of its own", "what stands on another", f"/{RESULTS}")
        known.places.update(places)

    def _known(self, pair: Pair, one: Listed, judgement: ExchangeJudgement) -> None:
        """What an entry says of a session that is known."""
        session = self.memory.sessions.get(one.sid)
        if session is None:
            return
        if session.pair is not pair:
            judgement.find("session-members", "listed for another", "sessions of this one", "a session of another")
        elif session.statuses is not None and one.status not in session.statuses:
            spoken = {name for row in self.kind.lifecycle.transitions for name in (row.status, row.next)}
            if one.status in spoken:
                expected = " or ".join(sorted(session.statuses))
                judgement.find(session.clause, "another status", expected, one.status[:60], f"/{RESULTS}/*/status")
            session.statuses, session.reason = frozenset({one.status}), None
        elif session.statuses is None:
            session.statuses = frozenset({one.status})

    def _complete(self, call: JourneyCall, pair: Pair, found: Sequence[Listed], judgement: ExchangeJudgement) -> None:
        """Whether everybody is there who has to be, and nobody else."""
        if call.query.get(ACTIVE) is not True:
            self._asked_for(call, pair, found, judgement)
            return
        if pair.vague:
            return
        active = [one for one in found if self._is_active(one)]
        known = self.memory.active(pair)
        judgement.touch(*(one for one in (pair.owed, pair.barred) if one is not None))
        missing = [one for one in known if one.sid not in {each.sid for each in found}]
        if missing:
            judgement.find(missing[0].clause, "no session", "the session that there was", "a list without it")
            for one in missing:
                one.vague()
            pair.vague = True
        elif pair.owed is not None and not active:
            judgement.find(pair.owed, "no session", "an active session", "a list without one")
            pair.vague = True
        elif pair.barred is not None and active:
            judgement.find(pair.barred, "a session", "no active session", f"one that is {active[0].status[:60]}")
            pair.vague = True
        elif pair.owed is not None and known:
            self._once(pair, active, judgement)

    def _first(self, pair: Pair, one: Listed, judgement: ExchangeJudgement) -> None:
        """The first session of a pair is one that only began."""
        rows = [row for row in self.kind.lifecycle.transitions if row.status is None]
        spoken = {name for row in self.kind.lifecycle.transitions for name in (row.status, row.next)}
        if one.status in spoken and one.status not in {row.next for row in rows}:
            expected = " or ".join(sorted({str(row.next) for row in rows}))
            judgement.find(str(pair.owed), "another status", expected, one.status[:60], f"/{RESULTS}/*/status")

    def _once(self, pair: Pair, active: Sequence[Listed], judgement: ExchangeJudgement) -> None:
        """There is no other active session than the one that is known."""
        if (clause := self._once_clause()) is None:
            return
        judgement.touch(clause)
        if any(one.sid not in pair.sessions for one in active):
            judgement.find(clause, "another session", "the one that there was", "one that is new")
            pair.vague = True

    def _once_clause(self) -> str | None:
        """The clause by which who is assigned again keeps the session."""
        rows = self.kind.lifecycle.transitions
        return next((one.clause for one in rows if one.event == ASSIGN and one.status is not None), None)

    def _asked_for(self, call: JourneyCall, pair: Pair, found: Sequence[Listed], judgement: ExchangeJudgement) -> None:
        """Of the statuses that are asked for every session is there; that active ones are is a decision of ours."""
        wanted = call.query.get(STATUS)
        if wanted is None or pair.vague:
            return
        listed = {one.sid for one in found}
        for one in pair.sessions.values():
            if one.statuses and one.statuses <= set(wanted) and one.sid not in listed:
                clause = clause_of(call.what.query[ACTIVE].schema, "type") if ACTIVE in call.what.query else ""
                judgement.find(clause, "left out", "every session of that status", "a list without one")
