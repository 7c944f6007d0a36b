"""uvicorn, as every command here runs it: quiet, and ended by a signal from which it returns."""

from __future__ import annotations

import signal
import socket
from typing import Any

import uvicorn
from starlette.types import ASGIApp


def configured(app: ASGIApp, **how: Any) -> uvicorn.Config:
    """How an application is served: with its lifespan, logging nothing, believing no forwarded header."""
    return uvicorn.Config(
        app,
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
        **how,
    )


def serve_until_told(config: uvicorn.Config, listener: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM, either of which returns from here."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: None)  # uvicorn raises the signal again when it has shut down
    uvicorn.Server(config).run([listener])
