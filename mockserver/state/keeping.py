"""Where a mock keeps what it must remember: in the memory of its process, or in a database that others share."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Generic, NamedTuple, Protocol, TypeVar

from mockserver.state.ids import Ids
from mockserver.state.memory import MemoryStore
from mockserver.state.store import Store
from mockserver.state.tickets import Handed, ProcessTickets, Tickets
from spec.source.pointer import Json

Value = TypeVar("Value")


class Spelling(NamedTuple, Generic[Value]):
    """How a value is written as JSON, and read back from its name and that."""

    write: Callable[[Value], Json]
    read: Callable[[str, Json], Value]


class Memory(Protocol):
    """Makes what the rooms of a mock keep things in. Everything of one ``kind`` has one spelling."""

    @property
    def is_shared(self) -> bool:
        """Whether it outlives the process, and other processes may look into it."""

    def store(self, space: str) -> Store:
        """The store of an install that shares nothing, by its SID; without one that of all others."""

    def names(self, ids: Ids, space: str) -> Ids:
        """The source of names of such a store, so that none comes twice."""

    def registry(self, kind: str, spelling: Spelling[Value]) -> MutableMapping[str, Value]:
        """Few things, which are looked at in every call and seldom change."""

    def tickets(self, kind: str, spelling: Spelling[Handed], most: int, remembered: float) -> Tickets[Handed]:
        """Many things, each looked up by itself and used once."""

    def watch(self, kind: str, changed: Callable[[], None]) -> None:
        """Call a function whenever a registry is another one than this process left it, and now if it is not empty."""


class ProcessMemory:
    """The memory of this process: gone when it ends."""

    is_shared = False

    def store(self, space: str) -> Store:
        return MemoryStore()

    def names(self, ids: Ids, space: str) -> Ids:
        return ids

    def registry(self, kind: str, spelling: Spelling[Value]) -> MutableMapping[str, Value]:
        return {}

    def tickets(self, kind: str, spelling: Spelling[Handed], most: int, remembered: float) -> Tickets[Handed]:
        return ProcessTickets(most, remembered)

    def watch(self, kind: str, changed: Callable[[], None]) -> None:
        """Nobody else changes anything."""
