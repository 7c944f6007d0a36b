"""Addresses in a text: e-mail as RFC 5321 and RFC 6531 have it, and http URLs. Checked by syntax, never looked up."""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from urllib.parse import urlsplit

LONGEST_EMAIL = 254
"""Octets: RFC 5321 section 4.5.3.1.3 allows a path of 256, of which the angle brackets take two."""

_LONGEST_LOCAL_PART = 64
_LONGEST_LABEL = 63
_LONGEST_AUTHORITY = 1024
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\ud7ff\ue000-\U0010ffff-]+"
_LOCAL_PART = re.compile(
    rf'{_ATOM}(?:\.{_ATOM})*\Z|"(?:[ !\x23-\x5b\x5d-\x7e\x80-\ud7ff\ue000-\U0010ffff]|\\[ -~])*"\Z'
)  # Dot-string or Quoted-string of RFC 5321 section 4.1.2, widened by UTF8-non-ascii of RFC 6531 section 3.3
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\Z")
_IPV4 = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}\Z")
_URL_TEXT = re.compile(r"[^\s\x00-\x20<>\"{}|\\^`\x7f]*\Z")
_URL_HEAD = re.compile(r"https?://[^/?#]+", re.IGNORECASE)


def is_email(text: str) -> bool:
    """A Mailbox of RFC 5321 section 4.1.2, internationalised by RFC 6531 section 3.3.

    Whether mail can be delivered is not asked: special-use domains, a single label, quoted local parts and address
    literals are addresses. ``IPv6:`` is the only tag that is registered for literals.
    """
    if len(text) > LONGEST_EMAIL or len(_octets(text)) > LONGEST_EMAIL:
        return False
    local, at, domain = text.rpartition("@")
    if not at or len(_octets(local)) > _LONGEST_LOCAL_PART or not _LOCAL_PART.match(local):
        return False
    if domain.startswith("[") and domain.endswith("]"):
        return _is_address_literal(domain[1:-1])
    return all(map(_is_label, domain.split(".")))


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _is_address_literal(text: str) -> bool:
    if text[:5].lower() != "ipv6:":
        return bool(_IPV4.match(text)) and all(int(one) <= 255 for one in text.split("."))
    try:
        return IPv6Address(text[5:]).scope_id is None
    except ValueError:
        return False


def _is_label(label: str) -> bool:
    if label.isascii():
        return len(label) <= _LONGEST_LABEL and bool(_LABEL.match(label))
    import idna  # with its tables, which a start need not wait for

    try:
        idna.alabel(label)  # a U-label of RFC 5890
    except (idna.IDNAError, UnicodeError):
        return False
    return True


_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+\Z")


def is_http_url(text: str) -> bool:
    """An absolute http or https URL with a host (RFC 3986, RFC 9110 section 4.2)."""
    head = _URL_HEAD.match(text)
    if head is None or len(head[0]) > _LONGEST_AUTHORITY or not _URL_TEXT.match(text):
        return False
    try:
        parts = urlsplit(head[0])  # of the head alone: urlsplit remembers what it was given
        return bool(parts.hostname) and (parts.port is None or parts.port >= 0)
    except ValueError:
        return False


def is_uri(text: str) -> bool:
    """An absolute URI (RFC 3986 section 4.3 with fragment): a scheme, and no characters that must be escaped."""
    return _URI.match(text) is not None
