"""Sending requests to the implementation under judgement, and recording what happens. Redirects are never followed."""

from __future__ import annotations

import re
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol
from urllib.parse import urlsplit

import httpx2

from contract.http.exchange import Exchange, Request, Response

LARGEST_ANSWER = 4 * 1_048_576
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Transport(Protocol):
    """Whatever can answer requests: a server over HTTP, or an application in this process."""

    def send(self, request: Request) -> Exchange: ...

    def burst(self, requests: Sequence[Request]) -> list[Exchange]:
        """Send requests at the same time; the answers stand in the order of the requests."""
        ...

    def close(self) -> None: ...


class HttpTransport:
    """Requests over HTTP, with a deadline for the whole answer (``timeout`` in seconds) and a limit to its size."""

    def __init__(self, url: str, *, timeout: float = 10.0, ca_file: str | None = None) -> None:
        parts = urlsplit(url)
        self.base = f"{parts.scheme}://{parts.netloc}"
        self.prefix = parts.path.rstrip("/")
        self.timeout = timeout
        verify: ssl.SSLContext | bool = True
        if parts.scheme == "https":
            verify = ssl.create_default_context(cafile=ca_file)
        self.client = httpx2.Client(
            base_url=self.base,
            timeout=httpx2.Timeout(timeout, connect=min(timeout, 5.0)),
            trust_env=False,
            follow_redirects=False,
            verify=verify,
            limits=httpx2.Limits(max_connections=64, max_keepalive_connections=16),
        )
        self._pool = ThreadPoolExecutor(max_workers=32)

    def send(self, request: Request) -> Exchange:
        started = time.monotonic()
        try:
            response = self._receive(request, started)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError, _TooMuchError) as error:
            seconds = time.monotonic() - started
            name = (
                "no answer in time"
                if isinstance(error, httpx2.TimeoutException)
                else str(error) or type(error).__name__
            )
            return Exchange(request, None, started, seconds, failure=_printable(name))
        return Exchange(request, response, started, time.monotonic() - started)

    def _receive(self, request: Request, started: float) -> Response:
        default = [("accept", "application/json")] if request.header("accept") is None else []
        headers = [*default, *request.headers]
        raw_path = (self.prefix + request.path).encode("ascii", "replace")
        built = self.client.build_request(request.method, self.base, content=request.body, headers=headers)
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
        return Response(answer.status_code, dict(answer.headers.items()), bytes(body))

    def burst(self, requests: Sequence[Request]) -> list[Exchange]:
        barrier = threading.Barrier(len(requests))

        def one(request: Request) -> Exchange:
            barrier.wait()
            return self.send(request)

        return list(self._pool.map(one, requests))

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.client.close()


class _TooMuchError(Exception):
    pass


def _printable(text: str) -> str:
    return _CONTROL.sub(b"?", text.encode("utf-8", "replace")).decode("utf-8", "replace")[:300]


class UnavailableError(Exception):
    """The target cannot be judged: it does not answer, or keeps saying that it is unavailable."""


class Target:
    """Sends with patience: waits after 429 as told, retries 503 and a failed connection, counts, and keeps a record.

    ``most`` limits the number of requests, ``rate`` their number a second. ``sleep`` is how waiting is done.
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
        self.sent = self.throttled = self.unavailable = 0
        self.phase = ""
        self.done = 0
        self.exchanges: list[Exchange] = []
        self._last = 0.0

    def send(self, request: Request) -> Exchange:
        """One request, with its retries. Raises UnavailableError when the target stays unavailable."""
        for attempt in range(6):
            self._pace(1)
            exchange = self.transport.send(request)
            if not self._wait(exchange, attempt):
                return self._record(exchange)
        if exchange.response is not None and exchange.response.status == 429:
            raise UnavailableError("The target answers 429 again and again; lower the --rate.")
        raise UnavailableError(f"The target stays unavailable: {exchange.failure or 'status 503'}.")

    def burst(self, requests: Sequence[Request]) -> list[Exchange]:
        """Requests at the same time, without retries."""
        self._pace(len(requests))
        return [self._record(exchange) for exchange in self.transport.burst(requests)]

    def _pace(self, count: int) -> None:
        if self.most is not None and self.sent + count > self.most:
            raise BudgetError(f"The limit of {self.most} requests is reached.")
        self.sent += count
        if self.rate:
            self.sleep(max(0.0, self._last + count / self.rate - time.monotonic()))
            self._last = time.monotonic()

    def _wait(self, exchange: Exchange, attempt: int) -> bool:
        response = exchange.response
        if response is None:
            # a kept connection that the server closed, or a stray failure: once more, then it counts
            return attempt == 0 and "in time" not in (exchange.failure or "")
        if response.status == 429:
            self.throttled += 1
        elif response.status == 503 and attempt < 3:
            self.unavailable += 1
        else:
            return False
        told = response.headers.get("retry-after", "")
        self.sleep(min(float(told), 30.0) if told.isdigit() else 0.05 * 2**attempt)
        return True

    def _record(self, exchange: Exchange) -> Exchange:
        kept = Exchange(
            exchange.request,
            exchange.response,
            exchange.started,
            exchange.seconds,
            exchange.failure,
            len(self.exchanges) + 1,
            self.phase,
        )
        self.exchanges.append(kept)
        if self.watch is not None:
            self.watch(kept)
        return kept


class BudgetError(Exception):
    """The number of requests or the time that was granted is used up."""
