"""The typed view of ``x-resource`` and ``x-signon``: which parts a provisioning body has, and how each is identified.

Engine and model work on these and know no part and no field by name. docs/document.md explains the annotations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from spec.openapi.document import Schema
from spec.schema.members import Members, members
from spec.source.pointer import join

ABSENT: Any = type("Absent", (), {"__repr__": lambda self: "ABSENT", "__bool__": lambda self: False})()
"""Stands for a default that a leaf does not have (None is a value)."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A stored value of a part. ``path`` is relative to the part; a leaf is merged or, if an object, replaced whole."""

    path: tuple[str, ...]
    schema: Schema
    default: Any = ABSENT
    install_default: str | None = None
    empty_is_unset: bool = False
    date: bool = False
    key: str = field(init=False)
    """The JSON pointer of the leaf within its part."""
    members: Members | None = field(init=False)
    """What the document knows of an object that is stored whole; what it does not know is ignored."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", join(self.path))
        object.__setattr__(self, "members", members(self.schema))


@dataclass(frozen=True, slots=True)
class Fallback:
    """What a part without identifier is known by: the value of one member and, for some values, other parts too."""

    member: str
    joined: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of thing that a body provisions.

    ``path`` is where it stands in the body; ``kinds`` are its identifiers without ``sid_kind``, the minted one.
    ``identity`` names the parts that it joins, when those and no identifiers say which one is meant.
    """

    name: str
    path: tuple[str, ...]
    schema: Schema
    prefix: str
    response: str
    sid_member: str
    result_member: str
    created: str
    found: str
    updated: str
    leaves: tuple[Leaf, ...]
    identifiers: str | None = None
    sid_kind: str | None = None
    kinds: tuple[str, ...] = ()
    scope: str | None = None
    identity: tuple[str, ...] = ()
    implied_by: str | None = None
    fallback: Fallback | None = None
    required_on_create: tuple[str, ...] = ()

    @property
    def pointer(self) -> str:
        """Where the part stands in a body, as a JSON pointer."""
        return join(self.path)

    @property
    def owners(self) -> tuple[str, ...]:
        """The parts that a call has to be about, too, when it is about this one: its scope, and those that it joins."""
        return tuple(dict.fromkeys([*((self.scope,) if self.scope else ()), *self.identity]))

    @property
    def parents(self) -> tuple[str, ...]:
        """The parts that must be known before this one."""
        joined = self.fallback.joined.values() if self.fallback else ()
        return tuple(dict.fromkeys([*self.owners, *(name for group in joined for name in group)]))


@dataclass(frozen=True, slots=True)
class Signon:
    """The part that asks for a sign-on link. ``claims`` maps a claim to a part (its SID) or a stored leaf of one.

    ``profile`` maps a claim about the subject to leaves of it, whose values stand side by side with a space between.
    """

    name: str
    path: tuple[str, ...]
    response: str
    audience: str
    subject: str
    redirect: str
    token: str
    claims: Mapping[str, str]
    schema: Schema
    profile: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resources:
    """All parts of a body, those that others depend on first.

    ``lists`` maps each list of an install that the body refers to (``x-install-member``) to the schema of its values.
    """

    parts: tuple[Part, ...]
    signon: Signon | None
    lists: Mapping[str, Schema] = field(default_factory=dict)

    def part(self, name: str) -> Part:
        """The part of a name. Raises KeyError if there is none."""
        for part in self.parts:
            if part.name == name:
                return part
        raise KeyError(name)

    def concerned(self, sent: Callable[[Part], bool]) -> Mapping[str, bool]:
        """The parts that a call is about, and whether each was ``sent``: the others come with one that is there.

        A part that would come with another stays away where one of its owners is not in the call.
        """
        found: dict[str, bool] = {}
        for part in self.parts:
            if sent(part):
                found[part.name] = True
            elif part.implied_by in found and all(owner in found for owner in part.owners):
                found[part.name] = False
        return found
