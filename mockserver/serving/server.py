"""The process of the mock: uvicorn, with limits that only a connection can hold, and garbage that is seldom sought."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.types import ASGIApp

from mockserver.serving.connection import limited
from mockserver.settings import ConnectionLimits
from spec.process.serving import configured, serve_until_told

if TYPE_CHECKING:
    from mockserver.serving.certificate import Certificate


def serve(
    app: ASGIApp,
    listener: socket.socket,
    limits: ConnectionLimits,
    *,
    tell: Callable[[str], None] | None = None,
    certificate: Certificate | None = None,
) -> None:
    """Serve until the process is told to end. The application's lifespan is kept.

    ``tell`` takes a line about what never was a call; with a ``certificate`` the port speaks TLS.
    """
    config = configured(
        app,
        http=limited(limits, tell),
        ssl_certfile=None if certificate is None else certificate.chain,
        ssl_keyfile=None if certificate is None else certificate.key,
    )
    # what was loaded stays; what is provisioned stays too, and neither holds cycles: looking often finds nothing
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    serve_until_told(config, listener)
