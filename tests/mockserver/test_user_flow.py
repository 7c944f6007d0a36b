"""The user flow: a user is picked, a code is redeemed once, tokens are refreshed in turn, and a logout ends it all."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest

from mockserver.auth.backchannel import EVENT
from spec.openapi.document import Document
from spec.resources.annotations import resources
from spec.resources.installs import load_installs

BASE, NOW = "http://testserver", 1_800_000_000.0
BACK = "http://127.0.0.1:9999/back"
VERIFIER = "a-verifier-of-at-least-forty-three-characters"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
USER = {"ids": {"external": "u"}, "firstName": "Mira", "lastName": "Solano", "email": "mira@example.com"}
COURSE = {"ids": {"external": "c"}, "title": "t", "code": None}
ASKED = {
    "response_type": "code", "redirect_uri": BACK, "scope": "openid email", "state": "st&te", "nonce": "n-1",
    "code_challenge": CHALLENGE, "code_challenge_method": "S256",
}  # fmt: skip


def shown(client: Any) -> Any:
    return next(iter(client.app.clients))


def user(client: Any) -> str:
    return str(client.ok({"course": COURSE, "user": USER})["user"]["sid"])


def authorize(client: Any, **changes: Any) -> Any:
    asked = {"client_id": shown(client).id, **ASKED, **changes}
    return client.http.get("/oidc/auth", params={name: one for name, one in asked.items() if one is not None})


def told(answer: Any) -> dict[str, str]:
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(BACK + "?")
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def code_of(client: Any, **changes: Any) -> str:
    return told(authorize(client, login_hint=user(client), **changes))["code"]


def redeem(client: Any, code: str, **changes: Any) -> Any:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        **changes,
    }
    return token(client, form)


def token(client: Any, form: dict[str, Any], which: int = 0) -> Any:
    one = list(client.app.clients)[which]
    return client.http.post("/oidc/token", data=form, auth=(one.id, one.secret))


def refresh(client: Any, value: str, which: int = 0) -> Any:
    return token(client, {"grant_type": "refresh_token", "refresh_token": value}, which)


def me(client: Any, value: str) -> Any:
    return client.http.get("/oidc/me", headers={"Authorization": f"Bearer {value}"})


def error(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def test_the_whole_flow_is_as_published(client: Any) -> None:
    sid = user(client)
    back = told(authorize(client, login_hint=sid))
    assert (back["state"], back["iss"]) == ("st&te", f"{BASE}/oidc")
    answer = redeem(client, back["code"])
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    assert set(tokens) == {"access_token", "token_type", "expires_in", "expires_at", "id_token", "refresh_token"}
    key = jwt.PyJWK(client.http.get("/oidc/jwks").json()["keys"][0])
    options = {"verify_exp": False, "verify_iat": False}
    claims = jwt.decode(
        tokens["id_token"], key, algorithms=["RS256"], audience=shown(client).id, issuer=f"{BASE}/oidc", options=options
    )
    assert claims == {
        "sub": sid, "name": "Mira Solano", "email": "mira@example.com", "iss": f"{BASE}/oidc", "aud": shown(client).id,
        "iat": NOW, "exp": NOW + 3600, "nonce": "n-1",
    }  # fmt: skip
    assert me(client, tokens["access_token"]).json() == {
        "sub": sid, "name": "Mira Solano", "email": "mira@example.com", "email_verified": True
    }  # fmt: skip


def test_the_page_lists_the_users_of_the_install_and_its_links_go_on(client: Any) -> None:
    assert "No user was provisioned" in authorize(client).text
    sid = user(client)
    client.ok({"course": COURSE, "user": {**USER, "ids": {"external": "x"}, "firstName": "<b>"}})
    other = client.app.installs[1].sid
    assert client.http.post(
        client.path(other), json={"course": COURSE, "user": USER}, headers={"token": client.mint(other)}
    ).is_success
    page = authorize(client)
    assert page.status_code == 200
    assert page.text.count("<li>") == 2
    assert "&lt;b&gt; Solano" in page.text
    link = next(one for one in page.text.split('"') if sid in one).replace("&amp;", "&")
    assert redeem(client, told(client.http.get(link))["code"]).json()["id_token"]


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "II0"},
        {"client_id": None},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example.com/"},
        {"redirect_uri": BACK + "#f"},
        {"redirect_uri": "http://127.0.0.1@evil.example.com/"},
    ],
)
def test_nobody_is_sent_to_where_no_client_is(client: Any, changes: dict[str, Any]) -> None:
    answer = authorize(client, **changes)
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"nonce": ["a", "b"]}, "invalid_request"),
        ({"scope": "openid root"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
        ({"prompt": "none", "login_hint": "US" + "0" * 32}, "login_required"),
    ],
)
def test_a_client_is_told_why(client: Any, changes: dict[str, Any], wanted: str) -> None:
    back = told(authorize(client, **changes))
    assert (back["error"], back["state"], back["iss"]) == (wanted, "st&te", f"{BASE}/oidc")
    assert "code" not in back


def test_a_code_works_once_and_a_second_use_ends_what_it_gave(client: Any) -> None:
    code = code_of(client)
    tokens = redeem(client, code).json()
    assert me(client, tokens["access_token"]).status_code == 200
    assert error(redeem(client, code)) == (400, "invalid_grant")
    assert me(client, tokens["access_token"]).status_code == 401
    assert error(refresh(client, tokens["refresh_token"])) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "changes",
    [{"redirect_uri": BACK + "/x"}, {"redirect_uri": ""}, {"code_verifier": VERIFIER + "x"}, {"code": "unknown"}],
)
def test_a_code_is_bound(client: Any, changes: dict[str, Any]) -> None:
    code = code_of(client)
    assert error(redeem(client, **{"code": code, **changes})) == (400, "invalid_grant")
    assert redeem(client, code).status_code == 200  # who guessed wrong has not used it up


def test_a_code_of_another_client_and_what_is_missing(client: Any) -> None:
    code = code_of(client)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    assert error(token(client, form, 1)) == (400, "invalid_grant")
    for name in ("code", "code_verifier"):
        assert error(redeem(client, **{"code": code, name: ""})) == (400, "invalid_request")
    assert error(token(client, {"grant_type": "refresh_token"})) == (400, "invalid_request")


def test_a_code_lives_for_ten_minutes(client: Any) -> None:
    first, second = code_of(client), code_of(client)
    client.clock.now = NOW + 599.9
    assert redeem(client, first).status_code == 200
    client.clock.now = NOW + 600
    assert error(redeem(client, second)) == (400, "invalid_grant")


def test_refresh_tokens_take_turns(client: Any) -> None:
    first = redeem(client, code_of(client)).json()
    assert error(refresh(client, first["refresh_token"], 1)) == (400, "invalid_grant")
    client.clock.now = NOW + 100
    second = refresh(client, first["refresh_token"]).json()
    assert set(second) == set(first)
    assert jwt.decode(second["id_token"], options={"verify_signature": False})["nonce"] == "n-1"
    assert me(client, second["access_token"]).status_code == 200
    # the first one again: somebody has stolen one of them, so the login ends
    assert error(refresh(client, first["refresh_token"])) == (400, "invalid_grant")
    assert error(refresh(client, second["refresh_token"])) == (400, "invalid_grant")
    assert [me(client, one["access_token"]).status_code for one in (first, second)] == [401, 401]


def test_a_refresh_token_lives_for_seven_days(client: Any) -> None:
    tokens = redeem(client, code_of(client)).json()
    client.clock.now = NOW + 7 * 86_400 - 1
    later = refresh(client, tokens["refresh_token"]).json()
    client.clock.now += 7 * 86_400
    assert error(refresh(client, later["refresh_token"])) == (400, "invalid_grant")


def test_tokens_of_users_and_of_clients_are_different_things(client: Any) -> None:
    tokens = redeem(client, code_of(client)).json()
    body = {"course": COURSE}
    refused = client.http.post(client.path(), json=body, headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert refused.status_code == 403
    own = token(client, {"grant_type": "client_credentials"}).json()["access_token"]
    assert me(client, own).status_code == 403
    assert me(client, client.token).status_code == 403
    assert me(client, tokens["id_token"]).status_code == 401
    assert client.http.get("/oidc/me").status_code == 401


def test_without_openid_there_is_no_id_token_and_a_reset_ends_all(client: Any) -> None:
    tokens = redeem(client, code_of(client, scope="email", nonce=None)).json()
    assert "id_token" not in tokens
    client.app.reset()
    assert me(client, tokens["access_token"]).status_code == 401
    assert error(refresh(client, tokens["refresh_token"])) == (400, "invalid_grant")


def test_a_logout_ends_the_logins_of_the_user_and_tells_the_client(
    document: Document, client_of: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "installs.yaml"
    path.write_text(
        "installs:\n  - sid: AI00d3f0a1c5b94e7f8a6b2c4d6e8f0a12\n    members: {integrations: [IIf5a9128504e251fad9e4a38dc0813f74]}\n"
        "    clients:\n      IIf5a9128504e251fad9e4a38dc0813f74:\n"
        f"        {{redirectUris: ['{BACK}', 'app:/x'], backchannelLogoutUri: 'http://127.0.0.1:9/logout'}}\n"
    )  # fmt: skip
    client = client_of(document, installs=load_installs(resources(document.operations["provision"]), path))
    sent: list[tuple[str, str]] = []

    async def notify(url: str, logout: str) -> str:
        sent.append((url, logout))
        return "delivered"

    client.app.honest.users.notify = notify
    assert authorize(client, redirect_uri="http://127.0.0.1:1/").status_code == 400
    first, second = (redeem(client, code_of(client)).json() for _ in range(2))
    client.clock.now = NOW + 4000  # the ID token may have expired
    ended = client.http.post("/oidc/logout", data={"id_token_hint": first["id_token"]})
    assert ended.json() == {"ended": 2, "backchannel": "delivered"}
    for tokens in (first, second):
        assert error(refresh(client, tokens["refresh_token"])) == (400, "invalid_grant")
    ((url, logout),) = sent
    claims = jwt.decode(logout, options={"verify_signature": False})
    assert url == "http://127.0.0.1:9/logout"
    assert (claims["sub"], claims["aud"], claims["events"]) == (user(client), shown(client).id, {EVENT: {}})
    assert "nonce" not in claims
    form = {"id_token_hint": first["id_token"], "post_logout_redirect_uri": "app:/x", "state": "s"}
    assert client.http.post("/oidc/logout", data=form).headers["location"] == "app:/x?state=s"
    form["post_logout_redirect_uri"] = "https://evil.example.com"
    assert error(client.http.post("/oidc/logout", data=form)) == (400, "invalid_request")
    for hint in ("", "x.y.z", first["access_token"]):
        assert error(client.http.post("/oidc/logout", data={"id_token_hint": hint})) == (400, "invalid_request")


def test_the_journal_keeps_no_secret_of_the_flow(client: Any) -> None:
    code = code_of(client)
    first = redeem(client, code).json()
    second = refresh(client, first["refresh_token"]).json()
    client.http.post("/oidc/logout", data={"id_token_hint": first["id_token"]})
    text = str(list(client.app.journal))
    secrets = [
        code,
        VERIFIER,
        *(one[name] for one in (first, second) for name in ("access_token", "id_token", "refresh_token")),
    ]
    assert [one for one in secrets if one in text] == []
