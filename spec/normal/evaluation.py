"""What ``unevaluatedProperties`` and ``unevaluatedItems`` see: keywords that refuse nothing, and yet say something.

A schema that accepts anything is dropped from a normal form, but for members and items it has *evaluated* them
(JSON Schema 2020-12 Core, 11.2 and 11.3). Where such a keyword looks, it is written so that it stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spec.normal.merge import NOTE, UNEVALUATED, Schema
from spec.openapi.resolving import target
from spec.source import pointer
from spec.source.pointer import Json

_APPLYING = ("items", "additionalProperties", *sorted(UNEVALUATED))
_LISTED = ("allOf", "anyOf", "oneOf")
_IN_PLACE = ("if", "then", "else")
ANYTHING: Schema = {"not": {"not": {}}}


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The schemas that some ``unevaluated…`` keyword sees: identities of their objects, places of those referred to."""

    nodes: frozenset[int]
    places: frozenset[str]

    def __contains__(self, node: Json) -> bool:
        return id(node) in self.nodes


def evaluated(document: Json) -> Evaluated:
    """What the ``unevaluated…`` keywords of a document see."""
    nodes: set[int] = set()
    places: set[str] = set()
    stack = [document]
    while stack:
        here = stack.pop()
        if isinstance(here, dict):
            if UNEVALUATED & here.keys():
                _follow(document, here, nodes, places)
            stack.extend(child for child in here.values() if isinstance(child, (dict, list)))
        elif isinstance(here, list):
            stack.extend(child for child in here if isinstance(child, (dict, list)))
    return Evaluated(frozenset(nodes), frozenset(places))


def _follow(document: Json, first: Json, nodes: set[int], places: set[str]) -> None:
    stack = [first]
    while stack:
        here = stack.pop()
        if not isinstance(here, dict) or id(here) in nodes:
            continue
        nodes.add(id(here))
        stack.extend(_in_place(here))
        for word in ("$ref", "$dynamicRef"):
            place = target(document, here.get(word))
            if place is not None:
                places.add(place)
                stack.append(pointer.follow(document, place))


def _in_place(node: Mapping[str, Json]) -> Iterator[Json]:
    for word in _LISTED:
        yield from node[word] if isinstance(node.get(word), list) else ()
    yield from (node[word] for word in _IN_PLACE if word in node)
    yield from node["dependentSchemas"].values() if isinstance(node.get("dependentSchemas"), dict) else ()


def evaluating(schema: Schema) -> Schema:
    """The keywords of one schema, those that accept anything written so that they stay."""
    kept = dict(schema)
    for word in _APPLYING:
        if word in kept:
            kept[word] = staying(kept[word])
    if "contains" in kept and kept.get("minContains") == 0 and "maxContains" not in kept:
        perhaps = {"anyOf": [{"contains": kept.pop("contains")}, ANYTHING]}
        del kept["minContains"]
        kept["allOf"] = [*kept.get("allOf", ()), perhaps]
    if "if" in kept and all(is_anything(kept.get(word, {})) for word in ("then", "else")):
        kept["then"] = ANYTHING
    if any(isinstance(value, (dict, list)) for value in kept.get("enum", ())):
        kept["allOf"] = [*kept.get("allOf", ()), {"not": {"not": {"enum": kept.pop("enum")}}}]
    return kept


def is_anything(schema: Json) -> bool:
    """True of a normal form that accepts anything."""
    return isinstance(schema, dict) and all(word == NOTE for word in schema)


def staying(schema: Schema) -> Schema:
    """The same schema, written so that it stays where it accepts anything."""
    return {**schema, **ANYTHING} if is_anything(schema) else schema
