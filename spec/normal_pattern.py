"""Which patterns a validator can read."""

from __future__ import annotations

from functools import lru_cache

import jsonschema_rs


@lru_cache(maxsize=4096)
def is_readable(pattern: str) -> bool:
    """True if the validator compiles the pattern (ECMA-262); others are noted, never silently dropped."""
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except (ValueError, jsonschema_rs.ValidationError):
        return False
    return True
