"""Whether what an answer says of one part agrees with what the target said before; the model learns from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contract.judging.findings import ExchangeJudgement
from contract.model.identity import texts_of
from contract.model.memory import JOINED, Doubt, Identity, Model, Thing, folded
from contract.model.values import OURS, WAYS, changed_leaves, differs
from spec.resources.resource import Part
from spec.schema.keywords import clause_of
from spec.source.pointer import Json


@dataclass(frozen=True, slots=True)
class AnsweredPart:
    """What an answer says about one part, with what the request said of it."""

    part: Part
    sent: Mapping[str, Json]
    sid: str
    result: str
    scope: str
    identities: list[Identity]
    scope_is_new: bool
    install: str

    @property
    def is_new(self) -> bool:
        """Whether the answer says that the thing was created."""
        return self.result == self.part.created

    @property
    def named(self) -> list[Identity]:
        """The identities under which the thing can be found again, without its SID."""
        return [one for one in self.identities if one.kind != "sid"]

    @property
    def sid_pointer(self) -> str:
        """Where the answer shows the SID."""
        return f"/{self.part.response}/{self.part.sid_member}"

    @property
    def result_pointer(self) -> str:
        """Where the answer shows the result."""
        return f"/{self.part.response}/{self.part.result_member}"


class History:
    """Holds answered parts against a model."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def judge(self, answered: AnsweredPart, judgement: ExchangeJudgement) -> None:
        """Add findings about one part of an answer."""
        found = [one for each in answered.identities if (one := self.model.look_up(each)) is not None]
        known = next((one for one in found if isinstance(one, str)), None)
        if known is not None:
            self._recalled(answered, known, judgement)
            return
        doubt = next((one for one in found if isinstance(one, Doubt)), None)
        if doubt is not None and doubt.clause is not None:
            judgement.touch(doubt.clause)
        namesakes = self._namesakes(answered, judgement)
        if answered.is_new:
            self._created(answered, judgement)
        elif answered.sid in self.model.things:
            self._taken_for_another(answered, doubt, namesakes, judgement)
        else:
            self._met(answered, doubt, judgement)

    def _recalled(self, answered: AnsweredPart, known: str, judgement: ExchangeJudgement) -> None:
        part = answered.part
        home = self.model.things[known].install if known in self.model.things else answered.install
        clause = _recall_clause(answered) if home == answered.install else "installs-apart"
        judgement.touch(clause)
        thing = self.model.things.get(answered.sid)
        if answered.sid != known:
            judgement.find(clause, "another SID", known, answered.sid, answered.sid_pointer)
            if answered.is_new:
                self._distinct(answered, thing, judgement)
        if answered.is_new:
            expected = f"{part.found!r} or {part.updated!r}"
            judgement.find(clause, "created again", expected, answered.result, answered.result_pointer)
        if answered.sid != known and thing is None:
            self._remember(answered)
        elif thing is not None and thing.part == part.name:
            self.model.learn(answered.named, answered.sid)
            self._update(answered, thing, judgement)

    def _distinct(self, answered: AnsweredPart, stranger: Thing | None, judgement: ExchangeJudgement) -> None:
        judgement.touch("sids-distinct")
        if stranger is not None or self.model.belongs_elsewhere(answered.sid):
            expected, received = "a SID of its own", f"{answered.sid}, which is that of something else"
            judgement.find("sids-distinct", "SID given twice", expected, received, answered.sid_pointer)

    def _created(self, answered: AnsweredPart, judgement: ExchangeJudgement) -> None:
        judgement.touch("first-call-creates")
        self.model.shown.novelty.add(answered.part.name)
        self._distinct(answered, self.model.things.get(answered.sid), judgement)
        self._remember(answered)

    def _taken_for_another(
        self, answered: AnsweredPart, doubt: Doubt | None, namesakes: Mapping[str, str], judgement: ExchangeJudgement
    ) -> None:
        """Found or updated, under a name that nobody knows, and it is something known."""
        stranger = self.model.things[answered.sid]
        unseen = not stranger.created and not self.model.closed
        nobody_knows = unseen or (doubt is not None and doubt.clause is None)
        clause = namesakes.get(answered.sid) or self._confusion(answered, stranger)
        if clause not in LENIENT_READINGS and nobody_knows:
            clause = None
        if clause is not None:
            expected, received = "something new", f"{answered.result} {answered.sid}, which was named otherwise"
            judgement.find(clause, "taken for something else", expected, received, answered.sid_pointer)
        if stranger.part == answered.part.name:
            self.model.learn(answered.named, answered.sid)
            self._update(answered, stranger, ExchangeJudgement())

    @staticmethod
    def _confusion(answered: AnsweredPart, stranger: Thing) -> str | None:
        """The clause that says that the two are different things."""
        part = answered.part
        if stranger.part != part.name:
            return "sids-distinct"
        if any(one.kind == "sid" and folded(one.text) == folded(answered.sid) for one in answered.identities):
            return "ids-exact"
        if (adopted := _doubtful(part)) is not None:
            return adopted
        return "installs-apart" if part.scope is None and stranger.scope != answered.scope else "sids-distinct"

    def _met(self, answered: AnsweredPart, doubt: Doubt | None, judgement: ExchangeJudgement) -> None:
        """Found or updated, though nobody here has seen it before."""
        part = answered.part
        if doubt is not None and doubt.clause is not None:
            # a target that never tells of a creation does not betray one either
            if part.name in self.model.shown.novelty:
                received = f"{answered.result}, though only a refused call named it before"
                judgement.find(doubt.clause, "left behind", part.created, received, answered.result_pointer)
        elif doubt is None and self.model.closed and not any(one.kind == "sid" for one in answered.identities):
            clause = _creation_clause(answered)
            judgement.find(clause, "not created", part.created, answered.result, answered.result_pointer)
        self._remember(answered)

    def _remember(self, answered: AnsweredPart) -> None:
        part, model = answered.part, self.model
        if answered.is_new:
            thing = model.create(part, answered.sid, answered.scope, answered.named, answered.sent, {})
        else:
            thing = model.meet(part, answered.sid, answered.scope, answered.named)
            model.update(part, thing, answered.sent, {})
        thing.install = answered.install

    def _update(self, answered: AnsweredPart, thing: Thing, judgement: ExchangeJudgement) -> None:
        part, said_updated = answered.part, answered.result == answered.part.updated
        before = {way: dict(state) for way, state in thing.states.items()}
        self.model.update(part, thing, answered.sent, {})
        predicted = {way: differs(before[way], thing.states[way]) for way in before}
        ours = predicted[OURS]
        if thing.common or thing.unsettled or ours is None or answered.result not in (part.found, part.updated):
            return
        own = clause_of(part.schema, "x-resource", "update")
        judgement.touch("result-truthful", *(() if own == "schema" else (own,)))
        alternatives = [way for way, other in predicted.items() if way.clause and other is not None and other != ours]
        judgement.touch(*(way.clause for way in alternatives))
        changed = changed_leaves(before[OURS], thing.states[OURS])
        if said_updated == ours:
            if not alternatives:
                self._can_tell(part, changed)
            return
        able = part.name in self.model.shown.sameness if said_updated else self._told_of(part, changed)
        explained = [way for way in alternatives if able or way in WAYS]
        guess = explained[-1].clause if explained else "result-truthful"
        if own != "schema" and guess in LENIENT_READINGS:
            guess = own
        thing.suspect = thing.suspect or guess
        expected = part.updated if ours else part.found
        detail = f"{answered.result} although {', '.join(changed) or 'nothing stored'} differs"
        judgement.find(
            thing.suspect, "untrue result", expected, detail, answered.result_pointer, (answered.result, *changed)
        )

    def _can_tell(self, part: Part, changed: list[str]) -> None:
        """A right answer, whatever way of updating the target has: it is able to tell this."""
        if not changed:
            self.model.shown.sameness.add(part.name)
        elif len(changed) == 1:
            self.model.shown.changes.add((part.name, changed[0]))

    def _told_of(self, part: Part, changed: list[str]) -> bool:
        return any((part.name, leaf) in self.model.shown.changes for leaf in changed)

    def _namesakes(self, answered: AnsweredPart, judgement: ExchangeJudgement) -> dict[str, str]:
        """Which adopted clause would explain that each other thing of the part is taken for this one."""
        found: dict[str, str] = {}
        for identity in answered.identities:
            for other, thing in self.model.lookalikes(answered.part, identity):
                if (clause := _likeness(identity, other, answered.part)) is not None:
                    judgement.touch(clause)
                    found.setdefault(thing.sid, clause)
        if texts_of(answered.part, answered.sent):
            for sid in self.model.doubles(answered.part, answered.sent):
                judgement.touch("match-by-identifier")
                found.setdefault(sid, "match-by-identifier")
        return found


