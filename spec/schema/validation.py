"""Violations of a request or a response: what the schema says, and the annotations that no schema can say.

Both validation engines see the schema with its references resolved. ``pattern`` is ECMA-like: ``$`` matches only at
the very end. Formats are checked by spec.schema.texts.formats alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import jsonschema_rs

from spec.openapi.document import Schema
from spec.schema.keywords import clause_of
from spec.schema.names import MemberNames, member_names, without_member_names
from spec.schema.telling.instance_path import instance_path, named
from spec.schema.telling.messages import called, expectation, received, received_members, unexpected
from spec.schema.texts.formats import FORMATS, instant
from spec.schema.texts.lossless import LOSSLESS_TEXT, converted, convertible
from spec.schema.texts.surrogates import has_half, without_halves
from spec.source.pointer import Json, Token, follow, join

Lists = Mapping[str, Collection[str]]
"""The lists of an install that ``x-install-member`` names, such as integrations → SIDs."""


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One rule that a value breaks. ``missing`` marks a reference to something that does not exist (404, not 400).

    ``layer`` is 0 but for a scalar that breaks a member of an ``allOf``: its place there, from 1. Such members are
    layers of one form, each narrower than the one before: whoever breaks the first hears nothing new from the others.
    """

    pointer: str
    clause: str
    keyword: str
    message: str
    missing: bool = False
    layer: int = 0


def outermost(violations: Iterable[Violation]) -> list[Violation]:
    """What is worth telling of the violations: one wrong value is one fault.

    Left out are all but the first of the layers that a value breaks at one place, and what follows from a wrong type:
    a 5 where an object is meant lacks no members. Of a type and an enumeration the enumeration says more.
    """
    places: dict[str, list[Violation]] = {}
    for one in violations:
        places.setdefault(one.pointer, []).append(one)
    return [one for place in places.values() for one in _worth_telling(place)]


def _worth_telling(place: Sequence[Violation]) -> Iterator[Violation]:
    beside = [one for one in place if one.clause != LOSSLESS_TEXT]
    words = {one.keyword for one in beside}
    telling = (words & _NAMING or {"type"}) if "type" in words else words
    first = min((one.layer for one in beside if one.layer), default=0)
    for one in place:
        if one.clause == LOSSLESS_TEXT or (one.keyword in telling and one.layer in (0, first)):
            yield one


_NAMING = frozenset({"enum", "const"})


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
    """The compiled rules of one schema.

    ``request`` says that values come from a caller: text that converts without loss to the type that is meant breaks
    the clause ``lossless-text`` there, and besides only what the converted value breaks, too.
    """

    def __init__(self, schema: Schema, *, request: bool = False) -> None:
        self.schema, self.request = schema, request
        self.annotations = tuple(_annotations(schema, ()))

    @cached_property
    def _compiled(self) -> jsonschema_rs.Draft202012Validator:
        return _compile(self.schema)

    @cached_property
    def _listing(self) -> jsonschema_rs.Draft202012Validator:
        """The validator that lists errors: of everything but the names of members."""
        return _compile(without_member_names(self.schema))

    @cached_property
    def _names(self) -> tuple[tuple[MemberNames, jsonschema_rs.Draft202012Validator], ...]:
        return tuple((one, _compile(one.schema)) for one in member_names(self.schema))

    def fits_schema(self, value: Json) -> bool:
        """Whether the value keeps the schema; says nothing about annotations."""
        try:
            return bool(self._compiled.is_valid(value))
        except UnicodeEncodeError:
            return bool(self._compiled.is_valid(without_halves(value)))

    def violations(self, value: Json, lists: Lists | None = None) -> list[Violation]:
        """Every rule that the value breaks, sorted by pointer and clause.

        ``lists`` are the install's; without them membership is not looked at.
        """
        found: list[Violation] = []
        if not self.fits_schema(value):
            value = without_halves(value) if has_half(value) else value
            errors = list(self._listing.iter_errors(value))
            if self.request and (texts := self._lossless(value, errors)):
                found += texts.values()
                value = converted(value, texts)
                errors = list(self._listing.iter_errors(value))
            found += (one for error in errors for one in self._violations(error, value))
            found += self._of_names(value)
        found += self.annotation_violations(value, lists)
        return sorted(set(found))

    def annotation_violations(self, value: Json, lists: Lists | None = None) -> list[Violation]:
        """What the value breaks of x-after, x-misspelt and x-install-member; the fast path after ``fits_schema``."""
        found: list[Violation] = []
        for rule in self.annotations:
            holder: Json = value
            for name in rule.path[: len(rule.path) if rule.names else -1]:
                holder = holder.get(name) if isinstance(holder, dict) else None
            if not isinstance(holder, dict):
                continue
            if rule.keyword == "x-after":
                found += _order_violation(rule, holder)
            elif rule.keyword == "x-misspelt":
                found += _misspelt(rule, holder)
            elif lists is not None and rule.argument in lists:
                found += _membership_violations(rule, holder, lists[rule.argument])
        return found

    def _of_names(self, value: Json) -> Iterator[Violation]:
        for names, compiled in self._names:
            for path, holder in names.objects(value):
                for name in holder:
                    if not compiled.is_valid(name):
                        for error in compiled.iter_errors(name):
                            steps = list(error.schema_path)
                            schema = _schema_at(names.schema, steps[:-1])
                            yield _violation([*path, name], str(steps[-1]), schema, name, _layer(steps))

    def _lossless(
        self, value: Json, errors: Iterable[jsonschema_rs.ValidationError]
    ) -> dict[tuple[Token, ...], Violation]:
        """The texts in the value that convert to what is meant in their places, by path."""
        found = {}
        for error in errors:
            path, schema_path = tuple(instance_path(error, value)), list(error.schema_path)
            text = follow(value, path)
            if not schema_path or not isinstance(text, str):
                continue
            holder = _schema_at(self.schema, schema_path[:-1])
            if convertible(text, str(schema_path[-1]), holder):
                got = f"{called(path)} is {received(text, secret=_is_secret(holder))}"
                message = f"{got}; {expectation(str(schema_path[-1]), holder, text)}."
                found[path] = Violation(join(path), LOSSLESS_TEXT, "type", message)
        return found

    def _violations(self, error: jsonschema_rs.ValidationError, value: Json) -> Iterator[Violation]:
        path, schema_path = instance_path(error, value), list(error.schema_path)
        keyword = str(schema_path[-1]) if schema_path else "false"
        holder = _schema_at(self.schema, schema_path[:-1])
        kind = error.kind
        if isinstance(kind, jsonschema_rs.ValidationErrorKind.Required):
            member = kind.property
            message = f"{member!r} is missing; {expectation(keyword, holder)}."
            yield Violation(join([*path, member]), clause_of(holder, keyword, member), keyword, message)
        elif isinstance(kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties):
            for name in kind.unexpected:
                message = f"{called(path)} {unexpected(name, list(holder.get('properties', ())))}."
                yield Violation(join([*path, name]), clause_of(holder, keyword), keyword, message)
        else:
            yield _violation(path, keyword, holder, follow(value, path), _layer(schema_path))


