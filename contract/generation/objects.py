"""Strategies for the objects of a body: ``st.fixed_dictionaries`` over its leaves, as every reading accepts them.

A member that is required under any condition is always sent, and one that depends on another only beside it, so that
hardly a body is thrown away. Nothing here names a part or a field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from contract.generation.leaves import leaf_kinds, safe, types
from contract.generation.texts import WORDS, moments
from contract.model.identity import in_call, value_at
from spec.openapi.document import Schema
from spec.resources.resource import Leaf, Part, Resources
from spec.source.pointer import Json

Names = Mapping[str, Mapping[str, Sequence[str]]]
"""Part → kind of identifier → the texts that may be drawn for it."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What bodies are made from besides the document.

    ``listed`` maps a list of ``x-install-member`` to the values that the target has, ``now`` is the present that
    windows are open in, ``names`` restricts the identifiers of a part, and ``pool`` those of all other parts.
    """

    listed: Mapping[str, Sequence[str]]
    now: datetime
    names: Names = field(default_factory=dict)
    pool: Sequence[str] = ()


class Objects:
    """Strategies for one document's body. ``having`` are paths that are always there, ``without`` that never are."""

    def __init__(
        self,
        resources: Resources,
        vocabulary: Vocabulary,
        having: frozenset[tuple[str, ...]] = frozenset(),
        without: frozenset[tuple[str, ...]] = frozenset(),
    ) -> None:
        self.resources, self.vocabulary, self.having, self.without = resources, vocabulary, having, without
        self.parts = {part.path: part for part in resources.parts}
        self.first_windows: dict[tuple[str, ...], tuple[str, ...]] = {}

    def member(self, schema: Schema, path: tuple[str, ...]) -> st.SearchStrategy[Any] | None:
        """Values of a member, or None if only the target could know one."""
        if path in self.without:
            return None
        if "x-install-member" in schema:
            listed = self.listed(schema)
            return st.sampled_from(listed) if listed else None
        if "propertyNames" in schema:
            return self.mapping(schema, path)
        if "properties" in schema or types(schema) == {"object"}:
            return self.object(schema, path)
        if types(schema) == {"array"}:
            return self.array(schema, path)
        return safe(schema) if leaf_kinds(schema) else st.just({})

    def object(self, schema: Schema, path: tuple[str, ...]) -> st.SearchStrategy[Any]:
        """An object with everything that it needs, and perhaps the rest."""
        part = self.parts.get(path)
        needed = needed_members(schema, part)
        barred = set(schema.get("x-safe", {}).get("not", {}).get("required", ()))
        windows = {name: one["x-after"] for name, one in schema.get("properties", {}).items() if "x-after" in one}
        required: dict[str, st.SearchStrategy[Any]] = {}
        optional: dict[str, st.SearchStrategy[Any]] = {}
        for name, member in schema.get("properties", {}).items():
            below = (*path, name)
            made: st.SearchStrategy[Any] | None
            if part is not None and name == part.identifiers:
                made = None if name in barred and part.name not in self.vocabulary.names else self.identifiers(part)
            elif name in windows or name in windows.values():
                made = self.window(path, opens=name not in windows)
            else:
                made = self.member(member, below)
            if made is not None:
                always = name in needed or below in self.having or name in {*windows, *windows.values()}
                (required if always else optional)[name] = made
        return st.fixed_dictionaries(required, optional=optional)

    def leaf(self, part: Part, leaf: Leaf) -> st.SearchStrategy[Any] | None:
        """Values of one stored leaf of a part, or None if only the target could know one."""
        holder = part.schema
        for name in leaf.path[:-1]:
            holder = holder["properties"][name]
        ends = {name: one["x-after"] for name, one in holder.get("properties", {}).items() if "x-after" in one}
        path = (*part.path, *leaf.path)
        if leaf.path[-1] in {*ends, *ends.values()}:
            self.object(part.schema, part.path)  # which window is the widest shows on the way through the part
            return self.window(path[:-1], opens=leaf.path[-1] not in ends)
        return self.member(leaf.schema, path)

    def identifiers(self, part: Part) -> st.SearchStrategy[dict[str, str]]:
        """One identifier of one kind; the minted kind only where texts were given for it."""
        given = self.vocabulary.names.get(part.name)
        kinds = {kind: given[kind] for kind in given if given[kind]} if given else dict.fromkeys(part.kinds, ())
        return st.one_of([st.fixed_dictionaries({kind: self.text(texts)}) for kind, texts in kinds.items()])

    def text(self, texts: Sequence[str]) -> st.SearchStrategy[str]:
        """A text out of those given, else out of the pool, else any word."""
        chosen = texts or self.vocabulary.pool
        return st.sampled_from(list(chosen)) if chosen else WORDS

    def window(self, path: tuple[str, ...], *, opens: bool) -> st.SearchStrategy[str]:
        """One end of a window that is open now; the first window of a part is the widest, others lie within it."""
        owner = max((one for one in self.parts if path[: len(one)] == one), key=len, default=())
        widest = self.first_windows.setdefault(owner, path) == path
        low, high = (timedelta(days=days) for days in ((200, 300) if widest else (2, 100)))
        now = self.vocabulary.now
        return moments(now - high, now - low) if opens else moments(now + low, now + high)

    def mapping(self, schema: Schema, path: tuple[str, ...]) -> st.SearchStrategy[Any] | None:
        """An object whose members are named freely, out of a list or after a pattern."""
        names = schema["propertyNames"]
        listed = self.listed(names) if "x-install-member" in names else names.get("enum")
        if listed is not None and not listed:
            return None
        keys = st.sampled_from(list(listed)) if listed else safe({"type": "string", **names})
        member = schema.get("additionalProperties")
        values = self.member(member, (*path, "*")) if isinstance(member, Mapping) else st.just({})
        least = max(1, schema.get("minProperties", 0))
        most = max(least, min(schema.get("maxProperties", 3), 3, len(listed or "xxx")))
        return st.dictionaries(keys, values if values is not None else st.just({}), min_size=least, max_size=most)

    def array(self, schema: Schema, path: tuple[str, ...]) -> st.SearchStrategy[Any]:
        """A short list, never an empty one."""
        items = self.member(schema.get("items", {"type": "string"}), (*path, "*")) or st.nothing()
        least = max(1, schema.get("minItems", 0))
        return st.lists(items, min_size=least, max_size=max(least, min(schema.get("maxItems", 3), 3)))

    def listed(self, schema: Schema) -> list[str]:
        """The values of the install that a member may have."""
        raw = schema["x-install-member"]
        return list(self.vocabulary.listed.get(raw if isinstance(raw, str) else raw["list"], ()))


