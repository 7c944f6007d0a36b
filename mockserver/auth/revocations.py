"""Tokens that were taken back before their time."""

from __future__ import annotations


class Revocations:
    """The ids (``jti``) of revoked tokens, each remembered until it would have expired anyway."""

    def __init__(self) -> None:
        self.until: dict[str, float] = {}

    def __contains__(self, token_id: object) -> bool:
        return token_id in self.until

    def add(self, token_id: str, expires: float, now: float) -> None:
        """Revoke a token; both times are seconds since the epoch."""
        self.until = {known: until for known, until in self.until.items() if until > now}
        self.until[token_id] = expires
