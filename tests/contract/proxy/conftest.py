"""Proxies and servers in threads, and the judge of what they recorded."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from contract.http.access import Access
from contract.http.har import read_har
from contract.proxy.session import ProxyTerms, Session
from contract.proxy.wire.forwarding import Manner
from contract.run.passive import judge_recording
from contract.run.runner import RunReport
from spec.catalogue.clauses import Catalogue
from spec.openapi.document import Document
from spec.process.listening import listen
from tests.contract.proxy.running import INSTALL, PATH, Opened, Proxy, running


@pytest.fixture(scope="session")
def proxy(document: Document, catalogue: Catalogue) -> Opened:
    @contextmanager
    def opened(upstream: str, folder: Path, **how: Any) -> Iterator[Proxy]:
        manner = Manner(how.pop("tell", False), how.pop("refuse", False))
        access = Access(install=INSTALL, token="", passive=True)
        terms = ProxyTerms(document, catalogue, access, upstream, manner=manner, har=folder / "traffic.har", **how)
        out = io.StringIO()
        session = Session(terms, listen("127.0.0.1", 0), out)
        try:
            with running(session.application(), session.listener) as url:
                made = Proxy(session, url, out)
                try:
                    yield made
                finally:
                    made.client.close()
        finally:
            if session.archive is not None:
                session.archive.close()

    return opened


@pytest.fixture(scope="session")
def served() -> Opened:
    """An ASGI application behind a socket."""

    @contextmanager
    def open_(application: Any) -> Iterator[str]:
        with running(application, listen("127.0.0.1", 0)) as url:
            yield url

    return open_


@pytest.fixture(scope="session")
def judged_har(document: Document, catalogue: Catalogue) -> Callable[[Path], RunReport]:
    def judge(path: Path) -> RunReport:
        access = Access(install=INSTALL, token="", passive=True)
        return judge_recording(read_har(path, PATH), path.name, document, catalogue, access)

    return judge
