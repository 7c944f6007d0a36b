"""What a comparison of two schemas finds: a place in both, a difference there, an annotation that changed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from spec.compatibility.keywords import Difference
from spec.compatibility.rules import Sets
from spec.normal.merge import Schema
from spec.normal.place import Path, SchemaStep
from spec.source.pointer import Json


def plain(schema: Schema) -> Schema:
    """A normal form without its definitions."""
    return {key: value for key, value in schema.items() if key != "$defs"} if "$defs" in schema else schema


def is_open(schema: Schema) -> bool:
    """True if undeclared members of any shape are allowed."""
    return not {"additionalProperties", "patternProperties", "unevaluatedProperties", "propertyNames"} & set(schema)


@dataclass(frozen=True, slots=True)
class HitPlace:
    """Two corresponding schema objects and the ways to them from the unit that holds them."""

    old: Schema
    new: Schema
    old_path: Path = ()
    new_path: Path = ()
    mixed: bool = False  # below oneOf, where narrowing one branch may widen the whole

    def below(self, step: SchemaStep, old: Schema, new: Schema) -> HitPlace:
        """The place one step down, the same step in both."""
        path = (*self.old_path, step)
        other = path if self.new_path is self.old_path else (*self.new_path, step)
        return replace(self, old=old, new=new, old_path=path, new_path=other)

    def is_open(self) -> bool:
        """True if both schemas allow undeclared members of any shape."""
        return is_open(self.old) and is_open(self.new)


@dataclass(frozen=True, slots=True, eq=False)
class SchemaHit:
    """A rule hit at a place.

    ``member`` names the member that was added, removed or (un)required, ``branch`` the number of the branch that one
    side only has, if any. ``twin`` is a member of the other side with the same schema: perhaps its new name.
    ``indirect`` are the effects on the set that the difference can have only through the other branches of ``oneOf``
    around it: that two of them take a value now, or one less.
    """

    difference: Difference
    place: HitPlace
    member: str | None = None
    branch: int | None = None
    twin: str | None = None
    indirect: frozenset[Sets] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class NoteHit:
    """A rule of the document table (spec/diff/rules.py) hit by an annotation of the schema at a path.

    A rule that depends on the direction is named without it: ``default-changed`` is ``request-default-changed`` in a
    request.
    """

    rule: str
    path: Path
    old: Json = None
    new: Json = None
    member: str | None = None
    keyword: str | None = None
