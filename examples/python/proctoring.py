"""A client of the Batch Provision endpoint: tokens, retries, refusals, and sign-on tokens that are verified."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote_plus

import httpx2
import jwt

BUSY = {429, 503}
ATTEMPTS = 5


class RefusedError(Exception):
    """The server understood the call and will not do it; ``errors`` says what is wrong, each at its place."""

    def __init__(self, status: int, answer: dict[str, Any]) -> None:
        self.status, self.code = status, answer.get("code")
        self.errors: list[dict[str, str]] = answer.get("errors", [])
        super().__init__(f"{status} {self.code}: {answer.get('message')}")


@dataclass
class Proctoring:
    """One install, reached by the client of one integration."""

    url: str
    install: str
    client_id: str
    client_secret: str
    http: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=10, trust_env=False))
    _token: str = ""
    _expires: float = 0.0

    def token(self) -> str:
        """An access token; another one a minute before it dies."""
        if time.monotonic() > self._expires - 60:
            halves = (quote_plus(self.client_id), quote_plus(self.client_secret))  # RFC 6749 section 2.3.1
            basic = base64.b64encode(":".join(halves).encode()).decode()
            answer = self._sent(
                "POST", "/oidc/token",
                headers={"Authorization": f"Basic {basic}"}, data={"grant_type": "client_credentials"},
            )  # fmt: skip
            if answer.status_code != 200:
                why = answer.json()
                raise RefusedError(answer.status_code, {"code": why["error"], "message": why.get("error_description")})
            self._token = answer.json()["access_token"]
            self._expires = time.monotonic() + answer.json()["expires_in"]
        return self._token

    def provision(self, body: dict[str, Any]) -> dict[str, Any]:
        """Create, find or update everything in a body. May be called again: identifiers make it safe."""
        answer: dict[str, Any] = self.call("POST", f"/v2/installs/{self.install}/provision", body)
        return answer

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of an answer. A token that was refused is renewed once."""
        for renewed in (False, True):
            answer = self._sent(method, path, json=body, headers={"Authorization": f"Bearer {self.token()}"})
            if answer.status_code != 401 or renewed:
                break
            self._expires = 0.0
        if answer.status_code != 200:
            raise RefusedError(answer.status_code, answer.json())
        return answer.json()

    def verified(self, token: str, audience: str) -> dict[str, Any]:
        """The claims of a sign-on token, if a published key signed it. Raises jwt.InvalidTokenError."""
        keys = jwt.PyJWKSet.from_dict(self._sent("GET", "/oidc/jwks").json())
        key = keys[jwt.get_unverified_header(token)["kid"]]
        return jwt.decode(token, key, algorithms=["RS256"], audience=audience, issuer=f"{self.url}/oidc")

    def _sent(self, method: str, path: str, **how: Any) -> httpx2.Response:
        """An answer. A busy server is asked again when it says; so is one whose answer was lost."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = self.http.request(method, self.url + path, **how)
            except httpx2.TransportError:
                if attempt == ATTEMPTS:
                    raise
                time.sleep(0.2 * 2**attempt)
                continue
            if answer.status_code not in BUSY or attempt == ATTEMPTS:
                break
            time.sleep(pause(answer.headers.get("Retry-After", "1")))
        return answer


def pause(retry_after: str) -> float:
    """Seconds to wait (RFC 9110 section 10.2.3: a number, or a date)."""
    try:
        return min(float(retry_after), 60.0)
    except ValueError:
        return min(max(parsedate_to_datetime(retry_after).timestamp() - time.time(), 0.0), 60.0)
