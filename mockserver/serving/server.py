"""The process: a listening socket, uvicorn on it, signals that end it cleanly, and a file that says it is ready."""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.types import ASGIApp

from mockserver.serving.connection import limited
from mockserver.settings import ConnectionLimits

if TYPE_CHECKING:
    from mockserver.serving.certificate import Certificate


class PortError(Exception):
    """The address cannot be listened on; the message is one line."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 picks a free one. Raises PortError."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, proto)
    except OSError as error:
        raise PortError(f"The host {host!r} cannot be used: {error.strerror or error}.") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
        listener.setblocking(False)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or error
        raise PortError(f"{host}:{port} cannot be listened on: {reason}. Choose another port with --port.") from None
    return listener


def serve(
    app: ASGIApp,
    listener: socket.socket,
    limits: ConnectionLimits,
    *,
    tell: Callable[[str], None] | None = None,
    certificate: Certificate | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, either of which returns from here. The application's lifespan is kept.

    ``tell`` takes a line about what never was a call; with a ``certificate`` the port speaks TLS.
    """
    config = uvicorn.Config(
        app,
        http=limited(limits, tell),
        ssl_certfile=None if certificate is None else certificate.chain,
        ssl_keyfile=None if certificate is None else certificate.key,
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )
    # what was loaded stays; what is provisioned stays too, and neither holds cycles: looking often finds nothing
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: None)  # uvicorn raises the signal again when it has shut down
    uvicorn.Server(config).run([listener])


def write_ready(path: Path, content: Mapping[str, Any]) -> None:
    """Write the ready file in one step, for its owner only. Raises OSError."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp: mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file)
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
