"""The schemas of a document as they were written, for two validators that know nothing of normal forms.

Before a body is called a proof, jsonschema and jsonschema-rs both judge it under both documents. This reading shares
no code with the normal form: references stay references, and only the words that JSON Schema 2020-12 spells otherwise
are respelt (``nullable``, boolean ``exclusiveMinimum``, ``byte``, ``int32`` …).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

import jsonschema
import jsonschema_rs

from spec.normal.direction import Direction
from spec.normal.form import Subtypes
from spec.normal.keywords import BASE64, RANGES
from spec.normal.merge import Schema
from spec.normal.readable import OWN_FORMATS, STANDARD_FORMATS
from spec.openapi.resolving import target
from spec.regex.automaton import is_found
from spec.regex.tree import PatternError
from spec.schema.reach import ByDepth
from spec.schema.second_opinion import (
    MOST_SCHEMAS,
    MOST_STEPS,
    SlowPatternError,
    TooManySchemasError,
    bounded_validity,
)
from spec.source import pointer
from spec.source.pointer import Json

_HIDDEN: dict[Direction, str] = {"request": "readOnly", "response": "writeOnly"}
_LITERAL = frozenset({"enum", "const", "default", "example", "examples"})
_NAMED = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs"})
_IN_PLACE = ("allOf", "anyOf", "oneOf")
_DROPPED = frozenset({"$id", "$schema", "$anchor", "$dynamicAnchor", "$defs", "discriminator", "xml", "externalDocs"})


@dataclass(frozen=True, slots=True)
class Opinions:
    """What the two engines say of a body: valid, invalid, or None where one cannot say."""

    rust: bool | None
    python: bool | None
    partial: bool = False  # a reference of the schema led nowhere: it says less than the document does
    limit: str | None = None  # what the schema grows beyond, if it was not asked for that

    def agree_on(self, expected: bool) -> bool:
        """True if both say so."""
        return self.rust is expected and self.python is expected


def opinions(schema: Schema, *, partial: bool = False) -> Callable[[Json], Opinions]:
    """A function that asks both engines about a body under a plain JSON Schema; formats are asserted."""
    judges = ByDepth(schema, _judges)
    beyond = Opinions(None, None, partial, f"judging a payload takes more than {MOST_SCHEMAS:,} schemas")
    is_beyond = False

    def ask(body: Json) -> Opinions:
        nonlocal is_beyond
        if is_beyond:
            return beyond
        judge = judges.of(body)
        if judge is None:
            return Opinions(None, None)
        try:
            slow = _asked(judge.python, body)
        except TooManySchemasError:
            is_beyond = True
            return beyond
        except SlowPatternError:
            return Opinions(None, None, partial, f"a pattern may take more than {MOST_STEPS:,} steps on a payload")
        return Opinions(_asked(judge.rust, body), slow, partial)

    return ask


class _Judges(NamedTuple):
    """Whether a body is valid, as each of the engines says."""

    rust: Callable[[Json], bool]
    python: Callable[[Json], bool]


def _judges(schema: Json) -> _Judges | None:
    try:
        rust = jsonschema_rs.Draft202012Validator(schema, validate_formats=True, formats=OWN_FORMATS)
        return _Judges(rust.is_valid, bounded_validity(schema, _formats(), search=_searched))
    except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, jsonschema.SchemaError):
        return None


def _searched(pattern: str, text: str) -> bool:
    """Whether a pattern is found, where an engine that goes back would be slow: by an automaton."""
    try:
        return is_found(pattern, text)
    except PatternError:
        raise SlowPatternError from None


def _asked(is_valid: Callable[[Json], bool], body: Json) -> bool | None:
    try:
        return is_valid(body)
    except (TooManySchemasError, SlowPatternError):
        raise
    except Exception:  # noqa: BLE001  an engine that fails, whatever it raises, has no opinion: nothing is proven by it
        return None


@lru_cache(maxsize=1)
def _formats() -> Mapping[str, Callable[[str], bool]]:
    """One checker per format, the same for both engines: ours, and for the others the one of jsonschema-rs."""
    checkers: dict[str, Callable[[str], bool]] = dict(OWN_FORMATS)
    for name in STANDARD_FORMATS:
        checker = jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True)
        checkers.setdefault(name, checker.is_valid)
    return checkers


def _is_as_written(made: Mapping[str, Json], written: Mapping[str, Json]) -> bool:
    """True if nothing had to be respelt: then what the document holds is taken, and nothing is kept beside it."""
    return all(made[name] is value for name, value in written.items())


class _ReadPlace(NamedTuple):
    """A place, read for one direction, as a parent of subtypes or not, without the members hidden from around it."""

    place: str
    direction: Direction
    parent: bool
    hidden: frozenset[str]


_UNREAD = "unread"


class PlainReading:
    """One document's schemas for plain validators, each place converted once."""

    def __init__(self, document: Mapping[str, Json], *, legacy: bool, subtypes: Subtypes) -> None:
        self.document, self.legacy, self.subtypes = document, legacy, subtypes
        self._parents = {id(pointer.follow(document, place)): place for place, known in subtypes.items() if known}
        self._names: dict[_ReadPlace, str] = {}
        self._keys: dict[str, _ReadPlace] = {}
        self._definitions: dict[str, Schema] = {}
        self._uses: dict[str, set[str]] = {}
        self._asked: dict[tuple[int, Direction], Callable[[Json], Opinions]] = {}

    def opinions(self, node: Json, direction: Direction) -> Callable[[Json], Opinions]:
        """Both engines on the schema that stands as ``node`` in the document, read for one direction."""
        key = (id(node), direction)
        if key not in self._asked:
            used: set[str] = set()
            parent = self._parents.get(id(node))
            if parent is None:
                schema = self._converted(node, direction, used, frozenset())
            else:
                schema = self._defined(_ReadPlace(parent, direction, True, frozenset()), used)
            waiting, definitions = list(used), dict[str, Schema]()
            while waiting:
                name = waiting.pop()
                if name not in definitions:
                    definitions[name] = self._definition(name)
                    waiting += self._uses[name]
            whole = {"allOf": [schema], "$defs": definitions}
            self._asked[key] = opinions(whole, partial=_UNREAD in definitions)
        return self._asked[key]

    def forget(self) -> None:
        """Let go of what was read: what the next direction reads is other schemas."""
        for held in (self._names, self._keys, self._definitions, self._uses, self._asked):
            held.clear()

    def _reference(
        self, reference: str, direction: Direction, used: set[str], hidden: frozenset[str], *, inherited: bool
    ) -> Json:
        place = target(self.document, reference)
        if place is None:
            used.add(_UNREAD)
            return True
        parent = not inherited and bool(self.subtypes.get(place))
        key = _ReadPlace(place, direction, parent, hidden)
        name = self._names.setdefault(key, f"p{len(self._names)}")
        self._keys[name] = key
        used.add(name)
        return {"$ref": f"#/$defs/{name}"}

    def _definition(self, name: str) -> Schema:
        """What a reference names, converted once."""
        if name not in self._definitions:
            uses = self._uses[name] = set()
            self._definitions[name] = {} if name == _UNREAD else self._defined(self._keys[name], uses)
        return self._definitions[name]

    def _defined(self, key: _ReadPlace, used: set[str]) -> Schema:
        place, direction, parent, hidden = key
        node = pointer.follow(self.document, place)
        if not parent:
            return {"allOf": [self._converted(node, direction, used, hidden)]}
        member = str(node["discriminator"].get("propertyName"))
        schemas = [self._reference(f"#{quote(place)}", direction, used, hidden, inherited=True)]
        for value, child in self.subtypes[place].items():
            asked = {"type": "object", "properties": {member: {"const": value}}, "required": [member]}
            then = self._reference(f"#{quote(child)}", direction, used, hidden, inherited=True)
            schemas.append({"if": asked, "then": then})
        return {"allOf": schemas}

    def _converted(
        self, node: Json, direction: Direction, used: set[str], hidden: frozenset[str], *, inherited: bool = False
    ) -> Json:
        if not isinstance(node, Mapping):
            return node if isinstance(node, bool) else True
        parts: list[Json] = [
            self._reference(node[word], direction, used, hidden, inherited=inherited)
            for word in ("$ref", "$dynamicRef")
            if isinstance(node.get(word), str)
        ]
        if self.legacy and parts:
            return parts[0]
        hidden = hidden | self._hidden(node, direction)
        plain: Schema = {}
        for word, value in node.items():
            if word in _DROPPED or word in ("$ref", "$dynamicRef") or word.startswith("x-"):
                continue
            plain[word] = value if word in _LITERAL else self._child(word, value, direction, used, hidden)
        self._respelt(node, plain, parts)
        if hidden and "required" in plain:
            plain["required"] = [name for name in plain["required"] if name not in hidden]
        if hidden and "properties" in plain:
            plain["properties"] = {name: each for name, each in plain["properties"].items() if name not in hidden}
        if parts:
            return {"allOf": [*parts, plain]}
        return node if plain.keys() == node.keys() and _is_as_written(plain, node) else plain

    def _child(self, word: str, value: Json, direction: Direction, used: set[str], hidden: frozenset[str]) -> Json:
        if word in _IN_PLACE and isinstance(value, list):
            inherited = word == "allOf"
            return [self._converted(each, direction, used, hidden, inherited=inherited) for each in value]
        if word == "prefixItems" and isinstance(value, list):
            return [self._converted(each, direction, used, frozenset()) for each in value]
        if word in _NAMED and isinstance(value, Mapping):
            made = {name: self._converted(each, direction, used, frozenset()) for name, each in value.items()}
            return value if _is_as_written(made, value) else made
        if word in ("not", "if", "then", "else"):
            return self._converted(value, direction, used, hidden)
        return self._converted(value, direction, used, frozenset()) if isinstance(value, Mapping) else value

    def _hidden(self, node: Mapping[str, Json], direction: Direction, depth: int = 0) -> frozenset[str]:
        """The members that do not travel this way, named by this schema or by one that must hold as well."""
        members = node.get("properties")
        found = {
            name
            for name, child in (members.items() if isinstance(members, Mapping) else ())
            if self._flagged(child, _HIDDEN[direction])
        }
        place = target(self.document, node.get("$ref"))
        also = [pointer.follow(self.document, place)] if place is not None else []
        also += node["allOf"] if isinstance(node.get("allOf"), list) else []
        if depth < 10:
            found.update(*(self._hidden(each, direction, depth + 1) for each in also if isinstance(each, Mapping)))
        return frozenset(found)

    def _flagged(self, node: Json, flag: str, depth: int = 0) -> bool:
        if not isinstance(node, Mapping) or depth > 20:
            return False
        place = target(self.document, node.get("$ref"))
        if place is not None and self._flagged(pointer.follow(self.document, place), flag, depth + 1):
            return True
        return node.get(flag) is True and not (self.legacy and "$ref" in node)

    def _respelt(self, node: Mapping[str, Json], plain: Schema, parts: list[Json]) -> None:
        if self.legacy and node.get("nullable") is True and isinstance(node.get("type"), str):
            plain["type"] = [node["type"], "null"]
        for word, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
            if isinstance(node.get(word), bool):
                del plain[word]
                if node[word] and bound in plain:
                    plain[word] = plain.pop(bound)
        name = plain.pop("format", None)
        declared = node.get("type")
        types = declared if isinstance(declared, list) else [declared]
        numeric = {"integer", "number"} & {each for each in types if isinstance(each, str)}
        if isinstance(name, str) and name in RANGES and numeric:
            parts.append({"minimum": RANGES[name][0], "maximum": RANGES[name][1]})
        elif name == "byte":
            parts.append({"pattern": BASE64})
        elif isinstance(name, str) and (name in STANDARD_FORMATS or name in OWN_FORMATS):
            plain["format"] = name
