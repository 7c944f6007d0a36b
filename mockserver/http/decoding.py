"""From the bytes of a body to one JSON value, refusing whatever two readers could understand differently."""

from __future__ import annotations

import json

import orjson

from mockserver.http.errors import Refusal, refuse
from spec.source.depth import deeper_than
from spec.source.pointer import Json

_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)
_LONG = b"0" * 19
"""As many digits as the shortest integer has that is beyond 64 bits."""


def exact(raw: bytes, read: Json) -> Json:
    """A JSON value without the digits that were lost: ``read`` is what orjson made of the text, which takes an
    integer beyond 64 bits for a double.
    """
    return json.loads(raw) if _LONG in raw.translate(_DIGITS) else read


def decode(raw: bytes, deepest: int) -> Json:
    """The JSON value of a body. Raises Refusal naming the clause that the body breaks."""
    try:
        value = orjson.loads(raw)
    except ValueError as error:
        raise undecodable(raw, str(error), deepest) from None
    colons = raw.count(b":")
    # whatever lies deeper than the outermost value stands behind a colon or in an array
    if colons + raw.count(b"[") >= deepest and deeper_than(deepest, value) is not None:
        raise _too_deep(deepest)
    # as many colons out as in: no member was dropped; an escaped colon could hide one, so those are looked at
    suspicious = colons != orjson.dumps(value).count(b":") or (b"\\" in raw and b"\\u003" in raw)
    if suspicious and (twice := _repeated(raw)) is not None:
        reason = f"the member {json.dumps(twice)[:80]} occurs twice in one object; send it once"
        raise refuse("invalid-input", "strict-json", f"The body is refused: {reason}.")
    return exact(raw, value)


def undecodable(raw: bytes, reason: str, deepest: int) -> Refusal:
    """The refusal of a body that is no JSON, or JSON that is refused for its own sake."""
    if not raw.strip():
        return refuse("invalid-input", "body-object", "The body is empty; send a JSON object.")
    if raw.startswith(b"\xef\xbb\xbf"):
        return refuse("invalid-input", "strict-json", "The body starts with a byte order mark; send UTF-8 without one.")
    if "depth" in reason or "recursion" in reason.lower():
        return _too_deep(deepest)
    if "infinity" in reason:
        message = "The body holds a number that is larger than any double; send a smaller one."
        return refuse("invalid-input", "numbers-exact", message)
    if not _is_utf8(raw):
        return refuse("invalid-input", "body-json", "The body is not UTF-8; encode it so.")
    if "surrogate" in reason:
        return refuse("invalid-input", "strict-json", f"The body holds half of a surrogate pair: {reason}.")
    if _has_constant(raw):
        message = "The body holds NaN or Infinity, which JSON does not have; send a number or leave the member out."
        return refuse("invalid-input", "strict-json", message)
    return refuse("invalid-input", "body-json", f"The body is not JSON: {reason.replace(chr(0), '')}.")


def _too_deep(deepest: int) -> Refusal:
    message = f"The body is nested deeper than {deepest} levels; flatten it."
    return refuse("invalid-input", "body-depth", message)


def _repeated(raw: bytes) -> str | None:
    twice: list[str] = []

    def note(pairs: list[Json]) -> None:
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                twice.append(name)
            seen.add(name)

    json.loads(raw, object_pairs_hook=note, parse_int=float)
    return twice[0] if twice else None


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8", "surrogatepass")
    except ValueError:
        return False
    return True


def _has_constant(raw: bytes) -> bool:
    constants: list[str] = []
    try:
        json.loads(raw, parse_constant=constants.append, parse_int=float)
    except (ValueError, RecursionError):
        return False
    return bool(constants)
