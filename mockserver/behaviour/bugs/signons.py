"""Sign-on gone wrong: links and tokens otherwise than promised."""

from __future__ import annotations

from collections.abc import Callable

import jwt

from mockserver.auth.keys import Keys
from mockserver.auth.signon import Issued
from mockserver.auth.tokens import SIGNON_TYPE
from mockserver.behaviour.seams import Serve, Served, Signing
from mockserver.http.errors import refuse
from mockserver.http.request import Request
from mockserver.http.response import Response
from spec.source.pointer import Json

Claims = dict[str, Json]
_DAY = 86_400


def _claims(token: str) -> Claims:
    claims: dict[str, Json] = jwt.decode(token, options={"verify_signature": False})
    return claims


def resigned(change: Callable[[Claims], None], algorithm: str = "RS256") -> Signing:
    """The token is signed again after a change of its claims."""

    def sign(issued: Issued, keys: Keys) -> Issued:
        claims = _claims(issued.token)
        change(claims)
        headers = {"typ": SIGNON_TYPE, "kid": keys.kid}
        return issued._replace(token=jwt.encode(claims, keys.private, algorithm=algorithm, headers=headers))

    return sign


def of_the_previous_user() -> Signing:
    """The token names whoever was signed on before, as a variable that calls share does."""
    previous: list[str] = []

    def change(claims: Claims) -> None:
        subject = claims["sub"]
        claims["sub"] = previous.pop() if previous else subject
        previous.append(subject)

    return resigned(change)


def the_same_again(most: int = 10_000) -> Signing:
    """A user gets the same token at every call, as from a cache."""
    given: dict[str, str] = {}

    def sign(issued: Issued, keys: Keys) -> Issued:
        if len(given) >= most:
            given.clear()
        return issued._replace(token=given.setdefault(_claims(issued.token)["sub"], issued.token))

    return sign


def expiring(seconds: int) -> Callable[[Claims], None]:
    """The token expires so many seconds after it was made."""

    def change(claims: Claims) -> None:
        claims["exp"] = claims["iat"] + seconds

    return change


def without(name: str) -> Callable[[Claims], None]:
    """The token lacks a claim."""

    def change(claims: Claims) -> None:
        claims.pop(name, None)

    return change


EXPIRED = resigned(expiring(-3600))
FOR_A_MONTH = resigned(expiring(30 * _DAY))
OTHERWISE = resigned(lambda _: None, "RS512")


def relative(issued: Issued, keys: Keys) -> Issued:
    """The link has no host."""
    return issued._replace(link="/" + issued.link.split("/", 3)[3])


def insecure(issued: Issued, keys: Keys) -> Issued:
    """The link is http."""
    return issued._replace(link=issued.link.replace("https:", "http:", 1))


def opaque(issued: Issued, keys: Keys) -> Issued:
    """The token is no JWT."""
    return issued._replace(token="opaque-" + issued.token[-40:].replace(".", ""))


def tampered(issued: Issued, keys: Keys) -> Issued:
    """The signature belongs to nothing."""
    head, _, signature = issued.token.rpartition(".")
    return issued._replace(token=f"{head}.{signature[::-1]}")


def telling(issued: Issued, keys: Keys) -> Issued:
    """The link carries the token."""
    return issued._replace(link=f"{issued.link}&token={issued.token}")


async def demanding_a_cookie(request: Request, honest: Serve, served: Served) -> Response:
    """A link works only for who is signed on already."""
    if served.operation.id == "followSignon" and request.header(b"cookie") is None:
        raise refuse("signon-refused", "signon-link-works", "You are not signed on; sign on first.")
    return await honest(request)
