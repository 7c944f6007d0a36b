"""One transaction for every stretch of a call in which the event loop does nothing else.

That is what a store in memory gives by nature: between two awaits nobody comes between. Most calls are one stretch:
who calls, what is planned and committed, the sign-on and the line of the journal are kept together, or not at all, and
the answer leaves when they are.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from itertools import count
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.database.connections.database import Database
from mockserver.database.connections.failures import ConflictError, StoreError
from mockserver.http.errors import refuse
from mockserver.http.handlers import ConnectionEndedError
from mockserver.http.response import of_refusal
from mockserver.http.scope import exchange_of

_PATIENCE = 15.0
"""Seconds for which a call is begun anew when it meets others."""
_LONGEST = 0.05
_WAIT = 1
"""Seconds after which a caller may try again."""


class Transacting:
    """Middleware around everything. A call that met another one is served anew, from its beginning.

    ``tell`` takes a line for whoever runs the mock.
    """

    def __init__(self, app: ASGIApp, database: Database, tell: Callable[[str], None]) -> None:
        self.app, self.database, self.tell = app, database, tell
        self._is_told = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self.database.is_open:  # a call from within another is a part of it
            await self.app(scope, receive, send)
            return
        received = Received(receive)
        until = time.monotonic() + _PATIENCE
        for attempt in count():
            stretches = Stretches(self.app, self.database, dict(scope), received, send)
            try:
                await stretches
            except ConflictError as error:
                if stretches.is_answered:  # what has left cannot be begun anew
                    raise
                if stretches.is_committed or time.monotonic() > until:
                    await self._refuse(error, scope, receive, send)
                    return
                received.rewind()
                await asyncio.sleep(random.random() * min(0.001 * attempt, _LONGEST))  # noqa: S311 - no secret
            except StoreError as error:
                if stretches.is_answered:
                    raise
                await self._refuse(error, scope, receive, send)
                return
            else:
                self._is_told = self._is_told and self._found(scope)
                return

    def _found(self, scope: Scope) -> bool:
        self.tell("The store answers again.")
        return False

    async def _refuse(self, error: StoreError, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._is_told:
            self.tell(f"The store does not answer: {error} Calls get 503 until it does.")
            self._is_told = True
        exchange_of(scope).is_kept = False
        message = "The memory of this mock cannot be read or written now; nothing was done. Send the call again."
        headers = ((b"retry-after", b"%d" % _WAIT),)
        await of_refusal(refuse("unavailable", None, message, headers=headers))(scope, receive, send)


class Received:
    """The messages of a call, which can be read again from the first one."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._read: list[Message] = []
        self._again: deque[Message] = deque()

    async def __call__(self) -> Message:
        if self._again:
            return self._again.popleft()
        message = await self._receive()
        self._read.append(message)
        return message

    def rewind(self) -> None:
        """Begin anew."""
        self._again = deque(self._read)


class Stretches:
    """A call that is served, awaited once. What it sends leaves when the transaction in which it was sent is kept.

    ``is_committed``: something of it was kept; ``is_answered``: something of it was sent.
    """

    def __init__(self, app: ASGIApp, database: Database, scope: Scope, receive: Receive, send: Send) -> None:
        self.app, self.database, self.scope, self.receive, self._send = app, database, scope, receive, send
        self.is_committed = self.is_answered = False
        self._is_inside = False
        self._waiting: list[Message] = []
        self._ended: ConnectionEndedError | None = None

    async def send(self, message: Message) -> None:
        """What the application sends: kept back within a stretch."""
        if self._is_inside:
            self._waiting.append(message)
        else:  # from a task that the application began
            self.is_answered = True
            await self._send(message)

    def __await__(self) -> Generator[Any, Any, None]:
        coroutine: Coroutine[Any, Any, None] = self.app(self.scope, self.receive, self.send)  # type: ignore[assignment]
        step: Callable[[Any], Any] = coroutine.send
        value: Any = None
        try:
            while True:
                awaited, is_over = self._stretch(step, value)
                yield from self._deliver()
                if self._ended is not None:
                    raise self._ended
                if is_over:
                    return
                try:
                    value, step = (yield awaited), coroutine.send
                except BaseException as error:  # noqa: BLE001 - whatever is thrown in, as when a time is over
                    value, step = error, coroutine.throw
        finally:
            with suppress(StoreError):  # what it still wants to write belongs to a call that has failed already
                coroutine.close()

    def _stretch(self, step: Callable[[Any], Any], value: Any) -> tuple[Any, bool]:
        """Run until something is awaited, or the end: what that is, and whether it is over. Raises what is raised."""
        database = self.database
        database.begin()
        self._is_inside = True
        try:
            awaited, is_over = step(value), False
        except StopIteration:
            awaited, is_over = None, True
        except ConnectionEndedError as error:  # on purpose, and what was done is done
            awaited, is_over, self._ended = None, True, error
        except BaseException:
            database.rollback()
            self._waiting.clear()
            raise
        finally:
            self._is_inside = False
        wrote = database.wrote
        database.commit()
        self.is_committed = self.is_committed or wrote
        return awaited, is_over

    def _deliver(self) -> Generator[Any, Any, None]:
        waiting, self._waiting = self._waiting, []
        for message in waiting:
            self.is_answered = True
            yield from self._send(message).__await__()