LENIENT_READINGS = frozenset(
    {
        "result-truthful",
        *("ids-exact", "ids-scoped", "ids-kinds-apart", "installs-apart", "match-by-identifier"),
        *(way.clause for way in WAYS if way.clause),
    }
)
"""Clauses about what a reader may take for the same, or how it updates: no past that was not seen excuses them."""


def _creation_clause(answered: AnsweredPart) -> str:
    if any(one.kind == "fallback" for one in answered.identities) and not answered.scope_is_new:
        return clause_of(answered.part.schema, "x-resource", "fallback-identity")
    return "first-call-creates"


def _recall_clause(answered: AnsweredPart) -> str:
    kinds = {one.kind for one in answered.identities}
    annotated = {"fallback": "fallback-identity", "joins": "identity"}
    for kind, member in annotated.items():
        if kind in kinds and (clause := clause_of(answered.part.schema, "x-resource", member)) != "schema":
            return clause
    return "recall-finds"


def _doubtful(part: Part) -> str | None:
    """The adopted clause on which the whole identity of a part rests, if it does."""
    clause = clause_of(part.schema, "x-resource", "fallback-identity")
    return clause if part.fallback is not None and clause != "schema" else None


def _likeness(one: Identity, other: Identity, part: Part) -> str | None:
    """The clause that says that two identities which resemble each other are apart."""
    if {one.kind, other.kind} & JOINED:
        return None
    if folded(one.text) != folded(other.text):
        return None
    if one.scope != other.scope:
        return "ids-scoped" if part.scope else "installs-apart"
    return "ids-kinds-apart" if one.kind != other.kind else "ids-exact"
