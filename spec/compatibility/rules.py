"""The literal table of schema rules: what a change of one keyword does to the set of accepted bodies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Effect: TypeAlias = Literal["breaking", "possible", "compatible"]
Sets: TypeAlias = Literal["narrows", "widens", "moves", "keeps"]


@dataclass(frozen=True, slots=True)
class SchemaRule:
    """A change of a schema: its id, what it does to the set of bodies, and a sentence."""

    id: str
    sets: Sets
    message: str


SCHEMA_RULES: dict[str, SchemaRule] = {rule.id: rule for rule in (
    SchemaRule("type-narrowed", "narrows", "The types {old} were narrowed to {new}."),
    SchemaRule("type-widened", "widens", "The types {old} were widened to {new}."),
    SchemaRule("type-changed", "moves", "The types {old} became {new}."),
    SchemaRule("null-refused", "narrows", "null is no longer allowed."),
    SchemaRule("null-allowed", "widens", "null is now allowed."),
    SchemaRule("nothing-allowed", "narrows", "No value is allowed here any more."),
    SchemaRule("something-allowed", "widens", "Values are allowed here where none was."),
    SchemaRule("enum-introduced", "narrows", "The value is now limited to {new}."),
    SchemaRule("enum-dropped", "widens", "The value is no longer limited to {old}."),
    SchemaRule("enum-member-removed", "narrows", "{old} left the allowed values."),
    SchemaRule("enum-member-added", "widens", "{new} joined the allowed values."),
    SchemaRule("minimum-raised", "narrows", "The lower bound rose from {old} to {new}."),
    SchemaRule("minimum-lowered", "widens", "The lower bound fell from {old} to {new}."),
    SchemaRule("maximum-lowered", "narrows", "The upper bound fell from {old} to {new}."),
    SchemaRule("maximum-raised", "widens", "The upper bound rose from {old} to {new}."),
    SchemaRule("multiple-narrowed", "narrows", "The value must now be a multiple of {new} (before: {old})."),
    SchemaRule("multiple-widened", "widens", "The value must be a multiple of {new} only (before: {old})."),
    SchemaRule("multiple-changed", "moves", "The value must be a multiple of {new} instead of {old}."),
    SchemaRule("min-length-raised", "narrows", "The shortest text grew from {old} to {new} characters."),
    SchemaRule("min-length-lowered", "widens", "The shortest text shrank from {old} to {new} characters."),
    SchemaRule("max-length-lowered", "narrows", "The longest text shrank from {old} to {new} characters."),
    SchemaRule("max-length-raised", "widens", "The longest text grew from {old} to {new} characters."),
    SchemaRule("pattern-narrowed", "narrows", "The pattern {new} matches less than {old}."),
    SchemaRule("pattern-widened", "widens", "The pattern {new} matches more than {old}."),
    SchemaRule("pattern-changed", "moves", "The pattern {old} became {new}."),
    SchemaRule("format-narrowed", "narrows", "The format {new} allows less than {old}."),
    SchemaRule("format-widened", "widens", "The format {new} allows more than {old}."),
    SchemaRule("format-changed", "moves", "The format {old} became {new}."),
    SchemaRule("min-items-raised", "narrows", "The fewest items grew from {old} to {new}."),
    SchemaRule("min-items-lowered", "widens", "The fewest items shrank from {old} to {new}."),
    SchemaRule("max-items-lowered", "narrows", "The most items shrank from {old} to {new}."),
    SchemaRule("max-items-raised", "widens", "The most items grew from {old} to {new}."),
    SchemaRule("unique-items-demanded", "narrows", "Items must now differ from each other."),
    SchemaRule("unique-items-dropped", "widens", "Items may now repeat."),
    SchemaRule("contains-changed", "moves", "What an array must contain changed."),
    SchemaRule("member-became-required", "narrows", "The member {new} became required."),
    SchemaRule("member-became-optional", "widens", "The member {old} is no longer required."),
    SchemaRule("member-added", "keeps", "The optional member {new} was added."),
    SchemaRule("member-removed", "keeps", "The member {old} was removed; it is now an unknown member."),
    SchemaRule("member-allowed", "widens", "The member {new} is now allowed where only declared members were."),
    SchemaRule("member-refused", "narrows", "The member {old} is no longer allowed: undeclared members are refused."),
    SchemaRule("member-redeclared", "moves", "The member {new} is now judged by a schema of its own."),
    SchemaRule("unknown-members-refused", "narrows", "Undeclared members are now refused."),
    SchemaRule("unknown-members-allowed", "widens", "Undeclared members are now allowed."),
    SchemaRule("unknown-members-limited", "narrows", "Undeclared members are now limited to a schema."),
    SchemaRule("unknown-members-freed", "widens", "Undeclared members are no longer limited to a schema."),
    SchemaRule("pattern-members-changed", "moves", "The members matching {old} became those matching {new}."),
    SchemaRule("member-names-changed", "moves", "The rule for member names changed."),
    SchemaRule("min-members-raised", "narrows", "The fewest members grew from {old} to {new}."),
    SchemaRule("min-members-lowered", "widens", "The fewest members shrank from {old} to {new}."),
    SchemaRule("max-members-lowered", "narrows", "The most members shrank from {old} to {new}."),
    SchemaRule("max-members-raised", "widens", "The most members grew from {old} to {new}."),
    SchemaRule("dependency-changed", "moves", "What a member demands beside itself changed."),
    SchemaRule("alternative-removed", "narrows", "One of the alternatives was removed."),
    SchemaRule("alternative-added", "widens", "An alternative was added."),
    SchemaRule("alternatives-introduced", "narrows", "The value must now match one of several alternatives."),
    SchemaRule("alternatives-dropped", "widens", "The value need not match one of several alternatives any more."),
    SchemaRule("constraint-added", "narrows", "One more schema must hold here."),
    SchemaRule("constraint-removed", "widens", "One schema less must hold here."),
    SchemaRule("condition-changed", "moves", "The condition (if, then, else) changed."),
    SchemaRule("exclusion-changed", "moves", "What must not hold here (not) changed."),
    SchemaRule("unevaluated-changed", "moves", "The rule for unevaluated members or items changed."),
    SchemaRule("recursion-changed", "moves", "A recursive reference points to another schema."),
    SchemaRule("body-changed", "moves", "The schemas accept different bodies."),
)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bound:
    """A keyword that bounds a size, with the rules for either way."""

    keyword: str
    type: str
    raised: str
    lowered: str


BOUNDS: tuple[Bound, ...] = (
    Bound("minLength", "string", "min-length-raised", "min-length-lowered"),
    Bound("maxLength", "string", "max-length-raised", "max-length-lowered"),
    Bound("minItems", "array", "min-items-raised", "min-items-lowered"),
    Bound("maxItems", "array", "max-items-raised", "max-items-lowered"),
    Bound("minProperties", "object", "min-members-raised", "min-members-lowered"),
    Bound("maxProperties", "object", "max-members-raised", "max-members-lowered"),
)

WIDER_FORMATS: dict[str, frozenset[str]] = {
    "uri": frozenset({"uri-reference", "iri", "iri-reference"}),
    "iri": frozenset({"iri-reference"}),
    "uri-reference": frozenset({"iri-reference"}),
    "email": frozenset({"idn-email"}),
    "hostname": frozenset({"idn-hostname"}),
}
