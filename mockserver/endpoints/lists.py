"""Pages of lists: the envelope in which they come, and the URLs of the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from mockserver.http.request import Request
from mockserver.http.urls import public_url
from mockserver.settings import Settings
from spec.source.pointer import Json

Item = TypeVar("Item")
_MOST_REMEMBERED = 256  # bytes of a query of which is remembered what it says besides the page


def envelope(
    request: Request,
    settings: Settings,
    values: Mapping[str, Json],
    listed: Sequence[Item],
    show: Callable[[Item], Json],
) -> dict[str, Json]:
    """One page of a list; ``values`` hold ``offset`` and ``limit``. Only what is on the page is shown."""
    offset, limit, total = int(values["offset"]), int(values["limit"]), len(listed)
    shown = listed[offset : offset + limit]
    path = public_url(request.scope, settings) + request.raw_path.decode("latin-1")
    query = request.query
    before_page = f"{path}?{_remembered(query) if len(query) <= _MOST_REMEMBERED else _others(query)}"

    def url(start: int) -> str:
        return f"{before_page}offset={start}&limit={limit}"

    pages = limit > 0 and total > 0
    final = (total - 1) // limit * limit if pages else 0
    after, before = offset + limit, min(max(offset - limit, 0), final)
    first = url(0) if pages else None
    return {
        "total": total,
        "first": first,
        "next": url(after) if pages and after < total else None,
        "prev": url(before) if pages and offset > 0 else None,
        "last": url(final) if final else first,
        "count": len(shown),
        "offset": offset,
        "results": [show(one) for one in shown],
    }


def _others(query: bytes) -> str:
    """What a query says besides the page, as the URL of another page begins with it."""
    others = [one for one in parse_qsl(query.decode("latin-1"), True) if one[0] not in ("offset", "limit")]
    return f"{urlencode(others)}&" if others else ""


_remembered = lru_cache(maxsize=256)(_others)
