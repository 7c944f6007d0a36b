"""What the target must remember, learned from its own answers: things by SID, and what each identifier leads to.

The model never guesses. Where an adopted clause decides what happened, it follows what evidently happened and keeps
the clause, so that whatever follows from it is told under that clause.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from contract.model.values import (
    OURS,
    WAYS,
    Attributes,
    KeepingRule,
    leaf_value,
    leaf_values,
    merged,
    unknown,
    vague_where_changed,
)
from spec.resources.resource import Leaf, Part, Resources
from spec.source.pointer import Json


class Identity(NamedTuple):
    """By what a thing is known: its part, the SID of its scope (or the install), and a text under a kind.

    Where other things say which one is meant, ``joined`` holds their SIDs.
    """

    part: str
    scope: str
    kind: str
    text: str
    joined: tuple[str, ...] = ()


JOINED = frozenset({"sid", "fallback", "joins"})
"""Kinds of identities that are no identifiers somebody chose."""


def folded(text: str) -> str:
    """A text as the most lenient reader compares it: trimmed, normalised, without case, cut to 64 characters."""
    return unicodedata.normalize("NFKC", text).strip().casefold()[:64]


def telling_texts(part: Part, sent: Json) -> Iterator[tuple[str, str, str]]:
    """Part, leaf and text of what was sent that could make a lenient reader take two things for one: free strings."""
    for leaf in part.leaves:
        value = leaf_value(sent, leaf)
        if isinstance(value, str) and len(value) > 5 and tells_apart(leaf):
            yield part.name, leaf.key, folded(value)


def tells_apart(leaf: Leaf) -> bool:
    """Whether a leaf holds what somebody made up, such as a title or an address: no date, no word out of a list."""
    return not (leaf.date or leaf.install_default or {"enum", "x-install-member"} & set(leaf.schema))


@dataclass(slots=True)
class Thing:
    """Something that the target has. ``states`` holds what is stored under each way of updating.

    ``created`` says that the target told of its creation; otherwise it may have a past that nobody here saw.
    ``common`` things carry nobody's name (the one plain room of an install): whoever calls may change them.
    """

    part: str
    sid: str
    scope: str
    states: dict[KeepingRule, Attributes]
    created: bool
    suspect: str | None = None
    common: bool = False
    install: str = ""
    """The install on whose behalf it was first seen."""
    unsettled: bool = False
    """A call that was given up may still be acted upon, at any time, and change it."""


class Creation(NamedTuple):
    """Something that was created, without what is stored of it: a run keeps these to its end."""

    part: str
    sid: str
    scope: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something may or may not be there, and the clause that decides it (None: nobody can tell)."""

    clause: str | None
    firm: bool = False

    def weaker(self, other: Doubt) -> Doubt:
        """What is left of two doubts: where several may be the reason, the one that blames least."""
        return min(self, other, key=lambda one: (one.clause is not None, one.firm))


NOBODY_KNOWS = Doubt(None)


