"""The fields of a schema as flat rows, in the order of the document: what the contract page shows of a body."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spec.docs.rules import RuleSentence, condition, rules, types
from spec.openapi.document import Schema
from spec.schema.keywords import clause_of
from spec.source.pointer import escape


@dataclass(frozen=True, slots=True)
class DocumentedField:
    """One value that a body may hold. ``*`` in a path stands for any member name or index."""

    path: str
    depth: int
    types: str
    required: RuleSentence
    default: str | None
    description: str
    rules: tuple[RuleSentence, ...]
    secret: bool
    deprecated: bool = False


_OPTIONAL = RuleSentence("no")


def fields(schema: Schema) -> tuple[DocumentedField, ...]:
    """The root (path "") and every field below it."""
    return tuple(_walk(schema, "", 0, _OPTIONAL))


def _walk(schema: Schema | bool, path: str, depth: int, required: RuleSentence) -> Iterator[DocumentedField]:
    if not isinstance(schema, Mapping):
        yield DocumentedField(path, depth, types(schema), required, None, "", tuple(rules(schema)), secret=False)
        return
    yield DocumentedField(
        path=path,
        depth=depth,
        types=types(schema),
        required=required,
        default=json.dumps(schema["default"], ensure_ascii=False) if "default" in schema else None,
        description=str(schema.get("description", "")),
        rules=tuple(dict.fromkeys(rules(schema))),
        secret=bool(schema.get("writeOnly")),
        deprecated=schema.get("deprecated") is True,
    )
    holders = tuple(_holders(schema))
    for holder in holders:
        for name, member in holder.get("properties", {}).items():
            yield from _walk(member, f"{path}/{escape(name)}", depth + 1, _required(holders, name))
        for keyword in ("additionalProperties", "items"):
            if isinstance(holder.get(keyword), Mapping):
                yield from _walk(holder[keyword], f"{path}/*", depth + 1, _OPTIONAL)


def _holders(schema: Schema | bool) -> Iterator[Schema]:
    if not isinstance(schema, Mapping):
        return
    yield schema
    for part in schema.get("allOf", ()):
        yield from _holders(part)


def _required(holders: tuple[Schema, ...], name: str) -> RuleSentence:
    for holder in holders:
        if name in holder.get("required", ()):
            return RuleSentence("yes", (clause_of(holder, "required", name),))
    conditional = [
        RuleSentence(f"{word} {condition(holder['if'])}", (clause_of(branch, "required", name),))
        for holder in holders
        for keyword, word in (("then", "if"), ("else", "unless"))
        if "if" in holder and name in (branch := holder.get(keyword, {})).get("required", ())
    ]
    if conditional:
        clauses = dict.fromkeys(clause for one in conditional for clause in one.clauses)
        return RuleSentence(", or ".join(one.words for one in conditional), tuple(clauses))
    for holder in holders:
        if name in holder.get("x-resource", {}).get("required-on-create", ()):
            named = holder.get("x-clause", {})
            clause = named.get("x-resource", {}).get("required-on-create") if isinstance(named, Mapping) else None
            return RuleSentence("when it is new", (clause,) if isinstance(clause, str) else ())
    return _OPTIONAL
