"""What the person at this machine can do about tokens: change the key that signs them, and take one back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mockserver.auth.credentials import Credentials
from mockserver.auth.tokens import TokenError
from mockserver.endpoints.routes import MethodRoute
from mockserver.http.decoding import decode
from mockserver.http.errors import refuse
from mockserver.http.request import Request
from mockserver.http.response import Response, of_json
from mockserver.settings import Settings


def token_routes(rotate: Callable[[], None], credentials: Credentials, settings: Settings) -> Sequence[MethodRoute]:
    """The routes; ``rotate`` changes the key."""

    async def keys(_: Request) -> Response:
        try:
            rotate()
        except OSError as error:
            message = f"The keys file cannot be written ({error.strerror}); the key stays as it was."
            raise refuse("invalid-input", None, message) from None
        published = credentials.keys.published(credentials.clock())
        return of_json({"kid": credentials.keys.kid, "published": [one["kid"] for one in published]})

    async def revoke(request: Request) -> Response:
        request.require_json()
        value = decode(await request.read(settings), settings.deepest_body)
        token = value.get("token") if isinstance(value, dict) else None
        if not isinstance(token, str):
            raise refuse("invalid-input", None, 'Send the token that is to be revoked, as {"token": "…"}.')
        try:
            credentials.revoke(token)
        except TokenError as error:
            raise refuse("invalid-input", None, f"The token cannot be revoked: {error.reason}.") from None
        return of_json({"revoked": True})

    return (MethodRoute("POST", "/keys", keys), MethodRoute("POST", "/revoke", revoke))
