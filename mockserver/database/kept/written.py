"""JSON values and names as bytes, exactly as they were: also integers that no double holds."""

from __future__ import annotations

import hashlib
import json

import orjson

from spec.source.pointer import Json

_LONG = b" "
"""With it begins a text that has such integers; orjson begins none so."""


def written(value: Json) -> bytes:
    """A JSON value as bytes."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return _LONG + json.dumps(value).encode()


def read(text: bytes) -> Json:
    """A JSON value from its bytes."""
    return json.loads(text) if text[:1] == _LONG else orjson.loads(text)


def digest(*names: str) -> bytes:
    """A short name for several, of any letters and any length; of a secret it tells nothing."""
    return hashlib.blake2b("\0".join(names).encode("utf-8", "surrogatepass"), digest_size=20).digest()
