"""Tokens that were taken back before their time."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import NamedTuple

from mockserver.state.keeping import Memory, ProcessMemory, Spelling

_MOST = 100_000


class TokenIdentity(NamedTuple):
    """What tells a token from all others: its ``jti``, which comes again where ids are of a seed, and ``exp``."""

    token_id: str
    expires: float


class Revocations:
    """The tokens that were revoked. The time of none is looked at: clocks can be set back, and a dead token stays dead.

    They are bounded: the one that was revoked first is forgotten first.
    """

    def __init__(self, memory: Memory | None = None) -> None:
        memory = memory or ProcessMemory()
        self.known: dict[TokenIdentity, None] = {}
        spelling: Spelling[TokenIdentity] = Spelling(list, lambda _, value: TokenIdentity(*value))
        self._kept: MutableMapping[str, TokenIdentity] = memory.registry("revocation", spelling)
        memory.watch("revocation", self._read)

    def __contains__(self, identity: object) -> bool:
        return identity in self.known

    def add(self, identity: TokenIdentity) -> None:
        """Revoke a token."""
        while len(self.known) >= _MOST:
            oldest = next(iter(self.known))
            del self.known[oldest]
            self._kept.pop(_name(oldest), None)
        self.known[identity] = None
        self._kept[_name(identity)] = identity

    def _read(self) -> None:
        """Know what others have revoked."""
        self.known = dict.fromkeys(self._kept.values())


def _name(identity: TokenIdentity) -> str:
    return f"{identity.expires} {identity.token_id}"
