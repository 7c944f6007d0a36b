"""From command-line options to a running server: everything is loaded, the port is taken, the banner is printed."""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mockserver.app import Mock, create_app
from mockserver.auth.keyfile import KeysError, keep_keys
from mockserver.auth.keys import make_keys
from mockserver.auth.revocations import Revocations
from mockserver.behaviour.faults import FAULTS, behaviour_of
from mockserver.control.journal.entry import Shelf
from mockserver.files import Files, Read
from mockserver.http.errors import Refusal
from mockserver.ready import Ready, banner, exposure, ready_facts
from mockserver.runtime import Runtime
from mockserver.serving.certificate import Certificate, CertificateError, certified
from mockserver.serving.console import Console
from mockserver.serving.patron import follow
from mockserver.serving.server import serve
from mockserver.settings import ANY_HOST, ConnectionLimits, Settings
from mockserver.state.clock import system_clock
from mockserver.state.ids import SeededIds, SystemIds
from mockserver.state.memory import MemoryStore
from spec.catalogue.clauses import CLAUSES_FILE
from spec.load import DOCUMENT_FILE
from spec.openapi.document import DocumentError
from spec.openapi.options import reach
from spec.process.listening import ListenError, is_loopback, listen, url_of
from spec.process.ready import remove_stale, write_ready
from spec.source.reading import SourceError

if TYPE_CHECKING:
    from mockserver.serving.reload import Reloading


_SHORTEST_SECRET = 6


class LaunchError(Exception):
    """The mock cannot start; the message says why, where, and how to go on."""


@dataclass(frozen=True, slots=True)
class Launch:
    """A mock that is about to run."""

    app: Mock
    listener: socket.socket
    ready: Ready
    announcing: Announcing
    console: Console
    reloading: Reloading | None = None
    exposed: str = ""  # the address, if others than this machine may reach it
    certificate: Certificate | None = None
    patron: int | None = None  # the process with which the mock ends
    folder: tempfile.TemporaryDirectory[str] | None = None  # which lasts as long as this does

    def run(self) -> None:
        """Serve until the process is told to end. Raises LaunchError if the ready file cannot be written."""
        self.announcing.launch = self
        try:
            serve(
                self.reloading or self.app, self.listener, ConnectionLimits(),
                tell=self.console.say, certificate=self.certificate,
            )  # fmt: skip
        except SystemExit:  # uvicorn ends so when the lifespan could not begin
            if self.announcing.failure is None:
                raise
            reason = self.announcing.failure.strerror
            message = f"{self.announcing.file}: the ready file cannot be written: {reason}."
            raise LaunchError(message) from None
        finally:
            self.console.close()
            if self.folder is not None:
                self.folder.cleanup()


class Announcing:
    """The lifespan of a mock that is run: who waits for it is told when it begins, and nobody once it has ended."""

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self.launch: Launch | None = None
        self.failure: OSError | None = None

    @asynccontextmanager
    async def __call__(self, app: object) -> AsyncIterator[None]:
        launch = self.launch
        if launch is None:
            yield
            return
        try:
            if self.file is not None:
                write_ready(self.file, {name: getattr(launch.ready, name) for name in Ready.__slots__})
        except OSError as error:
            self.failure = error
            raise
        _say(banner(launch.app, launch.ready))
        if launch.exposed:
            sys.stderr.write(exposure(launch.exposed))
        if launch.reloading is not None:
            launch.reloading.watch()
        if launch.patron is not None:
            follow(launch.patron)
        yield
        if launch.reloading is not None:
            launch.reloading.end()
        if self.file is not None:
            self.file.unlink(missing_ok=True)


