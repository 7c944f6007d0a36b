"""How the proxy is served: heads of answers are passed on as they are."""

from __future__ import annotations

import socket

import uvicorn
from starlette.types import ASGIApp

from spec.process import serving


def configured(app: ASGIApp) -> uvicorn.Config:
    """What is the target's stays the target's, its ``Date`` and ``Server`` included."""
    return serving.configured(app, http="httptools", date_header=False)


def serve(app: ASGIApp, listener: socket.socket) -> None:
    """Serve until the process is told to end."""
    serving.serve_until_told(configured(app), listener)
