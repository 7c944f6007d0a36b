"""How large a schema is when its references are written out: counted, never written, and without recursion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from spec.normal.merge import Schema, everywhere

LARGEST_UNFOLDED = 20_000


@dataclass(frozen=True, slots=True)
class _Written:
    """A definition, how many schema objects it is made of, and the definitions that these refer to."""

    name: str
    size: int
    names: list[str]
    further: Iterator[str]  # those that were not gone through yet


def _written(name: str, schema: Schema) -> _Written:
    nodes = list(everywhere(schema))
    names = [node["$ref"].rpartition("/")[2] for node in nodes if isinstance(node.get("$ref"), str)]
    return _Written(name, len(nodes), names, iter(names))


def unfolded(schema: Schema) -> int:
    """How many schema objects there are once every reference is written out (a recursive one counts once)."""
    definitions = schema.get("$defs", {})
    known: dict[str, int] = {}
    waiting = [_written("", {key: value for key, value in schema.items() if key != "$defs"})]
    while waiting:
        here = waiting[-1]
        known.setdefault(here.name, 1)
        name = next((each for each in here.further if each not in known), None)
        if name is not None:
            waiting.append(_written(name, definitions.get(name, {})))
            continue
        total = here.size + sum(known[each] for each in here.names)
        known[here.name] = min(total, 10 * LARGEST_UNFOLDED)
        waiting.pop()
    return known[""]
