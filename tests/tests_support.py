"""Helpers that tests import by name."""

from __future__ import annotations

from mockserver.clock import system_clock
from mockserver.keys import Keys
from mockserver.tokens import API_TYPE, api_claims, sign


def token(keys: Keys, install: str, *, starts: float = -10.0, lasts: float = 3600.0) -> str:
    """A token of the mock's own keys; times are seconds from now."""
    now = system_clock()
    claims = api_claims(install, issued=now + starts, starts=now + starts, expires=now + lasts, token_id="test")
    return sign(claims, API_TYPE, keys)
