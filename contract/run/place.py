"""Where the target is: URLs that people give, a pasted endpoint included, and whether that is this machine."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from spec.openapi.document import Operation


class AdmissionError(Exception):
    """The command cannot start; the message says why and how to go on."""


@dataclass(frozen=True, slots=True)
class Base:
    """Where the API starts, and the install that a pasted endpoint names."""

    url: str
    install: str | None = None


def is_loopback(host: str) -> bool:
    """Whether a host is certainly this machine: ``localhost`` or an address that cannot leave it."""
    if host.lower() in ("localhost", "localhost."):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def place_of(text: str, operation: Operation) -> Base:
    """Where a URL leads, without a slash at its end. Raises AdmissionError.

    The URL of a whole endpoint (``https://host/prefix/v2/installs/AI…/provision``) is taken apart.
    """
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise AdmissionError(f"the URL cannot be read: {error}.") from None
    if parts.username is not None or parts.password is not None:
        raise AdmissionError(
            "the URL holds a user or a password; give it without, and credentials by --header or --auth."
        )
    if parts.scheme not in ("http", "https") or not host:
        raise AdmissionError(f"{text!r} is no absolute http or https URL, such as http://127.0.0.1:8400.")
    if parts.query or parts.fragment:
        raise AdmissionError(
            "the URL has a query or a fragment; give where the API starts, such as https://host/prefix."
        )
    url = text.rstrip("/")
    before, _, rest = operation.path.partition("{")
    endpoint = re.compile(re.escape(before) + "([^/]+)" + re.escape(rest.partition("}")[2]) + r"\Z")
    if (found := endpoint.search(url)) is not None:
        return Base(url[: found.start()], found[1])
    return Base(url)
