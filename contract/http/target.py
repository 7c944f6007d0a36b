"""Sending requests to the implementation under judgement, and recording what happens. Redirects are never followed."""

from __future__ import annotations

import re
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import urlsplit

import httpx2

from contract.http.exchange import LOST_STATUSES, Exchange, Loss, ReceivedResponse, SentRequest
from contract.http.patience import pause

LARGEST_ANSWER = 4 * 1_048_576
DEADLINE = 10.0
"""Seconds in which one answer is to be there as a whole, unless another deadline is given."""
CONNECT = 4.0
"""Seconds in which a connection is to be there: two attempts that nobody answers, and the run ends within ten."""
MOST_LATE, MOST_SLOW = 3, 4
"""How often a request is sent whose answer is late each time: while other calls are quick, and while they are slow."""
_SLOW = 0.1
"""The share of what was waited for an answer, from which a control call is slow."""
_REST = 1.0
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Transport(Protocol):
    """Whatever can answer requests: a server over HTTP, or an application in this process."""

    def send(self, request: SentRequest) -> Exchange: ...

    def burst(self, requests: Sequence[SentRequest]) -> list[Exchange]:
        """Send requests at the same time; the answers stand in the order of the requests."""
        ...

    def close(self) -> None: ...


class HttpTransport:
    """Requests over HTTP, with a deadline for the whole answer (``timeout`` in seconds) and a limit to its size.

    Nothing is read from the environment: a proxy is used only if it is given.
    """

    def __init__(
        self, url: str, *, timeout: float = DEADLINE, ca_file: str | None = None, proxy: str | None = None
    ) -> None:
        parts = urlsplit(url)
        self.base = f"{parts.scheme}://{parts.netloc}"
        self.prefix = parts.path.rstrip("/")
        self.timeout = timeout
        verify: ssl.SSLContext | bool = True
        if parts.scheme == "https":
            verify = ssl.create_default_context(cafile=ca_file)
        self.client = httpx2.Client(
            base_url=self.base,
            timeout=httpx2.Timeout(timeout, connect=min(timeout, CONNECT)),
            trust_env=False,
            proxy=proxy,
            follow_redirects=False,
            verify=verify,
            limits=httpx2.Limits(max_connections=64, max_keepalive_connections=16),
        )
        self._pool = ThreadPoolExecutor(max_workers=32)

    def send(self, request: SentRequest) -> Exchange:
        started = time.monotonic()
        try:
            response = self._receive(request, started)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError, _TooMuchError) as error:
            seconds = time.monotonic() - started
            loss = _loss(error)
            text = "no answer in time" if loss is Loss.LATE else _printable(str(error) or type(error).__name__)
            return Exchange(request, None, started, seconds, failure=text, loss=loss)
        return Exchange(request, response, started, time.monotonic() - started)

    def _receive(self, request: SentRequest, started: float) -> ReceivedResponse:
        default = [("accept", "application/json")] if request.header("accept") is None else []
        headers = [*default, *request.headers]
        raw_path = (self.prefix + request.path).encode("ascii", "replace")
        content: bytes | Iterator[bytes] | None = request.body
        if request.header("transfer-encoding") is not None and request.body is not None:
            middle = len(request.body) // 2
            content = iter((request.body[:middle], request.body[middle:]))
            headers = [pair for pair in headers if pair[0].lower() != "transfer-encoding"]
        built = self.client.build_request(request.method, self.base, content=content, headers=headers)
        if request.header("content-type") is None and "content-type" in built.headers:
            del built.headers["content-type"]
        built.url = built.url.copy_with(raw_path=raw_path)
        answer = self.client.send(built, stream=True)
        try:
            body = bytearray()
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    raise _TooMuchError(f"the answer is larger than {LARGEST_ANSWER} bytes")
                if time.monotonic() - started > self.timeout:
                    raise httpx2.ReadTimeout("no whole answer in time")
        finally:
            answer.close()
        # a run keeps its exchanges, and most of them have the same headers
        received = {sys.intern(name): sys.intern(value) for name, value in answer.headers.items()}
        return ReceivedResponse(answer.status_code, received, bytes(body))

    def burst(self, requests: Sequence[SentRequest]) -> list[Exchange]:
        barrier = threading.Barrier(len(requests))

        def one(request: SentRequest) -> Exchange:
            barrier.wait()
            return self.send(request)

        return list(self._pool.map(one, requests))

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.client.close()


class _TooMuchError(Exception):
    pass


_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError, httpx2.InvalidURL)
_UNREADABLE = (httpx2.DecodingError, httpx2.RemoteProtocolError, ValueError, _TooMuchError)


