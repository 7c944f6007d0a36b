"""Pages of lists: the envelope in which they come, and the URLs of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from mockserver.http.request import Request
from mockserver.http.urls import public_url
from mockserver.settings import Settings
from mockserver.state.store import made
from spec.source.pointer import Json

_MOST_REMEMBERED = 256  # bytes of a query of which is remembered what it says besides the page


def envelope(
    request: Request,
    settings: Settings,
    values: Mapping[str, Json],
    total: int,
    shown: Sequence[Json],
) -> dict[str, Json]:
    """One page of a list that is so long; ``values`` hold the ``offset`` and ``limit`` of what is shown of it."""
    offset, limit = asked_page(values)
    path = public_url(request.scope, settings) + request.raw_path.decode("latin-1")
    query = request.query
    before_page = f"{path}?{_remembered(query) if len(query) <= _MOST_REMEMBERED else _others(query)}"

    def url(start: int) -> str:
        return f"{before_page}offset={start}&limit={limit}"

    pages = limit > 0 and total > 0
    final = (total - 1) // limit * limit if pages else 0
    after = offset + limit
    first = url(0) if pages else None
    return {
        "total": total,
        "first": first,
        "next": url(after) if pages and after < total else None,
        "prev": url(min(max(offset - limit, 0), final)) if pages and offset > 0 else None,
        "last": url(final) if final else first,
        "count": len(shown),
        "offset": offset,
        "results": shown,
    }


class AskedPage(NamedTuple):
    """From which place on, and how many of a list are asked for."""

    offset: int
    limit: int


def asked_page(values: Mapping[str, Json]) -> AskedPage:
    """Which page the values of a query ask for."""
    return made(AskedPage, (int(values["offset"]), int(values["limit"])))


def _others(query: bytes) -> str:
    """What a query says besides the page, as the URL of another page begins with it."""
    others = [one for one in parse_qsl(query.decode("latin-1"), True) if one[0] not in ("offset", "limit")]
    return f"{urlencode(others)}&" if others else ""


_remembered = lru_cache(maxsize=256)(_others)
