"""The endpoints of OAuth 2.0 and OpenID Connect: tokens for clients, discovery, and the keys that verify tokens."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.auth.access import AccessToken
from mockserver.auth.clients import OAuthClients
from mockserver.auth.oauth import (
    OAuthError,
    asked_grant,
    asked_scope,
    authenticated,
    read_form,
    shown_secret,
)
from mockserver.auth.tokens import ISSUER_PATH
from mockserver.endpoints.documents import OPEN_TO_PAGES
from mockserver.endpoints.routes import Function
from mockserver.endpoints.users import UserEndpoints
from mockserver.http.errors import Headers
from mockserver.http.request import Request, shown
from mockserver.http.response import Response, of_json
from mockserver.http.scope import set_caller
from mockserver.http.urls import contract_url, public_url
from mockserver.runtime import Runtime
from spec.openapi.document import Document
from spec.source.pointer import Json

_FORM = b"application/x-www-form-urlencoded"
_NO_CACHE = ((b"pragma", b"no-cache"),)  # beside Cache-Control: no-store (RFC 6749 section 5.1)
_CHALLENGE: Headers = ((b"www-authenticate", b'Basic realm="smarterservices", charset="UTF-8"'),)
_ENDPOINTS = {
    "authorization_endpoint": "authorize",
    "token_endpoint": "issueToken",
    "jwks_uri": "jwks",
    "userinfo_endpoint": "userinfo",
    "end_session_endpoint": "endSession",
}
"""The members of the metadata that are URLs of operations, by operationId."""
_PUBLISHED = {"authorization_endpoint": f"{ISSUER_PATH}/auth", "userinfo_endpoint": f"{ISSUER_PATH}/me"}
"""Where the published metadata has what the document does not."""


class OAuthEndpoints:
    """Where clients get tokens, and what tells them how. Grants and scopes are those that the document has."""

    def __init__(self, document: Document, clients: OAuthClients, users: UserEndpoints, runtime: Runtime) -> None:
        self.document, self.clients, self.users, self.runtime = document, clients, users, runtime
        self.settings, self.behaviour = runtime.settings, runtime.behaviour
        operation = document.operations.get("issueToken")
        form = operation.body.content.get(_FORM.decode(), {}) if operation and operation.body else {}
        self.grants: tuple[str, ...] = tuple(form.get("properties", {}).get("grant_type", {}).get("enum", ()))
        self.scopes = scopes_of(document, "clientCredentials")

    def functions(self) -> Mapping[str, Function]:
        """The endpoints by operationId."""
        return {
            "issueToken": self.token,
            "openidConfiguration": self.configuration,
            "jwks": self.jwks,
            "endSession": self.end_session,
            **self.users.functions(),
        }

    async def token(self, request: Request) -> Response:
        """Serve ``issueToken`` (RFC 6749 section 3.2)."""
        try:
            return of_json(await self._granted(request), headers=_NO_CACHE)
        except OAuthError as error:
            return self._refused(error, request)

    async def end_session(self, request: Request) -> Response:
        """Serve ``endSession``."""
        try:
            return await self.users.end_session(request)
        except OAuthError as error:
            return self._refused(error, request)

    def _refused(self, error: OAuthError, request: Request) -> Response:
        value = {"error": error.error, "error_description": error.description}
        value["error_uri"] = f"{contract_url(request.scope, self.settings)}#{error.clause}"
        headers = (*_NO_CACHE, *(_CHALLENGE * error.challenged))
        response = of_json(value, status=401 if error.challenged else 400, headers=headers)
        response.notes = (f"{error.clause}: {error.description}",)
        return response

    async def _granted(self, request: Request) -> dict[str, Json]:
        declared = request.header(b"content-type") or b""
        if declared.partition(b";")[0].strip().lower() != _FORM or request.header(b"content-encoding") is not None:
            description = f"Content-Type is '{shown(declared)}'; send '{_FORM.decode()}', uncompressed."
            self._refuse(OAuthError("invalid_request", "token-request-form", description))
        form = read_form(await request.read(self.settings), self._refuse)
        client = authenticated(shown_secret(request.header(b"authorization"), form), self.clients, self._refuse)
        set_caller(request.scope, client.install)
        grant = asked_grant(form, self.grants, self._refuse)
        issuer = public_url(request.scope, self.settings) + ISSUER_PATH
        if (give := self.users.grants.get(grant)) is not None:
            return give(form, client, issuer)
        scope = asked_scope(form, self.scopes, self._refuse)
        now = int(self.users.clocks(client.install))
        token = AccessToken(client, issuer, self.users.tenants[client.install].ids.token_id(), now, scope)
        claims = token.claims()
        for change in self.behaviour.claiming:
            change(claims)
        return token.answer(claims, self.runtime.keys)

    def _refuse(self, error: OAuthError) -> None:
        overlooked = [overlook(error) for overlook in self.behaviour.overlooking]
        if not any(overlooked):
            raise error

    async def configuration(self, request: Request) -> Response:
        """Serve ``openidConfiguration`` (OpenID Connect Discovery 1.0 section 3)."""
        base = public_url(request.scope, self.settings)
        served = {name: one.path for name, one in self.document.operations.items()}
        paths = {name: served.get(one, _PUBLISHED.get(name)) for name, one in _ENDPOINTS.items()}
        scopes = dict.fromkeys((*self.users.scopes, *self.scopes))
        claims = list(self.users.signon.profile) if self.users.signon is not None else []
        backchannel = "endSession" in served
        return of_json(
            {
                "issuer": base + ISSUER_PATH,
                **{name: base + path for name, path in paths.items() if path is not None},
                "grant_types_supported": list(self.grants),
                "scopes_supported": list(scopes),
                "claims_supported": ["sub", *claims],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "response_types_supported": ["code"],
                "code_challenge_methods_supported": ["S256"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "authorization_response_iss_parameter_supported": True,
                "backchannel_logout_supported": backchannel,
                "backchannel_logout_session_supported": False,
            },
            headers=OPEN_TO_PAGES,
        )

    async def jwks(self, _: Request) -> Response:
        """Serve ``jwks``: the key set (RFC 7517 section 5)."""
        return of_json({"keys": self.runtime.keys.published(self.runtime.clock())}, headers=OPEN_TO_PAGES)


def scopes_of(document: Document, flow: str) -> tuple[str, ...]:
    """The scopes of a flow of the document's OAuth 2.0 schemes."""
    flows = [one.get("flows", {}) for one in document.security_schemes.values() if one.get("type") == "oauth2"]
    return tuple(dict.fromkeys(name for one in flows for name in one.get(flow, {}).get("scopes", {})))
