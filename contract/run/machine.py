"""The state machine: a bundle for every part of the document, which holds what exists, and a rule for every relation.

The class is made from the document: a part with a scope gets a rule that puts it into another scope, a part that joins
others a rule that joins any of them, and so on. Every execution works under names of its own.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, NamedTuple, Protocol

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple, rule

from contract.generation.bodies import Bodies, Body, Substitution
from contract.generation.breakages import breakages
from contract.generation.leaves import is_safe, junk
from contract.generation.objects import is_there
from contract.http.exchange import Exchange
from contract.model.identity import texts_of, value_at
from contract.model.memory import tells_apart
from contract.probes.changes import put
from contract.probes.credentials.entry import bad_credentials
from contract.probes.workbench import Workbench
from contract.run.journeying import rules_of_journey
from spec.resources.resource import ABSENT, Leaf, Part

TEXTS = ("a", "b", "A", "0", "a b", "a%", "a_", "a'", "1e3")
"""The identifiers of an execution, before its own prefix: few, so that calls meet, and alike to careless readers."""

Rules = dict[str, Any]


class Observer(Protocol):
    """Who opens the workbench of an execution, and is told of its calls and of its end."""

    def open_bench(self) -> Workbench:
        """A workbench under fresh names."""

    def watch(self, fork: Workbench) -> None:
        """Told after every call; what it raises stops the execution."""

    def finish(self, fork: Workbench) -> None:
        """Told when an execution is over."""


class KnownThing(NamedTuple):
    """Something that the target has: the body of the call that showed it, and the SIDs of its parts."""

    body: Body
    sids: Mapping[str, str]


class ProvisioningMachine(RuleBasedStateMachine):
    """One execution. The class is told who observes its executions while there are some.

    Hypothesis never forgets the class of a machine, so that it must lead neither to the target nor to what was seen.
    """

    observer: ClassVar[Observer]

    def __init__(self) -> None:
        super().__init__()
        self.bench = self.observer.open_bench()

    def call(self, body: Any, **how: Any) -> Exchange:
        """Send a body; whoever watches may stop the execution."""
        exchange = self.bench.provision(body, **how)
        self.observer.watch(self.bench)
        return exchange

    def watched(self) -> None:
        """Tell whoever watches that a call was made; the execution may be stopped."""
        self.observer.watch(self.bench)

    def named(self, body: Body) -> Body:
        """A body whose identifiers and free texts are those of this execution: some know things again by such texts."""
        changed = copy.deepcopy(body)
        for part in self.bench.resources.parts:
            value = value_at(changed, part.path)
            if not isinstance(value, dict):
                continue
            for kind, text in texts_of(part, value):
                value[str(part.identifiers)][kind] = f"{self.bench.composer.prefix}-{text}"
            for leaf in part.leaves:
                holder = value_at(value, leaf.path[:-1])
                if isinstance(holder, dict) and leaf.path[-1] in holder:
                    holder[leaf.path[-1]] = self.own(leaf, holder[leaf.path[-1]])
        return changed

    def own(self, leaf: Leaf, value: Any) -> Any:
        """A free text with the prefix of this execution before it; any other value as it is."""
        own = f"{self.bench.composer.prefix}-{value}"
        telling = isinstance(value, str) and tells_apart(leaf) and is_safe(leaf.schema, own)
        return own if telling else value

    def made(self, part: Part, body: Body) -> Any:
        """Send a good body, and what it showed of a part, for the bundle."""
        sids = self.bench.sids(self.call(body))
        return KnownThing(body, sids) if part.name in sids else multiple()

    def teardown(self) -> None:
        self.observer.finish(self.bench)


def grafted(body: Body, part: Part, source: Body) -> Body:
    """A body with a part out of another one, and with what holds it where the body has no such thing."""
    for length in range(1, len(part.path)):
        if value_at(body, part.path[:length]) is ABSENT:
            return put(body, part.path[:length], value_at(source, part.path[:length]))
    return put(body, part.path, value_at(source, part.path))


def by_sid(part: Part, thing: KnownThing, body: Body) -> Body:
    """A body in which a part is meant by the SID of a thing."""
    if part.identifiers is None or not is_there(part, body):
        return body
    return put(body, (*part.path, part.identifiers), {str(part.sid_kind): thing.sids[part.name]})


def rules_of(part: Part, bundles: Mapping[str, Bundle[KnownThing]], bodies: Bodies) -> Iterator[tuple[str, Any]]:
    """The rules for one part, by name."""
    own, resources = bundles[part.name], bodies.resources
    signon = (resources.signon.name,) if resources.signon is not None else ()
    good = bodies.valid(having=(part.name,), without=signon)

    @rule(target=own, body=good)
    def create(self: ProvisioningMachine, body: Body) -> Any:
        return self.made(part, self.named(body))

    drawn = bodies.changes(part.name)

    @rule(target=own, thing=own, changes=st.just([]) if drawn.is_empty else st.lists(drawn, max_size=2))
    def change(self: ProvisioningMachine, thing: KnownThing, changes: list[Substitution]) -> Any:
        self.call(thing.body)
        body = thing.body
        for change in changes:
            leaf = next(one for one in part.leaves if (*part.path, *one.path) == change.path)
            body = put(body, change.path, self.own(leaf, change.value))
        return self.made(part, body)

    @rule(thing=own, data=st.data())
    def break_one_place(self: ProvisioningMachine, thing: KnownThing, data: st.DataObject) -> None:
        found = [one for one in breakages(bodies.schema, thing.body) if one.path[: len(part.path)] == part.path]
        if found:
            self.call(data.draw(st.sampled_from(found)).apply(thing.body))
            self.call(thing.body)

    @rule(thing=own, data=st.data())
    def edge(self: ProvisioningMachine, thing: KnownThing, data: st.DataObject) -> None:
        body = data.draw(bodies.edged(st.just(thing.body)))
        self.call(body)
        self.call(body)

    yield f"create_{part.name}", create
    yield f"change_{part.name}", change
    yield f"break_{part.name}", break_one_place
    yield f"edge_{part.name}", edge
    yield from _relations(part, bundles, bodies)


def _relations(part: Part, bundles: Mapping[str, Bundle[KnownThing]], bodies: Bodies) -> Iterator[tuple[str, Any]]:
    own, resources = bundles[part.name], bodies.resources
    if part.identifiers is not None:

        @rule(thing=own, slim=st.booleans())
        def name_by_sid(self: ProvisioningMachine, thing: KnownThing, slim: bool) -> None:  # drawn by name
            body = by_sid(part, thing, thing.body)
            if slim and len(part.path) == 1:
                body = put(body, part.path, {part.identifiers: value_at(body, (*part.path, str(part.identifiers)))})
            self.call(body)

        yield f"name_{part.name}_by_sid", name_by_sid
    if part.scope is not None:

        @rule(target=own, thing=own, place=bundles[part.scope], sid=st.booleans())
        def move(self: ProvisioningMachine, thing: KnownThing, place: KnownThing, sid: bool) -> Any:  # drawn by name
            body = grafted(place.body, part, thing.body)
            return self.made(part, by_sid(part, thing, body) if sid else body)

        yield f"move_{part.name}", move
    if part.identity:
        joining: dict[str, Any] = {f"joined_{name}": bundles[name] for name in part.identity}

        @rule(target=own, **joining)
        def join(self: ProvisioningMachine, **joined: KnownThing) -> Any:
            body = joined[f"joined_{part.identity[0]}"].body
            for name in part.identity[1:]:
                body = grafted(body, resources.part(name), joined[f"joined_{name}"].body)
            return self.made(part, body)

        yield f"join_{part.name}", join
    yield from _absences(part, bundles, bodies)


def _absences(part: Part, bundles: Mapping[str, Bundle[KnownThing]], bodies: Bodies) -> Iterator[tuple[str, Any]]:
    own = bundles[part.name]
    if part.implied_by is not None:

        @rule(thing=own, value=st.one_of(st.just(ABSENT), st.just({})))
        def imply(self: ProvisioningMachine, thing: KnownThing, value: Any) -> None:
            self.call(put(thing.body, part.path, value))

        yield f"imply_{part.name}", imply
    if part.required_on_create:

        @rule(thing=own, member=st.sampled_from(part.required_on_create))
        def leave_out(self: ProvisioningMachine, thing: KnownThing, member: str) -> None:
            self.call(put(thing.body, (*part.path, member), ABSENT))

        yield f"leave_out_of_{part.name}", leave_out
    if part.fallback is not None:
        path = (*part.path, part.fallback.member)
        member = part.schema["properties"][part.fallback.member]

        @rule(target=own, thing=own, value=st.sampled_from([*member.get("enum", ()), ABSENT]))
        def nameless(self: ProvisioningMachine, thing: KnownThing, value: Any) -> Any:
            return self.made(part, put(thing.body, path, value))

        yield f"nameless_{part.name}", nameless


def rules_of_calls(
    bench: Workbench, bundles: Mapping[str, Bundle[KnownThing]], bodies: Bodies
) -> Iterator[tuple[str, Any]]:
    """The rules that have to do with calls, not with one part."""
    resources = bodies.resources
    first = resources.parts[0]
    top = bundles[first.name]
    credentials = list(bad_credentials(bench.access, bench.published_keys))

    places = st.sampled_from([(), *(part.path for part in resources.parts)])

    everything = bodies.valid(having=[part.name for part in resources.parts])

    @initialize(targets=list(bundles.values()), body=everything)
    def begin(self: ProvisioningMachine, body: Body) -> Any:
        return self.made(first, self.named(body))

    @rule(thing=top, path=places, value=junk())
    def put_junk(self: ProvisioningMachine, thing: KnownThing, path: tuple[str, ...], value: Any) -> None:
        holds = isinstance(value_at(thing.body, path[:-1]), dict)
        self.call(put(thing.body, path, value) if path and holds else value)
        self.call(thing.body)

    @rule(thing=top, credential=st.sampled_from(credentials))
    def no_credential(self: ProvisioningMachine, thing: KnownThing, credential: Any) -> None:
        self.call(thing.body, headers=credential[1])
        self.call(thing.body)

    @rule(body=bodies.valid(), credential=st.sampled_from(credentials))
    def refuse(self: ProvisioningMachine, body: Body, credential: Any) -> None:
        named = self.named(body)
        self.call(named, headers=credential[1])
        self.call(named)

    yield "begin_with_everything", begin
    yield "put_junk", put_junk
    yield "known_without_credential", no_credential
    yield "new_without_credential", refuse
    if bench.access.other_install is not None and bench.access.other_token is not None:
        other = bench.access.other_install

        @rule(thing=top)
        def other_install(self: ProvisioningMachine, thing: KnownThing) -> None:
            path = (resources.signon.name,) if resources.signon is not None else ()
            self.call(put(thing.body, path, ABSENT) if path else thing.body, install=other)

        yield "other_install", other_install
    signon = resources.signon
    if signon is not None and (member := bench.composer.signon(bench.chance)) is not None:

        @rule(thing=bundles[signon.subject])
        def sign_on(self: ProvisioningMachine, thing: KnownThing) -> None:
            self.call(put(thing.body, signon.path, member))

        yield "sign_on", sign_on


def machine(bench: Workbench, bodies: Bodies) -> type[ProvisioningMachine]:
    """The machine for a document; its ``observer`` is for the caller to set, and to take away again."""
    drawn = bodies.with_identifiers(TEXTS)
    bundles: dict[str, Bundle[KnownThing]] = {part.name: Bundle(part.name) for part in bodies.resources.parts}
    rules: Rules = {}
    for part in bodies.resources.parts:
        rules |= dict(rules_of(part, bundles, drawn))
    rules |= dict(rules_of_calls(bench, bundles, drawn))
    if bench.journey is not None and bench.options.journey is not None:
        rules |= dict(rules_of_journey(bench.journey, bench.options.journey, bundles))
    return type("Provisioned", (ProvisioningMachine,), {**rules, "__module__": __name__})
