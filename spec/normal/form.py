"""The normal form of a schema: plain JSON Schema 2020-12 in which only what decides about a body is left.

References are inlined (recursive ones become ``$defs``), the spellings of OpenAPI 3.0 and 3.1 become one, ``allOf``
is merged, and annotations move into one member, ``x-note``, that no validator reads. A schema of two documents
whose normal forms are equal accepts the same bodies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from spec.normal.direction import projected
from spec.normal.merge import ALL_TYPES, FALSE, NOTE, UNEVALUATED, conjunction
from spec.normal.readable import ASSERTED_FORMATS, is_readable
from spec.normal.simplify import alternatives, simplified
from spec.openapi.resolving import target
from spec.source import pointer

Schema: TypeAlias = dict[str, Any]
Direction: TypeAlias = Literal["request", "response"]

RESOURCE_NOTES = (
    "x-resource", "x-signon", "x-install-default", "x-install-member", "x-after", "x-empty-is-unset", "x-clause",
)  # fmt: skip
NOTED = ("default", "deprecated", "discriminator", "contentEncoding", "contentMediaType", *RESOURCE_NOTES)
_PLAIN = (
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
    "format", "minItems", "maxItems", "uniqueItems", "minContains", "maxContains", "minProperties", "maxProperties",
)  # fmt: skip
_NUMERIC = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
_CHILD = ("items", "contains", "additionalProperties", "propertyNames", "unevaluatedProperties", "unevaluatedItems")
_CHILDREN = ("properties", "patternProperties", "dependentSchemas")
_ASSERTED_BY_RANGE: dict[str, tuple[float, float]] = {
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "float": (-3.4028234663852886e38, 3.4028234663852886e38),
}
SILENT_FORMATS = frozenset({"binary", "password", "double"})
_BASE64 = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
_LARGEST_INLINE = 1500
_DEEPEST_INLINE = 40


@dataclass(slots=True)
class _Expansion:
    """What one run of the normaliser has found so far."""

    finished: dict[str, Schema] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    defined: dict[str, str] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Position:
    """The references that lead here: all of them, and those passed without a step into the body."""

    open: tuple[str, ...] = ()
    in_place: frozenset[str] = frozenset()
    depth: int = 0

    def below(self) -> _Position:
        return _Position(self.open, frozenset(), self.depth + 1)

    def through(self, place: str) -> _Position:
        return _Position((*self.open, place), self.in_place | {place}, self.depth + 1)


class Normaliser:
    """Turns the schemas of one OpenAPI document into normal forms."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.legacy = str(document.get("openapi", "")).startswith("3.0")

    def normal(self, node: Any, direction: Direction | None = None) -> Schema:
        """The normal form of a schema of the document.

        With a direction, members that do not travel that way (``readOnly`` in requests, ``writeOnly`` in responses)
        are left out. References that lead nowhere allow anything and are noted.
        """
        run = _Expansion()
        schema = self._schema(node, _Position(), run)
        while run.waiting:
            place = run.waiting.pop()
            if place not in run.finished:
                self._expand(place, _Position(), run)
        definitions = {run.defined[place]: run.finished[place] for place in run.defined}
        root = dict(schema)
        if definitions:
            root["$defs"] = definitions
        return projected(root, direction) if direction else root

    def _schema(self, node: Any, at: _Position, run: _Expansion) -> Schema:
        if node is False:
            return dict(FALSE)
        if not isinstance(node, Mapping):
            return {}
        parts: list[Schema] = []
        for word in ("$ref", "$dynamicRef"):
            if isinstance(node.get(word), str):
                parts.append(self._reference(node[word], at, run))
                if self.legacy:  # OpenAPI 3.0: what stands beside $ref has no effect
                    return parts[0]
        own = self._own(node, at, run)
        whole = {word: own.pop(word) for word in UNEVALUATED if word in own}
        parts.append(own)
        parts += [self._schema(child, at, run) for child in _listed(node, "allOf")]
        for word in ("anyOf", "oneOf"):
            branches = [self._schema(child, at, run) for child in _listed(node, word)]
            if branches:
                parts.append(alternatives(word, branches))
        return simplified({**conjunction(parts), **whole})

    def _reference(self, reference: str, at: _Position, run: _Expansion) -> Schema:
        place = target(self.document, reference)
        if place is None:
            return {NOTE: {"unresolved": reference}}
        if place in at.in_place:
            return {}  # a reference that leads back to itself without a step into the body says nothing
        if place in at.open or at.depth > _DEEPEST_INLINE:
            return self._defined(place, run)
        if place not in run.finished:
            self._expand(place, at, run)
        if place in run.defined or run.sizes[place] > _LARGEST_INLINE:
            return self._defined(place, run)
        return run.finished[place]

    def _expand(self, place: str, at: _Position, run: _Expansion) -> None:
        run.finished[place] = schema = self._schema(pointer.follow(self.document, place), at.through(place), run)
        run.sizes[place] = _size(schema)

    def _defined(self, place: str, run: _Expansion) -> Schema:
        if place not in run.defined:
            plain = "".join(letter if letter.isascii() and letter.isalnum() else "." for letter in place.strip("/"))
            run.defined[place] = f"{len(run.defined)}.{plain}"
            run.waiting.append(place)
        return {"$ref": f"#/$defs/{run.defined[place]}"}

    def _own(self, node: Mapping[str, Any], at: _Position, run: _Expansion) -> Schema:
        schema: Schema = {word: node[word] for word in _PLAIN if word in node and _sane(word, node[word])}
        below = at.below()
        for word in _CHILD:
            if isinstance(node.get(word), (Mapping, bool)):
                schema[word] = self._schema(node[word], below, run)
        for word in _CHILDREN:
            if isinstance(node.get(word), Mapping):
                inner = at if word == "dependentSchemas" else below
                schema[word] = {
                    name: self._schema(child, inner, run)
                    for name, child in node[word].items()
                    if word != "patternProperties" or is_readable(name)
                }
        if children := _listed(node, "prefixItems"):
            schema["prefixItems"] = [self._schema(child, below, run) for child in children]
        for word in ("not", "if", "then", "else"):
            if isinstance(node.get(word), (Mapping, bool)):
                schema[word] = self._schema(node[word], at, run)
        if isinstance(node.get("required"), list):
            schema["required"] = sorted({name for name in node["required"] if isinstance(name, str)})
        if isinstance(node.get("dependentRequired"), Mapping):
            schema["dependentRequired"] = {
                name: sorted(set(map(str, names)))
                for name, names in node["dependentRequired"].items()
                if isinstance(names, list)
            }
        if "unevaluatedProperties" in schema and "additionalProperties" in schema:
            del schema["unevaluatedProperties"]
        self._typed(node, schema)
        _noted(node, schema)
        return schema

    def _typed(self, node: Mapping[str, Any], schema: Schema) -> None:
        declared = node.get("type")
        types = [declared] if isinstance(declared, str) else declared if isinstance(declared, list) else None
        if types is not None:
            if self.legacy and node.get("nullable") is True:
                types = [*types, "null"]
            known = {name for name in types if isinstance(name, str)} & (ALL_TYPES | {"integer"})
            if known:
                schema["type"] = sorted(known)
        if isinstance(node.get("enum"), list):
            schema["enum"] = list(node["enum"])
        if "const" in node:
            schema["enum"] = [node["const"]] if "enum" not in schema else schema["enum"]
            if schema["enum"] != [node["const"]]:
                schema["allOf"] = [{"enum": [node["const"]]}]
        for word, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
            if node.get(word) is True and bound in schema:  # OpenAPI 3.0: a flag beside the bound
                schema[word] = schema.pop(bound)
        _formatted(node, schema, types)


