"""A normal form cut off some levels below its root: what is further away is left open, so that work stays local.

The cut form accepts whatever the whole one accepts: what is proven impossible of it is impossible of the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from spec.normal.merge import FALSE, NOTE, Schema, is_false
from spec.source.pointer import Json

_NAMED = ("properties", "patternProperties")
_ONE = ("items", "additionalProperties", "propertyNames")
_MOST_NODES = 1500
_GUARDED = frozenset({"not", "if", "then", "else", "dependentSchemas"})
_DROPPED = frozenset({"unevaluatedProperties", "unevaluatedItems", "maxContains", "$defs", NOTE})


class _TooManyNodesError(Exception):
    """The cut form would still be too large."""


def nearby(
    schema: Schema,
    levels: int,
    *,
    most: int = _MOST_NODES,
    reduced: Callable[[Json], Json] = lambda definition: definition,
) -> Schema:
    """At most so many levels of members and items of a normal form, fewer where those would be too many nodes.

    ``reduced`` is what becomes of a definition where a reference to it stands alone: at the root, as a member, an item.
    """
    for deepest in range(levels, 0, -1):
        try:
            cut: Schema = _Cut(schema.get("$defs", {}), deepest, most, reduced).alone(schema, 0)
        except _TooManyNodesError:
            continue
        return cut
    return {}


class _Cut:
    def __init__(
        self, definitions: Mapping[str, Json], deepest: int, most: int, reduced: Callable[[Json], Json]
    ) -> None:
        self.definitions, self.deepest, self.most, self.reduced = definitions, deepest, most, reduced
        self.nodes = 0

    def alone(self, node: Json, depth: int) -> Json:
        """A schema beside which nothing else speaks of the same value."""
        if not isinstance(node, Mapping) or node.keys() - {"$defs", NOTE} != {"$ref"} or depth > self.deepest:
            return self.schema(node, depth)
        name = node["$ref"].rpartition("/")[2]
        return self.schema(self.reduced(self.definitions.get(name, {})), depth, frozenset({name}))

    def schema(self, node: Json, depth: int, through: frozenset[str] = frozenset()) -> Json:
        if not isinstance(node, Mapping):
            return node
        self.nodes += 1
        if self.nodes > self.most:
            raise _TooManyNodesError
        if isinstance(node.get("$ref"), str):
            name = node["$ref"].rpartition("/")[2]
            if name in through or depth > self.deepest:
                return {}
            return self.schema(self.definitions.get(name, {}), depth, through | {name})
        kept: dict[str, Json] = {}
        for word, value in node.items():
            if word in _NAMED:
                kept[word] = {name: self.below(child, depth) for name, child in value.items()}
            elif word in _ONE:
                kept[word] = self.below(value, depth)
            elif word == "prefixItems":
                kept[word] = [self.below(child, depth) for child in value]
            elif word in ("allOf", "anyOf"):
                kept.setdefault(word, []).extend(self.schema(child, depth, through) for child in value)
            elif word == "contains":
                kept[word] = self.below(value, depth)
            elif word == "oneOf":  # branches that are cut may overlap more than they did
                kept.setdefault("allOf", []).append({"anyOf": [self.schema(child, depth, through) for child in value]})
            elif word not in _GUARDED | _DROPPED:
                kept[word] = value
        self.guarded(node, kept)
        return kept

    def below(self, child: Json, depth: int) -> Json:
        if depth < self.deepest:
            return self.alone(child, depth + 1)
        return dict(FALSE) if isinstance(child, Mapping) and is_false(dict(child)) else {}

    def guarded(self, node: Mapping[str, Json], kept: dict[str, Json]) -> None:
        """Conditions and negations are kept whole or not at all: leaving them open would ask for more, not less."""
        if "not" in node and self.is_small(node["not"]):
            kept["not"] = node["not"]
        if "if" in node and all(self.is_small(node.get(word, {})) for word in ("if", "then", "else")):
            kept.update({word: node[word] for word in ("if", "then", "else") if word in node})
        if "dependentSchemas" in node and self.is_small(node["dependentSchemas"]):
            kept["dependentSchemas"] = node["dependentSchemas"]

    def is_small(self, node: Json) -> bool:
        waiting, count = [node], 0
        while waiting:
            here = waiting.pop()
            count += 1
            if count > 100 or (isinstance(here, Mapping) and "$ref" in here):
                return False
            if isinstance(here, Mapping):
                waiting.extend(here.values())
            elif isinstance(here, list):
                waiting.extend(here)
        self.nodes += count
        return True
