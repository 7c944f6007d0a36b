"""What differs between two documents beside the contract: words, examples, tags, order, extensions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from spec.diff.change import shown
from spec.diff.unchanged import alike
from spec.source.pointer import Json, escape
from spec.source.reading import Source

ELEMENTS = ("description", "summary", "title", "version", "examples", "links", "tags", "extensions", "order")
"""What ``--exclude-elements`` may leave out of a changelog."""

_KINDS = {
    "description": "description", "summary": "summary", "title": "title", "example": "examples",
    "examples": "examples", "version": "version", "links": "links",
    "tags": "tags", "externalDocs": "description", "termsOfService": "description",
    "contact": "description", "license": "description",
}  # fmt: skip
_NAMED = frozenset({
    "properties", "patternProperties", "$defs", "schemas", "headers", "parameters", "paths", "responses",
    "requestBodies", "securitySchemes", "callbacks", "pathItems", "webhooks", "content", "mediaTypes", "encoding",
    "dependentSchemas",
})  # fmt: skip
_LISTS_BY_NAME = ("name", "url")


@dataclass(frozen=True, slots=True)
class ProseChange:
    """One difference that no client or server depends on; ``pointer`` leads into the document that ``where`` names."""

    kind: str
    pointer: str
    where: Literal["old", "new"]
    old: Json
    new: Json

    @property
    def message(self) -> str:
        """What it was and what it is now."""
        name = self.pointer or "(whole document)"
        if self.kind == "order":
            return f"{name}: the order changed."
        return f"{name}: {shown(self.old)} became {shown(self.new)}."

    def place(self, old: Source, new: Source) -> str:
        """File, line and column."""
        return str((old if self.where == "old" else new).place(self.pointer))

    def as_json(self) -> dict[str, Json]:
        """The published shape."""
        return {"kind": self.kind, "pointer": self.pointer, "where": self.where, "old": self.old, "new": self.new}


class _OldAndNew(NamedTuple):
    old: Json
    new: Json
    pointer: str
    named: bool  # the members are names that somebody gave, not words of OpenAPI


def prose_changes(old: Json, new: Json, excluded: Collection[str] = ()) -> Iterator[ProseChange]:
    """Every difference of words, examples, tags, extensions and order, at places that both documents have."""
    waiting = [_OldAndNew(old, new, "", False)]
    while waiting:
        pair = waiting.pop()
        if alike(pair.old, pair.new) and not isinstance(pair.old, Mapping):
            continue
        if isinstance(pair.old, Mapping) and isinstance(pair.new, Mapping):
            yield from (each for each in _words(pair) if each.kind not in excluded)
            waiting += _below(pair)
        elif isinstance(pair.old, list) and isinstance(pair.new, list):
            waiting += _items(pair)


def _words(pair: _OldAndNew) -> Iterator[ProseChange]:
    one, two = pair.old, pair.new
    for name in {**one, **two}:
        kind = "extensions" if name.startswith("x-") else _KINDS.get(name)
        if kind is None or pair.named or alike(one.get(name), two.get(name)):
            continue
        where: Literal["old", "new"] = "new" if name in two else "old"
        yield ProseChange(kind, f"{pair.pointer}/{escape(name)}", where, one.get(name), two.get(name))
    shared = [name for name in one if name in two]
    if shared != [name for name in two if name in one]:
        yield ProseChange("order", pair.pointer, "new", None, None)


def _below(pair: _OldAndNew) -> list[_OldAndNew]:
    found = []
    for name, value in pair.old.items():
        if name not in pair.new or (not pair.named and (name in _KINDS or name.startswith("x-"))):
            continue
        named = name in _NAMED and not pair.named
        found.append(_OldAndNew(value, pair.new[name], f"{pair.pointer}/{escape(name)}", named))
    return found[::-1]


def _items(pair: _OldAndNew) -> list[_OldAndNew]:
    """Items of two lists that belong together: by name where they have one, else by place."""
    keys = [[_name(item, index) for index, item in enumerate(side)] for side in (pair.old, pair.new)]
    places = {key: index for index, key in enumerate(keys[1])}
    return [
        _OldAndNew(pair.old[index], pair.new[places[key]], f"{pair.pointer}/{places[key]}", False)
        for index, key in enumerate(keys[0])
        if key in places
    ]


def _name(item: Json, index: int) -> str:
    if isinstance(item, Mapping):
        found = [str(item[word]) for word in (*_LISTS_BY_NAME, "in") if word in item]
        if found:
            return " ".join(found)
    return f"#{index}"
