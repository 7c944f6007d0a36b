"""A bad network before an implementation: answers are lost after or before the call was done, and servers restart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from contract.http.exchange import Exchange, Loss, ReceivedResponse, SentRequest
from contract.http.target import Transport


@dataclass(frozen=True)
class Trouble:
    """What happens to some calls: whether they are done, and the status or the loss that the caller sees."""

    done: bool
    status: int | None = None
    loss: Loss | None = None
    headers: tuple[tuple[str, str], ...] = ()
    times: int = 1
    later: int | None = None
    """After how many further requests it is done nevertheless."""


TROUBLES: Mapping[str, Trouble] = {
    "503-though-it-was-done": Trouble(True, 503),
    "503-before-it-was-done": Trouble(False, 503),
    "502-though-it-was-done": Trouble(True, 502),
    "504-though-it-was-done": Trouble(True, 504),
    "503-until-a-date": Trouble(True, 503, headers=(("retry-after", "Wed, 21 Oct 2037 07:28:00 GMT"),)),
    "503-with-nonsense": Trouble(True, 503, headers=(("retry-after", "\x00²½ soon"), ("date", "never"))),
    "reset-though-it-was-done": Trouble(True, loss=Loss.BROKEN),
    "reset-before-it-was-done": Trouble(False, loss=Loss.BROKEN),
    "reset-twice": Trouble(True, loss=Loss.BROKEN, times=2),
    "late-though-it-was-done": Trouble(True, loss=Loss.LATE),
    "late-and-done-later": Trouble(False, loss=Loss.LATE, later=3),
    "late-and-done-much-later": Trouble(False, loss=Loss.LATE, later=9),
    "garbled-though-it-was-done": Trouble(True, loss=Loss.UNREADABLE),
    "restarts": Trouble(False, loss=Loss.UNSENT, times=3),
}


class BadNetwork:
    """A transport that gets into trouble at every ``every``-th request, from the ``first`` on (counted from 1).

    What is sent again while a trouble lasts does not count: otherwise a trouble of three times would never end at
    every third request.
    """

    def __init__(self, inner: Transport, trouble: Trouble, *, every: int, first: int = 2) -> None:
        self.inner, self.trouble, self.every, self.first = inner, trouble, every, first
        self.count = self.left = 0
        self.waiting: list[tuple[int, SentRequest]] = []
        self.sent = 0

    def send(self, request: SentRequest) -> Exchange:
        self._catch_up()
        if self.left == 0:
            self.count += 1
            if self.count >= self.first and (self.count - self.first) % self.every == 0:
                self.left = self.trouble.times
        if self.left == 0:
            return self.inner.send(request)
        self.left -= 1
        if self.trouble.later is not None:
            self.waiting.append((self.sent + self.trouble.later, request))
        return self._lose(self.inner.send(request) if self.trouble.done else Exchange(request, None, 0.0, 0.0))

    def burst(self, requests: Sequence[SentRequest]) -> list[Exchange]:
        """Of a burst one member is in trouble: one that is not done, or else the one that created something."""
        self.count += len(requests)
        if not self.trouble.done:
            exchanges = self.inner.burst(requests[1:])
            return [self._lose(Exchange(requests[0], None, 0.0, 0.0)), *exchanges]
        exchanges = self.inner.burst(requests)
        created = [place for place, one in enumerate(exchanges) if one.response and b"Created" in one.response.body]
        place = created[0] if created else 0
        exchanges[place] = self._lose(exchanges[place])
        return exchanges

    def close(self) -> None:
        self.inner.close()

    def _catch_up(self) -> None:
        """Do what was to be done later, and is due."""
        self.sent += 1
        due = [one for one in self.waiting if one[0] < self.sent]
        self.waiting = [one for one in self.waiting if one[0] >= self.sent]
        for _, request in due:
            self.inner.send(request)

    def _lose(self, exchange: Exchange) -> Exchange:
        if self.trouble.status is None:
            return replace(exchange, response=None, failure="lost on the way", loss=self.trouble.loss)
        page = b"<html><body>Bad gateway</body></html>"
        headers = {"content-type": "text/html", **dict(self.trouble.headers)}
        return replace(exchange, response=ReceivedResponse(self.trouble.status, headers, page))
