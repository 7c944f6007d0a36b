"""OAuth 2.0 at the token endpoint (RFC 6749): what a request says, which client sends it, and what is wrong with it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote_plus

from mockserver.auth.clients import OAuthClient, OAuthClients

CLIENT_CREDENTIALS = "client_credentials"
_SCOPE = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+(?: [\x21\x23-\x5B\x5D-\x7E]+)*\Z")  # RFC 6749 section 3.3
_UNTOLD = re.compile(r"[^\x20\x21\x23-\x5B\x5D-\x7E]")  # letters that error_description may not have (section 5.2)
_MOST_SHOWN = 60


class OAuthError(Exception):
    """The token endpoint refuses (RFC 6749 section 5.2). ``error`` is the code; ``challenged``: Basic was tried."""

    def __init__(self, error: str, clause: str, description: str, *, challenged: bool = False) -> None:
        super().__init__(description)
        self.error, self.clause, self.challenged = error, clause, challenged
        self.description = _UNTOLD.sub("?", description)


Refuse = Callable[[OAuthError], None]
"""Raises the error; or returns, and what was wrong is overlooked."""


class ShownSecret(NamedTuple):
    """With what a client shows who it is, and whether it did so by HTTP Basic."""

    client: str
    secret: str
    by_basic: bool


def read_form(raw: bytes, refuse: Refuse) -> dict[str, str]:
    """The parameters of a form by name; those without a value count as left out (section 3.2). Raises OAuthError."""
    found: dict[str, str] = {}
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError:
        description = "The form cannot be read; send percent-encoded UTF-8, in at most 100 parameters."
        raise OAuthError("invalid_request", "token-request-form", description) from None
    for name, value in pairs:
        if name in found:
            description = f"The parameter {_shown(name)} occurs twice; send it once."
            refuse(OAuthError("invalid_request", "token-request-form", description))
        found[name] = value
    return {name: value for name, value in found.items() if value}


def shown_secret(authorization: bytes | None, form: Mapping[str, str]) -> ShownSecret:
    """The credentials of a client, which stand in one place only (section 2.3.1). Raises OAuthError."""
    client, secret = form.get("client_id"), form.get("client_secret")
    if authorization is None:
        if not client or not secret:
            description = (
                "The client does not show who it is; send its id (the SID of the integration) and its secret by HTTP "
                "Basic, or as client_id and client_secret in the form."
            )
            raise OAuthError("invalid_client", "token-client-refused", description)
        return ShownSecret(client, secret, by_basic=False)
    basic = _basic(authorization)
    if secret is not None:
        description = "The client shows its secret twice, by HTTP Basic and in the form; use one of them."
        raise OAuthError("invalid_request", "token-request-form", description)
    if client is not None and client != basic.client:
        description = "client_id in the form names another client than HTTP Basic; leave it out of the form."
        raise OAuthError("invalid_request", "token-request-form", description)
    return basic


def _basic(authorization: bytes) -> ShownSecret:
    scheme, _, value = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        description = "Authorization is not of the scheme Basic; send the id and the secret of the client by it."
        raise OAuthError("invalid_client", "token-client-refused", description, challenged=True)
    try:
        text = base64.b64decode(value.strip(b" \t"), validate=True).decode()
        client, colon, secret = text.partition(":")
        client, secret = unquote_plus(client, errors="strict"), unquote_plus(secret, errors="strict")
    except (binascii.Error, ValueError):
        colon = client = secret = ""
    if not colon:
        description = "Authorization holds no Basic credentials: the base64 of the id, a colon and the secret."
        raise OAuthError("invalid_client", "token-client-refused", description, challenged=True)
    return ShownSecret(client, secret, by_basic=True)


def named_client(authorization: bytes | None, *forms: bytes) -> str | None:
    """The client that a call says it comes from, by HTTP Basic or as ``client_id`` in one of the forms: nothing is
    verified, and what cannot be read names nobody.
    """
    try:
        if authorization is not None and authorization[:6].lower() == b"basic ":
            return _basic(authorization).client
    except OAuthError:
        return None
    for form in forms:
        try:
            named = dict(parse_qsl(form.decode("ascii"), max_num_fields=100))
        except ValueError:
            continue
        if "client_id" in named:
            return named["client_id"]
    return None


def authenticated(shown: ShownSecret, clients: OAuthClients, refuse: Refuse) -> OAuthClient:
    """The client that shows the secret. Raises OAuthError; the same one for an unknown client and a wrong secret."""
    client = clients.by_id.get(shown.client)
    if client is not None and client.is_shown_by(shown.secret):
        return client
    description = (
        "No client has this id and this secret; the id is the SID of an integration, and the terminal and the ready "
        "file of the mock show its secret."
    )
    error = OAuthError("invalid_client", "token-client-refused", description, challenged=shown.by_basic)
    refuse(error)
    if client is None:
        raise error
    return client


def asked_grant(form: Mapping[str, str], grants: Collection[str], refuse: Refuse) -> str:
    """The grant that a request asks for. Raises OAuthError."""
    named = form.get("grant_type")
    listed = " or ".join(grants)
    if named is None:
        refuse(OAuthError("invalid_request", "token-grant-required", f"grant_type is missing; send {listed}."))
        return next(iter(grants))
    if named not in grants:
        description = f"The grant {_shown(named)} is not served here; send grant_type={listed}."
        refuse(OAuthError("unsupported_grant_type", "token-grant-known", description))
    return named


def asked_scope(form: Mapping[str, str], scopes: Collection[str], refuse: Refuse) -> str | None:
    """The scope that a request asks for, or None. Raises OAuthError for one that nobody knows."""
    named = form.get("scope")
    if named is None:
        return None
    strange = [one for one in named.split(" ") if one not in scopes]
    if strange or _SCOPE.match(named) is None:
        what = f"{_shown(strange[0])} is no scope" if strange and strange[0] else "The scope is not written as one"
        known = f"ask for {' '.join(scopes)}, or for none" if scopes else "leave it out"
        refuse(OAuthError("invalid_scope", "token-scope-known", f"{what} of this mock; {known}."))
    return named


def _shown(text: str) -> str:
    """What a request says, in a message: short."""
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."
