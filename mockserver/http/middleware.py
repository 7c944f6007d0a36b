"""What surrounds every call, as pure ASGI: the path as it was sent, and the journal."""

from __future__ import annotations

from urllib.parse import quote

from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.http.journal import Journal
from mockserver.http.scope import exchange_of, set_root
from mockserver.state.clock import Clock

_SAFE = "/:@!$&'()*+,;=~-._%"


class RawPath:
    """Routes are found by the path as it was sent: ``%2F`` is no slash, and ``%0A`` at the end is not overlooked.

    ``prefix`` is the path of the public URL, for proxies that leave it in place.
    """

    def __init__(self, app: ASGIApp, prefix: str = "") -> None:
        self.app, self.prefix = app, prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            root: str = scope.get("root_path", "")
            raw: bytes | None = scope.get("raw_path")
            sent = raw.decode("latin-1") if raw is not None else quote(scope["path"], safe=_SAFE)
            if root:
                sent = _below(sent, root)
            if sent != scope["path"]:
                scope = {**scope, "path": sent}
            set_root(scope, root)
            if self.prefix and sent.startswith(f"{root}{self.prefix}/"):
                scope["root_path"] = root + self.prefix
        await self.app(scope, receive, send)


class Journaling:
    """Every exchange that is noted on its way is recorded when it has ended.

    Our own answers note themselves; those of other makers are noted by ``noting``, where they are sent.
    """

    def __init__(self, app: ASGIApp, journal: Journal, clock: Clock) -> None:
        self.app, self.journal, self.clock = app, journal, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = exchange_of(scope)
        try:
            await self.app(scope, receive, send)
        except Exception:
            exchange.status = exchange.status or 500
            raise
        finally:
            if exchange.status:
                exchange.at = self.clock()
                self.journal.record(exchange)


def _below(sent: str, root: str) -> str:
    """The path as it was sent, below a root path that is given decoded."""
    quoted = quote(root, safe=_SAFE)
    return root + sent.removeprefix(quoted) if sent.startswith(quoted) else sent
