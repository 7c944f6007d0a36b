"""Where new names come from: SIDs and token ids, reproducible when a seed is given, and codes that never are."""

from __future__ import annotations

import random
import secrets
from typing import Protocol


class Ids(Protocol):
    """A source of names."""

    def sid(self, prefix: str) -> str:
        """A new SID: the prefix and 32 lower-case hexadecimal digits."""

    def token_id(self) -> str:
        """A new ``jti`` (RFC 7519 section 4.1.7)."""

    def code(self) -> str:
        """A new one-time code: a secret, so never derived from a seed."""


class SeededIds:
    """The same names in the same order for the same seed. Neither SIDs nor token ids are secrets; codes are."""

    def __init__(self, seed: int) -> None:
        self._bits = random.Random(seed).getrandbits  # noqa: S311 - reproducible on purpose, and never a secret

    def sid(self, prefix: str) -> str:
        return f"{prefix}{self._bits(128):032x}"

    def token_id(self) -> str:
        return f"{self._bits(128):032x}"

    def code(self) -> str:
        return secrets.token_urlsafe(24)


class SystemIds(SeededIds):
    """Other names at each start."""

    def __init__(self) -> None:
        super().__init__(secrets.randbits(256))
