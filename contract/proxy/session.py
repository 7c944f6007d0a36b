"""One run of the proxy, from its terms to the report: what passes is judged, told, and kept."""

from __future__ import annotations

import ipaddress
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from contract.http.access import Access
from contract.http.exchange import SentRequest
from contract.http.origin import origin
from contract.model.memory import Model
from contract.oracle.oracle import Oracle
from contract.proxy.events import Hearing
from contract.proxy.keeping.archive import Archive
from contract.proxy.keeping.passed import Passed, entry_of
from contract.proxy.keeping.pseudonyms import Pseudonyms
from contract.proxy.lines import answer_line, request_line
from contract.proxy.live import Live, NewFindings
from contract.proxy.wire.forwarding import Forwarding, Manner
from contract.proxy.wire.serving import serve
from contract.proxy.wire.upstream import Upstream
from contract.report.masking import write_only
from contract.run.admission import AdmissionError
from contract.run.passive import PassiveJudge
from contract.run.runner import OPERATION, RunReport
from spec.catalogue.clauses import Catalogue
from spec.openapi.document import Document
from spec.process.listening import ListenError, is_loopback, url_of
from spec.process.ready import write_ready
from spec.resources.annotations import resources


@dataclass(frozen=True, slots=True)
class ProxyTerms:
    """What a run of the proxy was asked for."""

    document: Document
    catalogue: Catalogue
    access: Access
    upstream: str
    only: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()
    strict: bool = False
    manner: Manner = Manner()  # noqa: RUF009 - a frozen value
    timeout: float = 60.0
    ca_file: str | None = None
    har: Path | None = None
    ready_file: Path | None = None
    from_addon: bool = False

    def leaves_out(self, clause: str) -> bool:
        """Whether a clause is not judged."""
        return clause in self.skip or bool(self.only and clause not in self.only)


