"""The calls as they come, as rows for a page that is open: some at a time, so that a storm of them costs little."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from mockserver.control.journal.entry import JournalEntry, Shelf
from mockserver.control.journal.listening import listening
from mockserver.http.journal import Journals
from mockserver.inspector.calls.filtering import CallFilter

MOST_ROWS = 20
"""Rows at once; of more that came meanwhile it is told how many there were."""
_MOST_LOOKED_AT = 1000
_PAUSE = 0.5  # seconds between two looks, in which calls gather
_SILENCE = (
    15.0  # seconds without a call after which the stream ends; a browser asks again, of the mock that serves then
)
_RETRY = 500  # milliseconds after which it does

Write = Callable[[Sequence[JournalEntry], int], str]
"""The rows of calls, the last first, with the number of those that are left out."""


async def events(
    journals: Journals, shelf: Shelf, wanted: CallFilter, since: int, write: Write, *, pause: float = _PAUSE
) -> AsyncIterator[str]:
    """Server-sent events ``calls``: the rows of what came after the call of a number, as HTML.

    A number that no call has had yet is of a mock that was there before: everything is new then.
    """
    with listening(journals) as listener:
        yield f"retry: {_RETRY}\n: the calls of the mock follow\n\n"
        kept = journals.exchanges(wanted.selection.install)
        if kept and kept[-1].number < since and journals.exchanges()[-1].number < since:
            since = 0
        new = [one for one in kept if one.number > since]
        while True:
            if new:
                found = await wanted.latest(new, shelf, MOST_ROWS, looked_at=_MOST_LOOKED_AT)
                left = new[-1].number - since - MOST_ROWS if wanted.is_open else 0
                since = new[-1].number
                if found:
                    yield _event(since, write(found, max(left, 0)))
                await asyncio.sleep(pause)
            elif not await listener.more(_SILENCE):
                return
            heard = [listener.heard.popleft() for _ in range(len(listener.heard))]
            new = [one for one in heard if one.number > since]


def _event(number: int, text: str) -> str:
    lines = "".join(f"data: {line}\n" for line in text.splitlines() if line.strip())
    return f"id: {number}\nevent: calls\n{lines}\n"
