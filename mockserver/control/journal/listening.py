"""Waiting for calls, and watching them as they come."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from mockserver.control.journal.entry import JournalEntry, Shelf
from mockserver.control.journal.selection import JournalSelection
from mockserver.http.journal import Journals
from mockserver.http.response import written
from mockserver.http.scope import ServedExchange

_MOST_WAITING = 1000
_LOOK = 0.1  # seconds between two looks at a journal in which others record
_BACK = 100  # numbers before the last one among which a call may still turn up
_BEAT = 15.0  # seconds after which a comment is sent, so that nobody takes silence for an end


class Listener:
    """Notes what is recorded from now on, for one who reads it later. It forgets the oldest of too many."""

    def __init__(self, journals: Journals) -> None:
        self.heard: deque[ServedExchange] = deque(maxlen=_MOST_WAITING)
        self._loop = asyncio.get_running_loop()
        self._some = asyncio.Event()
        self._journals, self._last = journals, journals.last
        self._seen = {one.number for one in journals.after(self._last - _BACK)} if journals.is_shared else set()

    def __call__(self, exchange: ServedExchange) -> None:
        self.heard.append(exchange)
        if not self._some.is_set():  # who was told already looks at what was noted before it waits again
            self._loop.call_soon_threadsafe(self._some.set)

    async def more(self, seconds: float) -> bool:
        """Whether something was recorded within so many seconds."""
        if self._journals.is_shared:
            return await self._found(self._loop.time() + seconds)
        try:
            async with asyncio.timeout(seconds):
                await self._some.wait()
        except TimeoutError:
            return False
        self._some.clear()
        return True

    async def _found(self, until: float) -> bool:
        """Look until something was recorded, by whichever process; nobody tells."""
        while not (found := self._unseen()):
            left = until - self._loop.time()
            if left <= 0:
                return False
            await asyncio.sleep(min(_LOOK, left))
        self.heard.extend(found)
        return True

    def _unseen(self) -> list[ServedExchange]:
        """What was not there at the last look: a call may be kept after another that got a later number."""
        near = self._journals.after(self._last - _BACK)
        found = [one for one in near if one.number not in self._seen]
        self._last = max((one.number for one in near), default=self._last)
        self._seen = {one.number for one in near if one.number > self._last - _BACK}
        return found


@contextmanager
def listening(journals: Journals) -> Iterator[Listener]:
    """A listener, for as long as it is needed."""
    listener = Listener(journals)
    if journals.is_shared:
        yield listener
        return
    journals.heard.append(listener)
    try:
        yield listener
    finally:
        journals.heard.remove(listener)


async def awaited(
    journals: Journals, shelf: Shelf, selection: JournalSelection, count: int, seconds: float
) -> tuple[list[JournalEntry], bool]:
    """The calls that are meant, and whether there were so many within so many seconds."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    with listening(journals) as listener:
        while True:
            found = selection.of(shelf.entries(journals.exchanges(selection.install)))
            if len(found) >= count:
                return found, True
            if not await listener.more(until - loop.time()):
                return found, False


async def events(
    journals: Journals, shelf: Shelf, selection: JournalSelection, count: int | None, *, back: bool
) -> AsyncIterator[str]:
    """Calls as server-sent events: those that come, and before them, with ``back``, those after ``selection.since``."""
    sent, last = 0, selection.since
    told: deque[int] = deque(maxlen=_MOST_WAITING)
    with listening(journals) as listener:
        if back:
            listener.heard.extend(journals.exchanges(selection.install))
        yield ": the calls of the mock follow\n\n"
        while count is None or sent < count:
            while listener.heard and (count is None or sent < count):
                exchange = listener.heard.popleft()
                (entry,) = shelf.entries([exchange])
                if exchange.number <= selection.since or exchange.number in told or not selection.meets(entry):
                    continue
                told.append(exchange.number)
                last = max(last, exchange.number)
                (shown,) = shelf.shown([entry])
                yield f"id: {last}\nevent: call\ndata: {written(shown).decode()}\n\n"
                sent += 1
            if count is not None and sent >= count:
                return
            if not await listener.more(_BEAT):
                yield ": nothing new\n\n"
