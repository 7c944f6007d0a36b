"""Arrivals gone wrong: SIDs minted otherwise than promised, credentials taken from where none belong."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from mockserver.behaviour.bends import Bend, arranging
from mockserver.behaviour.seams import Serve
from mockserver.http.request import Request
from mockserver.http.response import Response
from mockserver.http.scope import with_headers


def unhexed() -> Bend:
    """SIDs are minted with letters beyond f; the body takes them, for there the alphabet is wider."""

    def arrange(mock: Any) -> None:
        mint = mock.provision.ids.sid

        class Ids:
            token_id, code = mock.provision.ids.token_id, mock.provision.ids.code

            def sid(self, prefix: str) -> str:
                return prefix + "z" + str(mint(""))[1:]

        mock.provision.ids = Ids()

    return arranging(arrange)


async def reading_the_query(mock: Any, honest: Serve, call: Request) -> Response:
    """A call without a credential is served with the one in its query."""
    found = parse_qs(call.query).get(b"token")
    if found and call.header(b"token") is None and call.header(b"authorization") is None:
        return await honest(
            Request(with_headers(call.scope, [*call.scope["headers"], (b"token", found[0])]), call.receive)
        )
    return await honest(call)
