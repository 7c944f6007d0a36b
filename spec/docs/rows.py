"""The members of a schema as flat rows that link to named schemas instead of unfolding them: linear in the document."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from spec.openapi.resolving import target
from spec.source.pointer import Json, escape

_DEEPEST = 12  # levels of anonymous schemas that are shown in place
_LIMITS = (
    "format", "pattern", "const", "minLength", "maxLength", "minimum", "exclusiveMinimum", "maximum",
    "exclusiveMaximum", "multipleOf", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
    "contentEncoding", "contentMediaType",
)  # fmt: skip
_BRANCHES = {"oneOf": "exactly one of", "anyOf": "at least one of", "allOf": "all of"}


@dataclass(frozen=True, slots=True)
class SchemaRow:
    """One value that a body may hold. ``link`` is the anchor of the named schema that says more, or None."""

    path: str
    depth: int
    anchor: str
    types: str
    link: str | None
    name: str | None
    required: bool
    deprecated: bool
    default: str | None
    description: str
    limits: tuple[str, ...]


Anchor = Callable[[str], str | None]


def rows(schema: Json, document: Mapping[str, Json], anchor: Anchor, prefix: str) -> tuple[SchemaRow, ...]:
    """The rows of a schema, its own (path ``""``) first.

    ``anchor`` gives the anchor under which the page shows what stands at a pointer, or None; anchors of rows begin
    with ``prefix``.
    """
    return tuple(_RowWalk(document, anchor, prefix).walk(schema, "", 0, required=False))


@dataclass(frozen=True, slots=True)
class _RowWalk:
    document: Mapping[str, Json]
    anchor: Anchor
    prefix: str

    def walk(self, schema: Json, path: str, depth: int, *, required: bool) -> Iterator[SchemaRow]:
        node = schema if isinstance(schema, Mapping) else {}
        place = target(self.document, node["$ref"]) if isinstance(node.get("$ref"), str) else None
        yield self._row(schema, node, place, path, depth, required=required)
        if depth >= _DEEPEST:
            return
        needed = _texts(node.get("required"))
        for name, child in _pairs(node.get("properties")):
            yield from self.walk(child, f"{path}/{escape(name)}", depth + 1, required=name in needed)
        for word in ("items", "additionalProperties"):
            if isinstance(node.get(word), Mapping):
                yield from self.walk(node[word], f"{path}/*", depth + 1, required=False)
        for word, words in _BRANCHES.items():
            for index, child in enumerate(_listed(node.get(word))):
                yield from self.walk(child, f"{path} ({words}, {index + 1})", depth + 1, required=False)

    def _row(
        self, schema: Json, node: Mapping[str, Json], place: str | None, path: str, depth: int, *, required: bool
    ) -> SchemaRow:
        return SchemaRow(
            path=path,
            depth=depth,
            anchor=f"{self.prefix}{path or '-value'}".replace(" ", "_"),
            types=_types(schema),
            link=self.anchor(place) if place is not None else None,
            name=place.rpartition("/")[2].replace("~1", "/").replace("~0", "~") if place is not None else None,
            required=required,
            deprecated=node.get("deprecated") is True,
            default=_json(node["default"]) if "default" in node else None,
            description=str(node.get("description") or node.get("title") or ""),
            limits=tuple(_limits(node)),
        )


def _limits(node: Mapping[str, Json]) -> Iterator[str]:
    for word in _LIMITS:
        if word in node:
            yield f"{word}: {_json(node[word]) if not isinstance(node[word], str) else node[word]}"
    if isinstance(node.get("enum"), list):
        yield f"one of {', '.join(map(_json, node['enum'][:100]))}{', …' if len(node['enum']) > 100 else ''}"
    for word, said in (("readOnly", "only in answers"), ("writeOnly", "only in requests")):
        if node.get(word) is True:
            yield said
    if node.get("additionalProperties") is False:
        yield "no other members"
    mapping = node.get("discriminator")
    if isinstance(mapping, Mapping) and isinstance(mapping.get("propertyName"), str):
        yield f"told apart by {mapping['propertyName']}"


def _types(schema: Json) -> str:
    if isinstance(schema, bool):
        return "any" if schema else "nothing"
    node = schema if isinstance(schema, Mapping) else {}
    named = node.get("type")
    types = [named] if isinstance(named, str) else [one for one in _listed(named) if isinstance(one, str)]
    if node.get("nullable") is True:
        types = [*types, "null"]
    if not types:
        types = ["object"] if "properties" in node else ["array"] if "items" in node else []
    return " or ".join(types)


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _listed(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list) else ()


def _texts(value: Json) -> frozenset[str]:
    return frozenset(one for one in _listed(value) if isinstance(one, str))


def _pairs(value: Json) -> Iterator[tuple[str, Json]]:
    for name, child in value.items() if isinstance(value, Mapping) else ():
        yield str(name), child
