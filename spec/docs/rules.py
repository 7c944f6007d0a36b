"""Rules in words: what the keywords and annotations of a schema ask for, each with the clauses that it keeps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from spec.openapi.document import Schema
from spec.schema.keywords import clause_ids, clause_of
from spec.source.pointer import Json


@dataclass(frozen=True, slots=True)
class RuleSentence:
    """One rule as a sentence without its end, and the ids of its clauses."""

    words: str
    clauses: tuple[str, ...] = ()


def rules(schema: Schema | bool) -> Iterator[RuleSentence]:
    """The rules that a schema itself states, those of its ``allOf`` included; not those of its members."""
    if not isinstance(schema, Mapping):
        if not schema:
            yield RuleSentence("never allowed")
        return
    for keyword, tell in _WORDS.items():
        if keyword in schema:
            yield RuleSentence(tell(schema[keyword]), _clauses(schema, keyword))
    if "type" in _named(schema):
        yield RuleSentence(f"must be {types(schema)}", _clauses(schema, "type"))
    if "propertyNames" in schema:
        for rule in rules(schema["propertyNames"]):
            yield replace(rule, words=f"each member name: {rule.words}")
    if schema.get("additionalProperties") is False:
        yield RuleSentence("no other members", _clauses(schema, "additionalProperties"))
    yield from _conditional(schema)
    for part in schema.get("allOf", ()):
        yield from rules(part)


def types(schema: Schema | bool) -> str:
    """The JSON types of a schema; of its ``allOf`` if it names none itself."""
    if not isinstance(schema, Mapping):
        return "any"
    named = schema.get("type")
    if named is None:
        return next((found for part in schema.get("allOf", ()) if (found := types(part)) != "any"), "any")
    return named if isinstance(named, str) else " or ".join(named)


def condition(schema: Schema) -> str:
    """An ``if`` in words, such as "ids/sid is sent"."""
    sent = list(_sent(schema, ""))
    if sent:
        return f"{' and '.join(sent)} {'is' if len(sent) == 1 else 'are'} sent"
    return f"it fits {_json(schema)}"


def _sent(schema: Schema, prefix: str) -> Iterator[str]:
    below = schema.get("properties", {})
    deeper = {name: list(_sent(member, f"{prefix}{name}/")) for name, member in below.items()}
    for name in schema.get("required", ()):
        if not deeper.get(name):
            yield f"{prefix}{name}"
    for found in deeper.values():
        yield from found


def _conditional(schema: Schema) -> Iterator[RuleSentence]:
    if "if" not in schema:
        return
    when = condition(schema["if"])
    for keyword, word in (("then", "if"), ("else", "unless")):
        branch = schema.get(keyword, {})
        if "required" in branch:
            yield RuleSentence(f"{', '.join(branch['required'])}: required {word} {when}", _clauses(branch, "required"))
        for rule in rules(branch):
            yield replace(rule, words=f"{word} {when}: {rule.words}")


def _named(schema: Schema) -> Mapping[str, Json]:
    annotation = schema.get("x-clause")
    return annotation if isinstance(annotation, Mapping) else {}


def _clauses(schema: Schema, keyword: str) -> tuple[str, ...]:
    named = _named(schema).get(keyword)
    if named:
        return tuple(dict.fromkeys(clause_ids(named)))
    clause = clause_of(schema, keyword)
    return () if clause == "schema" and keyword.startswith("x-") else (clause,)


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _listed(values: list[Json]) -> str:
    return ", ".join(_json(one) for one in values)


def _form(schema: Schema | bool) -> str:
    """A branch of anyOf, oneOf or not in a few words."""
    if isinstance(schema, Mapping) and "required" in schema:
        return " with ".join(schema["required"])
    return " and ".join(rule.words for rule in rules(schema)) or _json(schema)


def _only_requires(schema: Schema | bool) -> bool:
    return isinstance(schema, Mapping) and schema.keys() == {"required"}


def _any_of(branches: list[Schema]) -> str:
    if all(_only_requires(branch) for branch in branches):
        return f"at least one of {', '.join(map(_form, branches))}"
    return f"one of these forms: {'; or '.join(map(_form, branches))}"


def _not(schema: Schema | bool) -> str:
    branches = schema.get("anyOf", [schema]) if isinstance(schema, Mapping) else [schema]
    if all(_only_requires(branch) for branch in branches):
        members = dict.fromkeys(name for one in branches if isinstance(one, Mapping) for name in one["required"])
        return f"at most one of {', '.join(members)}"
    return f"never: {'; nor '.join(map(_form, branches))}"


def _resource(stated: Mapping[str, Json]) -> str:
    said = [f"a part whose SIDs start with {stated['prefix']}"]
    if "identity" in stated:
        said.append(f"there is one for each combination of {' and '.join(stated['identity'])}")
    else:
        said.append(f"its identifiers are unique within its {stated.get('scope', 'deployment')}")
    if "implied-by" in stated:
        said.append(f"it comes into being with {stated['implied-by']} even when it is not sent")
    if "fallback-identity" in stated:
        said.append(f"without an identifier, the one with the same {stated['fallback-identity']['member']} is meant")
    if "required-on-create" in stated:
        said.append(f"{', '.join(stated['required-on-create'])}: required when it is new")
    if "replace" in stated:
        said.append(f"{', '.join(stated['replace'])}: replaced whole")
    return "; ".join(said)


def _membership(stated: Json) -> str:
    if isinstance(stated, str):
        return f"one of the {stated} of the install"
    status = " (404 otherwise)" if stated.get("missing") == "not-found" else ""
    return f"one of the {stated['list']} of the install{status}"


def _signon(stated: Mapping[str, Json]) -> str:
    claims = ", ".join(f"{name} from {source}" for name, source in stated.get("claims", {}).items())
    profile = ", ".join(f"{name} from {' and '.join(members)}" for name, members in stated.get("profile", {}).items())
    claims = ", ".join(one for one in (claims, profile) if one)
    return f"signs {stated['subject']} on for the audience {stated['audience']}; the token tells {claims or 'no more'}"


_WORDS: Mapping[str, Callable[[Json], str]] = {
    "enum": lambda words: f"one of {_listed(words)}" if len(words) > 1 else f"only {_listed(words)}",
    "const": lambda word: f"only {_json(word)}",
    "pattern": lambda pattern: f"matches {pattern}",
    "format": lambda name: f"has the format {name}",
    "minLength": lambda n: "not empty" if n == 1 else f"at least {n} characters",
    "maxLength": lambda n: "empty" if n == 0 else f"at most {n} characters",
    "minimum": lambda n: f"at least {n}",
    "maximum": lambda n: f"at most {n}",
    "exclusiveMinimum": lambda n: f"more than {n}",
    "exclusiveMaximum": lambda n: f"less than {n}",
    "multipleOf": lambda n: f"a multiple of {n}",
    "minProperties": lambda n: f"at least {n} member{'s' if n != 1 else ''}",
    "maxProperties": lambda n: f"at most {n} members",
    "minItems": lambda n: f"at least {n} items",
    "maxItems": lambda n: f"at most {n} items",
    "uniqueItems": lambda _: "items differ from each other",
    "anyOf": _any_of,
    "oneOf": lambda branches: f"exactly one of these forms: {'; or '.join(map(_form, branches))}",
    "not": _not,
    "x-install-default": lambda name: f"created without it, it gets the {name} of the install; null restores that",
    "x-install-member": _membership,
    "x-after": lambda sibling: f"later than {sibling}",
    "x-empty-is-unset": lambda _: "empty means that it was not sent",
    "x-resource": _resource,
    "x-signon": _signon,
    "x-sid": lambda _: "the SID of the part",
    "x-result": lambda words: "; ".join(f"{word} means {meaning}" for meaning, word in words.items()),
}  # fmt: skip
