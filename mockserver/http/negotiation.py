"""Whether a client asks for JSON or for a page (RFC 9110 section 12.5.1)."""

from __future__ import annotations


def wants_page(accept: bytes | None) -> bool:
    """Whether a page is asked for by name, and not less than JSON."""
    return accept is not None and b"text/html" in accept.lower() and not prefers_json(accept)


def prefers_json(accept: bytes | None) -> bool:
    """Whether JSON is asked for by name, and not less than a page."""
    if not accept:
        return False
    quality = {b"application/json": 0.0, b"text/html": 0.0}
    for one in accept.lower().split(b","):
        kind, *parameters = (piece.strip() for piece in one.split(b";"))
        if kind in quality:
            stated = next((piece[2:] for piece in parameters if piece.startswith(b"q=")), b"1")
            try:
                quality[kind] = float(stated)
            except ValueError:
                quality[kind] = 0.0
    return quality[b"application/json"] > 0 and quality[b"application/json"] >= quality[b"text/html"]