def needed_members(schema: Schema, part: Part | None) -> set[str]:
    """Members that some reading or some condition requires, beside those that the schema itself requires."""
    needed = {*schema.get("required", ()), *schema.get("x-safe", {}).get("required", ())}
    needed |= set(part.required_on_create if part is not None else ())
    for nested in (schema, *schema.get("allOf", ())):
        needed |= set(nested.get("required", ()))
        if set(nested.get("if", {}).get("required", ())) <= set(schema.get("required", ())):
            for branch in ("then", "else"):
                needed |= set(nested.get(branch, {}).get("required", ()))
    return needed


def pruned(body: dict[str, Json], schema: Schema, resources: Resources) -> dict[str, Json]:
    """The body without members whose condition is not met, and without parts whose owners are not there."""
    kept = dict(body)
    changed = True
    while changed:
        changed = False
        for condition in _conditions(schema):
            wanted, needed = condition
            if all(one in kept for one in wanted) and not all(one in kept for one in needed):
                kept.pop(wanted[-1])
                changed = True
        for part in resources.parts:
            if _homeless(part, kept, resources):
                kept = _taken_out(kept, part.path)
                changed = True
    for part in resources.parts:
        _join(part, kept, resources)
    return kept


def _conditions(schema: Schema) -> list[tuple[list[str], list[str]]]:
    nested = [one for one in (schema, *schema.get("allOf", ())) if "if" in one]
    return [(one["if"].get("required", []), one.get("then", {}).get("required", [])) for one in nested]


def _homeless(part: Part, body: Mapping[str, Json], resources: Resources) -> bool:
    there = in_call(resources, body)
    return there.get(part.name, False) and any(owner not in there for owner in part.owners)


def is_there(part: Part, body: Json) -> bool:
    """Whether a body holds a part."""
    return isinstance(value_at(body, part.path), dict)


def _taken_out(body: dict[str, Json], path: tuple[str, ...]) -> dict[str, Json]:
    first, *rest = path
    if not rest:
        return {name: value for name, value in body.items() if name != first}
    return {**body, first: _taken_out(body[first], tuple(rest))}


def _join(part: Part, body: dict[str, Json], resources: Resources) -> None:
    """Leave out a value that means other parts as well, where those are not there."""
    if part.fallback is None or not is_there(part, body):
        return
    value: Json = body
    for name in part.path:
        value = value[name]
    joined = part.fallback.joined.get(str(value.get(part.fallback.member)), ())
    there = in_call(resources, body)
    if any(name not in there for name in joined):
        value.pop(part.fallback.member, None)
