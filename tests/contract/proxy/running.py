"""A proxy in a thread, between a client of the test and a server of the test, over real sockets."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import uvicorn

from contract.proxy.session import Session
from contract.proxy.wire.serving import configured
from contract.run.runner import RunReport
from spec.process.listening import url_of

INSTALL = "AI00d3f0a1c5b94e7f8a6b2c4d6e8f0a12"
PATH = f"/v2/installs/{INSTALL}/provision"


@contextmanager
def running(application: Any, listener: Any) -> Iterator[str]:
    """An application served in a thread; its URL."""
    server = uvicorn.Server(configured(application))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        yield url_of(listener)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


class Proxy:
    """A running proxy: a client that talks to it, what it printed, and its verdict."""

    def __init__(self, session: Session, url: str, out: io.StringIO) -> None:
        self.session, self.url, self.out = session, url, out
        self.client = httpx2.Client(base_url=url, trust_env=False, timeout=30)

    def provision(self, body: Any, token: str = "token-of-the-client", **headers: str) -> httpx2.Response:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(
            PATH, content=data, headers={"token": token, "Content-Type": "application/json", **headers}
        )

    @property
    def lines(self) -> list[str]:
        return self.out.getvalue().splitlines()[1:]

    @property
    def entries(self) -> list[Any]:
        assert self.session.terms.har is not None
        entries: list[Any] = json.loads(self.session.terms.har.read_text())["log"]["entries"]
        return entries


Opened = Callable[..., Any]


def identities(report: RunReport) -> set[tuple[str, str]]:
    return {(one.clause, one.fingerprint) for one in report.findings()}


def verdict_of(made: Proxy) -> RunReport:
    return made.session.live.report("x", only=frozenset(), skip=frozenset(), notes=[])