def _loss(error: Exception) -> Loss:
    """What is known of a request that an error ended."""
    if isinstance(error, _NEVER_SENT):
        return Loss.UNSENT
    if isinstance(error, httpx2.TimeoutException):
        return Loss.LATE
    # a server that closes without a word is no server that speaks another language
    if isinstance(error, _UNREADABLE) and not {"disconnected", "closed"} & set(str(error).split()):
        return Loss.UNREADABLE
    return Loss.BROKEN


def _printable(text: str) -> str:
    return _CONTROL.sub(b"?", text.encode("utf-8", "replace")).decode("utf-8", "replace")[:300]


class Target:
    """Sends with patience, counts, and keeps a record of every attempt. One target serves several threads.

    A request is sent again where its answer was lost or it was told to wait; what was tried before stands in
    ``Exchange.earlier``, so that nobody takes the last attempt for the first. ``most`` limits the number of requests,
    ``rate`` their number a second. ``sleep`` is how waiting is done.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        most: int | None = None,
        rate: float | None = None,
        sleep: Callable[[float], None] = time.sleep,
        watch: Callable[[Exchange], None] | None = None,
    ) -> None:
        self.transport, self.most, self.rate, self.sleep, self.watch = transport, most, rate, sleep, watch
        self.doubt: Callable[[Exchange], None] | None = None
        """Looks at every answer before anybody judges it, and raises UnavailableError if nothing can be judged."""
        self.sent = self.throttled = self.unavailable = self.lost = self.restarts = 0
        self.phase = ""
        self.halted = False
        self.done = 0
        self.exchanges: list[Exchange] = []
        self._next = 0.0
        self._waiting = self._hung = False
        self._lock = threading.Lock()
        self._here = threading.local()

    def send(self, request: SentRequest) -> Exchange:
        """One request, sent again as long as ``patience`` says so. Raises UnavailableError and BudgetError."""
        earlier: list[Exchange] = []
        waited, busy = 0.0, False
        while True:
            self._pace(1)
            exchange = self.transport.send(request)
            seconds = pause(exchange, earlier, waited, datetime.now(UTC))
            if seconds is None and exchange.loss is Loss.LATE and not self._hung:
                busy = self._is_slow(exchange) or busy
                seconds = _REST if len(earlier) + 1 < (MOST_SLOW if busy else MOST_LATE) else None
                self._hung = seconds is None and not busy
                exchange = replace(exchange, excused=busy)
            if seconds is None:
                return self._doubted(self._record(replace(exchange, earlier=tuple(earlier))))
            earlier.append(self._record(exchange))
            self.sleep(seconds)
            waited += seconds

    def _is_slow(self, late: Exchange) -> bool:
        """Whether a control call that touches no state is slow, too, beside one that was not answered in time.

        It tells a request that hangs from a machine that is too busy: while that is so, lateness says nothing.
        """
        control = self.once(SentRequest("GET", late.request.path.partition("?")[0], ()))
        return control.response is not None and control.seconds > _SLOW * late.seconds

    def once(self, request: SentRequest) -> Exchange:
        """One request, whatever comes back."""
        return self._doubted(self.blindly(request))

    def blindly(self, request: SentRequest) -> Exchange:
        """One request, whatever comes back, and without a doubt about it."""
        self._pace(1)
        return self._record(self.transport.send(request))

    def burst(self, requests: Sequence[SentRequest]) -> list[Exchange]:
        """Requests at the same time, each of them once."""
        self._pace(len(requests))
        exchanges = [self._record(exchange) for exchange in self.transport.burst(requests)]
        return [self._doubted(exchange) for exchange in exchanges]

    def _doubted(self, exchange: Exchange) -> Exchange:
        if self.doubt is not None:
            self.doubt(exchange)
        return exchange

    @property
    def sent_here(self) -> int:
        """How many requests the present thread has sent."""
        return int(getattr(self._here, "sent", 0))

    def _pace(self, count: int) -> None:
        if self.halted:
            raise HaltedError
        self._here.sent = self.sent_here + count
        with self._lock:
            if self.most is not None and self.sent + count > self.most:
                raise BudgetError(f"The limit of {self.most} requests is reached.")
            self.sent += count
            now = time.monotonic()
            due = max(self._next, now)
            if self.rate:
                self._next = due + count / self.rate
        if due > now:
            self.sleep(due - now)

    def _record(self, exchange: Exchange) -> Exchange:
        with self._lock:
            kept = replace(exchange, index=len(self.exchanges) + 1, phase=self.phase)
            self.exchanges.append(kept)
            status = kept.response.status if kept.response is not None else None
            self.throttled += status == 429
            self.unavailable += status in LOST_STATUSES
            self.lost += kept.lost
            self._waiting, before = kept.loss is Loss.UNSENT, self._waiting
            self.restarts += self._waiting and not before
        if self.watch is not None:
            self.watch(kept)
        return kept


class BudgetError(Exception):
    """The number of requests or the time that was granted is used up."""


class HaltedError(Exception):
    """Something that runs beside cannot go on, and so nothing more is sent."""
