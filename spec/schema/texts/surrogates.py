"""Halves of surrogate pairs: JSON can spell them (RFC 8259 section 8.2), and no encoding of Unicode can carry them."""

from __future__ import annotations

import re

from spec.source.pointer import Json

_HALF = re.compile("[\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


def has_half(value: Json) -> bool:
    """Whether a text or the name of a member anywhere in a value holds half of a pair."""
    if isinstance(value, str):
        return not value.isascii() and _HALF.search(value) is not None
    if isinstance(value, dict):
        return any(has_half(key) or has_half(item) for key, item in value.items())
    return isinstance(value, list) and any(has_half(item) for item in value)


def without_halves(value: Json) -> Json:
    """The value with the replacement character, which is as long, in the place of each half."""
    if isinstance(value, str):
        return _HALF.sub(_REPLACEMENT, value)
    if isinstance(value, dict):
        return {_HALF.sub(_REPLACEMENT, key): without_halves(item) for key, item in value.items()}
    return [without_halves(item) for item in value] if isinstance(value, list) else value
