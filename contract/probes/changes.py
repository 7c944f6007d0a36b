"""Changing bodies for probes: a value put somewhere, a part under another name."""

from __future__ import annotations

import copy
from collections.abc import Iterator

from contract.generation.composition import flat
from contract.model.identity import value_at
from contract.probes.workbench import Workbench
from spec.resources.resource import ABSENT, Part
from spec.source.pointer import Json


def put(body: dict[str, Json], path: tuple[str, ...], value: Json) -> dict[str, Json]:
    """A copy of a body with a value at a path; objects on the way are made."""
    changed = copy.deepcopy(body)
    holder = changed
    for name in path[:-1]:
        holder = holder.setdefault(name, {})
    if value is ABSENT:
        holder.pop(path[-1], None)
    else:
        holder[path[-1]] = value
    return changed


def rename(body: dict[str, Json], part: Part, kind: str, text: str) -> dict[str, Json]:
    """A copy of a body in which a part carries one identifier; the body itself if the part has none."""
    return body if part.identifiers is None else put(body, (*part.path, part.identifiers), {kind: text})


def another(bench: Workbench, body: dict[str, Json], part: Part) -> dict[str, Json]:
    """A copy of a body in which a part is something else: under a fresh identifier, or joined with something else."""
    if part.kinds:
        return rename(body, part, part.kinds[0], bench.composer.name())
    return another(bench, body, bench.resources.part(part.identity[0])) if part.identity else body


def revalued(bench: Workbench, value: dict[str, Json], part: Part) -> dict[str, Json]:
    """A part's object with texts of its own, so that nobody who goes by them takes two things for one."""
    changed = dict(value)
    for leaf in part.leaves:
        if len(leaf.path) == 1 and isinstance(value.get(leaf.path[0]), str) and "enum" not in flat(leaf.schema):
            made = bench.composer.value(leaf.schema, bench.chance)
            changed[leaf.path[0]] = changed[leaf.path[0]] if made is None else made
    return changed


def renewed(bench: Workbench, body: dict[str, Json], part: Part, kind: str, text: str) -> dict[str, Json]:
    """A copy of a body in which a part has texts of its own, and one identifier."""
    return rename(put(body, part.path, revalued(bench, value_at(body, part.path), part)), part, kind, text)


def named(bench: Workbench) -> Iterator[Part]:
    """Parts that carry identifiers of their own."""
    for part in bench.resources.parts:
        if part.identifiers is not None and part.fallback is None:
            yield part


def with_sids(bench: Workbench, body: dict[str, Json], sids: dict[str, str], *parts: str) -> dict[str, Json]:
    """A copy of a body in which the named parts are meant by their SIDs."""
    changed = body
    for part in bench.resources.parts:
        if part.name in parts and part.name in sids and part.identifiers is not None:
            changed = rename(changed, part, str(part.sid_kind), sids[part.name])
    return changed
