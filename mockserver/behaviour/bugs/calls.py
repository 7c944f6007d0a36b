"""Calls gone wrong: declared types that nobody reads, calls that meet each other, and tables without an index."""

from __future__ import annotations

import asyncio

from mockserver.behaviour.seams import Serve, Served
from mockserver.http.request import Request
from mockserver.http.response import Response, of_json
from mockserver.http.scope import with_headers
from mockserver.provisioning.plan import Plan
from mockserver.state.ids import Ids

_PER_ROW = 0.00002  # seconds to read a row of a table that has no index
_BETWEEN = 0.002  # seconds between looking and storing


async def for_any_media_type(request: Request, honest: Serve, served: Served) -> Response:
    """Every body is taken for plain JSON, where JSON is taken at all."""
    body = served.operation.body
    if body is None or "application/json" not in body.content:
        return await honest(request)
    unread = (b"content-type", b"content-encoding")
    kept = [one for one in request.scope["headers"] if one[0] not in unread]
    scope = with_headers(request.scope, [*kept, (b"content-type", b"application/json")])
    return await honest(Request(scope, request.receive))


async def by_one_spelling(request: Request, honest: Serve, served: Served) -> Response:
    """The scheme of a credential is cut off as the seven letters ``Bearer `` and nothing else."""
    headers = [
        (name, b"Unheard " + value if name == b"authorization" and _is_unusual(value) else value)
        for name, value in request.scope["headers"]
    ]
    return await honest(Request(with_headers(request.scope, headers), request.receive))


def _is_unusual(value: bytes) -> bool:
    usual = value.startswith(b"Bearer ") and not value.startswith(b"Bearer  ")
    return value.lower().startswith(b"bearer") and not usual


async def through_everything_stored(request: Request, honest: Serve, served: Served) -> Response:
    """Every provisioning that succeeds counts anew all that its install has stored, row by row, before it answers."""
    response = await honest(request)
    if served.provisions and response.status_code == 200:
        await asyncio.sleep(len(served.store_of(request)) * _PER_ROW)
    return response


async def under_an_optimistic_lock(request: Request, honest: Serve, served: Served) -> Response:
    """Whoever finds at the end that somebody else has stored something meanwhile is told of a conflict."""
    store = served.store_of(request)
    seen = len(store)
    await asyncio.sleep(_BETWEEN)
    if not served.provisions or len(store) == seen:
        return await honest(request)
    message = "Somebody else has stored something meanwhile; send it again."
    return of_json({"code": "CONFLICT", "message": message, "status": 409}, status=409)


async def letting_others_go_first() -> None:
    """Between looking and storing others get their turn."""
    await asyncio.sleep(_BETWEEN)


def all_that_was_found(plan: Plan) -> Plan:
    """Parts are stored one by one, without a transaction: those before and beside the refused one stay."""
    return plan


class OtherLetters:
    """SIDs are minted with letters beyond f; bodies take them, for there the alphabet is wider."""

    def __init__(self, ids: Ids) -> None:
        self.ids, self.token_id, self.code = ids, ids.token_id, ids.code
        self.restart, self.avoid = ids.restart, ids.avoid

    def sid(self, prefix: str) -> str:
        """The prefix, a z, and 31 hexadecimal digits."""
        return f"{prefix}z{self.ids.sid('')[1:]}"
