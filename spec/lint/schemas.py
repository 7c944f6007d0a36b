"""Lint rules about single schema objects: keywords without effect, branches, patterns, formats, contradictions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from spec.lint.places import SchemaPlace
from spec.lint.rules import Hit
from spec.normal.form import Normaliser
from spec.normal.keywords import SILENT_FORMATS
from spec.normal.merge import FAMILIES, is_false, text
from spec.normal.readable import ASSERTED_FORMATS, is_readable
from spec.source.pointer import escape
from spec.witness.engine import is_unsatisfiable

_PROSE = frozenset({"title", "description", "example", "examples", "externalDocs", "$comment"})
_CONSTRAINTS = re.compile(
    r"x-(?:format|constraint|pattern|min|max|length|required|optional|enum|type|nullable|validat\w*|regex|range)s?\b",
    re.IGNORECASE,
)
_ANCHORED = re.compile(r"\A\(?\^|\$\)?\Z")
_SID = re.compile(r"\^([A-Z]{2})\[([^\]]+)\]\{32\}\$\Z")
_ONLY_31 = frozenset({
    "const", "if", "then", "else", "patternProperties", "propertyNames", "contains", "minContains", "maxContains",
    "prefixItems", "dependentRequired", "dependentSchemas", "unevaluatedProperties", "unevaluatedItems", "$defs",
})  # fmt: skip
_FAMILY_OF = {word: family for family, words in FAMILIES.items() for word in words if word != "required"}


def schema_hits(places: Iterable[SchemaPlace], normaliser: Normaliser, formats: frozenset[str]) -> Iterator[Hit]:
    """Hits of every schema rule; ``formats`` are those that the project itself checks, beside the usual ones."""
    alphabets: dict[str, list[Hit]] = defaultdict(list)
    for place in places:
        normal = normaliser.normal(place.schema)
        yield from _effects(place, normal, legacy=normaliser.legacy)
        yield from _branches(place)
        yield from _texts(place, formats, alphabets)
        yield from _contradictions(place, normal, normaliser)
    if len(alphabets) > 1:
        shown = ", ".join(sorted(alphabets))
        for hits in alphabets.values():
            hit = hits[0]
            yield Hit(hit.rule, hit.pointer, f"{hit.message} The document uses the alphabets {shown} for its SIDs.")


def _effects(place: SchemaPlace, normal: Mapping[str, Any], *, legacy: bool) -> Iterator[Hit]:
    schema, pointer = place.schema, place.pointer
    types = set(normal.get("type", ()))
    if "enum" in normal:
        types = set()
    if isinstance(schema.get("required"), list) and types and "object" not in types:
        names = ", ".join(map(repr, schema["required"]))
        message = f"'required' names {names}, but only {_or(types)} is allowed here: it never takes effect."
        yield Hit("required-in-non-object", f"{pointer}/required", message)
    for word in schema:
        family = _FAMILY_OF.get(word)
        if family and types and family not in types and not (family == "number" and "integer" in types):
            message = f"'{word}' limits a value of type {family}, but only {_or(types)} is allowed here."
            yield Hit("keyword-without-effect", f"{pointer}/{word}", message)
        elif legacy and word in _ONLY_31:
            message = f"'{word}' is not a keyword of OpenAPI 3.0: tools may ignore it."
            yield Hit("keyword-without-effect", f"{pointer}/{word}", message)
        elif _CONSTRAINTS.match(word):
            message = f"'{word}' looks like a constraint, but is an extension: every value passes it."
            yield Hit("constraint-in-extension", f"{pointer}/{escape(word)}", message)
    if "nullable" in schema and not (legacy and "type" in schema):
        why = "without a 'type' beside it" if legacy else "in OpenAPI 3.1 (list 'null' among the types)"
        yield Hit("keyword-without-effect", f"{pointer}/nullable", f"'nullable' means nothing {why}.")
    if "dependencies" in schema:
        message = "'dependencies' means nothing any more: it became dependentRequired and dependentSchemas."
        yield Hit("keyword-without-effect", f"{pointer}/dependencies", message)
    if ("then" in schema or "else" in schema) and "if" not in schema:
        yield Hit("keyword-without-effect", pointer, "'then' and 'else' mean nothing without 'if'.")
    declared = schema.get("properties")
    if isinstance(declared, Mapping) and isinstance(schema.get("required"), list) and not place.conditional:
        known = set(declared) | set(normal.get("properties", {}))
        for index, name in enumerate(schema["required"]):
            if isinstance(name, str) and name not in known and "patternProperties" not in schema:
                message = f"'{name}' is required, but no such member is declared."
                yield Hit("required-undeclared", f"{pointer}/required/{index}", message)
    if schema.get("type") == "object" and not (set(schema) - _PROSE - {"type", "nullable", "default", "deprecated"}):
        yield Hit("opaque-object", pointer, "Any object passes here: nothing says what its members are.")


def _or(types: set[str]) -> str:
    return " or ".join(sorted(types))


def _branches(place: SchemaPlace) -> Iterator[Hit]:
    for word in ("anyOf", "oneOf", "allOf"):
        branches = place.schema.get(word)
        if not isinstance(branches, list) or not branches:
            continue
        seen: dict[str, int] = {}
        for index, branch in enumerate(branches):
            key = (
                text({name: value for name, value in branch.items() if name not in _PROSE})
                if isinstance(branch, dict)
                else text(branch)
            )
            if key in seen:
                message = f"Branch {index} of {word} is the same as branch {seen[key]}" + (
                    ": no value can match exactly one of them." if word == "oneOf" else ": it adds nothing."
                )
                yield Hit("duplicate-branch", f"{place.pointer}/{word}/{index}", message)
            seen.setdefault(key, index)
        if len(branches) == 1 and not (word == "allOf" and len(place.schema) > 1):
            yield Hit("single-branch", f"{place.pointer}/{word}", f"{word} has one branch only.")


def _texts(place: SchemaPlace, formats: frozenset[str], alphabets: dict[str, list[Hit]]) -> Iterator[Hit]:
    schema, pointer = place.schema, place.pointer
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        if not is_readable(pattern):
            yield Hit("pattern-unreadable", f"{pointer}/pattern", f"No validator reads the pattern {pattern!r}.")
        elif not _ANCHORED.search(pattern) and place.keyword not in ("if", "not"):
            message = f"The pattern {pattern!r} has no anchors: it accepts any text that contains a match."
            yield Hit("pattern-without-anchors", f"{pointer}/pattern", message)
        if found := _SID.match(pattern):
            message = f"{found[1]} is followed by 32 of [{found[2]}]."
            alphabets[f"[{found[2]}]"].append(Hit("pattern-alphabets-differ", f"{pointer}/pattern", message))
    name = schema.get("format")
    known = ASSERTED_FORMATS | SILENT_FORMATS | formats | {"byte", "int32", "int64", "float"}
    if isinstance(name, str) and name not in known:
        yield Hit(
            "format-unchecked", f"{pointer}/format", f"No validator checks the format {name!r}: every value passes."
        )


def _contradictions(place: SchemaPlace, normal: dict[str, Any], normaliser: Normaliser) -> Iterator[Hit]:
    schema, pointer = place.schema, place.pointer
    if place.keyword in ("not", "if"):
        return
    enum = schema.get("enum")
    if isinstance(enum, list) and enum:
        kept = {text(value) for value in normal.get("enum", enum)}
        for index, value in enumerate(enum):
            if "enum" in normal and text(value) not in kept:
                message = f"The value {text(value)} does not fit the schema that lists it."
                yield Hit("enum-member-impossible", f"{pointer}/enum/{index}", message)
    written = set(schema) - _PROSE
    if written == {"not"} and schema["not"] in ({}, True):
        return  # "nothing" is meant
    if written == {"$ref"}:
        return
    if is_false(normal) or is_unsatisfiable(normal):
        yield Hit(
            "unsatisfiable-schema", pointer, "No value can satisfy this schema: its keywords contradict each other."
        )
