"""Faults on purpose: promises that the mock can be told to break, each with the clauses that a judge must report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mockserver.behaviour import Behaviour


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to misbehave. ``caught_by`` lists exactly the clauses that it breaks; empty means weather."""

    id: str
    description: str
    caught_by: tuple[str, ...]
    apply: Callable[[Behaviour], Behaviour]


FAULTS: Mapping[str, Fault] = {}


def listing() -> str:
    """The faults as a table for a terminal."""
    return "".join(f"{one.id:<44} {one.description}\n" for one in FAULTS.values())
