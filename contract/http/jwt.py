"""Taking a JWT apart as it came, without believing it."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_PIECE = re.compile(r"[A-Za-z0-9_-]+\Z")


@dataclass(frozen=True, slots=True)
class UnverifiedToken:
    """A JWT (RFC 7519) that was taken apart, not verified."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signature: bytes


def take_apart(text: str) -> UnverifiedToken | None:
    """The parts of a compact JWS whose header and payload are JSON objects (RFC 7519 section 7.2), or None."""
    pieces = text.split(".")
    if len(pieces) != 3 or not all(_PIECE.match(piece) for piece in pieces[:2]):
        return None
    try:
        header, claims = (json.loads(_decoded(piece)) for piece in pieces[:2])
        signature = _decoded(pieces[2]) if pieces[2] else b""
    except (ValueError, binascii.Error, RecursionError):
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    return UnverifiedToken(header, claims, signature)


def _decoded(piece: str) -> bytes:
    return base64.b64decode(piece + "=" * (-len(piece) % 4), altchars=b"-_", validate=True)