def _violation(path: Sequence[Token], keyword: str, holder: Json, value: Json, layer: int = 0) -> Violation:
    if isinstance(value, dict) and keyword in _ABOUT_MEMBERS:
        got, layer = received_members(value), 0
    else:
        got = f"is {received(value, secret=_is_secret(holder))}"
        layer = layer if not isinstance(value, dict | list) else 0
    message = f"{called(path)} {got}; {expectation(keyword, holder, value)}."
    return Violation(join(path), clause_of(holder, keyword), keyword, message, layer=layer)


_ABOUT_MEMBERS = frozenset({"anyOf", "oneOf", "not", "minProperties", "maxProperties"})


def _layer(schema_path: Sequence[Token]) -> int:
    """The place in the outermost ``allOf`` below the last member on a schema path, counted from 1; 0 for none."""
    layer = 0
    for step, place in pairwise(schema_path):
        if step in ("properties", "additionalProperties", "items"):
            layer = 0
        elif step == "allOf" and not layer and isinstance(place, int):
            layer = place + 1
    return layer


def _compile(schema: Schema) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(
        dict(schema), formats=dict(FORMATS), validate_formats=True, ignore_unknown_formats=False
    )


def _annotations(schema: Schema, path: tuple[str, ...]) -> Iterator[Annotation]:
    if "x-after" in schema:
        yield Annotation(path, "x-after", schema["x-after"], schema)
    if "x-misspelt" in schema:
        yield Annotation(path, "x-misspelt", "", schema, names=True)
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


def _schema_at(schema: Json, path: list[Token]) -> Json:
    for token in path:
        schema = schema[next(named(schema, token), token)] if isinstance(schema, Mapping) else schema[token]
    return schema


def _is_secret(schema: Json) -> bool:
    return isinstance(schema, Mapping) and bool(schema.get("writeOnly"))


def _order_violation(rule: Annotation, holder: dict[str, Json]) -> Iterator[Violation]:
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


def _misspelt(rule: Annotation, holder: dict[str, Json]) -> Iterator[Violation]:
    for name, meant in rule.schema["x-misspelt"].items():
        if name in holder:
            message = f"{name!r} is published by mistake and means nothing; send {meant}."
            yield Violation(join((*rule.path, name)), rule.clause, "x-misspelt", message)


def _membership_violations(rule: Annotation, holder: dict[str, Json], known: Collection[str]) -> Iterator[Violation]:
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
