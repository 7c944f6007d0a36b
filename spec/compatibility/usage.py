"""From a unit that changed to the bodies that use it: which they are, and the shortest way in each."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from spec.compatibility.compare import Link, Unit
from spec.normal.merge import Schema
from spec.normal.place import Path
from spec.source.pointer import Json

Confirm = Callable[[Json, bool], str | None]


@dataclass(frozen=True, slots=True, eq=False)
class SchemaPair:
    """Two whole schemas, old and new, of one request, response, parameter or header.

    ``confirm(value, lost)`` asks both validation engines about both documents: None if all agree that the value was
    valid and is not any more (``lost``; else the reverse), or the reason why they do not.
    """

    old: Schema
    new: Schema
    unit: Unit
    confirm: Confirm


@dataclass(frozen=True, slots=True)
class Use:
    """A body that uses a unit, and the ways from the whole to it in the old and in the new schema."""

    body: SchemaPair
    old_path: Path
    new_path: Path


class Usage:
    """Which bodies use which unit."""

    def __init__(self, bodies: Iterable[SchemaPair]) -> None:
        self.units: dict[int, Unit] = {}
        self._above: dict[int, list[tuple[Unit, Link]]] = {}
        self._bodies: dict[int, list[SchemaPair]] = {}
        waiting: list[Unit] = []
        for body in bodies:
            self._bodies.setdefault(id(body.unit), []).append(body)
            waiting.append(body.unit)
        while waiting:
            unit = waiting.pop()
            if id(unit) not in self.units:
                self.units[id(unit)] = unit
                for link in unit.links:
                    self._above.setdefault(id(link.unit), []).append((unit, link))
                    waiting.append(link.unit)

    def changed(self) -> Iterator[Unit]:
        """The units that have differences of their own, in the order in which they were found."""
        return (unit for unit in self.units.values() if unit.hits or unit.notes)

    def uses(self, unit: Unit) -> Iterator[Use]:
        """Every body that uses a unit, the nearest first."""
        way: dict[int, tuple[Unit, Link] | None] = {id(unit): None}
        queue = deque([unit])
        while queue:
            here = queue.popleft()
            for body in self._bodies.get(id(here), ()):
                yield Use(body, *_paths(here, way))
            for above, link in self._above.get(id(here), ()):
                if id(above) not in way:
                    way[id(above)] = (here, link)
                    queue.append(above)


def _paths(unit: Unit, way: dict[int, tuple[Unit, Link] | None]) -> tuple[Path, Path]:
    old: Path = ()
    new: Path = ()
    while (found := way[id(unit)]) is not None:
        unit, link = found
        old, new = (*old, *link.old_path), (*new, *link.new_path)
    return old, new
