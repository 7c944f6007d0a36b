"""The calls as they come, as rows for a page that is open: some at a time, so that a storm of them costs little."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager

from mockserver.control.journal.entry import JournalEntry, Shelf
from mockserver.http.journal import Journals
from mockserver.http.scope import ServedExchange
from mockserver.inspector.filtering import CallFilter

MOST_ROWS = 20
"""Rows at once; of more that came meanwhile it is told how many there were."""
_MOST_LOOKED_AT = 500
_PAUSE = 0.5  # seconds between two looks, in which calls gather
_BEAT = 15.0  # seconds after which a comment is sent, so that nobody takes silence for an end

Write = Callable[[Sequence[JournalEntry], int], str]
"""The rows of calls, the last first, with the number of those that are left out."""


class Bell:
    """Rings when something is recorded, once until it is heard: that costs the calls in between a comparison."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()
        self._rung = False

    def __call__(self, _: ServedExchange) -> None:
        if not self._rung:
            self._rung = True
            self._loop.call_soon_threadsafe(self._event.set)

    async def heard(self, seconds: float) -> bool:
        """Whether it rings within so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        self._rung = False
        return True


@contextmanager
def _bell(journals: Journals) -> Iterator[Bell]:
    bell = Bell()
    journals.heard.append(bell)
    try:
        yield bell
    finally:
        journals.heard.remove(bell)


async def events(
    journals: Journals, shelf: Shelf, wanted: CallFilter, since: int, write: Write, *, pause: float = _PAUSE
) -> AsyncIterator[str]:
    """Server-sent events ``calls``: the rows of what came after the call of a number, as HTML."""
    with _bell(journals) as bell:
        yield "retry: 2000\n: the calls of the mock follow\n\n"
        while True:
            if journals.count > since:
                number = journals.count
                new = [one for one in journals.exchanges(wanted.selection.install) if one.number > since]
                found = wanted.latest(new, shelf, MOST_ROWS, looked_at=_MOST_LOOKED_AT)
                left = number - since - MOST_ROWS if wanted.is_open else 0
                since = number
                if found:
                    yield _event(since, write(found, max(left, 0)))
                await asyncio.sleep(pause)
            elif not await bell.heard(_BEAT):
                yield ": nothing new\n\n"


def _event(number: int, text: str) -> str:
    lines = "".join(f"data: {line}\n" for line in text.splitlines() if line.strip())
    return f"id: {number}\nevent: calls\n{lines}\n"