@dataclass(slots=True)
class Demonstrated:
    """What the target was seen able to tell, over a whole run: until then its silence proves nothing.

    ``changes`` are parts and leaves of which a change was told as an update, ``sameness`` parts of which it was told
    that nothing had changed, ``novelty`` parts of which it was told that something was created. ``owners`` says which
    memory a minted SID belongs to.
    """

    changes: set[tuple[str, str]] = field(default_factory=set)
    sameness: set[str] = field(default_factory=set)
    novelty: set[str] = field(default_factory=set)
    owners: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Model:
    """The promised state of a target. ``closed`` means that what the model does not know does not exist."""

    resources: Resources
    closed: bool = True
    things: dict[str, Thing] = field(default_factory=dict)
    index: dict[Identity, str | Doubt] = field(default_factory=dict)
    doubts: dict[tuple[str, str, str], Doubt] = field(default_factory=dict)
    signons: list[Mapping[str, Json]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    token_names: set[str] = field(default_factory=set)
    made: list[Creation] = field(default_factory=list)
    shown: Demonstrated = field(default_factory=Demonstrated)
    by_folded: dict[tuple[str, str], dict[Identity, str]] = field(default_factory=dict)
    by_text: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)

    def look_up(self, identity: Identity) -> str | Doubt | None:
        """The SID that an identity leads to, a doubt about that, or None: it is unknown."""
        if identity.kind == "sid":
            thing = self.things.get(identity.text)
            return identity.text if thing is not None and thing.part == identity.part else None
        found = self.index.get(identity)
        if found is None:
            found = self.doubts.get((identity.part, identity.kind, identity.text))
        past = any(self._has_a_past(sid) for sid in (identity.scope, *identity.joined))
        if found is None and (past or self._is_common(identity)):
            return NOBODY_KNOWS
        return found

    def _is_common(self, identity: Identity) -> bool:
        """Whether an identity holds nothing that this run named: other runs, and other probes, mean the same thing.

        So it is with what is known without a name, under an empty one, and with what is joined of such things only.
        """
        if identity.joined:
            return all((thing := self.things.get(sid)) is not None and thing.common for sid in identity.joined)
        outer = self.things.get(identity.scope)
        unnamed = identity.kind == "fallback" or (identity.kind not in JOINED and not identity.text.strip())
        return unnamed and (outer is None or outer.common)

    def _has_a_past(self, sid: str) -> bool:
        thing = self.things.get(sid)
        return thing is not None and not thing.created

    def lookalikes(self, part: Part, identity: Identity) -> Iterator[tuple[Identity, Thing]]:
        """Known things of a part with an identity that a lenient reader could take for the given one."""
        for other, sid in self.by_folded.get((part.name, folded(identity.text)), {}).items():
            if other != identity and sid in self.things:
                yield other, self.things[sid]

    def doubles(self, part: Part, sent: Json) -> set[str]:
        """SIDs of known things of a part that share a telling text with what was sent."""
        return {sid for text in telling_texts(part, sent) for sid in self.by_text.get(text, ())}

    def create(
        self, part: Part, sid: str, scope: str, identities: list[Identity], sent: Json, defaults: Mapping[str, Json]
    ) -> Thing:
        """Remember something new with what was sent for it."""
        said = leaf_values(part, sent)
        common = any(map(self._is_common, identities))
        states: dict[KeepingRule, Attributes] = {
            way: unknown(part) if common else merged(None, said, defaults, way) for way in WAYS
        }
        thing = Thing(part.name, sid, scope, states, created=True, common=common)
        self.things[sid] = thing
        self.made.append(Creation(part.name, sid, scope))
        self.learn(identities, sid)
        self._note(part, thing, sent)
        return thing

    def belongs_elsewhere(self, sid: str) -> bool:
        """Whether a SID was minted for names of another memory of this run; from now on it belongs to the first."""
        return self.shown.owners.setdefault(sid, id(self)) != id(self)

    def meet(self, part: Part, sid: str, scope: str, identities: list[Identity]) -> Thing:
        """Remember something that exists but whose values are unknown."""
        states: dict[KeepingRule, Attributes] = {way: unknown(part) for way in WAYS}
        thing = Thing(part.name, sid, scope, states, created=False, common=any(map(self._is_common, identities)))
        self.things[sid] = thing
        self.learn(identities, sid)
        return thing

    def learn(self, identities: list[Identity], sid: str) -> None:
        """From now on the identities lead to a SID."""
        for identity in identities:
            self.index[identity] = sid
            if identity.kind not in JOINED:
                self.by_folded.setdefault((identity.part, folded(identity.text)), {})[identity] = sid

    def _note(self, part: Part, thing: Thing, sent: Json) -> None:
        for text in telling_texts(part, sent):
            self.by_text.setdefault(text, set()).add(thing.sid)

    def update(self, part: Part, thing: Thing, sent: Json, defaults: Mapping[str, Json]) -> None:
        """Remember what was sent for something known, under every way of updating."""
        self._note(part, thing, sent)
        if thing.common:
            return
        said = leaf_values(part, sent)
        for way, state in thing.states.items():
            thing.states[way] = merged(state, said, defaults, way if way in WAYS else OURS)

    def may_be_updated(self, part: Part, thing: Thing, sent: Json) -> None:
        """What was sent for something known may have been stored, or not: nobody knows what differs."""
        self._note(part, thing, sent)
        said = leaf_values(part, sent)
        thing.states = {
            way: vague_where_changed(state, merged(state, said, {}, way))
            for way, state in thing.states.items()
            if way in WAYS
        }

    def doubt(self, identity: Identity, doubt: Doubt) -> None:
        """A call that named this identity may have left something behind; the clause of the doubt decides it."""
        if identity.kind == "sid":
            return
        if identity.kind not in JOINED:
            text = (identity.part, identity.kind, identity.text)
            self.doubts[text] = self.doubts.get(text, doubt).weaker(doubt)
        known = self.index.get(identity)
        if isinstance(known, Doubt):
            self.index[identity] = known.weaker(doubt)
        elif known is None and (identity.kind in JOINED):
            self.index[identity] = doubt

    def forget(self, sids: Collection[str] | None = None) -> None:
        """A call that nobody could read may have changed what is stored of these things (of all, without ``sids``),
        and called them by further names.
        """
        for thing in self.things.values():
            if sids is None or thing.sid in sids:
                thing.states = {way: unknown(self.resources.part(thing.part)) for way in WAYS}
                thing.created = False
        self.closed = False

    def unlearn_met(self, known: Collection[Identity]) -> None:
        """Of what was met since only these identities were known, and not seen to be created, nobody can tell whether
        it was there before a call whose order is open.
        """
        for identity, sid in [*self.index.items()]:
            thing = self.things.get(sid) if isinstance(sid, str) else None
            if identity not in known and thing is not None and not thing.created:
                self.index[identity] = NOBODY_KNOWS
                del self.things[thing.sid]

    def clear(self) -> None:
        """A write of another kind may have taken away or renamed anything: nothing is known any more."""
        self.things.clear()
        self.index.clear()
        self.doubts.clear()
        self.by_folded.clear()
        self.by_text.clear()
        self.closed = False
