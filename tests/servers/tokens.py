"""The token endpoint and discovery of the independent implementation; one quirk is one way to get them wrong."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs, unquote_plus

import jwt

from tests.servers.answering import Answer
from tests.servers.behaviour import Behaviour
from tests.servers.credentials import INSTALLS, ISSUER, SHARED, private_key

CLIENT, SECRET = "IIf5a9128504e251fad9e4a38dc0813f74", "correct horse+battery/staple="
LASTS = 900
LOGIN = "https://login.example.com"
TYPED = {"Content-Type": "application/json", "Cache-Control": "no-store"}


def discovery(behaviour: Behaviour, base: str) -> Answer:
    issuer = f"{base}/oidc"
    told: dict[str, Any] = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/auth",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/jwks",
        "userinfo_endpoint": f"{issuer}/me",
    }
    if "discovery-without-token-endpoint" in behaviour.quirks:
        del told["token_endpoint"]
    if {"discovery-of-another-name", "known-by-another-name"} & behaviour.quirks:
        told = {name: value.replace(base, LOGIN) for name, value in told.items()}
    return 200, {"Content-Type": "application/json"}, json.dumps(told).encode()


def issue(behaviour: Behaviour, base: str, headers: Mapping[str, list[str]], body: bytes) -> Answer:
    """The answer to a token request."""
    quirks = behaviour.quirks
    form = parse_qs(body.decode("utf-8", "replace"))
    named = headers.get("authorization", [""])[0]
    shown = (form.get("client_id", [""])[0], form.get("client_secret", [""])[0])
    basic = named.lower().startswith("basic ")
    if basic:
        pair = base64.b64decode(named[6:]).decode().partition(":")
        shown = (unquote_plus(pair[0]), unquote_plus(pair[2]))
    known = shown[0] == CLIENT and (
        shown[1] == SECRET or ("secret-prefix-will-do" in quirks and SECRET[:-1] in shown[1])
    )
    grants = form.get("grant_type", [])
    media = headers.get("content-type", [""])[0]
    if "form-secret-unread" in quirks and not basic:
        known = False
    if not known and "secret-unread" not in quirks:
        return error(behaviour, "invalid_client", 401 if basic and "always-400" not in quirks else 400)
    if not media.startswith("application/x-www-form-urlencoded") or (len(grants) > 1 and "last-one-wins" not in quirks):
        return error(behaviour, "invalid_request")
    if not grants and "grant-by-default" not in quirks:
        return error(behaviour, "invalid_request")
    if grants and grants[-1] != "client_credentials" and "any-grant" not in quirks:
        return error(behaviour, "unsupported_grant_type")
    scope = form.get("scope", [""])[0]
    if scope not in ("", "smarter_iam") and "scopes-left-out" not in quirks:
        return error(behaviour, "invalid_scope")
    return 200, told_headers(behaviour), json.dumps(token(behaviour, base, scope)).encode()


def token(behaviour: Behaviour, base: str, scope: str) -> dict[str, Any]:
    quirks, now = behaviour.quirks, int(time.time() + behaviour.clock)
    claims: dict[str, Any] = {
        "iss": ISSUER if "issuer-of-another-name" in quirks else f"{base}/oidc",
        "aud": "provision",
        "sub": CLIENT,
        "install": INSTALLS[1] if "token-of-another-install" in quirks else INSTALLS[0],
        "exp": now + (LASTS * 2 if "lives-longer-than-told" in quirks else LASTS),
    }
    if "known-by-another-name" in quirks:
        claims["iss"] = f"{LOGIN}/oidc"
    if "token-without-audience" in quirks:
        del claims["aud"]
    key, algorithm, kid = private_key("own"), "RS256", "own"
    if "token-of-a-new-key" in quirks:
        key, kid = private_key("new"), "new"
    if "token-by-shared-secret" in quirks:
        key, algorithm = SHARED, "HS256"
    expires = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now + LASTS))
    told: dict[str, Any] = {
        "access_token": jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid}),
        "token_type": "Bearer",
        "expires_in": LASTS,
        "expires_at": f"{expires}+00:00" if "offset-in-figures" in quirks else f"{expires}.000Z",
    }
    if "scopes-left-out" in quirks:
        told["scope"] = "smarter_iam"
    if "milliseconds" in quirks:
        told["expires_in"] = LASTS * 1000
    if "token-without-expiry" in quirks:
        del told["expires_at"]
    if "token-type-in-small" in quirks:
        told["token_type"] = "bearer"
    if behaviour.extras:
        told |= {"id": "f1", "refresh_expires_in": 0}
    return told


def told_headers(behaviour: Behaviour) -> dict[str, str]:
    kept = {"Content-Type": "application/json"} if "tokens-may-be-cached" in behaviour.quirks else dict(TYPED)
    return {**kept, "Date": formatdate(time.time() + behaviour.clock, usegmt=True)}


def error(behaviour: Behaviour, name: str, status: int = 400) -> Answer:
    told: Any = {"error": name, "error_description": "No token for you."}
    if "token-errors-in-words" in behaviour.quirks:
        told = {"message": name}
    if "token-errors-are-200" in behaviour.quirks:
        status = 200
    if "token-errors-are-bare" in behaviour.quirks:
        del told["error_description"]
    headers = {**TYPED, **({"WWW-Authenticate": 'Basic realm="oidc"'} if status == 401 else {})}
    return status, headers, json.dumps(told).encode()
