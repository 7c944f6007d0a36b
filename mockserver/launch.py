"""From command-line options to a running server: everything is loaded, the port is taken, the banner is printed."""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mockserver.app import Mock, create_app
from mockserver.auth.keyfile import KeysError, keep_keys
from mockserver.auth.keys import make_keys
from mockserver.auth.revocations import Revocations
from mockserver.behaviour.faults import FAULTS, behaviour_of
from mockserver.control.journal.entry import Shelf
from mockserver.database.connections.failures import StoreError
from mockserver.files import Files, Read
from mockserver.http.errors import Refusal
from mockserver.ready import ready_facts
from mockserver.running import Announcing, Launch, LaunchError, say
from mockserver.runtime import Runtime
from mockserver.serving.certificate import CertificateError, certified
from mockserver.serving.console import Console
from mockserver.settings import ANY_HOST, Settings
from mockserver.state.clock import system_clock
from mockserver.state.ids import SeededIds, SystemIds
from mockserver.state.memory import MemoryStore
from spec.catalogue.clauses import CLAUSES_FILE
from spec.load import DOCUMENT_FILE
from spec.openapi.document import DocumentError
from spec.openapi.options import reach
from spec.process.listening import ListenError, is_loopback, listen, url_of
from spec.process.ready import remove_stale
from spec.source.reading import SourceError

if TYPE_CHECKING:
    from mockserver.database.serving import Kept


_SHORTEST_SECRET = 6
_LONGEST_PASSPHRASE = 4096


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
        kept = opened(options)
        keys = (
            kept.keys(passphrase=_passphrase(options))
            if kept
            else keep_keys(options.keys)
            if options.keys
            else make_keys()
        )
        listener = listen(options.host, options.port)
    except (SourceError, DocumentError, KeysError, ListenError) as error:
        raise LaunchError(str(error)) from None
    except StoreError as error:
        raise LaunchError(_of_store(error)) from None
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
        store=kept.database.driver.where() if kept else "",
    )
    announcing = Announcing(options.ready_file)
    revocations = Revocations()
    seeded = SystemIds() if options.seed is None else SeededIds(options.seed)

    consoles: list[Console] = []

    def assembled(what: Read) -> Mock:
        ids = seeded if kept else SystemIds() if options.seed is None else SeededIds(options.seed)
        runtime = Runtime(system_clock, ids, keys, MemoryStore(), settings, behaviour_of(options.fault), revocations)
        if kept is not None:
            kept.fit(what.document)
            runtime = kept.runtime(runtime, lambda line: consoles[0].warn(line))
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
        app = kept.started(lambda: assembled(read)) if kept else assembled(read)
    except DocumentError as error:
        listener.close()
        raise LaunchError(str(error)) from None
    except StoreError as error:
        listener.close()
        raise LaunchError(_of_store(error)) from None
    except Refusal as refusal:
        listener.close()
        raise LaunchError(f"--weather: {refusal.message}") from None
    reloading = None
    if options.reload:
        from mockserver.serving.reload import (
            Reloading,  # with lint and diff, which a start without it need not wait for
        )

        reloading = Reloading(app, lambda: assembled(files.read()), files.watched, say)
    ca = certificate.ca if certificate is not None else None
    ready = ready_facts(public_url or settings.address, read.installs, keys, settings, ca)
    exposed = "" if is_loopback(listener) else options.host
    return Launch(
        app, listener, ready, announcing, consoles[0], reloading, exposed, certificate, options.end_with, folder,
        kept, options.workers,
    )  # fmt: skip


def opened(options: argparse.Namespace) -> Kept | None:
    """The database that keeps everything, if one is to. Raises LaunchError or StoreError."""
    if options.store == "memory":
        if options.store_passphrase_file is not None:
            raise LaunchError("--store-passphrase-file is for a store that lasts; leave it out, or give --store.")
        if options.workers > 1:
            raise LaunchError("--workers needs a store that all of them share; give --store sqlite:PATH.")
        return None
    if options.reload:
        raise LaunchError("--reload begins with a fresh state at each edit; leave it out, or --store.")
    if options.keys is not None:
        raise LaunchError("the store keeps the keys as well; leave out --keys.")
    if options.workers > 1 and not hasattr(os, "fork"):
        raise LaunchError("--workers cannot be had on this system, which has no fork; leave it out.")
    if options.workers > 1 and (counting := [one for one in options.fault if behaviour_of([one]).reset]):
        raise LaunchError(f"--fault {counting[0]} counts calls, and each worker would by itself; leave out --workers.")
    from mockserver.database.connections.opening import (
        opened as opened_database,
    )  # with SQLAlchemy, which most mocks do not need
    from mockserver.database.serving import Kept

    def tell(line: str) -> None:
        sys.stderr.write(f"invigilate mock: {line}\n")
        sys.stderr.flush()

    return Kept(opened_database(options.store, tell))


def _passphrase(options: argparse.Namespace) -> str | None:
    """The passphrase of the store, if one is given. Raises LaunchError."""
    file: Path | None = options.store_passphrase_file
    if file is None:
        return os.environ.get("INVIGILATE_STORE_PASSPHRASE") or None
    try:
        with file.open(encoding="utf-8") as lines:
            passphrase = lines.readline(_LONGEST_PASSPHRASE).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is no text in UTF-8"
        raise LaunchError(f"--store-passphrase-file: {file}: {reason}.") from None
    if not passphrase:
        raise LaunchError(f"--store-passphrase-file: {file}: its first line is empty; write a passphrase into it.")
    return passphrase


def _of_store(error: StoreError) -> str:
    """What is wrong with a store, under the name of its option."""
    message = str(error)
    return message if message.startswith("--store") else f"--store: {message}"


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
