"""Clients that other people wrote find the token endpoint by themselves, get tokens, and call with them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

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


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    file = tmp_path_factory.mktemp("oauth") / "ready.json"
    command = [sys.executable, "-m", "invigilate", "mock", "--port", "0", "--ready-file", str(file)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    for _ in range(4000):
        if file.exists() or process.poll() is not None:
            break
        time.sleep(0.005)  # for the process, not for the clock
    yield json.loads(file.read_text())
    process.terminate()
    process.communicate(timeout=10)


@pytest.mark.outside
def test_openid_client_discovers_and_gets_a_token(ready: Any, tmp_path: Path) -> None:
    folder = os.environ.get("INVIGILATE_NODE")
    if folder is None:
        pytest.skip("INVIGILATE_NODE names no folder in which 'npm install openid-client' was run; .ci/run makes one")
    (tmp_path / "node_modules").symlink_to(Path(folder) / "node_modules")
    (tmp_path / "client.mjs").write_text(OPENID_CLIENT)
    environment = {"PATH": os.environ["PATH"], "READY": json.dumps(ready)}
    ended = subprocess.run(
        ["node", "client.mjs"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told["provisioned"]["course"]["result"] == "Created"
    assert (told["token_type"], told["refused"]) == ("bearer", "invalid_client")
    assert 3590 <= told["expires_in"] <= 3600


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
