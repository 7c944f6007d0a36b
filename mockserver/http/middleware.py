"""What surrounds every call, as pure ASGI: the path as it was sent, and the journal."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter, time
from urllib.parse import quote

from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.http.handlers import ConnectionEndedError
from mockserver.http.journal import Journals
from mockserver.http.scope import caller_of, exchange_of, set_root
from mockserver.state.clock import Clocks

_SAFE = "/:@!$&'()*+,;=~-._%"


class Journaling:
    """Every call goes on with the path as it was sent; its exchange, noted on its way, is recorded when it has ended.

    Our own answers note themselves; those of other makers are noted by ``noting``, where they are sent. ``variable`` is
    the name of the path parameter that names an install, ``prefix`` the path of the public URL.
    """

    def __init__(self, app: ASGIApp, journals: Journals, clocks: Clocks, variable: str, prefix: str = "") -> None:
        self.app, self.journals, self.clocks, self.variable, self.prefix = app, journals, clocks, variable, prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope = as_sent(scope, self.prefix)
        exchange = exchange_of(scope)
        exchange.began, started = time(), perf_counter()
        try:
            await self.app(scope, receive, send)
        except ConnectionEndedError:
            raise
        except Exception:
            exchange.status = exchange.status or 500
            raise
        finally:
            if (exchange.status or exchange.notes) and exchange.is_kept:
                exchange.seconds = perf_counter() - started
                journals = self.journals
                install = scope.get("path_params", _NOTHING).get(self.variable) or caller_of(scope)
                if install in journals.rings:
                    exchange.install = install
                exchange.at = self.clocks.now(exchange.install)
                journals.record(exchange)


_NOTHING: Mapping[str, str] = {}


def as_sent(scope: Scope, prefix: str = "") -> Scope:
    """The scope of a call with the path as it was sent, by which its route is found.

    ``%2F`` is no slash, and ``%0A`` at the end is not overlooked. ``prefix`` is the path of the public URL, for proxies
    that leave it in place.
    """
    root: str = scope.get("root_path", "")
    raw: bytes | None = scope.get("raw_path")
    sent = raw.decode("latin-1") if raw is not None else quote(scope["path"], safe=_SAFE)
    if root:
        sent = _below(sent, root)
    if sent != scope["path"]:
        scope = {**scope, "path": sent}
    if root:
        set_root(scope, root)
    if prefix and sent.startswith(f"{root}{prefix}/"):
        scope["root_path"] = root + prefix
    return scope


def _below(sent: str, root: str) -> str:
    """The path as it was sent, below a root path that is given decoded."""
    quoted = quote(root, safe=_SAFE)
    return root + sent.removeprefix(quoted) if sent.startswith(quoted) else sent
