"""Judging an accepted provision call: the form of its answer, and whether it tells the truth about the state."""

from __future__ import annotations

from collections.abc import Mapping

from contract.http.exchange import ReceivedResponse
from contract.judging.findings import ExchangeJudgement
from contract.judging.history import AnsweredPart, History
from contract.model.identity import asked, identities_of, scope_of, value_at
from contract.model.memory import NOBODY_KNOWS, Model
from contract.model.values import understood
from contract.oracle.expectation import Expectation
from spec.openapi.document import Operation
from spec.resources.resource import ABSENT, Part
from spec.schema.keywords import clause_of
from spec.schema.validation import Rules
from spec.source.pointer import Json, join, split


class Answers:
    """Judges accepted calls of one operation and teaches the model what they showed."""

    def __init__(self, operation: Operation, model: Model) -> None:
        self.model = model
        self.history = History(model)
        success = next(one for status, one in sorted(operation.responses.items()) if status.startswith("2"))
        self.status = int(success.status)
        self.schema = success.content["application/json"]
        self.rules = Rules(self.schema)

    def judge(self, response: ReceivedResponse, expected: Expectation, judgement: ExchangeJudgement) -> dict[str, str]:
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

    def echo_of(self, pointer: str, answer: Json) -> str | None:
        """Where an answer repeats a member of the request that the document does not know, if it does.

        It is looked for at its own place only: the request's ``/a/b/x`` in what the answer says of the part ``/a/b``.
        What the document of the answer knows under that name is no echo.
        """
        tokens = split(pointer)
        schema, shown = self.schema, answer
        place: tuple[str, ...] = ()
        holders = [part for part in self.model.resources.parts if tokens[: len(part.path)] == part.path]
        if holders and len(tokens) > len(holders[-1].path):
            nearest = max(holders, key=lambda part: len(part.path))
            place, tokens = (nearest.response,), tokens[len(nearest.path) :]
            shown = answer.get(nearest.response) if isinstance(answer, dict) else None
            schema = schema.get("properties", {}).get(nearest.response, {})
        for name in tokens:
            if not isinstance(shown, dict) or name not in shown:
                return None
            known = schema.get("properties", {})
            shown, schema, place = shown[name], known.get(name, {}), (*place, name)
            if name in known and name == tokens[-1]:
                return None
        return join(place)

    def _unasked(self, answer: Mapping[str, Json], body: Mapping[str, Json], judgement: ExchangeJudgement) -> set[str]:
        unasked: set[str] = set()
        for part in self.model.resources.parts:
            if asked(self.model.resources, body, part) is not ABSENT:
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

    def _shape(self, answer: Mapping[str, Json], judgement: ExchangeJudgement) -> None:
        for violation in self.rules.violations(dict(answer)):
            clause = "response-shape" if violation.clause == "schema" else violation.clause
            judgement.find(clause, violation.keyword, "the published form", violation.message, violation.pointer)
        judgement.touch("sid-hex-minted", "result-known")

    def _parts(
        self, answer: Mapping[str, Json], body: Mapping[str, Json], expected: Expectation, judgement: ExchangeJudgement
    ) -> dict[str, str]:
        sids: dict[str, str | None] = {}
        created: set[str] = set()
        install = expected.install or ""
        doubtful = {reason.pointer for reason in expected.reasons}
        unread = any(reason.clause == "strict-json" for reason in expected.reasons)
        for part in self.model.resources.parts:
            value = asked(self.model.resources, body, part)
            if not isinstance(value, dict):
                continue
            shown = answer.get(part.response)
            implied = not isinstance(value_at(body, part.path), dict)
            self._present(part, shown, implied=implied, judgement=judgement)
            sid = shown.get(part.sid_member) if isinstance(shown, dict) else None
            result = shown.get(part.result_member) if isinstance(shown, dict) else None
            identities = identities_of(part, value, install, sids)
            legible = isinstance(sid, str) and sid and isinstance(result, str)
            if unread or not legible:
                for identity in identities:
                    self.model.doubt(identity, NOBODY_KNOWS)
            if not legible:
                continue
            scope = scope_of(part, sids, install)
            read = understood(part, value, doubtful)
            answered = AnsweredPart(
                part, read, str(sid), str(result), scope, identities, part.scope in created, install
            )
            if not unread:
                self.history.judge(answered, judgement)
            sids[part.name] = answered.sid
            if answered.is_new:
                created.add(part.name)
        return {name: sid for name, sid in sids.items() if sid}

    @staticmethod
    def _present(part: Part, shown: Json, *, implied: bool, judgement: ExchangeJudgement) -> None:
        clause = clause_of(part.schema, "x-resource", "implied-by") if implied else "asked-present"
        judgement.touch("asked-present", clause if clause != "schema" else "asked-present")
        if not isinstance(shown, dict):
            clause = clause if clause != "schema" else "asked-present"
            received = "null" if shown is None else f"{type(shown).__name__}"
            judgement.find(clause, "missing part", f"a member {part.response!r}", received, f"/{part.response}")
