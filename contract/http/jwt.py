"""Taking a JWT apart as it came, without believing it."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from spec.source.pointer import Json

BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
"""The letters of base64url by their value (RFC 4648 section 5)."""
_PIECE = re.compile(r"[A-Za-z0-9_-]+\Z")


@dataclass(frozen=True, slots=True)
class UnverifiedToken:
    """A JWT (RFC 7519) that was taken apart, not verified."""

    header: Mapping[str, Json]
    claims: Mapping[str, Json]
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


def respelled(text: str) -> str | None:
    """A compact JWS as a reader spells it who is not strict: without padding, foreign letters and unused bits.

    RFC 7515 section 2 allows none of them, many libraries take them. None for what is no three parts of base64url.
    """
    pieces = text.split(".")
    if len(pieces) != 3:
        return None
    spelled = []
    for piece in pieces:
        letters = "".join(one for one in piece.replace("+", "-").replace("/", "_") if one in BASE64URL)
        try:
            spelled.append(base64.urlsafe_b64encode(_decoded(letters)).rstrip(b"=").decode())
        except (ValueError, binascii.Error):
            return None
    return ".".join(spelled)
