"""The journal: the last exchanges of every install, kept raw and cheaply, and shown only with every secret masked."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import TypeAlias

from mockserver.http.masking import MaskedExchange, Masking
from mockserver.http.scope import ServedExchange

Heard: TypeAlias = Callable[[ServedExchange], None]
"""Is told of every exchange when it has ended."""


class Ring:
    """The last exchanges of one install. It is bounded in number and in bytes."""

    __slots__ = ("_most_bytes", "_size", "exchanges")

    def __init__(self, length: int, most_bytes: int) -> None:
        self.exchanges: deque[ServedExchange] = deque(maxlen=length)
        self._most_bytes, self._size = most_bytes, 0

    def keep(self, exchange: ServedExchange) -> None:
        """Keep an exchange, forgetting the oldest ones if need be."""
        kept = self.exchanges
        size = exchange.size = len(exchange.body) + len(exchange.answer) + len(exchange.packed)
        if len(kept) == kept.maxlen:
            size -= kept[0].size
        kept.append(exchange)
        size += self._size
        while size > self._most_bytes and len(kept) > 1:
            size -= kept.popleft().size
        self._size = size

    def clear(self) -> None:
        """Forget everything."""
        self.exchanges.clear()
        self._size = 0


class Journals:
    """A ring for each install, so that a busy one pushes nothing of another out, and one for what names none ("").

    Recording costs an append; masking happens when somebody looks.
    """

    is_shared = False
    """Whether other processes record in it as well, so that who waits for calls must look for them."""

    def __init__(self, masking: Masking, length: int, longest_body: int, most_bytes: int) -> None:
        self.masking, self.longest = masking, longest_body
        self._length, self._most_bytes = length, most_bytes
        self.rings: dict[str, Ring] = {}
        self.heard: list[Heard] = []
        self.count = 0
        """How many exchanges were recorded since the start, whatever became of them."""
        self.open("")

    def open(self, install: str) -> None:
        """Begin a ring."""
        self.rings[install] = Ring(self._length, self._most_bytes)

    def close(self, install: str) -> None:
        """Forget a ring and what is in it."""
        self.rings.pop(install, None)

    def record(self, exchange: ServedExchange) -> None:
        """Keep an exchange in the ring of its install, and tell of it."""
        longest = self.longest
        if len(exchange.body) > longest or len(exchange.answer) > longest:
            exchange.body, exchange.answer = exchange.body[:longest], exchange.answer[:longest]
        self.count += 1
        exchange.number = self.count
        self.rings[exchange.install].keep(exchange)
        for hear in self.heard:
            hear(exchange)

    def exchanges(self, install: str | None = None) -> list[ServedExchange]:
        """What is kept of one install, or of all, in the order in which calls ended."""
        if install is not None:
            ring = self.rings.get(install)
            return list(ring.exchanges) if ring is not None else []
        return sorted((one for ring in self.rings.values() for one in ring.exchanges), key=attrgetter("number"))

    def after(self, number: int) -> list[ServedExchange]:
        """What was recorded after an exchange."""
        return [one for one in self.exchanges() if one.number > number]

    @property
    def last(self) -> int:
        """The number of the exchange that was recorded last."""
        return self.count

    def clear(self, install: str | None = None) -> None:
        """Forget what is kept of one install, or everything."""
        for name, ring in self.rings.items():
            if install is None or name == install:
                ring.clear()

    def __len__(self) -> int:
        return sum(len(ring.exchanges) for ring in self.rings.values())

    def __iter__(self) -> Iterator[MaskedExchange]:
        """Every exchange, oldest first, with secrets masked."""
        return self.masking.show(self.exchanges())
