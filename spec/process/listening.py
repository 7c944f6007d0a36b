"""A listening socket, and what there is to say about where it listens."""

from __future__ import annotations

import ipaddress
import socket

_HIGHEST_PORT = 65_535
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to reach what listens everywhere


class ListenError(Exception):
    """The address cannot be listened on, or the ready file cannot be written; the message is one line."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 picks a free one. Raises ListenError."""
    if not 0 <= port <= _HIGHEST_PORT:  # some resolvers take it modulo 65536
        raise ListenError(f"{host}:{port} cannot be listened on: a port is a number from 0 to {_HIGHEST_PORT}.")
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, proto)
    except (OSError, UnicodeError) as error:  # UnicodeError: no name that can be looked up, such as "a..b"
        reason = getattr(error, "strerror", None) or error
        raise ListenError(f"The host {host!r} cannot be used: {reason}.") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        reason = error.strerror or error
        raise ListenError(f"{host}:{port} cannot be listened on: {reason}. Choose another port with --port.") from None
    return listener


def url_of(listener: socket.socket, scheme: str = "http") -> str:
    """The URL under which a listener is reached from this machine."""
    host, port = listener.getsockname()[:2]
    host = _EVERYWHERE.get(host, host)
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def is_loopback(listener: socket.socket) -> bool:
    """Whether only this machine reaches a listening socket."""
    return ipaddress.ip_address(listener.getsockname()[0].partition("%")[0]).is_loopback
