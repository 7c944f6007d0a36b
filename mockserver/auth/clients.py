"""OAuth clients: the integrations of the installs, each with its secret and how long its tokens live."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from mockserver.auth.keys import Keys
from spec.resources.installs import INTEGRATIONS, ClientTerms, Install


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """A client (RFC 6749 section 2). Its tokens speak for its install; ``lifetime`` is in seconds.

    ``redirects`` are where the user flow may end, ``backchannel`` is who is told of a logout.
    """

    id: str
    install: str
    secret: str = field(repr=False)
    lifetime: int
    redirects: tuple[str, ...] = ()
    backchannel: str | None = None

    def is_shown_by(self, secret: str) -> bool:
        """Whether a secret is that of this client; how long the answer takes tells nothing about it."""
        return hmac.compare_digest(secret.encode(), self.secret.encode())

    def may_redirect_to(self, url: str) -> bool:
        """Whether the user flow may end at a URL: one of the client's, or without such any of this machine."""
        return url in self.redirects if self.redirects else "#" not in url and is_loopback_url(url)


def is_loopback_url(url: str) -> bool:
    """Whether a URL leads to this machine (RFC 8252 section 7.3)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.hostname in ("127.0.0.1", "::1", "localhost")


class OAuthClients:
    """The clients of a mock by id: every integration of every install is one.

    A secret that the installs do not give is derived from the keys, and so the same as long as those are kept.
    """

    def __init__(self, installs: Iterable[Install], keys: Keys, lifetime: int) -> None:
        self.keys, self.lifetime = keys, lifetime
        self.by_id: dict[str, OAuthClient] = {}
        for one in installs:
            self.open(one)

    def open(self, install: Install) -> None:
        """Know the clients of an install."""
        self.by_id.update((one.id, one) for one in _clients(install, self.keys, self.lifetime))

    def close(self, install: str) -> None:
        """Know the clients of an install no more: their tokens are dead."""
        for one in self.of(install):
            del self.by_id[one.id]

    def of(self, install: str) -> list[OAuthClient]:
        """The clients of an install."""
        return [one for one in self if one.install == install]

    def __iter__(self) -> Iterator[OAuthClient]:
        return iter(self.by_id.values())

    def __contains__(self, name: object) -> bool:
        return name in self.by_id

    @property
    def longest(self) -> int:
        """The longest lifetime of a token, in seconds; 0 if there is no client."""
        return max((one.lifetime for one in self), default=0)


def _clients(install: Install, keys: Keys, lifetime: int) -> Iterator[OAuthClient]:
    for name in install.members.get(INTEGRATIONS, ()):
        given = install.clients.get(name, ClientTerms())
        secret = keys.client_secret(name) if given.secret is None else given.secret
        lasts = lifetime if given.lifetime is None else given.lifetime
        yield OAuthClient(name, install.sid, secret, lasts, given.redirects, given.backchannel)
