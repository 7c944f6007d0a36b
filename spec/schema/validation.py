"""Violations of a request or a response: what the schema says, and the annotations that no schema can say.

Both validation engines see the schema with its references resolved. ``pattern`` is ECMA-like: ``$`` matches only at
the very end. Formats are checked by spec.schema.formats alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jsonschema_rs

from spec.openapi.document import Schema
from spec.schema.formats import FORMATS, instant
from spec.schema.keywords import clause_of
from spec.schema.messages import expectation, received
from spec.source.pointer import Token, follow, join

Lists = Mapping[str, Collection[str]]
"""The lists of an install that ``x-install-member`` names, such as integrations → SIDs."""


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One rule that a value breaks. ``missing`` marks a reference to something that does not exist (404, not 400)."""

    pointer: str
    clause: str
    keyword: str
    message: str
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Annotation:
    """A rule of ours on a member: ``path`` leads to the member, or to the object whose member names are meant."""

    path: tuple[str, ...]
    keyword: str
    argument: str
    schema: Schema
    names: bool = False
    missing: bool = False

    @property
    def clause(self) -> str:
        return clause_of(self.schema, self.keyword)


class Rules:
    """The compiled rules of one schema."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.annotations = tuple(_annotations(schema, ()))

    @cached_property
    def _compiled(self) -> Any:
        return jsonschema_rs.Draft202012Validator(
            dict(self.schema), formats=dict(FORMATS), validate_formats=True, ignore_unknown_formats=False
        )

    def fits_schema(self, value: Any) -> bool:
        """Whether the value keeps the schema; says nothing about annotations."""
        return bool(self._compiled.is_valid(value))

    def violations(self, value: Any, lists: Lists | None = None) -> list[Violation]:
        """Every rule that the value breaks, in document order of the pointers.

        ``lists`` are the install's; without them membership is not looked at.
        """
        found = [] if self.fits_schema(value) else list(self._of_schema(value))
        found += self.annotation_violations(value, lists)
        return sorted(set(found))

    def annotation_violations(self, value: Any, lists: Lists | None = None) -> list[Violation]:
        """What the value breaks of x-after and x-install-member; the fast path after ``fits_schema``."""
        found: list[Violation] = []
        for rule in self.annotations:
            holder: Any = value
            for name in rule.path[: len(rule.path) if rule.names else -1]:
                holder = holder.get(name) if isinstance(holder, dict) else None
            if not isinstance(holder, dict):
                continue
            if rule.keyword == "x-after":
                found += _order_violation(rule, holder)
            elif lists is not None and rule.argument in lists:
                found += _membership_violations(rule, holder, lists[rule.argument])
        return found

    def _of_schema(self, value: Any) -> Iterator[Violation]:
        for error in self._compiled.iter_errors(value):
            path, schema_path = list(error.instance_path), list(error.schema_path)
            keyword = str(schema_path[-1]) if schema_path else "false"
            holder = _schema_at(self.schema, schema_path[:-1])
            if error.kind.name == "propertyNames":
                yield self._violation([*path, error.kind.error.instance], keyword, holder, error.kind.error.instance)
            elif keyword == "required":
                yield self._violation([*path, error.kind.property], keyword, holder, None, error.kind.property)
            else:
                yield self._violation(path, keyword, holder, follow(value, path))

    def _violation(
        self, path: list[Token], keyword: str, holder: Any, value: Any, member: str | None = None
    ) -> Violation:
        named = member if member is not None else (str(path[-1]) if path else "the body")
        if member is not None:
            got = f"{named!r} is missing"
        else:
            got = f"{named!r} is {received(value, secret=_is_secret(holder))}"
        message = f"{got}; {expectation(keyword, holder)}."
        return Violation(join(path), clause_of(holder, keyword, member), keyword, message)


def _annotations(schema: Schema, path: tuple[str, ...]) -> Iterator[Annotation]:
    if "x-after" in schema:
        yield Annotation(path, "x-after", schema["x-after"], schema)
    if "x-install-member" in schema:
        yield _membership(path, schema, names=False)
    names = schema.get("propertyNames")
    if isinstance(names, Mapping) and "x-install-member" in names:
        yield _membership(path, names, names=True)
    for nested in schema.get("allOf", ()):
        yield from _annotations(nested, path)
    for name, member in schema.get("properties", {}).items():
        yield from _annotations(member, (*path, name))


def _membership(path: tuple[str, ...], schema: Schema, *, names: bool) -> Annotation:
    raw = schema["x-install-member"]
    listed = {"list": raw} if isinstance(raw, str) else raw
    return Annotation(path, "x-install-member", listed["list"], schema, names, listed.get("missing") == "not-found")


def _schema_at(schema: Any, path: list[Token]) -> Any:
    for token in path:
        schema = schema[token]
    return schema


def _is_secret(schema: Any) -> bool:
    return isinstance(schema, Mapping) and bool(schema.get("writeOnly"))


def _order_violation(rule: Annotation, holder: dict[str, Any]) -> Iterator[Violation]:
    name = rule.path[-1]
    earlier, later = holder.get(rule.argument), holder.get(name)
    if not isinstance(earlier, str) or not isinstance(later, str):
        return
    first, second = instant(earlier), instant(later)
    if first is not None and second is not None and second <= first:
        message = (
            f"{name!r} is {received(later)}, but {rule.argument!r} is {received(earlier)}; "
            f"send a {name!r} that is later than {rule.argument!r}."
        )
        yield Violation(join(rule.path), rule.clause, "x-after", message)


def _membership_violations(rule: Annotation, holder: dict[str, Any], known: Collection[str]) -> Iterator[Violation]:
    if rule.names:
        strangers = [(join((*rule.path, name)), name) for name in holder if name not in known]
    else:
        value = holder.get(rule.path[-1])
        unset = value == "" and rule.schema.get("x-empty-is-unset")
        strangers = [(join(rule.path), value)] if isinstance(value, str) and value not in known and not unset else []
    for pointer, value in strangers:
        choice = ", ".join(sorted(known)[:8]) or "none"
        message = f"{received(value)} is not among the {rule.argument} of this install; it has: {choice}."
        yield Violation(pointer, rule.clause, "x-install-member", message, rule.missing)
