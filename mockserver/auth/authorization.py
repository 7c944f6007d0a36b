"""Authorization requests of the user flow (RFC 6749 section 4.1.1, OpenID Connect Core 1.0 section 3.1.2, RFC 7636)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from mockserver.auth.clients import OAuthClient, OAuthClients
from mockserver.http.errors import refuse

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")  # the base64url of a SHA-256 (RFC 7636 section 4.2)
_MOST = 4096
OPENID = "openid"


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request for a code that can be answered. ``hint`` is the SID of the user who is to be signed in, if told."""

    client: OAuthClient
    redirect: str
    scope: str
    challenge: str
    state: str | None = None
    nonce: str | None = None
    hint: str | None = None
    prompt: frozenset[str] = frozenset()


class AuthorizationError(Exception):
    """A request is refused, and the client is told at its redirection URI (RFC 6749 section 4.1.2.1)."""

    def __init__(self, error: str, clause: str, description: str, redirect: str, state: str | None) -> None:
        super().__init__(description)
        self.error, self.clause, self.description = error, clause, description
        self.redirect, self.state = redirect, state

    def location(self, issuer: str) -> str:
        """Where the browser is sent."""
        members = [
            ("error", self.error),
            ("error_description", self.description),
            ("state", self.state),
            ("iss", issuer),
        ]
        return redirected(self.redirect, members)


def redirected(redirect: str, members: Iterable[tuple[str, str | None]]) -> str:
    """A redirection URI with members in its query; those that are None are left out."""
    query = urlencode([(name, value) for name, value in members if value is not None])
    return f"{redirect}{'&' if '?' in redirect else '?'}{query}"


def authorization_request(query: bytes, clients: OAuthClients, scopes: Collection[str]) -> AuthorizationRequest:
    """What a query asks for. Raises Refusal where no client can be told, else AuthorizationError."""
    pairs = parse_qsl(query[:_MOST].decode("latin-1"), keep_blank_values=False)
    sent = dict(pairs)
    client = clients.by_id.get(sent.get("client_id", ""))
    if client is None:
        message = "client_id names no integration of this mock; the page at / lists those there are."
        raise refuse("invalid-input", "authorize-client-known", message)
    redirect = sent.get("redirect_uri", "")
    if not client.may_redirect_to(redirect):
        known = ", ".join(client.redirects) or "an http or https URL of this machine"
        message = f"redirect_uri is none of those of the client; it has {known}."
        raise refuse("invalid-input", "authorize-redirect-known", message)

    def refused(error: str, clause: str, description: str) -> AuthorizationError:
        return AuthorizationError(error, clause, description, redirect, sent.get("state"))

    if len(sent) != len(pairs):
        raise refused("invalid_request", "authorize-request-form", "A parameter occurs twice; send it once.")
    if sent.get("response_type") != "code":
        raise refused("unsupported_response_type", "authorize-request-form", "Send response_type=code.")
    if sent.get("code_challenge_method") != "S256" or not _CHALLENGE.match(sent.get("code_challenge", "")):
        description = "Send code_challenge_method=S256 and as code_challenge the base64url of a SHA-256 (RFC 7636)."
        raise refused("invalid_request", "authorize-pkce", description)
    asked = sent.get("scope", OPENID).split()
    if strange := [one for one in asked if one not in scopes]:
        raise refused(
            "invalid_scope", "token-scope-known", f"{strange[0][:60]} is no scope; ask for {' '.join(scopes)}."
        )
    return AuthorizationRequest(
        client,
        redirect,
        " ".join(dict.fromkeys(asked)),
        sent["code_challenge"],
        sent.get("state"),
        sent.get("nonce"),
        sent.get("login_hint"),
        frozenset(sent.get("prompt", "").split()),
    )
