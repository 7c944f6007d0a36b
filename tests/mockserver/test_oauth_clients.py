"""Clients that other people wrote find the token endpoint by themselves, get tokens, and call with them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests_support import started

ROOT = Path(__file__).resolve().parents[2]
OPENID_CLIENT = """
import * as client from 'openid-client'
const told = JSON.parse(process.env.READY)
const server = new URL(told.issuer)
const config = await client.discovery(
  server, told.client_id, undefined, client.ClientSecretBasic(told.client_secret),
  { execute: [client.allowInsecureRequests] },
)
const first = await client.clientCredentialsGrant(config, { scope: 'smarter_iam' })
const body = JSON.stringify({ course: { ids: { external: 'node' }, title: 'Node', code: null } })
const url = new URL(`${told.url}/v2/installs/${told.install}/provision`)
const typed = new Headers({ 'content-type': 'application/json' })
const answer = await client.fetchProtectedResource(config, first.access_token, url, 'POST', body, typed)
let refused
try {
  const wrong = await client.discovery(
    server, told.client_id, undefined, client.ClientSecretPost('not-the-secret'),
    { execute: [client.allowInsecureRequests] },
  )
  await client.clientCredentialsGrant(wrong)
} catch (error) { refused = error.error }
console.log(JSON.stringify({
  token_type: first.token_type, expires_in: first.expiresIn(), provisioned: await answer.json(), refused,
}))
"""


USER_FLOW = """
import * as client from 'openid-client'
const told = JSON.parse(process.env.READY)
const config = await client.discovery(
  new URL(told.issuer), told.client_id, undefined, client.ClientSecretBasic(told.client_secret),
  { execute: [client.allowInsecureRequests] },
)
const verifier = client.randomPKCECodeVerifier()
const nonce = client.randomNonce(), state = client.randomState()
const asked = client.buildAuthorizationUrl(config, {
  redirect_uri: 'http://127.0.0.1:9/back', scope: 'openid email', nonce, state,
  code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  login_hint: process.env.USER_SID,
})
const answer = await fetch(asked, { redirect: 'manual' })
const back = new URL(answer.headers.get('location'))
const checks = { pkceCodeVerifier: verifier, expectedNonce: nonce, expectedState: state, idTokenExpected: true }
const first = await client.authorizationCodeGrant(config, back, checks)
const who = await client.fetchUserInfo(config, first.access_token, first.claims().sub)
const second = await client.refreshTokenGrant(config, first.refresh_token)
let refused
try { await client.refreshTokenGrant(config, first.refresh_token) } catch (error) { refused = error.error }
console.log(JSON.stringify({ sub: first.claims().sub, who, rotated: second.refresh_token !== first.refresh_token, refused }))
"""


@pytest.fixture(scope="module")
def user(ready: Any) -> str:
    course = {"ids": {"external": "flow"}, "title": "t", "code": None}
    person = {"ids": {"external": "flow"}, "firstName": "Mira", "lastName": "Solano", "email": "mira@example.com"}
    url = f"{ready['url']}/v2/installs/{ready['install']}/provision"
    answer = httpx2.post(
        url, json={"course": course, "user": person}, headers={"token": ready["token"]}, trust_env=False
    )
    return str(answer.json()["user"]["sid"])


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with started(tmp_path_factory.mktemp("oauth") / "ready.json", "mock", "--port", "0") as told:
        yield told


@pytest.mark.outside
def test_openid_client_discovers_and_gets_a_token(ready: Any, tmp_path: Path) -> None:
    told = node(OPENID_CLIENT, tmp_path, ready)
    assert told["provisioned"]["course"]["result"] == "Created"
    assert (told["token_type"], told["refused"]) == ("bearer", "invalid_client")
    assert 3590 <= told["expires_in"] <= 3600


@pytest.mark.outside
def test_openid_client_signs_a_user_in(ready: Any, user: str, tmp_path: Path) -> None:
    told = node(USER_FLOW, tmp_path, ready, USER_SID=user)
    assert told["sub"] == user
    assert told["who"] == {"sub": user, "name": "Mira Solano", "email": "mira@example.com", "email_verified": True}
    assert (told["rotated"], told["refused"]) == (True, "invalid_grant")


def node(script: str, tmp_path: Path, ready: Any, **environment: str) -> Any:
    folder = os.environ.get("INVIGILATE_NODE")
    if folder is None:
        pytest.skip("INVIGILATE_NODE names no folder in which 'npm install openid-client' was run; .ci/run makes one")
    (tmp_path / "node_modules").symlink_to(Path(folder) / "node_modules")
    (tmp_path / "client.mjs").write_text(script)
    environment |= {"PATH": os.environ["PATH"], "READY": json.dumps(ready)}
    ended = subprocess.run(
        ["node", "client.mjs"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.mark.outside
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlib_discovers_and_gets_a_token(ready: Any, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from authlib.integrations.base_client.errors import OAuthError
    from authlib.integrations.requests_client import OAuth2Session

    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # plain http, on this machine
    client, secret = ready["client_id"], ready["client_secret"]
    session = OAuth2Session(client, secret, token_endpoint_auth_method=method)
    session.trust_env = False
    metadata = session.get(f"{ready['issuer']}/.well-known/openid-configuration", withhold_token=True).json()
    token = session.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 3600)
    url = f"{ready['url']}/v2/installs/{ready['install']}/provision"
    answer = session.post(url, json={"course": {"ids": {"external": method}, "title": "t", "code": None}})
    assert answer.json()["course"]["result"] == "Created"
    stranger = OAuth2Session(client, "not-the-secret", token_endpoint_auth_method=method)
    stranger.trust_env = False
    with pytest.raises(OAuthError) as refused:
        stranger.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
    assert refused.value.error == "invalid_client"
    session.close()
    stranger.close()


@pytest.mark.outside
def test_authlib_signs_a_user_in(ready: Any, user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from authlib.integrations.base_client.errors import OAuthError
    from authlib.integrations.requests_client import OAuth2Session
    from joserfc import jwt
    from joserfc.jwk import KeySet

    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # plain http, on this machine
    issuer, back = ready["issuer"], "http://127.0.0.1:9/back"
    session = OAuth2Session(
        ready["client_id"], ready["client_secret"], scope="openid", redirect_uri=back, code_challenge_method="S256"
    )
    session.trust_env = False
    metadata = session.get(f"{issuer}/.well-known/openid-configuration", withhold_token=True).json()
    verifier = "v" * 48
    asked, state = session.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce="n-7", login_hint=user
    )
    answer = session.get(asked, withhold_token=True, allow_redirects=False)
    token = session.fetch_token(
        metadata["token_endpoint"],
        authorization_response=answer.headers["location"],
        state=state,
        code_verifier=verifier,
    )
    keys = KeySet.import_key_set(session.get(metadata["jwks_uri"], withhold_token=True).json())
    claims = jwt.decode(token["id_token"], keys, algorithms=["RS256"]).claims
    assert (claims["sub"], claims["nonce"], claims["iss"], claims["aud"]) == (user, "n-7", issuer, ready["client_id"])
    assert session.get(metadata["userinfo_endpoint"]).json()["name"] == "Mira Solano"
    old = token["refresh_token"]
    assert session.refresh_token(metadata["token_endpoint"], refresh_token=old)["refresh_token"] != old
    with pytest.raises(OAuthError, match="invalid_grant"):
        session.refresh_token(metadata["token_endpoint"], refresh_token=old)
    session.close()
