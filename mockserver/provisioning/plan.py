"""What a call is going to do, before it does anything: one step per part, and the faults that only state can show.

Named tuples, because several are made for every call: a frozen dataclass costs four times as much.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cache
from typing import NamedTuple

from mockserver.provisioning.forms import Form, Values
from mockserver.state.store import Key, Naming, Resource, State, made
from spec.openapi.document import Schema
from spec.resources.installs import Install
from spec.resources.resource import ABSENT, Fallback, Part
from spec.schema.keywords import clause_of
from spec.schema.telling.messages import received
from spec.schema.validation import Violation
from spec.source.pointer import Json, join


class Outcome(Enum):
    """What happens to a part."""

    CREATED = "created"
    FOUND = "found"
    UPDATED = "updated"


CREATED, FOUND, UPDATED = Outcome.CREATED, Outcome.FOUND, Outcome.UPDATED
_IDENTIFIER, _JOINED, _FALLBACK = Naming.IDENTIFIER, Naming.JOINED, Naming.FALLBACK
_UNCHANGED: Mapping[str, Json] = {}


class Name(NamedTuple):
    """How a part of the call is named: a key whose scope, and whose joined SIDs, are perhaps not known yet.

    ``joins`` are the parts whose SIDs complete the key.
    """

    naming: Naming
    kind: str
    text: str
    joins: tuple[str, ...] = ()


class PlannedStep(NamedTuple):
    """What happens to one part. ``values`` are all leaves of a new resource, or the changed ones of a known one.

    ``names`` are how a new resource will be found; ``known`` is the resource that the call is about, if there is one.
    """

    form: Form
    outcome: Outcome
    known: Resource | None
    values: Mapping[str, Json]
    names: Sequence[Name] = ()


class Plan(NamedTuple):
    """The steps by part name, in the order in which they are to be taken; with violations nothing is to be done."""

    deployment: str
    steps: Mapping[str, PlannedStep]
    violations: tuple[Violation, ...] = ()


class Planning:
    """One planning: the state, the install and the body are read, and nothing is written."""

    __slots__ = ("body", "install", "lost", "state", "steps", "violations")

    def __init__(self, state: State, install: Install, body: Json) -> None:
        self.state, self.install, self.body = state, install, body
        self.steps: dict[str, PlannedStep] = {}
        self.lost: set[str] = set()
        self.violations: list[Violation] = []

    def plan(self, forms: tuple[Form, ...]) -> Plan:
        body, steps, place = self.body, self.steps, self.place
        flat: Mapping[str, Json] = body if type(body) is dict else _UNCHANGED
        for form in forms:
            value = flat.get(form.first, ABSENT)
            if form.nested and value is not ABSENT:
                value = form.at(body)
            if value is not ABSENT:
                place(form, value)
            elif (implied_by := form.implied_by) is not None:
                if implied_by in steps:
                    place(form, value)
                elif implied_by in self.lost:
                    self.lost.add(form.name)
        return made(Plan, (self.install.deployment, steps, tuple(self.violations)))

    def place(self, form: Form, value: Json) -> None:
        steps = self.steps
        for owner in form.owners:
            if owner not in steps:
                self.stray(form, value, form.owners)
                return
        part = form.part
        identifiers = value.get(form.holder) if type(value) is dict else None  # without a holder there are none
        names: Sequence[Name] = ()
        if type(identifiers) is dict and form.sid_kind in identifiers:
            known = self.by_sid(part, identifiers[form.sid_kind])
            if known is None:
                self.lost.add(form.name)
                return
        else:
            names = self.names(part, value, identifiers)
            known = self.lookup(part, names)
        if known is None:
            self.create(form, value, names)
        elif value is not ABSENT and (changed := self.changed(form, known, value)):
            steps[form.name] = PlannedStep(form, UPDATED, known, changed)
        else:
            steps[form.name] = made(PlannedStep, (form, FOUND, known, _UNCHANGED, ()))

    def changed(self, form: Form, known: Resource, value: Json) -> Values:
        return form.changed(known.attributes, value, self.install.defaults)

    def create(self, form: Form, value: Json, names: Sequence[Name]) -> None:
        part = form.part
        for member, clause in form.required.items():
            if type(value) is not dict or member not in value:
                pointer = join((*part.path, member))
                message = f"{member!r} is missing, and the {part.name} is new; add it to create the {part.name}."
                self.violations.append(Violation(pointer, clause, "x-resource", message))
        values = form.fresh(value, self.install.defaults)
        self.steps[part.name] = made(PlannedStep, (form, CREATED, None, values, names))

    def stray(self, form: Form, value: Json, owners: tuple[str, ...]) -> None:
        """A part whose owner is not in the call, or is not known: only its own SID can still be looked at."""
        part = form.part
        absent = [owner for owner in owners if owner not in self.steps and owner not in self.lost]
        if absent and value is ABSENT:
            return
        self.lost.add(part.name)
        if absent:
            message = f"a {part.name} belongs to a {absent[0]}; send that in the same call."
            clause = clause_of(part.schema, "x-resource", "owners")
            self.violations.append(Violation(part.pointer, clause, "x-resource", message))
            return
        identifiers = value.get(part.identifiers) if part.identifiers and type(value) is dict else None
        sid = identifiers.get(part.sid_kind) if type(identifiers) is dict and part.sid_kind else None
        if isinstance(sid, str) and self.state.read(sid) is None:
            self.violations.append(unknown_sid(part, sid))

    def by_sid(self, part: Part, sid: Json) -> Resource | None:
        known = self.state.read(sid) if isinstance(sid, str) else None
        if known is not None and known.part == part.name and known.scope == self.scope(part):
            return known
        elsewhere = known is not None and known.part == part.name and part.scope is not None
        self.violations.append(unknown_sid(part, sid, elsewhere=elsewhere))
        return None

    def names(self, part: Part, value: Json, identifiers: Json) -> Sequence[Name]:
        if part.identity:
            return _joining(part.identity)
        if type(identifiers) is dict:
            named = []
            for kind in part.kinds:
                text = identifiers.get(kind, ABSENT)
                if text is not ABSENT:
                    named.append(made(Name, (_IDENTIFIER, kind, str(text), ())))
            return named
        if part.fallback is not None:
            text = _member(part.fallback, part.schema, value)
            joins = part.fallback.joined.get(text, ())
            joined = tuple([one for one in joins if one in self.steps])
            return (Name(_FALLBACK, part.fallback.member, text, joined),)
        return ()

    def lookup(self, part: Part, names: Sequence[Name]) -> Resource | None:
        steps = self.steps
        if part.scope is None:
            scope = self.install.deployment
        else:
            owner = steps[part.scope].known
            if owner is None:
                return None  # what it belongs to is only being created
            scope = owner.sid
        for naming, kind, text, joins in names:
            joined: tuple[str, ...] = ()
            for one in joins:
                owner = steps[one].known
                if owner is None:
                    return None
                joined = (*joined, owner.sid)
            known = self.state.find(made(Key, (part.name, scope, naming, kind, text, joined)))
            if known is not None:
                return known
        return None

    def scope(self, part: Part) -> str | None:
        """The scope in which the part is named; None if what it belongs to is only being created."""
        if part.scope is None:
            return self.install.deployment
        owner = self.steps[part.scope].known
        return owner.sid if owner else None


@cache
def _joining(identity: tuple[str, ...]) -> Sequence[Name]:
    return (Name(_JOINED, "", "", identity),)


def unknown_sid(part: Part, sid: Json, *, elsewhere: bool = False) -> Violation:
    """The violation of a SID that names nothing, or nothing within the part that the call is about."""
    pointer = join((*part.path, *(token for token in (part.identifiers, part.sid_kind) if token)))
    within = f" of the {part.scope} of this call" if elsewhere else ""
    message = f"{received(sid)} names no {part.name}{within}; send a SID that an earlier answer gave."
    clause = clause_of(part.schema, "x-resource", "scope") if elsewhere else "unknown-sid-refused"
    return Violation(pointer, clause, "x-resource", message, missing=True)


def _member(fallback: Fallback, schema: Schema, value: Json) -> str:
    default = schema["properties"][fallback.member].get("default", "")
    return str(value.get(fallback.member, default) if type(value) is dict else default)
