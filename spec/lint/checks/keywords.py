"""Lint rules about keywords that can never take effect where they stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from spec.lint.checks.places import SchemaPlace
from spec.lint.rules import Hit
from spec.normal.merge import FAMILIES
from spec.source.pointer import Json, escape

PROSE = frozenset({"title", "description", "example", "examples", "externalDocs", "$comment"})
NUMBER_FORMATS = frozenset({
    "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "single-int", "double-int", "float",
    "double", "decimal", "decimal128", "sf-integer", "sf-decimal", "unixtime", "unix-time",
})  # fmt: skip
"""Formats of numbers in the OpenAPI format registry, and one of its common misspellings."""

_CONSTRAINTS = re.compile(
    r"x-(?:format|constraint|pattern|min|max|length|required|optional|enum|type|nullable|validat\w*|regex|range)s?\b",
    re.IGNORECASE,
)
_ONLY_31 = frozenset({
    "const", "if", "then", "else", "patternProperties", "propertyNames", "contains", "minContains", "maxContains",
    "prefixItems", "dependentRequired", "dependentSchemas", "unevaluatedProperties", "unevaluatedItems", "$defs",
})  # fmt: skip
_FAMILY_OF = {
    word: family for family, words in FAMILIES.items() for word in words if word not in ("required", "format")
}


@dataclass(frozen=True, slots=True)
class Examined:
    """A schema where it stands, the types that its normal form allows (empty: any), and the dialect."""

    place: SchemaPlace
    normal: Mapping[str, Json]
    types: frozenset[str]
    legacy: bool

    @classmethod
    def of(cls, place: SchemaPlace, normal: Mapping[str, Json], *, legacy: bool) -> Examined:
        types = frozenset() if "enum" in normal else frozenset(normal.get("type", ()))
        return cls(place, normal, types, legacy)

    def allows(self, family: str) -> bool:
        return not self.types or family in self.types or (family == "number" and "integer" in self.types)

    def hit(self, rule: str, message: str, *tokens: str | int) -> Hit:
        return Hit(rule, "/".join((self.place.pointer, *(escape(token) for token in tokens))), message)


def keyword_hits(one: Examined) -> Iterator[Hit]:
    """Hits of every rule in this room about one schema."""
    for check in CHECKS:
        yield from check(one)


def _required(one: Examined) -> Iterator[Hit]:
    listed = one.place.schema.get("required")
    if isinstance(listed, list) and not one.allows("object"):
        names = ", ".join(map(repr, listed))
        message = f"'required' names {names}, but only {_or(one.types)} is allowed here: it never takes effect."
        yield one.hit("required-in-non-object", message, "required")


def _other_family(one: Examined) -> Iterator[Hit]:
    for word in one.place.schema:
        family = _FAMILY_OF.get(word)
        if family and not one.allows(family):
            message = f"'{word}' limits a value of type {family}, but only {_or(one.types)} is allowed here."
            yield one.hit("keyword-without-effect", message, word)


def _format(one: Examined) -> Iterator[Hit]:
    name = one.place.schema.get("format")
    if not isinstance(name, str) or not one.types:
        return
    numeric = bool(one.types & {"integer", "number"})
    if name in NUMBER_FORMATS and not numeric and "string" not in one.types:
        yield one.hit(
            "keyword-without-effect", f"The format {name!r} is one of numbers, but only {_or(one.types)} is allowed.",
            "format",
        )  # fmt: skip


def _later_dialect(one: Examined) -> Iterator[Hit]:
    for word in one.place.schema if one.legacy else ():
        if word in _ONLY_31:
            message = f"'{word}' is not a keyword of OpenAPI 3.0: tools may ignore it."
            yield one.hit("keyword-without-effect", message, word)


def _extensions(one: Examined) -> Iterator[Hit]:
    for word in one.place.schema:
        if _CONSTRAINTS.match(word):
            message = f"'{word}' looks like a constraint, but is an extension: every value passes it."
            yield one.hit("constraint-in-extension", message, word)


def _nullable(one: Examined) -> Iterator[Hit]:
    schema = one.place.schema
    if "nullable" in schema and not (one.legacy and "type" in schema):
        why = "without a 'type' beside it" if one.legacy else "in OpenAPI 3.1 (list 'null' among the types)"
        yield one.hit("keyword-without-effect", f"'nullable' means nothing {why}.", "nullable")


def _alone(one: Examined) -> Iterator[Hit]:
    schema = one.place.schema
    if "dependencies" in schema:
        message = "'dependencies' means nothing any more: it became dependentRequired and dependentSchemas."
        yield one.hit("keyword-without-effect", message, "dependencies")
    if ("then" in schema or "else" in schema) and "if" not in schema:
        yield one.hit("keyword-without-effect", "'then' and 'else' mean nothing without 'if'.")


def _undeclared(one: Examined) -> Iterator[Hit]:
    schema = one.place.schema
    declared, listed = schema.get("properties"), schema.get("required")
    if not isinstance(declared, Mapping) or not isinstance(listed, list) or one.place.conditional:
        return
    known = set(declared) | set(one.normal.get("properties", {}))
    for index, name in enumerate(listed):
        if isinstance(name, str) and name not in known and "patternProperties" not in schema:
            yield one.hit(
                "required-undeclared", f"'{name}' is required, but no such member is declared.", "required", index
            )


def _opaque(one: Examined) -> Iterator[Hit]:
    schema = one.place.schema
    if schema.get("type") == "object" and not (set(schema) - PROSE - {"type", "nullable", "default", "deprecated"}):
        yield one.hit("opaque-object", "Any object passes here: nothing says what its members are.")


def _or(types: frozenset[str]) -> str:
    return " or ".join(sorted(types))


Check: TypeAlias = Callable[[Examined], Iterator[Hit]]
CHECKS: tuple[Check, ...] = (
    _required, _other_family, _format, _later_dialect, _extensions, _nullable, _alone, _undeclared, _opaque,
)  # fmt: skip
"""One function per way in which a keyword does nothing."""