class Session:
    """A proxy that is about to run; lines go to ``out`` as things are found."""

    def __init__(self, terms: ProxyTerms, listener: socket.socket, out: TextIO) -> None:
        self.terms, self.listener, self.out = terms, listener, out
        operation = terms.document.operations[OPERATION]
        signon = resources(operation).signon
        before, _, after = operation.path.partition("{")
        path = f"{before}{terms.access.install}{after.partition('}')[2]}"
        parts = urlsplit(terms.upstream)
        self.base = origin(parts) + parts.path.rstrip("/")
        passive = PassiveJudge(terms.document, terms.catalogue, terms.access, self.base)
        self.live = Live(passive, path, self._watch, strict=terms.strict, left_out=terms.leaves_out)
        members, links = write_only(terms.document), frozenset[str]()
        if signon is not None:
            members, links = members | {signon.token}, links | {signon.redirect}
        self.pseudonyms = Pseudonyms(members, links)
        nothing = Model(resources(operation), closed=False)
        self.oracle = Oracle(operation, nothing, terms.catalogue, terms.access)
        self.url = url_of(listener)
        self._guard_loop(parts.port or (443 if parts.scheme == "https" else 80))
        self.forwarding: Forwarding | None = None
        self.archive: Archive | None = None
        self._ready_failure: OSError | None = None
        self._started = time.monotonic()

    def run(self) -> None:
        """Pass on and judge until the process is told to end. Raises AdmissionError or ListenError."""
        try:
            serve(self.application(), self.listener)
        except SystemExit:  # uvicorn ends so when the lifespan could not begin
            if self._ready_failure is None:
                raise
            reason = self._ready_failure.strerror
            raise ListenError(f"{self.terms.ready_file}: the ready file cannot be written: {reason}.") from None
        finally:
            self.listener.close()
            if self.archive is not None:
                self.archive.close()

    def application(self) -> ASGIApp:
        """What is served. Raises AdmissionError."""
        try:
            self.archive = Archive(self.terms.har) if self.terms.har is not None else None
        except OSError as error:
            raise AdmissionError(f"--har {self.terms.har} cannot be written: {error.strerror}.") from None
        return self._hearing() if self.terms.from_addon else self._forwarding()

    def report(self) -> RunReport:
        """The verdict on what passed."""
        notes = []
        if self.forwarding is not None and self.forwarding.refused:
            notes.append(f"Requests refused and not sent on (--refuse): {self.forwarding.refused}.")
        if self.forwarding is not None and self.forwarding.withheld:
            notes.append(f"Answers withheld (--refuse): {self.forwarding.withheld}.")
        report = self.live.report(self.base, only=self.terms.only, skip=self.terms.skip, notes=notes)
        report.seconds = time.monotonic() - self._started
        return report

    def _forwarding(self) -> ASGIApp:
        terms = self.terms
        try:
            upstream = Upstream(terms.upstream, timeout=terms.timeout, ca_file=terms.ca_file)
        except (OSError, ValueError) as error:
            raise AdmissionError(f"--ca-file {terms.ca_file} cannot be used: {error}.") from None
        self.forwarding = Forwarding(upstream, self.live, self._keep, terms.manner)
        app = Starlette(lifespan=self._lifespan)
        app.router.redirect_slashes = False
        app.router.default = self.forwarding  # every path as it was sent, also those that no route can match
        return app

    def _hearing(self) -> ASGIApp:
        return Starlette(
            routes=[Route("/events", Hearing(self.live, self._keep).hear, methods=["POST"])], lifespan=self._lifespan
        )

    @asynccontextmanager
    async def _lifespan(self, app: object) -> AsyncIterator[None]:
        file = self.terms.ready_file
        try:
            if file is not None:
                write_ready(
                    file, {"url": self.url, "upstream": self.terms.upstream, "install": self.terms.access.install}
                )
        except OSError as error:
            self._ready_failure = error
            raise
        doing = "listens to an addon about" if self.terms.from_addon else "passes everything on to"
        self._say(f"invigilate proxy: {self.url} {doing} {self.terms.upstream}; Ctrl-C ends it and shows the verdict.")
        if not is_loopback(self.listener):
            sys.stderr.write("invigilate proxy: whoever reaches this machine can call the server behind through it.\n")
        if urlsplit(self.terms.upstream).scheme == "http" and not _is_local(self.terms.upstream):
            sys.stderr.write("invigilate proxy: UPSTREAM is plain http: tokens cross the network unprotected.\n")
        yield
        if self.forwarding is not None:
            await self.forwarding.upstream.close()
        if file is not None:
            file.unlink(missing_ok=True)

    def _keep(self, passed: Passed) -> None:
        """Record what passed; of calls that are not judged, only that they were made."""
        judged = self.live.is_call(passed.method, passed.url)
        if not judged and not passed.url.partition("?")[0].endswith("/oidc/jwks"):
            query = "?" if "?" in passed.url else ""
            passed = replace(passed, url=passed.url.partition("?")[0] + query, body=None, answer=None)
        masked = self.pseudonyms.masked(passed)
        if self.archive is None:
            return
        if masked.body is not None and not self._says_the_same(passed, masked):
            masked = replace(masked, body=None, size=max(masked.size, 1))
        self.archive.add(entry_of(masked))

    def _says_the_same(self, passed: Passed, masked: Passed) -> bool:
        """Whether a masked body keeps and breaks the same rules as the body itself, and is read the same way."""
        if passed.body == masked.body:
            return True
        path = self.live.operation_path
        given = [self.oracle.expect(SentRequest(one.method, path, one.headers, one.body)) for one in (passed, masked)]
        shown = [([(one.clause, one.pointer) for one in expected.reasons], expected.oddities) for expected in given]
        return shown[0] == shown[1]

    def _watch(self, fresh: NewFindings) -> None:
        for fault in fresh.requests:
            self._say(request_line(fault, self.pseudonyms))
        for finding in fresh.answers:
            self._say(answer_line(finding, self.terms.catalogue, self.pseudonyms))

    def _say(self, line: str) -> None:
        encoding = self.out.encoding or "utf-8"
        self.out.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        self.out.flush()

    def _guard_loop(self, port: int) -> None:
        """Refuse to be one's own server. Raises AdmissionError."""
        if port == self.listener.getsockname()[1] and _is_local(self.terms.upstream):
            self.listener.close()
            raise AdmissionError(f"UPSTREAM {self.terms.upstream} is where the proxy itself would listen.")


def checked_upstream(url: str) -> str:
    """An upstream URL without its trailing slash. Raises AdmissionError."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port)
        good = good and url.isascii() and url.isprintable() and " " not in url
    except ValueError:
        good = False
    if not good:
        raise AdmissionError(f"UPSTREAM is {url!r}; give an absolute http or https URL.")
    if parts.query or parts.fragment or parts.username is not None or "?" in url or "#" in url:
        raise AdmissionError("UPSTREAM has a user, a query or a fragment; give it without.")
    return url.rstrip("/")


def _is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
