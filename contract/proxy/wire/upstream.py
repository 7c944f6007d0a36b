"""The server behind the proxy: one streamed call at a time over kept connections; redirects are never followed."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from urllib.parse import urlsplit

import httpx2

from contract.proxy.wire.headers import Field


class UpstreamError(Exception):
    """No answer came from the server; ``late`` says that time ran out. The message says what happened."""

    def __init__(self, message: str, *, late: bool = False) -> None:
        super().__init__(message)
        self.late = late


class Upstream:
    """Where calls go. ``timeout`` is the longest silence in seconds. Raises OSError for a bad ``ca_file``."""

    def __init__(self, url: str, *, timeout: float = 60.0, ca_file: str | None = None) -> None:
        parts = urlsplit(url)
        self.base = f"{parts.scheme}://{parts.netloc}"
        self.prefix = parts.path.rstrip("/")
        self.host = parts.netloc.encode("ascii")
        verify: ssl.SSLContext | bool = True
        if parts.scheme == "https" or ca_file is not None:
            verify = ssl.create_default_context(cafile=ca_file)
        self.client = httpx2.AsyncClient(
            timeout=httpx2.Timeout(timeout, connect=min(timeout, 10.0)),
            trust_env=False,
            follow_redirects=False,
            verify=verify,
            limits=httpx2.Limits(max_connections=512, max_keepalive_connections=64),
        )

    def url(self, target: str) -> str:
        """The URL of a request target as it was sent (path and query)."""
        return f"{self.base}{self.prefix}{target}"

    async def send(
        self, method: str, target: bytes, fields: Sequence[Field], body: httpx2.AsyncByteStream | None
    ) -> httpx2.Response:
        """The head of the answer; its body is read by ``aiter_raw``. Raises UpstreamError."""
        headers = [(b"Host", self.host), *fields]
        try:
            exactly = {"target": self.prefix.encode("ascii") + target}  # a URL would be normalised
            stream = body if body is not None else httpx2.ByteStream(b"")
            request = httpx2.Request(method, self.base, headers=headers, stream=stream, extensions=exactly)
            request.method = method
            return await self.client.send(request, stream=True)
        except httpx2.TimeoutException as error:
            raise UpstreamError(f"{self.base} does not answer in time", late=True) from error
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            reason = str(error) or type(error).__name__
            raise UpstreamError(f"{self.base} cannot be reached, or broke off: {reason}") from error

    async def close(self) -> None:
        await self.client.aclose()
