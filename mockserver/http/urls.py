"""How the mock is reached, as far as a call tells: the start of every link that an answer gives."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from starlette.types import Scope

from mockserver.http.scope import headers_of, root_of
from mockserver.settings import ANY_HOST, Settings

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
CONTROL_PREFIX = "/_invigilate"
CONTRACT_PATH = f"{CONTROL_PREFIX}/contract"
_LONGEST_HOST = 260
_HOST = re.compile(r"(?P<name>[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?\Z")


def public_url(scope: Scope, settings: Settings) -> str:
    """The URL under which the caller of this call reaches the mock; it has no trailing slash."""
    if settings.public_url is not None:
        return settings.public_url
    scheme, host = scope.get("scheme", "http"), stated_host(scope, settings)
    if not is_own_host(host, scope, settings):
        host = _server(scope)
        if not host:
            return settings.address + quote(root_of(scope))
    if settings.proxy_headers and (forwarded := _last(scope, b"x-forwarded-proto")) in ("http", "https"):
        scheme = forwarded
    root = root_of(scope)
    return f"{scheme}://{host}{quote(root)}" if root else f"{scheme}://{host}"


def public_path(scope: Scope, settings: Settings) -> str:
    """The path of that URL: what comes before every path of the mock, or nothing."""
    return urlsplit(public_url(scope, settings)).path


def contract_url(scope: Scope, settings: Settings) -> str:
    """Where the caller finds the contract page; errors link to its clauses."""
    return public_url(scope, settings) + CONTRACT_PATH


def stated_host(scope: Scope, settings: Settings) -> str:
    """The host, and port if there is one, that a call names; what a proxy says comes first, if it is believed."""
    if settings.proxy_headers and (forwarded := _last(scope, b"x-forwarded-host")):
        return forwarded
    return headers_of(scope).get(b"host", b"").decode("latin-1").strip()


def is_own_host(host: str, scope: Scope, settings: Settings) -> bool:
    """Whether a host is one by which this mock may be called: this machine, where the call arrived, or allowed."""
    name = hostname(host)
    if name is None:
        return False
    if name in LOOPBACK or name == _arrived(scope).name or ANY_HOST in settings.hosts or name in settings.hosts:
        return True
    return settings.public_url is not None and name == urlsplit(settings.public_url).hostname


def hostname(host: str) -> str | None:
    """The name or address in the value of a Host header (RFC 9110 section 7.2), in lower case; None if it is none."""
    return _named(host) if len(host) <= _LONGEST_HOST else None


@lru_cache(maxsize=64)  # a mock is called by few names
def _named(host: str) -> str | None:
    found = _HOST.match(host)
    return found["name"].strip("[]").lower() if found else None


class Server(NamedTuple):
    """The address at which a call arrived; without a port if the server does not tell it, or it is no network."""

    name: str
    port: int | None


def _arrived(scope: Scope) -> Server:
    name, port = scope.get("server") or ("", None)
    return Server(str(name).lower().removeprefix("::ffff:"), port)  # an IPv4 address on a socket of both kinds


def _server(scope: Scope) -> str:
    name, port = _arrived(scope)
    if not name or port is None:
        return ""
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def _last(scope: Scope, header: bytes) -> str:
    return headers_of(scope).get(header, b"").decode("latin-1").rpartition(",")[2].strip()
