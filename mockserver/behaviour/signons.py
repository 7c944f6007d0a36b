"""Sign-on gone wrong: links and tokens otherwise than promised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jwt

from mockserver.auth.tokens import SIGNON_TYPE
from mockserver.behaviour.bends import Bend, arranging

Members = dict[str, str]
_DAY = 86_400


def issuing(change: Callable[[Any, Members], None]) -> Bend:
    """Change the members of a sign-on in place: ``change(mock, members)``."""

    def arrange(mock: Any) -> None:
        issue = mock.desk.issue

        def bent(*arguments: Any) -> Members:
            members: Members = issue(*arguments)
            change(mock, members)
            return members

        mock.desk.issue = bent

    return arranging(arrange)


def resigned(change: Callable[[dict[str, Any]], None], algorithm: str = "RS256") -> Bend:
    """Sign the token again after a change of its claims."""

    def bent(mock: Any, members: Members) -> None:
        claims = jwt.decode(members["token"], options={"verify_signature": False})
        change(claims)
        headers = {"typ": SIGNON_TYPE, "kid": mock.keys.kid}
        members["token"] = jwt.encode(claims, mock.keys.private, algorithm=algorithm, headers=headers)

    return issuing(bent)


def of_the_previous_user() -> Bend:
    """The token names whoever was signed on before."""
    previous: list[str] = []

    def change(claims: dict[str, Any]) -> None:
        previous.append(claims["sub"])
        claims["sub"] = previous[-2] if len(previous) > 1 else claims["sub"]

    return resigned(change)


def the_same_again() -> Bend:
    """A user gets the same token at every call."""
    given: dict[str, str] = {}

    def change(_: Any, members: Members) -> None:
        subject = jwt.decode(members["token"], options={"verify_signature": False})["sub"]
        members["token"] = given.setdefault(subject, members["token"])

    return issuing(change)


def never_used_up() -> Bend:
    """A link works again and again."""

    def arrange(mock: Any) -> None:
        follow = mock.desk.follow
        mock.desk.follow = lambda install, code, consume=True: follow(install, code, consume=False)

    return arranging(arrange)


def already_used() -> Bend:
    """A link is refused at its first use."""

    def arrange(mock: Any) -> None:
        issue = mock.desk.issue

        def bent(*arguments: Any) -> Members:
            members: Members = issue(*arguments)
            mock.desk.used.update(mock.desk.grants)
            return members

        mock.desk.issue = bent

    return arranging(arrange)


def later(seconds: int) -> Callable[[dict[str, Any]], None]:
    """Move the expiry."""

    def change(claims: dict[str, Any]) -> None:
        claims["exp"] = claims["iat"] + seconds

    return change


EXPIRED = resigned(later(-3600))
FOR_A_MONTH = resigned(later(30 * _DAY))


def relative(_: Any, members: Members) -> None:
    """The link has no host."""
    members["redirect"] = "/" + members["redirect"].split("/", 3)[3]


def insecure(_: Any, members: Members) -> None:
    """The link is http."""
    members["redirect"] = members["redirect"].replace("https:", "http:", 1)


def opaque(_: Any, members: Members) -> None:
    """The token is no JWT."""
    members["token"] = "opaque-" + members["token"][-40:].replace(".", "")


def tampered(_: Any, members: Members) -> None:
    """The signature belongs to nothing."""
    head, _, signature = members["token"].rpartition(".")
    members["token"] = f"{head}.{signature[::-1]}"


def telling(_: Any, members: Members) -> None:
    """The link carries the token."""
    members["redirect"] += f"&token={members['token']}"
