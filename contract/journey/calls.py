"""Which call of the journey a request is, and what its document says of the answer. Nothing here has a state."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

from contract.http.exchange import Exchange, SentRequest
from spec.openapi.document import Document, Operation, Parameter, Schema
from spec.resources.resource import Resources
from spec.resources.sessions import NAMES, SOURCE, SessionKind, StoredValue, session_kind
from spec.schema.keywords import clause_of
from spec.schema.validation import Rules
from spec.source.pointer import Json, follow, join

ASSIGNS, LISTS, READS, SCHEDULES = "assignExam", "listSessions", "readSession", "scheduleSession"
RESCHEDULES, ONBOARDS, FOLLOWS, REPORTS = "rescheduleSession", "onboardSession", "followOnboarding", "listAppointments"
STORED = ("readProfile", "readConfiguration", "readSettings")
SETTINGS = "readSettings"
SERVED = (ASSIGNS, LISTS, READS, SCHEDULES, RESCHEDULES, ONBOARDS, REPORTS, *STORED)
EVENTS: Mapping[str, str] = {SCHEDULES: "schedule", RESCHEDULES: "reschedule", ONBOARDS: "onboard"}
"""The event of ``x-lifecycle`` that a call is to the session in its path."""
ASSIGN, REMOVE, ENROLL, ENTER = "assign", "remove", "enroll", "enter"
ADDED, REMOVED = "added", "removed"
RESULTS = "results"
_JSON = "application/json"
_SID = re.compile(r"[A-Z]{2}[0-9a-f]{32}")


class ShownMember(NamedTuple):
    """A member of an answer that shows something stored: its name, and ``as`` what, if not as it is."""

    name: str
    schema: Schema
    form: str = ""


@dataclass(frozen=True)
class JourneyOperation:
    """One operation of the journey, with its rules compiled."""

    operation: Operation
    path: re.Pattern[str]
    names: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    query: Mapping[str, Parameter]

    @property
    def id(self) -> str:
        return self.operation.id

    @property
    def answer(self) -> Schema:
        """The schema of the answer to a call that is done."""
        return self.operation.responses["200"].content[_JSON]

    @property
    def clause(self) -> str:
        """The clause that says what such an answer is."""
        own = self.answer.get("x-clause")
        return own if isinstance(own, str) else clause_of(self.answer, "required")

    @property
    def success(self) -> str:
        """The clause that says with which status it comes."""
        return self.clause if isinstance(self.answer.get("x-clause"), str) else "success-status"

    @cached_property
    def rules(self) -> Rules:
        return Rules(self.answer)

    @cached_property
    def body(self) -> Rules | None:
        held = self.operation.body
        return Rules(held.json, request=True) if held is not None else None

    @property
    def item(self) -> Schema:
        """The schema of one entry of a list, or that of the answer."""
        listed = self.answer.get("properties", {}).get(RESULTS)
        return self.answer if listed is None else listed["items"]

    @cached_property
    def shown(self) -> Mapping[StoredValue, ShownMember]:
        """What the answer, or each of its entries, shows of what is stored."""
        return dict(_shown(self.item))

    def path_of(self, install: str, named: Mapping[str, str]) -> str:
        """The path of a call about these SIDs, by part."""
        path = self.operation.path
        for name, parameter in self.parameters.items():
            sid = named[parameter.schema[NAMES]] if NAMES in parameter.schema else install
            path = path.replace(f"{{{name}}}", sid)
        return path


@dataclass(frozen=True, slots=True)
class JourneyCall:
    """A request of the journey: what its path names, by part, and what its query and body say."""

    what: JourneyOperation
    request: SentRequest
    install: str
    named: Mapping[str, str]
    query: Mapping[str, Json]
    body: Json = None

    @property
    def id(self) -> str:
        return self.what.id


@dataclass(frozen=True)
class JourneyContract:
    """What a document says of the journey."""

    kind: SessionKind
    resources: Resources
    operations: Mapping[str, JourneyOperation]
    follow: Operation | None

    def call(self, request: SentRequest) -> JourneyCall | None:
        """The call that a request is, or None if it is none of the journey."""
        path, _, query = request.path.partition("?")
        for one in self.operations.values():
            found = one.path.fullmatch(path) if one.operation.method == request.method else None
            if found is not None:
                return _call(one, request, [unquote(text) for text in found.groups()], query)
        return None

    def sids(self, exchange: Exchange) -> dict[str, str]:
        """The SIDs of sessions in an answer, by JSON pointer."""
        response = exchange.response
        call = self.call(exchange.request) if response is not None and response.ok else None
        if call is None or response is None or not isinstance(response.json, dict):
            return {}
        member = call.what.shown.get(StoredValue(self.kind.name, ""))
        if member is None:
            return {}
        listed = response.json.get(RESULTS)
        places = [(RESULTS, str(place)) for place in range(len(listed))] if isinstance(listed, list) else [()]
        pointers = [join((*place, member.name)) for place in places]
        found = {pointer: _at(response.json, pointer) for pointer in pointers}
        return {pointer: sid for pointer, sid in found.items() if isinstance(sid, str)}


def names_of(request: SentRequest, install: str) -> frozenset[str]:
    """Every SID that a request names, but for that of the install."""
    text = f"{request.path} {(request.body or b'').decode('utf-8', 'replace')}"
    return frozenset(_SID.findall(text)) - {install}


def journey_contract(document: Document, resources: Resources) -> JourneyContract | None:
    """What a document says of the journey, or None if it has no sessions."""
    kind = session_kind(document.operations)
    if kind is None:
        return None
    served = {name: _operation(document.operations[name]) for name in SERVED if name in document.operations}
    return JourneyContract(kind, resources, served, document.operations.get(FOLLOWS))


def _operation(operation: Operation) -> JourneyOperation:
    pieces = re.split(r"\{([^}]+)\}", operation.path)
    pattern = "".join("([^/]+)" if place % 2 else re.escape(piece) for place, piece in enumerate(pieces))
    parameters = {one.name: one for one in operation.parameters if one.where == "path"}
    query = {one.name: one for one in operation.parameters if one.where == "query"}
    names = tuple(pieces[1::2])
    return JourneyOperation(operation, re.compile(pattern), names, {name: parameters[name] for name in names}, query)


def _call(what: JourneyOperation, request: SentRequest, values: list[str], query: str) -> JourneyCall:
    named: dict[str, str] = {}
    install = ""
    for name, value in zip(what.names, values, strict=True):
        part = what.parameters[name].schema.get(NAMES)
        if part is None:
            install = value
        else:
            named[part] = value
    try:
        body = json.loads(request.body) if request.body else None
    except (ValueError, RecursionError):
        body = None
    return JourneyCall(what, request, install, named, _query(what, query), body)


def _query(what: JourneyOperation, text: str) -> dict[str, Json]:
    values: dict[str, Json] = {}
    for sent, value in parse_qsl(text, keep_blank_values=True):
        name = sent.removesuffix("[]")
        parameter = what.query.get(name)
        if parameter is None:
            continue
        kind = parameter.schema.get("type")
        if kind == "array":
            values.setdefault(name, []).append(value)
        elif kind == "integer" and value.isdecimal() and value.isascii():
            values[name] = int(value)
        elif kind == "boolean" and value in ("true", "false"):
            values[name] = value == "true"
        else:
            values[name] = value
    return values


def _shown(schema: Schema) -> Iterator[tuple[StoredValue, ShownMember]]:
    for name, member in schema.get("properties", {}).items():
        source = member.get(SOURCE)
        if isinstance(source, str):
            yield StoredValue.of(source), ShownMember(name, member)
        elif isinstance(source, Mapping):
            yield StoredValue.of(source["from"]), ShownMember(name, member, source["as"])


def _at(value: Json, pointer: str) -> Json:
    try:
        return follow(value, pointer)
    except (LookupError, ValueError, TypeError):
        return None
