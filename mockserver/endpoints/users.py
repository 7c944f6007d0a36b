"""The endpoints of the user flow: a page on which a user is picked, who a token is about, and the end of logins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import parse_qsl, urlencode

from mockserver.auth import backchannel
from mockserver.auth.access import AccessToken
from mockserver.auth.authorization import OPENID, AuthorizationError, AuthorizationRequest, authorization_request
from mockserver.auth.authorization import redirected as redirected_to
from mockserver.auth.clients import OAuthClient, OAuthClients
from mockserver.auth.credentials import Credentials
from mockserver.auth.logins import Login, Logins
from mockserver.auth.oauth import OAuthError, read_form
from mockserver.auth.tokens import ISSUER_PATH, Expected, TokenError, sign, verify
from mockserver.endpoints.routes import Function
from mockserver.http.errors import refuse
from mockserver.http.pages import PageRow, page
from mockserver.http.request import Request
from mockserver.http.response import Response, of_json
from mockserver.http.scope import set_caller
from mockserver.http.urls import public_path, public_url
from mockserver.runtime import Runtime
from mockserver.state.store import Resource
from mockserver.tenancy.tenant import Tenant
from spec.resources.resource import Resources, Signon
from spec.source.pointer import Json

ID_TYPE = "JWT"
_MOST_SHOWN = 200
_PICKED = frozenset({"login_hint", "prompt"})


class UserEndpoints:
    """Where users sign in. Who they are is in the store; what is told of them, in the document."""

    def __init__(
        self,
        tenants: Mapping[str, Tenant],
        resources: Resources,
        clients: OAuthClients,
        logins: Logins,
        credentials: Credentials,
        scopes: Sequence[str],
        runtime: Runtime,
    ) -> None:
        self.tenants, self.signon, self.clients = tenants, resources.signon, clients
        self.logins, self.clocks = logins, logins.clock
        self.credentials, self.scopes = credentials, tuple(scopes)
        self.runtime, self.settings = runtime, runtime.settings
        self.notify: backchannel.Notify = backchannel.notify

    def functions(self) -> Mapping[str, Function]:
        """The endpoints by operationId."""
        return {"authorize": self.authorize, "userinfo": self.userinfo}

    @property
    def grants(self) -> Mapping[str, Callable[[Mapping[str, str], OAuthClient, str], dict[str, Json]]]:
        """What the token endpoint gives for the grants of the user flow, each for a form, a client and an issuer."""
        return {"authorization_code": self.by_code, "refresh_token": self.by_refresh_token}

    async def authorize(self, request: Request) -> Response:
        """Serve ``authorize``: a page, or back to the client. Raises Refusal where no client can be told."""
        issuer = public_url(request.scope, self.settings) + ISSUER_PATH
        try:
            asked = authorization_request(request.query, self.clients, self.scopes)
            set_caller(request.scope, asked.client.install)
            users = list(self._users(asked.client))
            picked = next((one for one in users if one.sid == asked.hint), None)
            if picked is not None:
                members = [("code", self.logins.code(asked, picked.sid)), ("state", asked.state), ("iss", issuer)]
                return _see_other(redirected_to(asked.redirect, members))
            if "none" not in asked.prompt:
                return self._page(request, asked, users)
        except AuthorizationError as refused:
            return _see_other(refused.location(issuer))
        description = "Nobody is signed in; login_hint with the SID of a user picks one."
        error = AuthorizationError("login_required", "authorize-login", description, asked.redirect, asked.state)
        return _see_other(error.location(issuer))

    def _page(self, request: Request, asked: AuthorizationRequest, users: Sequence[Resource]) -> Response:
        root = public_path(request.scope, self.settings)
        kept = [pair for pair in parse_qsl(request.query.decode("latin-1")) if pair[0] not in _PICKED]

        def link(user: Resource) -> str:
            return f"{root}{request.scope['path']}?{urlencode([*kept, ('login_hint', user.sid)])}"

        rows = [PageRow(" ".join(self.profile(one).values()), link(one)) for one in reversed(users[-_MOST_SHOWN:])]
        left = max(len(users) - _MOST_SHOWN, 0)
        return page("pick-user.html", root, rows=rows, left=left, client=asked.client.id, install=asked.client.install)

    def _users(self, client: OAuthClient) -> Iterator[Resource]:
        tenant, signon = self.tenants[client.install], self.signon
        for one in tenant.store if signon is not None else ():
            if signon is not None and one.part == signon.subject and one.scope == tenant.install.deployment:
                yield one

    def profile(self, user: Resource) -> dict[str, str]:
        """What the document tells of a user, by claim."""
        signon: Signon | None = self.signon
        claims = signon.profile if signon is not None else {}
        return {
            claim: " ".join(str(user.attributes[leaf]) for leaf in leaves if user.attributes.get(leaf) is not None)
            for claim, leaves in claims.items()
        }

    def by_code(self, form: Mapping[str, str], client: OAuthClient, issuer: str) -> dict[str, Json]:
        """The tokens for a code (RFC 6749 section 4.1.3). Raises OAuthError."""
        code, verifier = (_required(form, name) for name in ("code", "code_verifier"))
        return self._tokens(self.logins.redeem(code, client.id, form.get("redirect_uri"), verifier), client, issuer)

    def by_refresh_token(self, form: Mapping[str, str], client: OAuthClient, issuer: str) -> dict[str, Json]:
        """The next tokens of a login (RFC 6749 section 6). Raises OAuthError."""
        return self._tokens(self.logins.refreshed(_required(form, "refresh_token"), client.id), client, issuer)

    def _tokens(self, login: Login, client: OAuthClient, issuer: str) -> dict[str, Json]:
        now, keys, tenant = int(self.clocks(client.install)), self.runtime.keys, self.tenants[client.install]
        user = tenant.store.read(login.subject)
        if user is None:
            description = "The user of this login is not known here any more, so no token can tell of one."
            raise OAuthError("invalid_grant", "id-token-claims", description)
        token = AccessToken(client, issuer, tenant.ids.token_id(), now, login.scope, login.subject)
        self.logins.note(login, token.identity)
        answer = token.answer(token.claims(), keys)
        if OPENID in login.scope.split():
            claims: dict[str, Json] = {
                "sub": login.subject,
                **self.profile(user),
                "iss": issuer,
                "aud": client.id,
                "iat": now,
                "exp": token.expires,
            }
            if login.nonce is not None:
                claims["nonce"] = login.nonce
            answer["id_token"] = sign(claims, ID_TYPE, keys)
        answer["refresh_token"] = self.logins.refresh_token(login)
        return answer

    async def userinfo(self, request: Request) -> Response:
        """Serve ``userinfo`` (OpenID Connect Core 1.0 section 5.3). Raises Refusal."""
        named = request.header(self.credentials.header.encode())
        holder = self.credentials.holder_of(named, request.header(b"authorization"))
        set_caller(request.scope, holder.install)
        if not holder.user:
            message = "This token is that of a client; user information needs the token of a user."
            raise refuse("forbidden", "user-token-bounds", message)
        user = self.tenants[holder.install].store.read(holder.user)
        if user is None:
            raise refuse("bearer-invalid", "userinfo-user", "The user of this token is not known here any more.")
        return of_json({"sub": user.sid, **self.profile(user), "email_verified": True})

    async def end_session(self, request: Request) -> Response:
        """Serve ``endSession`` (OpenID Connect RP-Initiated Logout 1.0). Raises OAuthError."""
        form = read_form(await request.read(self.settings), _raise)
        try:
            claims = verify(_required(form, "id_token_hint"), Expected(ID_TYPE, ISSUER_PATH), self.runtime.keys).claims
        except TokenError as error:
            description = f"id_token_hint is no ID token of this mock: {error.reason}."
            raise OAuthError("invalid_request", "logout-ends", description) from None
        client = self.clients.by_id.get(str(claims.get("aud")))
        if client is None:
            raise OAuthError(
                "invalid_request", "logout-ends", "The client of this ID token is not known here any more."
            )
        set_caller(request.scope, client.install)
        after = form.get("post_logout_redirect_uri")
        if after is not None and not client.may_redirect_to(after):
            description = "post_logout_redirect_uri is none of the redirection URIs of the client."
            raise OAuthError("invalid_request", "authorize-redirect-known", description)
        subject = str(claims["sub"])
        ended = self.logins.end(subject, client.id)
        delivery = await self._notified(client, subject, public_url(request.scope, self.settings) + ISSUER_PATH)
        if after is not None:
            return _see_other(redirected_to(after, [("state", form.get("state"))]) if "state" in form else after)
        return of_json({"ended": ended, "backchannel": delivery})

    async def _notified(self, client: OAuthClient, subject: str, issuer: str) -> str | None:
        if client.backchannel is None:
            return None
        now, token_id = int(self.clocks(client.install)), self.tenants[client.install].ids.token_id()
        token = backchannel.logout_token(issuer, subject, client.id, token_id, now, self.runtime.keys)
        return await self.notify(client.backchannel, token)


def _required(form: Mapping[str, str], name: str) -> str:
    if name not in form:
        raise OAuthError("invalid_request", "token-request-form", f"{name} is missing; send it.")
    return form[name]


def _raise(error: OAuthError) -> None:
    raise error


def _see_other(location: str) -> Response:
    return Response(303, ((b"location", location.encode()), (b"cache-control", b"no-store")), b"")
