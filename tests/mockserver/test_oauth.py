"""Tokens for clients: the token endpoint, discovery, keys that change, tokens that die; in this process."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest

from mockserver.auth.keyfile import keep_keys, read_keys
from mockserver.auth.keys import make_keys
from mockserver.control.control import PREFIX
from spec.openapi.document import Document
from spec.resources.annotations import resources
from spec.resources.installs import load_installs
from spec.source.place import SourceError

BASE, NOW = "http://testserver", 1_800_000_000.0
GRANT = {"grant_type": "client_credentials"}
BODY = {"course": {"ids": {"external": "c"}, "title": "t", "code": None}}


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def shown(client: Any) -> Any:
    return next(iter(client.app.clients))


def ask(client: Any, headers: dict[str, str] | None = None, **form: Any) -> Any:
    one = shown(client)
    named = basic(one.id, one.secret) if headers is None else headers
    return client.http.post("/oidc/token", data={**GRANT, **form}, headers=named)


def error(answer: Any) -> tuple[int, str]:
    assert set(answer.json()) == {"error", "error_description", "error_uri"}
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.json()["error"]


def provision(client: Any, token: str, how: str = "bearer") -> Any:
    headers = {"Authorization": f"Bearer {token}"} if how == "bearer" else {"token": token}
    return client.post(BODY, headers={**headers, "content-type": "application/json"}, raw=BYTES)


BYTES = b'{"course": {"ids": {"external": "c"}, "title": "t", "code": null}}'


def test_an_answer_is_as_published(client: Any) -> None:
    answer = ask(client)
    assert answer.status_code == 200
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    told = answer.json()
    assert list(told) == ["access_token", "token_type", "expires_in", "expires_at"]
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 3600)
    assert told["expires_at"] == "2027-01-15T09:00:00.000Z"
    claims = jwt.decode(told["access_token"], options={"verify_signature": False})
    one = shown(client)
    assert claims["iss"] == f"{BASE}/oidc"
    assert (claims["sub"], claims["client_id"], claims["install"]) == (one.id, one.id, client.install)
    assert (claims["iat"], claims["exp"]) == (NOW, NOW + 3600)
    assert "scope" not in claims


@pytest.mark.parametrize("how", ["bearer", "token"])
def test_a_token_is_good_for_its_install_alone_and_dies_at_its_time(client: Any, how: str) -> None:
    token = ask(client).json()["access_token"]
    assert provision(client, token, how).status_code == 200
    other = client.http.post(client.path(client.app.installs[1].sid), json=BODY, headers={"token": token})
    assert other.status_code == 403
    client.clock.now = NOW + 3599.9
    assert provision(client, token, how).status_code == 200  # and that does not prolong it
    client.clock.now = NOW + 3600
    answer = provision(client, token, how)
    assert answer.status_code == (401 if how == "bearer" else 403)
    assert answer.json()["errors"][0]["clause"] == "credential-expired-refused"
    if how == "bearer":
        assert answer.headers["www-authenticate"] == (
            'Bearer realm="smarterservices", error="invalid_token", '
            'error_description="The access token is invalid or has expired"'
        )
    assert provision(client, ask(client).json()["access_token"], how).status_code == 200


def test_ways_to_show_a_secret(client: Any) -> None:
    one = shown(client)
    form = {"client_id": one.id, "client_secret": one.secret}
    assert ask(client, {}, **form).status_code == 200
    assert ask(client, basic(one.id, one.secret), client_id=one.id).status_code == 200
    letters = "".join(f"%{ord(letter):02x}" for letter in one.secret)
    assert ask(client, basic(one.id, letters)).status_code == 200
    typed = {"content-type": "Application/X-WWW-Form-Urlencoded; charset=UTF-8"}
    assert ask(client, {**basic(one.id, one.secret), **typed}).status_code == 200
    both = ask(client, basic(one.id, one.secret), **form)
    assert error(both) == (400, "invalid_request")
    assert error(ask(client, basic(one.id, one.secret), client_id="II0")) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("headers", "form", "status"),
    [
        ({}, {}, 400),
        ({}, {"client_id": "II0", "client_secret": "x"}, 400),
        (basic("II0", "x"), {}, 401),
        ({"Authorization": "Basic"}, {}, 401),
        ({"Authorization": "Basic %%%"}, {}, 401),
        ({"Authorization": "Basic " + base64.b64encode(b"no colon").decode()}, {}, 401),
        ({"Authorization": "Basic " + base64.b64encode(b"\xff:\xff").decode()}, {}, 401),
        ({"Authorization": "Bearer x"}, {}, 401),
    ],
)
def test_who_shows_nothing_gets_nothing(
    client: Any, headers: dict[str, str], form: dict[str, str], status: int
) -> None:
    answer = ask(client, headers, **form)
    assert error(answer) == (status, "invalid_client")
    assert answer.headers.get("www-authenticate", "").startswith("Basic ") == (status == 401)
    assert answer.json()["error_uri"].endswith("/_invigilate/contract#token-client-refused")


def test_a_secret_that_is_nearly_right(client: Any) -> None:
    one = shown(client)
    other = list(client.app.clients)[1]
    for wrong in (one.secret[:-1], one.secret + "x", one.secret.swapcase(), "", other.secret, "é"):
        assert error(ask(client, basic(one.id, wrong)))[1] == "invalid_client"


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "CLIENT_CREDENTIALS"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": ["client_credentials", "client_credentials"]}, "invalid_request"),
        ({"scope": "root"}, "invalid_scope"),
        ({"scope": "smarter_iam root"}, "invalid_scope"),
        ({"scope": "smarter_iam  "}, "invalid_scope"),
        ({"scope": '"'}, "invalid_scope"),
    ],
)
def test_what_is_refused(client: Any, form: dict[str, Any], wanted: str) -> None:
    answer = ask(client, **form)
    assert error(answer) == (400, wanted)
    assert all(0x20 <= ord(letter) < 0x7F and letter not in '"\\' for letter in answer.json()["error_description"])


def test_scopes_and_members_that_nobody_knows(client: Any) -> None:
    answer = ask(client, scope="smarter_iam", audience="whatever", empty="")
    assert "scope" not in answer.json()  # it is the one that was asked for (RFC 6749 section 5.1)
    assert jwt.decode(answer.json()["access_token"], options={"verify_signature": False})["scope"] == "smarter_iam"
    assert ask(client, scope="").status_code == 200


@pytest.mark.parametrize("raw", [b"{}", b"", b"%ff=%ff", b"\xff", b"a=1&" * 200, b"grant_type"])
def test_bodies_that_are_no_form(client: Any, raw: bytes) -> None:
    one = shown(client)
    headers = {**basic(one.id, one.secret), "content-type": "application/x-www-form-urlencoded"}
    assert error(client.http.post("/oidc/token", content=raw, headers=headers)) == (400, "invalid_request")
    headers["content-type"] = "application/json"
    assert error(client.http.post("/oidc/token", content=raw, headers=headers)) == (400, "invalid_request")


def test_discovery_tells_what_is_there(client: Any) -> None:
    told = client.http.get("/oidc/.well-known/openid-configuration").json()
    assert told["issuer"] == f"{BASE}/oidc"
    assert told["token_endpoint"] == f"{BASE}/oidc/token"
    assert client.http.get(told["jwks_uri"].removeprefix(BASE)).json()["keys"][0]["kid"] == client.app.keys.kid
    assert told["grant_types_supported"] == ["client_credentials", "authorization_code", "refresh_token"]
    assert told["scopes_supported"] == ["openid", "profile", "email", "offline_access", "smarter_iam"]
    for name in ("authorization_endpoint", "userinfo_endpoint", "end_session_endpoint"):
        assert client.http.get(told[name].removeprefix(BASE)).status_code in (400, 401, 405)


def test_a_document_without_tokens_is_served(variant: Callable[..., Document], client_of: Callable[..., Any]) -> None:
    def without(tree: dict[str, Any]) -> None:
        del tree["paths"]["/oidc/token"], tree["paths"]["/oidc/.well-known/openid-configuration"]

    client = client_of(variant(without))
    assert client.http.post("/oidc/token", data=GRANT).status_code == 501
    assert client.post(BODY).status_code == 200


def test_a_new_key_signs_and_the_old_one_stays_until_its_tokens_are_dead(
    document: Document, client_of: Callable[..., Any]
) -> None:
    client = client_of(document, keys=make_keys())
    before, token = client.app.keys.kid, ask(client).json()["access_token"]
    answer = client.http.post(f"{PREFIX}/keys")
    assert answer.json()["published"] == [client.app.keys.kid, before]
    assert client.app.keys.kid != before
    assert provision(client, token).status_code == 200
    assert jwt.get_unverified_header(ask(client).json()["access_token"])["kid"] == client.app.keys.kid
    published = [one["kid"] for one in client.http.get("/oidc/jwks").json()["keys"]]
    assert published == [client.app.keys.kid, before]
    client.clock.now = NOW + 3600
    assert [one["kid"] for one in client.http.get("/oidc/jwks").json()["keys"]] == [client.app.keys.kid]
    assert provision(client, token).status_code == 401


def test_a_revoked_token_is_dead_and_stays_so(client: Any) -> None:
    first, second = (ask(client).json()["access_token"] for _ in range(2))
    assert provision(client, first).status_code == 200
    assert client.http.post(f"{PREFIX}/revoke", json={"token": first}).json() == {"revoked": True}
    assert provision(client, first).status_code == 401
    assert provision(client, first, "token").json()["errors"][0]["clause"] == "token-dies"
    assert provision(client, second).status_code == 200
    assert client.http.post(f"{PREFIX}/reset").status_code == 200
    assert provision(client, first).status_code == 401


@pytest.mark.parametrize("value", [{}, {"token": 5}, {"token": "x.y.z"}, [1]])
def test_what_cannot_be_revoked_is_told(client: Any, value: Any) -> None:
    answer = client.http.post(f"{PREFIX}/revoke", json=value)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALIDINPUT")


def test_pages_of_other_sites_revoke_nothing(client: Any) -> None:
    for path in ("keys", "revoke"):
        answer = client.http.post(f"{PREFIX}/{path}", json={}, headers={"origin": "https://elsewhere.example.com"})
        assert answer.status_code == 403


INSTALLS = """
installs:
  - sid: AI00d3f0a1c5b94e7f8a6b2c4d6e8f0a12
    members:
      integrations: [IIf5a9128504e251fad9e4a38dc0813f74, IIf5a8dc0813f749128504e251fad9e4a3]
    clients:
      IIf5a8dc0813f749128504e251fad9e4a3: {secret: "an open: secret+%", tokenLifetime: 60}
