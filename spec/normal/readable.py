"""Which patterns and formats a validator can read."""

from __future__ import annotations

from functools import lru_cache

import jsonschema_rs

from spec.schema.texts.formats import FORMATS

STANDARD_FORMATS = frozenset({
    "date", "date-time", "duration", "email", "hostname", "idn-email", "idn-hostname", "ipv4", "ipv6", "iri",
    "iri-reference", "json-pointer", "regex", "relative-json-pointer", "time", "uri", "uri-reference", "uri-template",
    "uuid",
})  # fmt: skip
OWN_FORMATS = {name: check for name, check in FORMATS.items() if name not in STANDARD_FORMATS}
ASSERTED_FORMATS = STANDARD_FORMATS | OWN_FORMATS.keys()


@lru_cache(maxsize=4096)
def is_readable(pattern: str) -> bool:
    """True if the validator compiles the pattern (ECMA-262); others are noted, never silently dropped."""
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except (ValueError, jsonschema_rs.ValidationError):
        return False
    return True
