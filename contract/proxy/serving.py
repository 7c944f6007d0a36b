"""The process: a listening socket, uvicorn on it, signals that end it cleanly, and a file that says it is ready."""

from __future__ import annotations

import json
import os
import signal
import socket
import tempfile
from collections.abc import Mapping
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from spec.source.pointer import Json


class ListenError(Exception):
    """The address cannot be listened on, or the ready file not be written; the message is one line."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 picks a free one. Raises ListenError."""
    if not 0 <= port <= 65_535:  # some resolvers take it modulo 65536
        raise ListenError(f"{host}:{port} cannot be listened on: a port is a number from 0 to 65535.")
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, proto)
    except OSError as error:
        raise ListenError(f"the host {host!r} cannot be used: {error.strerror or error}.") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
        listener.setblocking(False)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or error
        raise ListenError(f"{host}:{port} cannot be listened on: {reason}. Choose another port with --port.") from None
    return listener


def address(listener: socket.socket) -> str:
    """The URL under which a listener is reached from this machine."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - where to reach what listens everywhere
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def configured(app: ASGIApp) -> uvicorn.Config:
    """How an application is served: heads of answers are passed on as they are, and nothing is logged."""
    return uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )


def serve(app: ASGIApp, listener: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM, either of which returns from here."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: None)  # uvicorn raises the signal again when it has shut down
    uvicorn.Server(configured(app)).run([listener])


def remove_stale(path: Path) -> None:
    """Remove the ready file of a proxy that was killed. Raises ListenError."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise ListenError(f"{path}: the ready file cannot be written: {error.strerror}.") from None


def write_ready(path: Path, content: Mapping[str, Json]) -> None:
    """Write the ready file in one step, for its owner only. Raises OSError."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp: mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file)
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
