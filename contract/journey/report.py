"""The report of all sessions, page by page: what is missing is told when its last page was seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from contract.journey.calls import RESULTS, JourneyCall
from contract.journey.lists import LIMIT, OFFSET, STATUS, Listed, Lists
from contract.journey.memory import Pair
from contract.journey.oracle import JourneyExpectation
from contract.judging.findings import ExchangeJudgement
from spec.schema.keywords import clause_of
from spec.source.pointer import Json


class Reports:
    """Judges the pages of the report. ``lists`` reads a page."""

    def __init__(self, lists: Lists) -> None:
        self.lists, self.memory = lists, lists.memory
        self.walks: dict[tuple[str, ...], dict[int, Listed]] = {}

    def judge(self, call: JourneyCall, expected: JourneyExpectation, value: Json, judgement: ExchangeJudgement) -> None:
        """Add findings about a page of the report; what is missing is told when its last page was seen."""
        found = self.lists.entries(call, value)
        if found is None:
            return
        clause = clause_of(call.what.query[STATUS].schema.get("items", {}), "enum")
        wanted = call.query.get(STATUS)
        judgement.touch(clause)
        self.lists.envelope(call, value, found, judgement)
        strange = [one for one in found if wanted is not None and one.status not in wanted]
        if strange:
            received = f"one that is {strange[0].status[:60]}"
            judgement.find(clause, "another status listed", " or ".join(wanted or ()), received, f"/{RESULTS}/*")
        key = (call.install, *sorted(wanted or ()))
        offset = call.query.get(OFFSET, 0)
        if offset == 0:
            self.walks[key] = {}
        walk = self.walks.get(key, {})
        walk.update({offset + place: one for place, one in enumerate(found)})
        total, limit = value.get("total"), call.query.get(LIMIT)
        ends = limit is None or len(found) < limit
        if ends and isinstance(total, int) and set(range(total)) <= walk.keys():
            self._reported(call, clause, wanted, {one.sid: one.status for one in walk.values()}, judgement)

    def _reported(
        self,
        call: JourneyCall,
        clause: str,
        wanted: Sequence[str] | None,
        listed: Mapping[str, str],
        judgement: ExchangeJudgement,
    ) -> None:
        own = call.install
        for one in self.memory.sessions.values():
            if not one.statuses or one.pair.vague:
                continue
            here = self._install_of(one.pair) == own
            due = wanted is None or one.statuses <= set(wanted)
            if here and due and one.sid not in listed:
                expected = f"a session that is {' or '.join(sorted(one.statuses))}"
                judgement.find(clause, "left out", expected, "a report without it", f"/{RESULTS}")
                return
            if not here and one.sid in listed:
                judgement.find(clause, "of another install", "sessions of this one", "one of another", f"/{RESULTS}")
                return

    def _install_of(self, pair: Pair) -> str:
        root = self.memory.relatives.get(pair.scope, {}).get(self.memory.shared, "")
        thing = self.memory.model.things.get(root)
        return thing.install if thing is not None else ""
