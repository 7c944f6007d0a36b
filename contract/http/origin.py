"""Where URLs lead: their origin as RFC 6454 compares it, and the path of a link within a target."""

from __future__ import annotations

from urllib.parse import SplitResult, quote, urlsplit

_PORTS = {"http": 80, "https": 443}
_LEFT_AS_IT_IS = "/:@!$&'()*+,;=~%-._"
"""What a path may hold (RFC 3986 section 3.3), with what is percent-encoded already."""
_IN_QUERIES = _LEFT_AS_IT_IS + "?"
_LONGEST = 32_768
"""Characters of a link that is followed; no server takes longer ones."""


def origin(parts: SplitResult) -> str:
    """Scheme, host and port as RFC 6454 compares them: lower case, without the default port."""
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    port = parts.port if parts.port != _PORTS.get(scheme) else None
    return f"{scheme}://{host}" + (f":{port}" if port is not None else "")


def path_within(base: str, link: str) -> str | None:
    """Path and query of a link as a browser sends them, relative to a base (origin and prefix) that it leads to.

    The fragment stays with the browser (RFC 3986 section 3.5), and what no URL may hold is percent-encoded. None if the
    link leads elsewhere or cannot be read.
    """
    try:
        parts, home = urlsplit(link), urlsplit(base)
        within = origin(parts) == origin(home)
    except ValueError:
        return None
    prefix = home.path.rstrip("/")
    if not within or not parts.path.startswith(f"{prefix}/") or len(link) > _LONGEST:
        return None
    path = quote(parts.path.removeprefix(prefix), safe=_LEFT_AS_IT_IS)
    return f"{path}?{quote(parts.query, safe=_IN_QUERIES)}" if parts.query else path
