"""Judging an accepted provision call: the form of its answer, and whether it tells the truth about the state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contract.http.exchange import Response
from contract.judging.findings import Judgement
from contract.model.identity import keys_of, scope_of, texts_of, value_at
from contract.model.memory import JOINED, Key, Model, Thing, Unsure, folded
from contract.model.values import clause_of_hypothesis, differs
from contract.oracle.expectation import Expectation
from spec.openapi.document import Operation
from spec.resources.resource import ABSENT, Part
from spec.schema.keywords import clause_of
from spec.schema.validation import Rules


@dataclass(slots=True)
class Told:
    """What an answer says about one part, and what is known beforehand."""

    part: Part
    value: Mapping[str, Any]
    sid: str
    result: str
    scope: str
    keys: list[Key]
    scope_is_new: bool

    @property
    def is_new(self) -> bool:
        return self.result == self.part.created


class Answers:
    """Judges accepted calls of one operation and teaches the model what they showed."""

    def __init__(self, operation: Operation, model: Model) -> None:
        self.model = model
        self.left: set[str] = set()
        success = next(one for status, one in sorted(operation.responses.items()) if status.startswith("2"))
        self.status = int(success.status)
        self.schema = success.content["application/json"]
        self.rules = Rules(self.schema)

    def judge(self, response: Response, expected: Expectation, judgement: Judgement) -> dict[str, str]:
        """Add findings about an accepted call; returns the SIDs that the answer gives, by part."""
        judgement.touch("success-status", "response-json", "response-shape")
        if response.status != self.status:
            received = f"status {response.status}"
            judgement.find("success-status", "another success status", f"status {self.status}", received)
        answer = response.json
        declared = response.media_type
        if not isinstance(answer, dict) or not (declared == "application/json" or declared.endswith("+json")):
            received = f"{type(answer).__name__} declared as {declared or 'nothing'}"
            judgement.find("response-json", "no JSON object", "a JSON object declared as application/json", received)
            if not isinstance(answer, dict):
                return {}
        body = expected.body if isinstance(expected.body, dict) else {}
        unasked = self._unasked(answer, body, judgement)
        self._shape({name: one for name, one in answer.items() if name not in unasked}, judgement)
        return self._parts(answer, body, expected, judgement)

    def _unasked(self, answer: Mapping[str, Any], body: Mapping[str, Any], judgement: Judgement) -> set[str]:
        unasked: set[str] = set()
        for part in self.model.resources.parts:
            implied = part.implied_by is not None and self._asked(part.implied_by, body)
            if self._asked(part.name, body) or implied:
                continue
            judgement.touch("unasked-absent")
            if part.response in answer:
                unasked.add(part.response)
                received = "null" if answer[part.response] is None else "a member"
                expected = f"no member {part.response!r}"
                judgement.find("unasked-absent", "unasked part", expected, received, f"/{part.response}")
        signon = self.model.resources.signon
        if signon and value_at(body, signon.path) is ABSENT:
            judgement.touch("signon-unasked-absent")
            if answer.get(signon.response) is not None:
                received = "a sign-on nobody asked for"
                judgement.find("signon-unasked-absent", "unasked sign-on", "none", received, f"/{signon.response}")
            elif signon.response in answer:
                unasked.add(signon.response)
        return unasked

    def _asked(self, name: str, body: Mapping[str, Any]) -> bool:
        return isinstance(value_at(body, self.model.resources.part(name).path), dict)

    def _shape(self, answer: Mapping[str, Any], judgement: Judgement) -> None:
        for violation in self.rules.violations(dict(answer)):
            clause = "response-shape" if violation.clause == "schema" else violation.clause
            judgement.find(clause, violation.keyword, "the published form", violation.message, violation.pointer)
        judgement.touch("sid-hex-minted", "result-known")

    def _parts(
        self, answer: Mapping[str, Any], body: Mapping[str, Any], expected: Expectation, judgement: Judgement
    ) -> dict[str, str]:
        sids: dict[str, str | None] = {}
        created: set[str] = set()
        for part in self.model.resources.parts:
            value = value_at(body, part.path)
            implied = part.implied_by is not None and self._asked(part.implied_by, body)
            if not isinstance(value, dict):
                if not implied:
                    continue
                value = {}
            shown = answer.get(part.response)
            self._present(part, shown, implied=implied, judgement=judgement)
            sid = shown.get(part.sid_member) if isinstance(shown, dict) else None
            result = shown.get(part.result_member) if isinstance(shown, dict) else None
            keys = keys_of(part, value, body, expected.install or "", sids)
            if not isinstance(sid, str) or not sid or not isinstance(result, str):
                for key in keys:
                    self.model.index.setdefault(key, Unsure(None))
                continue
            scope = scope_of(part, sids, expected.install or "")
            told = Told(part, value, sid, result, scope, keys, part.scope in created)
            if any(reason.clause == "strict-json" for reason in expected.reasons):
                self.model.index.update(dict.fromkeys(keys, Unsure(None)))
            else:
                self._thing(told, judgement)
            sids[part.name] = sid
            if told.is_new:
                created.add(part.name)
        return {name: sid for name, sid in sids.items() if sid}

    @staticmethod
    def _present(part: Part, shown: Any, *, implied: bool, judgement: Judgement) -> None:
        clause = clause_of(part.schema, "x-resource", "implied-by") if implied else "asked-present"
        judgement.touch("asked-present", clause if clause != "schema" else "asked-present")
        if not isinstance(shown, dict):
            clause = clause if clause != "schema" else "asked-present"
            received = "null" if shown is None else f"{type(shown).__name__}"
            judgement.find(clause, "missing part", f"a member {part.response!r}", received, f"/{part.response}")

    def _thing(self, told: Told, judgement: Judgement) -> None:
        found = [one for key in told.keys if (one := self.model.look_up(key)) is not None]
        known = next((one for one in found if isinstance(one, str)), None)
        if known is not None:
            self._recalled(told, known, judgement)
        else:
            unsure = next((one for one in found if isinstance(one, Unsure)), None)
            self._first(told, unsure, judgement)

    def _recalled(self, told: Told, known: str, judgement: Judgement) -> None:
        part, pointer = told.part, f"/{told.part.response}"
        clause = _recall_clause(told)
        judgement.touch(clause)
        if told.sid != known:
            judgement.find(clause, "another SID", known, told.sid, f"{pointer}/{part.sid_member}")
        if told.is_new:
            expected = f"{part.found!r} or {part.updated!r}"
            judgement.find(clause, "created again", expected, told.result, f"{pointer}/{part.result_member}")
        thing = self.model.things.get(told.sid)
        if told.sid != known and thing is None:
            self._remember(told)
            return
        if thing is None or thing.part != part.name:
            return
        self.model.learn([key for key in told.keys if key[2] != "sid"], told.sid)
        self._update(told, thing, judgement)

    def _update(self, told: Told, thing: Thing, judgement: Judgement) -> None:
        part = told.part
        before = {name: dict(state) for name, state in thing.states.items()}
        self.model.update(part, thing, told.value, {})
        predicted = {name: differs(before[name], thing.states[name]) for name in before}
        ours = predicted[""]
        if ours is None or told.is_new or told.result not in (part.found, part.updated):
            return
        own = clause_of(part.schema, "x-resource", "update")
        judgement.touch("result-truthful", *(() if own == "schema" else (own,)))
        alternatives = [name for name, other in predicted.items() if name and other is not None and other != ours]
        judgement.touch(*(clause_of_hypothesis(name) for name in alternatives))
        if (told.result == part.updated) == ours:
            return
        guess = clause_of_hypothesis(alternatives[-1]) if alternatives else "result-truthful"
        if own != "schema" and guess != "all-or-nothing":
            guess = own
        thing.suspect = thing.suspect or guess
        expected = part.updated if ours else part.found
        changed = sorted(
            key
            for key in before[""].keys() | thing.states[""].keys()
            if before[""].get(key) != thing.states[""].get(key)
        )
        detail = f"{told.result} although {', '.join(changed) or 'nothing stored'} differs"
        pointer = f"/{part.response}/{part.result_member}"
        judgement.find(thing.suspect, "untrue result", expected, detail, pointer, (told.result, *changed))

    def _first(self, told: Told, unsure: Unsure | None, judgement: Judgement) -> None:
        part, pointer = told.part, f"/{told.part.response}"
        if unsure is not None and unsure.clause is not None:
            judgement.touch(unsure.clause)
        stranger = self.model.things.get(told.sid)
        relation = self._relation(told, judgement)
        if told.is_new:
            judgement.touch("first-call-creates", "sids-distinct")
            if stranger is not None:
                expected, received = "a SID of its own", f"{told.sid}, which is that of something else"
                clause = _doubtful(part) or "sids-distinct"
                judgement.find(clause, "SID given twice", expected, received, f"{pointer}/{part.sid_member}")
            self._remember(told)
            return
        if stranger is not None and stranger.part == part.name:
            apart = "installs-apart" if part.scope is None and stranger.scope != told.scope else None
            clause = relation.get(told.sid) or _doubtful(part) or apart or "sids-distinct"
            expected, received = "something new", f"{told.result} {told.sid}, which was named otherwise"
            judgement.find(clause, "taken for something else", expected, received, f"{pointer}/{part.sid_member}")
            self.model.learn([key for key in told.keys if key[2] != "sid"], told.sid)
            self._update(told, stranger, Judgement())
            return
        if unsure is not None or not self.model.closed or _names_sid(told):
            if unsure is not None and unsure.clause is not None:
                received = f"{told.result}, though only a refused call named it before"
                self.left.add(told.sid)
                judgement.find(unsure.clause, "left behind", part.created, received, f"{pointer}/{part.result_member}")
        else:
            clause = self._creation_clause(told)
            if told.scope in self.left or any(sid in self.left for key in told.keys for sid in key[3].split(" ")):
                clause = "all-or-nothing"
            judgement.find(clause, "not created", part.created, told.result, f"{pointer}/{part.result_member}")
        self._remember(told)

    @staticmethod
    def _creation_clause(told: Told) -> str:
        joined = any(key[2] == "fallback" for key in told.keys)
        if joined and not told.scope_is_new:
            return clause_of(told.part.schema, "x-resource", "fallback-identity")
        return "first-call-creates"

    def _remember(self, told: Told) -> None:
        keys = [key for key in told.keys if key[2] != "sid"]
        if told.is_new:
            self.model.create(told.part, told.sid, told.scope, keys, told.value, {})
        else:
            thing = self.model.meet(told.part, told.sid, told.scope, keys)
            self.model.update(told.part, thing, told.value, {})

    def _relation(self, told: Told, judgement: Judgement) -> dict[str, str]:
        """Which adopted clause would explain that each other thing of the part is taken for this one."""
        relation: dict[str, str] = {}
        for key in told.keys:
            for other, thing in self.model.relatives(told.part, key):
                if (clause := _kinship(key, other, told.part)) is not None:
                    judgement.touch(clause)
                    relation.setdefault(thing.sid, clause)
        if texts_of(told.part, told.value):
            for sid in self.model.doubles(told.part, told.value):
                judgement.touch("match-by-identifier")
                relation.setdefault(sid, "match-by-identifier")
        return relation


def _recall_clause(told: Told) -> str:
    kinds = {key[2] for key in told.keys}
    annotated = {"fallback": "fallback-identity", "joins": "identity"}
    for kind, member in annotated.items():
        if kind in kinds and (clause := clause_of(told.part.schema, "x-resource", member)) != "schema":
            return clause
    return "recall-finds"


def _doubtful(part: Part) -> str | None:
    """The adopted clause on which the whole identity of a part rests, if it does."""
    clause = clause_of(part.schema, "x-resource", "fallback-identity")
    return clause if part.fallback is not None and clause != "schema" else None


def _names_sid(told: Told) -> bool:
    return any(key[2] == "sid" for key in told.keys)


def _kinship(key: Key, other: Key, part: Part) -> str | None:
    if {key[2], other[2]} & JOINED:
        return None
    if key[2] == other[2] and key[3] == other[3]:
        return "ids-scoped" if part.scope else "installs-apart"
    if key[1] != other[1]:
        return None
    if key[2] != other[2] and key[3] == other[3]:
        return "ids-kinds-apart"
    return "ids-exact" if key[2] == other[2] and folded(key[3]) == folded(other[3]) else None
