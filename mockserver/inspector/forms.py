"""What a form of a page sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl

from mockserver.http.errors import Refusal, refuse
from mockserver.http.request import Request
from mockserver.settings import Settings

_FORM = b"application/x-www-form-urlencoded"
_MOST_FIELDS = 200
_WIDER = 4  # a body in a form is up to so many times as long as it is by itself, and less where it is no text


async def fields(request: Request, settings: Settings) -> Mapping[str, str]:
    """The fields by name, without blanks around them; a repeated one is joined by commas. Raises Refusal."""
    kind = (request.header(b"content-type") or b"").partition(b";")[0].strip().lower()
    raw = await request.read(replace(settings, largest_body=settings.largest_body * _WIDER))
    if kind != _FORM and raw:
        raise refuse("media-type", None, "This is a form; send 'application/x-www-form-urlencoded'.")
    try:
        pairs = parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Refusal("invalid-input", f"There are more than {_MOST_FIELDS} fields; send fewer.") from None
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]},{value.strip()}" if name in found else value.strip()
    return found