def launch(options: argparse.Namespace) -> Launch:
    """Load everything and take the port. Raises LaunchError."""
    for name in options.fault:
        if name not in FAULTS:
            raise LaunchError(f"there is no fault {name!r}; --faults lists those there are.")
    public_url = options.public_url and checked_url(options.public_url)
    try:
        remove_stale(options.ready_file)
        files = Files(
            options.spec or DOCUMENT_FILE,
            options.clauses or CLAUSES_FILE,
            options.installs,
            reach(options),
            tuple(options.overlay),
            _secret(options.client_secret_env),
            strict=options.strict_keywords,
        )
        read = files.read()
        keys = keep_keys(options.keys) if options.keys else make_keys()
        listener = listen(options.host, options.port)
    except (SourceError, DocumentError, KeysError, ListenError) as error:
        raise LaunchError(str(error)) from None
    folder = tempfile.TemporaryDirectory(prefix="invigilate-") if options.tls else None
    try:
        called, place = names(options, listener), None if folder is None else Path(folder.name)
        certificate = certified(options.tls, options.tls_cert, options.tls_key, called, place)
    except CertificateError as error:
        listener.close()
        raise LaunchError(str(error)) from None
    settings = Settings(
        public_url=public_url,
        address=url_of(listener, "http" if certificate is None else "https"),
        hosts=frozenset(one.lower() for one in (*options.allow_host, options.host)),
        proxy_headers=options.proxy_headers,
        token_ttl=options.token_ttl,
        access_token_ttl=options.access_token_ttl,
        signon_ttl=options.signon_ttl,
        onboard_ttl=options.onboard_ttl,
        faults=tuple(options.fault),
        reject_unknown_members=options.unknown_members == "reject",
        control_token=options.control_token or secrets.token_urlsafe(24),
        control_guarded=options.control_token is not None,
        cors=tuple(options.cors),
    )
    announcing = Announcing(options.ready_file)
    revocations = Revocations()

    consoles: list[Console] = []

    def assembled(what: Read) -> Mock:
        ids = SystemIds() if options.seed is None else SeededIds(options.seed)
        runtime = Runtime(system_clock, ids, keys, MemoryStore(), settings, behaviour_of(options.fault), revocations)
        app = create_app(what.document, what.clauses, what.installs, runtime, lifespan=announcing)
        app.plane.start_with(options.weather)
        shelf = Shelf(app.document, app.engine.resources, app.journal.masking)
        if not consoles:
            consoles.append(Console(options.log, sys.stdout, shelf, coloured=getattr(options, "coloured", False)))
        consoles[0].shelf = shelf
        if options.log != "none":
            app.journal.heard.append(consoles[0])
        return app

    try:
        app = assembled(read)
    except DocumentError as error:
        listener.close()
        raise LaunchError(str(error)) from None
    except Refusal as refusal:
        listener.close()
        raise LaunchError(f"--weather: {refusal.message}") from None
    reloading = None
    if options.reload:
        from mockserver.serving.reload import (
            Reloading,  # with lint and diff, which a start without it need not wait for
        )

        reloading = Reloading(app, lambda: assembled(files.read()), files.watched, _say)
    ca = certificate.ca if certificate is not None else None
    ready = ready_facts(public_url or settings.address, read.installs, keys, settings, ca)
    exposed = "" if is_loopback(listener) else options.host
    return Launch(
        app, listener, ready, announcing, consoles[0], reloading, exposed, certificate, options.end_with, folder
    )


def _secret(variable: str | None) -> str | None:
    """The secret that an environment variable holds, if one is named. Raises LaunchError."""
    if variable is None:
        return None
    secret = os.environ.get(variable, "")
    if len(secret) < _SHORTEST_SECRET or not (secret.isascii() and secret.isprintable()):
        # the name may be a secret that was given by mistake, so it is not repeated
        message = "the variable of --client-secret-env is not set, or holds fewer than 6 printable ASCII characters."
        raise LaunchError(message)
    return secret


def checked_url(url: str) -> str:
    """A public URL without its trailing slash. Raises LaunchError for one that no link can start with."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port)
    except ValueError:
        good = False
    if not good:
        raise LaunchError(f"--public-url is {url!r}; give an absolute http or https URL.")
    if parts.username is not None or "?" in url or "#" in url:
        raise LaunchError("--public-url holds a user, a query or a fragment; give it without them.")  # not repeated
    return url.rstrip("/")


def names(options: argparse.Namespace, listener: socket.socket) -> list[str]:
    """The host names and addresses by which the mock is called over TLS."""
    here = listener.getsockname()[0].partition("%")[0]
    named = [one.lower() for one in options.allow_host if one != ANY_HOST]
    own = [one for one in (here,) if one not in ("0.0.0.0", "::")]  # noqa: S104 - no address to name
    return ["localhost", "127.0.0.1", "::1", *own, *named]


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
