"""What the target must remember, learned from its own answers: things by SID, and what each identifier leads to.

The model never guesses. Where an adopted clause decides what happened, it follows what evidently happened and keeps
the clause, so that whatever follows from it is told under that clause.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contract.model.values import HYPOTHESES, Attributes, leaf_value, leaf_values, merged, unknown
from spec.resources.resource import Part, Resources

Key = tuple[str, str, str, str]
"""Part, SID of the scope (or the install), kind of identifier (or how it is joined), and text."""


JOINED = frozenset({"sid", "fallback", "joins"})
"""Kinds of keys that are no identifiers somebody chose."""


def folded(text: str) -> str:
    """A text as the most lenient reader compares it: trimmed, normalised, without case, cut to 64 characters."""
    return unicodedata.normalize("NFKC", text).strip().casefold()[:64]


def telling_texts(part: Part, sent: Any) -> Iterator[tuple[str, str, str]]:
    """Part, leaf and text of what was sent that could make a lenient reader take two things for one: free strings."""
    for leaf in part.leaves:
        value = leaf_value(sent, leaf)
        shared = leaf.date or leaf.install_default or {"enum", "x-install-member"} & set(leaf.schema)
        if isinstance(value, str) and len(value) > 5 and not shared:
            yield part.name, leaf.key, value


@dataclass(slots=True)
class Thing:
    """Something that the target has. ``states`` holds what is stored under each way of updating ("" is ours)."""

    part: str
    sid: str
    scope: str
    states: dict[str, Attributes]
    suspect: str | None = None
    step: int = 0


@dataclass(frozen=True, slots=True)
class Unsure:
    """An identifier that may or may not lead to something, and the clause that decides it (None: nobody can tell)."""

    clause: str | None
    step: int = 0


@dataclass(slots=True)
class Model:
    """The promised state of a target. ``closed`` means that what the model does not know does not exist."""

    resources: Resources
    closed: bool = True
    things: dict[str, Thing] = field(default_factory=dict)
    index: dict[Key, str | Unsure] = field(default_factory=dict)
    taints: dict[tuple[str, str, str], Unsure] = field(default_factory=dict)
    signons: list[Mapping[str, Any]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    made: list[Thing] = field(default_factory=list)
    kin: dict[tuple[str, str], dict[Key, str]] = field(default_factory=dict)
    alike: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)

    def look_up(self, key: Key) -> str | Unsure | None:
        """The SID that a key leads to, that this is unsure, or None: it is unknown."""
        if key[2] == "sid":
            return key[3] if key[3] in self.things and self.things[key[3]].part == key[0] else None
        found = self.index.get(key)
        if found is None:
            return self.taints.get((key[0], key[2], key[3]))
        return found

    def relatives(self, part: Part, key: Key) -> Iterator[tuple[Key, Thing]]:
        """Known things of a part with a key that a lenient reader could take for the given one."""
        for other, sid in self.kin.get((part.name, folded(key[3])), {}).items():
            if other != key and sid in self.things:
                yield other, self.things[sid]

    def doubles(self, part: Part, sent: Any) -> set[str]:
        """SIDs of known things of a part that share a telling text with what was sent."""
        return {sid for text in telling_texts(part, sent) for sid in self.alike.get(text, ())}

    def create(
        self, part: Part, sid: str, scope: str, keys: list[Key], sent: Any, defaults: Mapping[str, Any]
    ) -> Thing:
        """Remember something new with what was sent for it."""
        said = leaf_values(part, sent)
        thing = Thing(part.name, sid, scope, {name: merged(None, said, defaults, name) for name in HYPOTHESES})
        self.things[sid] = thing
        self.made.append(thing)
        self.learn(keys, sid)
        self._note(part, thing, sent)
        return thing

    def meet(self, part: Part, sid: str, scope: str, keys: list[Key]) -> Thing:
        """Remember something that exists but whose values are unknown."""
        thing = Thing(part.name, sid, scope, {name: unknown(part) for name in HYPOTHESES})
        self.things[sid] = thing
        self.learn(keys, sid)
        return thing

    def learn(self, keys: list[Key], sid: str) -> None:
        """From now on the keys lead to a SID."""
        for key in keys:
            self.index[key] = sid
            if key[2] not in JOINED:
                self.kin.setdefault((key[0], folded(key[3])), {})[key] = sid

    def _note(self, part: Part, thing: Thing, sent: Any) -> None:
        for text in telling_texts(part, sent):
            self.alike.setdefault(text, set()).add(thing.sid)

    def update(self, part: Part, thing: Thing, sent: Any, defaults: Mapping[str, Any]) -> None:
        """Remember what was sent for something known, under every way of updating."""
        self._note(part, thing, sent)
        said = leaf_values(part, sent)
        for name, state in thing.states.items():
            thing.states[name] = merged(state, said, defaults, name if name in HYPOTHESES else "")

    def taint(self, part: str, kind: str, text: str, unsure: Unsure) -> None:
        """A refused call named this identifier: whether it left something behind is for a clause to decide."""
        self.taints.setdefault((part, kind, text), unsure)
