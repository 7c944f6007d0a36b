"""Where new names come from: SIDs and token ids, reproducible when a seed is given, and codes that never are."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterable
from typing import Protocol


class Ids(Protocol):
    """A source of names."""

    def sid(self, prefix: str) -> str:
        """A new SID: the prefix and 32 lower-case hexadecimal digits."""

    def token_id(self) -> str:
        """A new ``jti`` (RFC 7519 section 4.1.7)."""

    def code(self) -> str:
        """A new one-time code, which needs no escaping in a URL: a secret, so never derived from a seed."""

    def avoid(self, sids: Iterable[str]) -> None:
        """Give none of these SIDs until the next restart: they are taken."""

    def restart(self) -> None:
        """Give the same SIDs again as after the start. Token ids go on: what was handed out before stays apart."""


class SeededIds:
    """The same names in the same order for the same seed. Neither SIDs nor token ids are secrets; codes are."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._token_bits = random.Random(f"token {seed}").getrandbits  # noqa: S311 - reproducible, and never a secret
        self.restart()

    def restart(self) -> None:
        self._bits = random.Random(self._seed).getrandbits  # noqa: S311 - reproducible on purpose, and never a secret
        self._taken: set[str] = set()

    def avoid(self, sids: Iterable[str]) -> None:
        self._taken.update(sids)

    def sid(self, prefix: str) -> str:
        made = prefix + self._bits(128).to_bytes(16, "big").hex()
        while made in self._taken:
            made = prefix + self._bits(128).to_bytes(16, "big").hex()
        return made

    def token_id(self) -> str:
        return f"{self._token_bits(128):032x}"

    def code(self) -> str:
        return secrets.token_urlsafe(24)


class SystemIds(SeededIds):
    """Other names at each start, and after each reset."""

    def __init__(self) -> None:
        super().__init__(secrets.randbits(256))

    def restart(self) -> None:
        self._seed = secrets.randbits(256)
        super().restart()

    def part(self) -> None:
        """Give other names than the process of which this one is a copy."""
        super().__init__(secrets.randbits(256))
