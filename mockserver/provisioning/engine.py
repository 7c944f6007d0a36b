"""The engine: plans a call against the state, and commits a plan in one step. It knows no part and no field by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from mockserver.provisioning.forms import Form
from mockserver.provisioning.plan import CREATED, FOUND, UPDATED, Name, Plan, PlannedStep, Planning
from mockserver.state.ids import Ids
from mockserver.state.store import Key, Naming, Resource, State, Store, StoredChange, made
from spec.resources.installs import Install
from spec.resources.resource import Resources
from spec.source.pointer import Json


class Done(NamedTuple):
    """A committed plan: by part name, the step that was taken and the resource as it is now."""

    steps: Mapping[str, PlannedStep]
    resources: Mapping[str, Resource]


class Committing(NamedTuple):
    """A call that is about to be committed. ``resources`` are its parts as they are going to be, by name."""

    state: State
    steps: Mapping[str, PlannedStep]
    resources: Mapping[str, Resource]
    ids: Ids
    install: str


class Following(Protocol):
    """What is stored beside the parts of a call, because it follows from them.

    It is asked where a call changes something, or is about one of the parts ``even_unchanged``.
    """

    even_unchanged: frozenset[str]

    def following(self, call: Committing) -> list[StoredChange]:
        """The changes."""


class Provisioning:
    """The engine for the parts of one document. What follows from a call is committed together with it."""

    def __init__(
        self, resources: Resources, planning: type[Planning] = Planning, following: Following | None = None
    ) -> None:
        self.resources, self.planning, self.following = resources, planning, following
        self.forms = tuple(Form(part) for part in resources.parts)

    def plan(self, state: State, install: Install, body: Json) -> Plan:
        """What the body is going to do. Pure: reads the state, writes nothing."""
        return self.planning(state, install, body).plan(self.forms)

    def commit(self, store: Store, plan: Plan, ids: Ids, install: str = "") -> Done:
        """Carry out a plan that has no violations. No other plan may be committed between planning and this."""
        deployment, steps, _ = plan
        resources: dict[str, Resource] = {}
        changes: list[StoredChange] = []
        following = self.following
        for name, (form, outcome, known, values, names) in steps.items():
            if known is None:
                part = form.part
                scope = resources[part.scope].sid if part.scope else deployment
                known = made(Resource, (ids.sid(part.prefix), name, scope, values))
                changes.append(made(StoredChange, (known, _keys(name, scope, names, resources))))
            elif outcome is UPDATED:
                sid, _, scope, attributes = known
                known = Resource(sid, name, scope, {**attributes, **values})
                changes.append(StoredChange(known))
            resources[name] = known
        if following is not None and (changes or not following.even_unchanged.isdisjoint(steps)):
            changes += following.following(made(Committing, (store, steps, resources, ids, install)))
        if changes:
            store.commit(changes)
        return made(Done, (steps, resources))

    def answer(self, done: Done) -> dict[str, Json]:
        """The success body of a committed plan, without the sign-on."""
        body: dict[str, Json] = {}
        steps, resources = done
        for name, (form, outcome, _, _, _) in steps.items():
            part = form.part
            word = part.found if outcome is FOUND else part.created if outcome is CREATED else part.updated
            body[part.response] = {part.sid_member: resources[name].sid, part.result_member: word}
        return body

    def identifiers(self, body: Json) -> dict[str, dict[str, str]]:
        """The identifiers by which a body names its parts: part name → kind → text."""
        named: dict[str, dict[str, str]] = {}
        for form in self.forms:
            value = form.at(body)
            given = value.get(form.holder) if form.holder is not None and isinstance(value, dict) else None
            if isinstance(given, dict):
                named[form.name] = {kind: str(text) for kind, text in given.items() if kind in form.part.kinds}
        return named

    def restore(self, store: Store, installs: tuple[Install, ...]) -> None:
        """Empty the store and put back what exists before the first call."""
        store.clear()
        self.establish(store, installs)

    def establish(self, store: Store, installs: tuple[Install, ...]) -> None:
        """Store what exists before the first call of these installs."""
        for install in installs:
            for one in install.existing:
                form = next(form for form in self.forms if form.part.name == one.part)
                values = form.fresh(dict(one.attributes), install.defaults)
                keys = [
                    Key(one.part, install.deployment, Naming.IDENTIFIER, kind, text)
                    for kind, text in one.identifiers.items()
                ]
                store.commit([StoredChange(Resource(one.sid, one.part, install.deployment, values), keys)])


def _keys(part: str, scope: str, names: Sequence[Name], resources: Mapping[str, Resource]) -> list[Key]:
    """The keys that find a new resource; ``resources`` are those of the call that stand before it."""
    keys = []
    for naming, kind, text, joins in names:
        joined: tuple[str, ...] = ()
        for one in joins:  # as they are one or two: a comprehension, being a function, takes half as long again
            joined = (*joined, resources[one].sid)
        keys.append(made(Key, (part, scope, naming, kind, text, joined)))
    return keys