"""


def served(document: Document, client_of: Callable[..., Any], path: Path, text: str = INSTALLS) -> Any:
    path.write_text(text)
    installs = load_installs(resources(document.operations["provision"]), path)
    return client_of(document, installs=installs)


def test_secrets_and_lifetimes_of_the_installs(
    document: Document, client_of: Callable[..., Any], tmp_path: Path
) -> None:
    client = served(document, client_of, tmp_path / "installs.yaml")
    given, other = client.app.clients.by_id["IIf5a8dc0813f749128504e251fad9e4a3"], shown(client)
    assert (given.secret, given.lifetime, other.lifetime) == ("an open: secret+%", 60, 3600)
    answer = ask(client, {}, client_id=given.id, client_secret=given.secret)
    assert answer.json()["expires_in"] == 60
    # both halves are form-decoded, so a secret that is sent as it stands is another one
    assert error(ask(client, basic(given.id, given.secret))) == (401, "invalid_client")
    assert ask(client, basic(given.id, "an+open%3a+secret%2b%25")).status_code == 200


def test_tokens_die_with_their_client(document: Document, client_of: Callable[..., Any], tmp_path: Path) -> None:
    client = served(document, client_of, tmp_path / "installs.yaml")
    token = ask(client).json()["access_token"]
    without = INSTALLS.replace("IIf5a9128504e251fad9e4a38dc0813f74, ", "")
    later = served(document, client_of, tmp_path / "installs.yaml", without)
    assert provision(client, token).status_code == 200
    answer = provision(later, token)
    assert answer.status_code == 401
    assert "its client is not known" in answer.json()["message"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("IIf5a8dc0813f749128504e251fad9e4a3: {", "II00dc0813f749128504e251fad9e4a3aa: {"), "no integration of this"),
        (('"an open: secret+%"', "short"), "6 printable ASCII"),
        (("tokenLifetime: 60", "tokenLifetime: 0"), "tokenLifetime"),
        (("tokenLifetime: 60", "ttl: 60"), "ttl"),
        (
            ("installs:\n", "installs:\n  - {sid: AI7b1e2d3c4f5a46978899aabbccddeeff, members: "
             "{integrations: [IIf5a9128504e251fad9e4a38dc0813f74]}}\n"),
            "is an integration of AI7b1e2d3c4f5a46978899aabbccddeeff already",
        ),
    ],
)  # fmt: skip
def test_installs_that_are_refused(
    document: Document, client_of: Callable[..., Any], tmp_path: Path, change: tuple[str, str], reason: str
) -> None:
    with pytest.raises(SourceError, match=reason):
        served(document, client_of, tmp_path / "installs.yaml", INSTALLS.replace(*change))


def test_secrets_are_kept_with_the_keys_also_when_those_change(tmp_path: Path) -> None:
    path, client = tmp_path / "keys.pem", "IIf5a9128504e251fad9e4a38dc0813f74"
    keys = keep_keys(path)
    secret, first = keys.client_secret(client), keys.kid
    assert len(secret) == 43
    assert make_keys().client_secret(client) != secret != keys.client_secret(client[:-1])
    keys.rotate(NOW, NOW + 60)
    keys.rotate(NOW + 1, NOW + 61)
    again = read_keys(path)
    assert (again.kid, again.client_secret(client)) == (keys.kid, secret)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one["kid"] for one in again.published(NOW + 2)][2] == first
    assert len(again.published(NOW + 60)) == 2
    again.rotate(NOW + 100, NOW + 160)
    assert [one.pair.kid for one in read_keys(path).retired] == [keys.kid, first]  # the oldest is what secrets are from
    assert read_keys(path).client_secret(client) == secret


def test_a_file_that_cannot_be_written_rotates_nothing(tmp_path: Path) -> None:
    path = tmp_path / "gone" / "keys.pem"
    path.parent.mkdir()
    keys = keep_keys(path)
    kid = keys.kid
    path.unlink()
    path.parent.rmdir()
    with pytest.raises(OSError, match="No such file"):
        keys.rotate(NOW, NOW + 60)
    assert (keys.kid, keys.retired) == (kid, ())


def test_the_journal_keeps_no_secret(client: Any) -> None:
    one = shown(client)
    told = [ask(client), ask(client, {}, client_id=one.id, client_secret=one.secret)]
    ask(client, basic(one.id, "wrong-but-secret"))
    text = str(list(client.app.journal))
    assert len(client.app.journal) == 3
    for secret in (one.secret, "wrong-but-secret", *(answer.json()["access_token"] for answer in told)):
        assert secret not in text
    assert "client_credentials" in text
