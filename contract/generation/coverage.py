"""How much of a document's body a run has sent: every member absent, null, least, most and odd, and every pair of
members that a condition connects, each with and without the other.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from contract.generation.composition import flat
from contract.generation.leaves import bounds, types
from contract.model.identity import value_at
from contract.oracle.readings import is_plain
from spec.openapi.document import Schema
from spec.resources.resource import ABSENT
from spec.schema.texts.surrogates import has_half
from spec.schema.validation import Rules
from spec.source.pointer import Json, join

_LONG = 255
_MANY = 3


class SentState(StrEnum):
    """What was sent for a member."""

    ABSENT = "absent"
    NULL = "null"
    LEAST = "least"
    MOST = "most"
    ODD = "odd"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True, eq=False)
class CoveredMember:
    """A member of the body: its schema without what is only safe, and the rules that tell what is odd for it."""

    path: tuple[str, ...]
    schema: Schema
    rules: Rules

    def states(self) -> frozenset[SentState]:
        """The states in which it makes sense to send the member."""
        schema, named = self.schema, types(self.schema)
        words = {one for one in schema.get("enum", ()) if one is not None}
        texts = "string" in named and not {"enum", "pattern", "format", "x-install-member"} & schema.keys()
        names = "object" in named and "propertyNames" in schema
        found = {SentState.ABSENT, SentState.ODD}
        if "null" in named:
            found.add(SentState.NULL)
        if words or texts or names or {"boolean", "integer", "number"} & named:
            found |= {SentState.LEAST, SentState.MOST}
        if not (words and len(words) < _MANY) and "boolean" not in named:
            found.add(SentState.PLAIN)
        return frozenset(found)

    def state(self, value: Json) -> SentState:
        """What a value is for this member; what the schema does not allow is odd."""
        if value is ABSENT:
            return SentState.ABSENT
        if has_half(value) or not self.rules.fits_schema(value):
            return SentState.ODD
        if value is None:
            return SentState.NULL
        if "enum" in self.schema:
            words = [one for one in self.schema["enum"] if one is not None]
            return _end(least=value == words[0], most=value == words[-1])
        measure = _MEASURES.get(type(value))
        return measure(self.schema, value) if measure is not None else SentState.PLAIN


def _end(*, least: bool, most: bool) -> SentState:
    return SentState.LEAST if least else SentState.MOST if most else SentState.PLAIN


def _flag(_: Schema, value: Json) -> SentState:
    return _end(least=not value, most=value)


def _number(schema: Schema, value: Json) -> SentState:
    low, high = bounds(schema)
    return _end(least=value == low, most=value >= (2**31 if high is None else high))


def _string(schema: Schema, value: Json) -> SentState:
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", _LONG)
    if len(value) <= shortest or len(value) >= longest:
        return _end(least=len(value) <= shortest, most=len(value) >= longest)
    return SentState.PLAIN if is_plain(value) else SentState.ODD


def _object(schema: Schema, value: Json) -> SentState:
    names = schema.get("propertyNames", {}).get("enum", "x" * _MANY)
    least, most = schema.get("minProperties", 0), min(len(names), _MANY)
    return _end(least=len(value) <= least, most=len(value) >= most) if "propertyNames" in schema else SentState.PLAIN


_MEASURES = {bool: _flag, int: _number, float: _number, str: _string, dict: _object}


class ConditionalPair(NamedTuple):
    """Two members that a condition connects."""

    holder: tuple[str, ...]
    one: tuple[str, ...]
    other: tuple[str, ...]


class Presence(NamedTuple):
    """Whether each member of a pair was sent."""

    one: bool
    other: bool


@dataclass
class Coverage:
    """What was sent of one body schema. ``observe`` takes every body that was sent."""

    schema: Schema
    members: dict[tuple[str, ...], set[SentState]] = field(default_factory=dict)
    pairs: dict[ConditionalPair, set[Presence]] = field(default_factory=dict)

    @cached_property
    def wanted(self) -> Mapping[CoveredMember, frozenset[SentState]]:
        """Every member of the document and the states in which it is to be sent."""
        return {member: member.states() for member in _members(self.schema, ())}

    @cached_property
    def connected(self) -> tuple[ConditionalPair, ...]:
        """Every pair of members that a condition of the document connects."""
        return tuple(dict.fromkeys(_pairs(self.schema, ())))

    def observe(self, body: Json) -> None:
        """Count a body."""
        if not isinstance(body, dict):
            return
        for member in self.wanted:
            if isinstance(value_at(body, member.path[:-1]), dict):
                seen = self.members.setdefault(member.path, set())
                if len(seen) < len(SentState):
                    seen.add(member.state(value_at(body, member.path)))
        for pair in self.connected:
            if isinstance(value_at(body, pair.holder), dict):
                there = [value_at(body, (*pair.holder, *one)) is not ABSENT for one in (pair.one, pair.other)]
                self.pairs.setdefault(pair, set()).add(Presence(*there))

    @property
    def states_seen(self) -> int:
        """How many of the states that make sense were sent."""
        return sum(len(states & self.members.get(member.path, set())) for member, states in self.wanted.items())

    @property
    def states_wanted(self) -> int:
        """How many states of members make sense."""
        return sum(map(len, self.wanted.values()))

    @property
    def pairs_seen(self) -> int:
        """How many combinations of connected members were sent; there are four for each pair."""
        return sum(map(len, self.pairs.values()))

    @property
    def pairs_wanted(self) -> int:
        """How many combinations of connected members there are."""
        return 4 * len(self.connected)

    def unseen(self) -> Iterator[str]:
        """What was never sent, a line for each member and pair."""
        for member, states in self.wanted.items():
            if missing := sorted(states - self.members.get(member.path, set())):
                yield f"{join(member.path)}: {', '.join(missing)}"
        for pair in self.connected:
            seen = self.pairs.get(pair, set())
            one, other = join((*pair.holder, *pair.one)), join((*pair.holder, *pair.other))
            for presence in itertools.starmap(Presence, itertools.product((False, True), repeat=2)):
                if presence not in seen:
                    yield f"{_said(one, there=presence.one)}, {_said(other, there=presence.other)}"


def _said(pointer: str, *, there: bool) -> str:
    return f"{pointer} {'sent' if there else 'not sent'}"


def _members(schema: Schema, path: tuple[str, ...]) -> Iterator[CoveredMember]:
    for name, member in schema.get("properties", {}).items():
        below = (*path, name)
        yield CoveredMember(below, flat({**member, "x-safe": {}}), Rules(member))
        yield from _members(member, below)


def _pairs(schema: Schema, path: tuple[str, ...]) -> Iterator[ConditionalPair]:
    always = set(schema.get("required", ()))
    own = {key: schema[key] for key in ("if", "then", "else", "not", "anyOf", "oneOf", "allOf") if key in schema}
    named = sorted(one for one in _required(own, ()) if one[0] not in always or len(one) > 1)
    for one, other in itertools.combinations(named, 2):
        yield ConditionalPair(path, one, other)
    for name, member in schema.get("properties", {}).items():
        yield from _pairs(member, (*path, name))


def _required(schema: Json, path: tuple[str, ...]) -> set[tuple[str, ...]]:
    """The members that conditions name as required, at any depth."""
    if isinstance(schema, list):
        return {found for one in schema for found in _required(one, path)}
    if not isinstance(schema, Mapping):
        return set()
    found = {(*path, name) for name in schema.get("required", ())}
    for key in ("if", "then", "else", "not", "anyOf", "oneOf", "allOf"):
        found |= _required(schema.get(key), path)
    for name, member in schema.get("properties", {}).items():
        found |= _required(member, (*path, name))
    return found