def _formatted(node: Mapping[str, Any], schema: Schema, types: list[Any] | None) -> None:
    name = schema.pop("format", None)
    if not isinstance(name, str) or name in SILENT_FORMATS:
        return
    numeric = set(types or ()) & {"integer", "number"}
    if name in _ASSERTED_BY_RANGE:
        if types is not None and numeric:
            low, high = _ASSERTED_BY_RANGE[name]
            ranged = {"minimum": low, "maximum": high}
            schema.setdefault("allOf", []).append(ranged)
    elif name == "byte":
        schema.setdefault("allOf", []).append({"pattern": _BASE64})
    elif name in ASSERTED_FORMATS:
        schema["format"] = name
    elif name:
        schema[NOTE] = {"format": name}


def _noted(node: Mapping[str, Any], schema: Schema) -> None:
    notes = {word: node[word] for word in NOTED if word in node}
    if isinstance(node.get("pattern"), str) and not is_readable(node["pattern"]):
        notes["pattern"] = node["pattern"]
    notes.update({word: True for word in ("readOnly", "writeOnly") if node.get(word) is True})
    if notes:
        schema[NOTE] = {**notes, **schema.get(NOTE, {})}


def _listed(node: Mapping[str, Any], word: str) -> list[Any]:
    children = node.get(word)
    return children if isinstance(children, list) else []


def _sane(word: str, value: Any) -> bool:
    if word in ("pattern", "format"):
        return isinstance(value, str) and (word == "format" or is_readable(value))
    if word == "uniqueItems":
        return value is True
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    if word == "multipleOf":
        return value > 0
    return word in _NUMERIC or (value >= 0 and value == int(value))


def _size(schema: Any) -> int:
    total, stack = 0, [schema]
    while stack:
        here = stack.pop()
        total += 1
        if total > 10 * _LARGEST_INLINE:
            break
        if isinstance(here, dict):
            stack.extend(here.values())
        elif isinstance(here, list) and here and isinstance(here[0], dict):
            stack.extend(here)
    return total
