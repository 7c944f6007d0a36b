"""What reads show of what is stored, held against what was sent."""

from __future__ import annotations

import json
from collections.abc import Mapping

from contract.journey.calls import SETTINGS, JourneyCall, ShownMember
from contract.journey.memory import SessionMemory
from contract.journey.moments import moment_of
from contract.journey.oracle import JourneyExpectation
from contract.judging.findings import ExchangeJudgement
from contract.judging.judge import Judge
from contract.model.values import Vague, canonical
from spec.resources.resource import Part
from spec.resources.sessions import INSTALL, SOURCE, StoredValue
from spec.source.pointer import Json, join, split

_MEMBERS = "/members/"
_SECRET_LENGTH = 8


class ShownThings:
    """Judges reads of users, configurations and settings. Which member shows what is said by the document."""

    def __init__(self, memory: SessionMemory, judge: Judge) -> None:
        self.memory, self.judging = memory, judge
        self.parts = {part.name: part for part in memory.contract.resources.parts}

    def judge(self, call: JourneyCall, expected: JourneyExpectation, value: Json, judgement: ExchangeJudgement) -> None:
        """Add findings about what a read shows."""
        if not isinstance(value, dict):
            return
        if call.id == SETTINGS:
            self._lists(call, value, judgement)
            return
        own = call.named[list(call.named)[-1]]
        for source, member in call.what.shown.items():
            part = self.parts.get(source.part)
            sid = call.named.get(source.part)
            if part is None or sid is None:
                continue
            if not source.leaf:
                self._is(call, member, value.get(member.name), sid, judgement)
            elif sid == own:
                self._leaf(call, part, sid, source, member, value, judgement)
        self._secrets(call, value, judgement)

    def _is(
        self, call: JourneyCall, member: ShownMember, shown: Json, wanted: str, judgement: ExchangeJudgement
    ) -> None:
        if shown is not None and shown != wanted:
            judgement.find(call.what.clause, "another one", wanted, str(shown)[:80], join((member.name,)))

    def _leaf(
        self,
        call: JourneyCall,
        part: Part,
        sid: str,
        source: StoredValue,
        member: ShownMember,
        value: Mapping[str, Json],
        judgement: ExchangeJudgement,
    ) -> None:
        steps = split(source.leaf)
        if steps[0] == part.identifiers:
            wanted: Json = self.memory.identifiers.get(sid, {}).get(steps[1], ...)
            if wanted is ...:
                return
            same = value.get(member.name) == wanted
        else:
            leaf = next((one for one in part.leaves if one.path == steps[: len(one.path)]), None)
            if leaf is None or leaf.schema.get("writeOnly"):
                return
            stored = self.memory.stored(sid, leaf.key)
            if isinstance(stored, Vague):
                return
            shown = value.get(member.name)
            wanted = stored
            if leaf.members is not None or (isinstance(stored, str) and leaf.schema.get("type") == "object"):
                wanted, same = self._of_map(stored, steps[len(leaf.path) :], member, shown)
            elif leaf.date:
                same = stored is None or moment_of(shown) == stored
            else:
                same = stored is None or canonical(leaf, shown) == stored
        judgement.touch(call.what.clause)
        if not same:
            received = repr(value.get(member.name))[:80]
            judgement.find(call.what.clause, "another value", f"{wanted!r}"[:80], received, join((member.name,)))

    @staticmethod
    def _of_map(stored: Json, rest: tuple[str, ...], member: ShownMember, shown: Json) -> tuple[Json, bool]:
        """What a member shows of an object that is stored whole, and whether it does."""
        held: Json = json.loads(stored) if isinstance(stored, str) else {}
        for name in rest:
            held = held.get(name) if isinstance(held, Mapping) else None
        if member.form == "present":
            return held is not None, shown is (held is not None)
        if member.form == "names":
            wanted = sorted(held or {})
            return wanted, isinstance(shown, list) and sorted(map(str, shown)) == wanted
        return held, held is None or shown == held

    def _secrets(self, call: JourneyCall, value: Mapping[str, Json], judgement: ExchangeJudgement) -> None:
        """What is only ever written stands nowhere in an answer."""
        clauses = {
            name: one["x-clause"]
            for name, one in call.what.answer.get("properties", {}).items()
            if isinstance(one.get("x-clause"), str)
        }
        for name, clause in clauses.items():
            judgement.touch(clause)
            shown = value.get(name)
            if isinstance(shown, str) and self._is_stored(call, name, shown):
                judgement.find(clause, "secret shown", "null", "the one that was sent", join((name,)))

    def _is_stored(self, call: JourneyCall, name: str, shown: str) -> bool:
        for part_name, sid in call.named.items():
            for leaf in self.parts[part_name].leaves if part_name in self.parts else ():
                if (
                    leaf.path[-1] == name
                    and len(shown) >= _SECRET_LENGTH
                    and self.memory.stored(sid, leaf.key) == shown
                ):
                    return True
        return False

    def _lists(self, call: JourneyCall, value: Mapping[str, Json], judgement: ExchangeJudgement) -> None:
        """What the install is said to have is among what its settings show."""
        for source, member in call.what.shown.items():
            if source.part != INSTALL or not source.leaf.startswith(_MEMBERS):
                continue
            known = set(self.judging.access.known.get(source.leaf.removeprefix(_MEMBERS), ()))
            rows, listed = member.schema["items"]["properties"], value.get(member.name)
            named = next((name for name, one in rows.items() if one.get(SOURCE) == "/name"), "")
            shown = {one.get(named) for one in listed if isinstance(one, dict)} if isinstance(listed, list) else set()
            judgement.touch(call.what.clause)
            if not known <= shown:
                received = f"{len(shown)} of them, without {sorted(known - shown)[0]}"
                judgement.find(
                    call.what.clause, "left out", f"all that it has of {member.name}", received, join((member.name,))
                )
