"""Tokens that were taken back before their time."""

from __future__ import annotations

from typing import NamedTuple

_MOST = 100_000


class TokenIdentity(NamedTuple):
    """What tells a token from all others: its ``jti``, which comes again where ids are of a seed, and ``exp``."""

    token_id: str
    expires: float


class Revocations:
    """The tokens that were revoked. The time of none is looked at: clocks can be set back, and a dead token stays dead.

    They are bounded: the one that was revoked first is forgotten first.
    """

    def __init__(self) -> None:
        self.known: dict[TokenIdentity, None] = {}

    def __contains__(self, identity: object) -> bool:
        return identity in self.known

    def add(self, identity: TokenIdentity) -> None:
        """Revoke a token."""
        while len(self.known) >= _MOST:
            del self.known[next(iter(self.known))]
        self.known[identity] = None
