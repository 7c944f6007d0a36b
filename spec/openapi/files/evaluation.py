"""How much ``unevaluatedProperties`` and ``unevaluatedItems`` see, bounded before an engine reads a document.

Such a keyword looks at every schema that holds of the same value (JSON Schema 2020-12 Core, 11.2 and 11.3), and engines
write all of them out: a chain of some hundred references ends the process, one that fans out never ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from spec.openapi.resolving import target
from spec.source.pointer import Json, escape, follow
from spec.source.reading import Source, SourceError

MOST_SEEN = 100_000
DEEPEST_SEEN = 200
_WORDS = frozenset({"unevaluatedProperties", "unevaluatedItems"})
_ONE = ("if", "then", "else")
_LISTED = ("allOf", "anyOf", "oneOf")
_END = object()


def bounded(source: Source) -> Source:
    """The document itself. Raises SourceError where its ``unevaluated…`` keywords see more than the limits."""
    schemas = list(_evaluating(source.value))
    sight = _Sight(source.value)
    for schema in schemas:
        limit = sight.beyond(schema)
        if limit is not None:
            pointer = _pointer(source.value, schema)
            word = sorted(_WORDS & schema.keys())[0]
            reason = (
                f"{word!r} at {source.shown(pointer)} sees {limit}, which is the limit; name fewer schemas by $ref."
            )
            place = source.locate(pointer)
            raise SourceError(place.file, place.mark, reason)
    return source


def _evaluating(document: Json) -> Iterator[Mapping[str, Json]]:
    stack = [document]
    while stack:
        here = stack.pop()
        if isinstance(here, dict):
            if not _WORDS.isdisjoint(here):
                yield here
            stack.extend(child for child in here.values() if isinstance(child, (dict, list)))
        elif isinstance(here, list):
            stack.extend(child for child in here if isinstance(child, (dict, list)))


class _Way(NamedTuple):
    """A schema that is looked through, and what it sees that was not looked at yet."""

    schema: Mapping[str, Json]
    further: Iterator[Json]


class _Sight:
    """Counts, over a whole document, the schemas that are seen; one that leads back to itself is seen once a way."""

    def __init__(self, document: Json) -> None:
        self.document, self.count = document, 0
        self._targets: dict[str, Json] = {}

    def beyond(self, first: Mapping[str, Json]) -> str | None:
        """What one schema sees too much of."""
        ways = [_Way(first, self._seen(first))]
        on_the_way = {id(first)}
        while ways:
            child = next(ways[-1].further, _END)
            if child is _END:
                on_the_way.discard(id(ways.pop().schema))
                continue
            if not isinstance(child, dict) or id(child) in on_the_way:
                continue
            self.count += 1
            if self.count > MOST_SEEN:
                return f"more than {MOST_SEEN:,} schemas, together with those before it"
            if len(ways) >= DEEPEST_SEEN:
                return f"through more than {DEEPEST_SEEN} schemas in a row"
            on_the_way.add(id(child))
            ways.append(_Way(child, self._seen(child)))
        return None

    def _seen(self, node: Mapping[str, Json]) -> Iterator[Json]:
        for word in ("$ref", "$dynamicRef"):
            if isinstance(node.get(word), str):
                yield self._target(node[word])
        for word in _LISTED:
            yield from node[word] if isinstance(node.get(word), list) else ()
        yield from (node[word] for word in _ONE if word in node)
        yield from node["dependentSchemas"].values() if isinstance(node.get("dependentSchemas"), dict) else ()

    def _target(self, reference: str) -> Json:
        if reference not in self._targets:
            place = target(self.document, reference)
            self._targets[reference] = False if place is None else follow(self.document, place)
        return self._targets[reference]


def _pointer(document: Json, wanted: Json) -> str:
    stack: list[tuple[str, Json]] = [("", document)]
    while stack:
        pointer, here = stack.pop()
        if here is wanted:
            return pointer
        named = here.items() if isinstance(here, dict) else enumerate(here)
        stack.extend(
            (f"{pointer}/{escape(str(name))}", child) for name, child in named if isinstance(child, (dict, list))
        )
    return ""
