"""Telling a client of a logout (OpenID Connect Back-Channel Logout 1.0): the one call that the mock makes by itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from mockserver.auth.keys import Keys
from mockserver.auth.tokens import sign

Notify = Callable[[str, str], Awaitable[str]]
"""Sends a logout token to a URL, and tells in a few words what became of it."""

EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_TYPE = "logout+jwt"
_DEADLINE = 5.0
_LIFETIME = 120


def logout_token(issuer: str, subject: str, client: str, token_id: str, now: int, keys: Keys) -> str:
    """A logout token (section 2.4)."""
    claims = {
        "iss": issuer,
        "sub": subject,
        "aud": client,
        "iat": now,
        "exp": now + _LIFETIME,
        "jti": token_id,
        "events": {EVENT: {}},
    }
    return sign(claims, LOGOUT_TYPE, keys)


async def notify(url: str, token: str) -> str:
    """Send it (section 2.5). Nothing is read from the environment, and no redirect is followed."""
    import httpx2  # late: most mocks never call anybody

    try:
        async with httpx2.AsyncClient(trust_env=False, timeout=_DEADLINE) as client:
            answer = await client.post(url, data={"logout_token": token})
    except (httpx2.HTTPError, OSError) as error:
        return f"not delivered ({type(error).__name__})"
    return f"delivered, answered with status {answer.status_code}"
