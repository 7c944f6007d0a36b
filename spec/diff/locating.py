"""From a place in a normal form back to the words of the document: the schema, the keyword, the member."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spec.compatibility.hits import plain
from spec.diff.document import DocumentValue, Side
from spec.normal.direction import Direction
from spec.normal.merge import Schema, bare, text
from spec.normal.place import BRANCHES, Path, SchemaStep, child, opened
from spec.source.pointer import Json, escape

_DEEPEST = 8


class Locator:
    """Finds places of normal forms in one document."""

    def __init__(self, side: Side) -> None:
        self.side = side

    def located(
        self,
        part: DocumentValue,
        path: Path,
        direction: Direction,
        keywords: tuple[str, ...] = (),
        member: str | None = None,
    ) -> DocumentValue | None:
        """The raw schema that a step-wise path below a schema leads to; None if this document has no such place."""
        whole = self.side.normaliser.normal(part.value, direction)
        definitions, schema = whole.get("$defs", {}), plain(whole)
        for step in path:
            schema = opened(schema, definitions)
            found = self._down(part, step, schema, direction)
            if found is None:
                return None
            part, schema = found, _child(schema, step)
        if member is not None:
            return self._down(part, SchemaStep("member", member), schema, direction)
        return self._keyword(part, keywords, direction) or part

    def _keyword(self, part: DocumentValue, keywords: tuple[str, ...], direction: Direction) -> DocumentValue | None:
        """The first of some keywords in a schema, in what must hold with it, or in one of its alternatives."""
        for each in [part, *self._parts(part, ("allOf",)), *self._parts(part, ("anyOf", "oneOf"))]:
            for word in keywords if isinstance(each.value, Mapping) else ():
                word = "const" if word == "enum" and "enum" not in each.value else word
                if word in each.value:
                    return DocumentValue(f"{each.pointer}/{escape(word)}", each.value[word])
        return None

    def _parts(self, part: DocumentValue, words: tuple[str, ...], depth: int = 0) -> Iterator[DocumentValue]:
        """The schemas for the same value: what a ``$ref`` names, then the branches of the given keywords."""
        if not isinstance(part.value, Mapping) or depth > _DEEPEST:
            return
        beyond = self.side.beyond(part)
        inner = [beyond] if beyond is not None else []
        for word in words:
            branches = part.value.get(word)
            inner += [
                self.side.below(part, word, str(n)) for n in range(len(branches if isinstance(branches, list) else ()))
            ]
        for each in inner:
            yield each
            yield from self._parts(each, words, depth + 1)

    def _down(
        self, part: DocumentValue, step: SchemaStep, schema: Schema, direction: Direction
    ) -> DocumentValue | None:
        if step.kind in BRANCHES:
            return self._branch(part, step, schema, direction)
        if step.kind in ("then", "else"):
            return self._conditional(part, step, schema)
        return self._member(part, _WAYS[step.kind](step))

    def _branch(self, part: DocumentValue, step: SchemaStep, schema: Schema, direction: Direction) -> DocumentValue:
        """The branch whose normal form is meant: the order of branches is not kept."""
        wanted = text(bare(_child(schema, step)))
        normal = self.side.normaliser.normal
        for each in self._parts(part, BRANCHES):
            if text(bare(plain(normal(each.value, direction)))) == wanted:
                return each
        return part

    def _conditional(self, part: DocumentValue, step: SchemaStep, schema: Schema) -> DocumentValue:
        """The branch of a condition, or the subtype that a discriminator names there."""
        for each in [part, *self._parts(part, ("allOf",))]:
            if isinstance(each.value, Mapping) and step.kind in each.value:
                return self.side.below(each, step.kind)
        asked = schema.get("if", {}).get("properties", {})
        for value in (value for member in asked.values() for value in member.get("enum", ())):
            place = self.side.normaliser.subtypes.get(part.pointer, {}).get(value)
            if place is not None:
                return self.side.at(place, schema=True)
        return part

    def _member(self, part: DocumentValue, way: tuple[str, ...]) -> DocumentValue | None:
        for each in [part, *self._parts(part, BRANCHES)]:
            if found := self.side.below(each, *way):
                return found
            for word in ("then", "else", "if"):
                if isinstance(each.value, Mapping) and word in each.value:
                    found = self.side.below(each, word, *way)
                    if found:
                        return found
        return None


_WAYS: dict[str, Json] = {
    "member": lambda step: ("properties", step.key), "pattern": lambda step: ("patternProperties", step.key),
    "item": lambda _: ("items",), "index": lambda step: ("prefixItems", step.key),
    "additional": lambda _: ("additionalProperties",),
}  # fmt: skip


def _child(schema: Schema, step: SchemaStep) -> Schema:
    if step.kind in BRANCHES and int(step.key) >= len(schema.get(step.kind, ())):
        return schema
    return child(schema, step)
