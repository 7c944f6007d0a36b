"""What is handed out to be used once: codes, links and tokens, each remembered for a while after its use."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Ticket(Protocol):
    """What can be handed out. ``key`` tells it from all others of its kind; times are seconds since the epoch."""

    @property
    def key(self) -> str:
        """By what it is found."""

    @property
    def install(self) -> str:
        """The SID of the install that it is for."""

    @property
    def expires(self) -> float:
        """When it ends."""


Handed = TypeVar("Handed", bound=Ticket)


class Tickets(Protocol[Handed]):
    """The tickets of one kind, and which of them were used. They are bounded: the oldest is forgotten first."""

    def give(self, ticket: Handed, now: float, alias: str = "") -> None:
        """Remember a ticket, which can be found under another name as well."""

    def find(self, key: str) -> Handed | None:
        """The ticket of a key, or None."""

    def find_alias(self, alias: str) -> Handed | None:
        """The ticket of another name, or None."""

    def is_used(self, key: str) -> bool:
        """Whether it was used."""

    def use(self, key: str) -> bool:
        """Use it up. False if it was used before: of several who try at one moment, one is told True."""

    def put(self, ticket: Handed) -> None:
        """Remember a ticket that is known as it is now."""

    def forget(self, install: str) -> None:
        """Forget those of an install; without a name, all of them."""

    def __len__(self) -> int:
        """How many are remembered."""

    def __iter__(self) -> Iterator[Handed]:
        """All that are remembered, the oldest first."""


class ProcessTickets(Generic[Handed]):
    """Tickets in the memory of this process: at most ``most``, each for ``remembered`` seconds after its end."""

    __slots__ = ("aliases", "most", "order", "remembered", "tickets", "used")

    def __init__(self, most: int, remembered: float) -> None:
        self.most, self.remembered = most, remembered
        self.tickets: dict[str, Handed] = {}
        self.aliases: dict[str, str] = {}
        self.used: set[str] = set()
        self.order: deque[tuple[Handed, str]] = deque()

    def give(self, ticket: Handed, now: float, alias: str = "") -> None:
        order = self.order
        while order and (order[0][0].expires + self.remembered < now or len(order) >= self.most):
            self._drop(*order.popleft())
        order.append((ticket, alias))
        self.tickets[ticket.key] = ticket
        if alias:
            self.aliases[alias] = ticket.key

    def find(self, key: str) -> Handed | None:
        return self.tickets.get(key)

    def find_alias(self, alias: str) -> Handed | None:
        key = self.aliases.get(alias)
        return None if key is None else self.tickets.get(key)

    def is_used(self, key: str) -> bool:
        return key in self.used

    def use(self, key: str) -> bool:
        if key in self.used:
            return False
        self.used.add(key)
        return True

    def put(self, ticket: Handed) -> None:
        if ticket.key in self.tickets:
            self.tickets[ticket.key] = ticket

    def forget(self, install: str) -> None:
        kept: deque[tuple[Handed, str]] = deque()
        for ticket, alias in self.order:
            if install and ticket.install != install:
                kept.append((ticket, alias))
            else:
                self._drop(ticket, alias)
        self.order = kept

    def __len__(self) -> int:
        return len(self.tickets)

    def __iter__(self) -> Iterator[Handed]:
        return iter(list(self.tickets.values()))

    def _drop(self, ticket: Handed, alias: str) -> None:
        self.tickets.pop(ticket.key, None)
        self.aliases.pop(alias, None)
        self.used.discard(ticket.key)
