"""Tokens: the key that signs them is changed, and one is taken back."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.auth.tokens import TokenError
from mockserver.control.asked import ControlCall
from mockserver.control.controlled import Controlled
from mockserver.http.errors import refuse
from mockserver.http.response import Response, of_json
from spec.source.pointer import Json


def answers(mock: Controlled) -> Mapping[str, Json]:
    """The answers by operationId."""

    async def rotate(_: ControlCall) -> Response:
        try:
            mock.rotate()
        except OSError as error:
            message = f"The keys file cannot be written ({error.strerror}); the key stays as it was."
            raise refuse("invalid-input", "keys-rotate", message) from None
        published = [one["kid"] for one in mock.keys.published(mock.clocks())]
        return of_json({"kid": mock.keys.kid, "published": published})

    async def revoke(asked: ControlCall) -> Response:
        try:
            mock.credentials.revoke(asked.body["token"])
        except TokenError as error:
            raise refuse("invalid-input", "token-dies", f"The token cannot be revoked: {error.reason}.") from None
        return of_json({"revoked": True})

    return {"rotateKeys": rotate, "revokeToken": revoke}
