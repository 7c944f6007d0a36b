"""Sign-on: the token, the link, the page, one use, and a sentence for every refusal."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest

from mockserver.auth.keys import make_keys
from mockserver.auth.tokens import SIGNON_TYPE, sign

BASE = "http://testserver"


@pytest.fixture
def signon(client: Any, examples: dict[str, Any]) -> Any:
    return client.ok(examples["enroll-student"])["signon"]


def path(link: str) -> str:
    assert link.startswith(BASE)
    return link[len(BASE) :]


def present(client: Any, token: str, install: str | None = None, **options: Any) -> Any:
    url = f"/v2/installs/{install or client.install}/signon"
    return client.http.post(url, **(options or {"json": {"token": token}}))


def refused(answer: Any, clause: str, status: int = 403) -> str:
    assert answer.status_code == status, answer.text
    assert answer.json()["errors"][0]["clause"] == clause
    return str(answer.json()["message"])


def test_the_token_verifies_with_the_published_key(client: Any, signon: Any, examples: dict[str, Any]) -> None:
    listed = client.http.get("/oidc/jwks").json()["keys"]
    key = jwt.PyJWK(listed[0])
    audience = examples["enroll-student"]["signon"]["integrationSid"]
    options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    claims = jwt.decode(
        signon["token"], key, algorithms=["RS256"], audience=audience, issuer=f"{BASE}/oidc", options=options
    )
    assert claims["exp"] - claims["iat"] == 300
    assert claims["sub"].startswith("US")
    assert claims["install"] == client.install
    assert claims["course"].startswith("CU")
    assert claims["role"] == "learner"
    assert {"jti", "nbf"} <= set(claims)
    assert signon["token"] not in signon["redirect"]
    assert set(listed[0]) == {"kty", "use", "alg", "kid", "n", "e"}


def test_the_page_says_who_and_where_and_in_which_role(client: Any, examples: dict[str, Any]) -> None:
    body = json.loads(json.dumps(examples["everything"]))
    body["user"]["lastName"] = "<script>alert(1)</script>"
    link = path(client.ok(body)["signon"]["redirect"])
    page = client.http.get(link, headers={"accept": "text/html,*/*"})
    assert page.status_code == 200
    for text in ("Mira", "mira.solano@example.com", "Organic Chemistry", "learner", "Demo University"):
        assert text in page.text
    assert "<script>" not in page.text
    assert "benzene-ring" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert "http" not in page.text.replace(body["exam"]["configuration"]["url"], "")


def test_the_page_shows_own_identifiers_and_no_words_of_python(client: Any, examples: dict[str, Any]) -> None:
    body = json.loads(json.dumps(examples["everything"]))
    body["user"]["ids"], body["course"]["ids"] = {"lms": "moodle-42"}, {"external": "bio <1>"}
    for _ in range(2):  # a new user, and a known one
        page = client.http.get(path(client.ok(body)["signon"]["redirect"]), headers={"accept": "text/html"}).text
        assert "<dt>lms</dt><dd>moodle-42</dd>" in page
        assert "<dt>external</dt><dd>bio &lt;1&gt;</dd>" in page
        assert "True" not in page
        assert "False" not in page
        assert "<dt>practice</dt><dd>no</dd>" in page


def test_json_for_who_asks(client: Any, signon: Any) -> None:
    answer = client.http.get(path(signon["redirect"]), headers={"accept": "application/json"})
    assert answer.json()["signedOn"] is True
    assert answer.json()["claims"]["role"] == "learner"


def test_looking_does_not_use_a_link_up(client: Any, signon: Any) -> None:
    for _ in range(2):
        assert client.http.head(path(signon["redirect"])).status_code == 200
    assert client.http.get(path(signon["redirect"])).status_code == 200
    assert client.http.head(path(signon["redirect"])).status_code == 403


@pytest.mark.parametrize("order", ["link first", "token first"])
def test_link_and_token_share_one_use(client: Any, signon: Any, order: str) -> None:
    follow = lambda: client.http.get(path(signon["redirect"]))  # noqa: E731
    give = lambda: present(client, signon["token"])  # noqa: E731
    first, second = (follow, give) if order == "link first" else (give, follow)
    assert first().status_code == 200
    for again in (first, second):
        assert "used before" in refused(again(), "signon-single-use")


def test_links_and_tokens_expire(client: Any, signon: Any) -> None:
    client.clock.now += 300
    assert "expired" in refused(client.http.get(path(signon["redirect"])), "signon-expires")
    assert "expired" in refused(present(client, signon["token"]), "signon-expires")


def test_a_token_holds_between_its_own_times_and_names_its_own_call(client: Any, signon: Any) -> None:
    claims = jwt.decode(signon["token"], options={"verify_signature": False})
    now = int(client.clock.now)

    def changed(**other: Any) -> str:
        return sign({**claims, **other}, SIGNON_TYPE, client.app.keys)

    assert "expired" in refused(present(client, changed(exp=now - 1)), "signon-expires")
    assert "not valid yet" in refused(present(client, changed(nbf=now + 1)), "signon-expires")
    for name in ("exp", "nbf", "iat"):
        assert "seconds since" in refused(present(client, changed(**{name: 10**400})), "signon-token-verified")
    for name in ("sub", "aud"):
        assert "another user" in refused(present(client, changed(**{name: "x"})), "signon-token-verified")
    assert present(client, signon["token"]).status_code == 200


def test_one_second_is_one_second(client_of: Any, document: Any, examples: dict[str, Any]) -> None:
    client = client_of(document, signon_ttl=1)
    link = path(client.ok(examples["enroll-student"])["signon"]["redirect"])
    client.clock.now += 1
    assert "for 1 second." in refused(client.http.get(link), "signon-expires")


def test_links_and_tokens_are_bound_to_their_install(client: Any, signon: Any) -> None:
    other = client.app.installs[1].sid
    foreign = path(signon["redirect"]).replace(client.install, other)
    assert "another install" in refused(client.http.get(foreign), "signon-install-bound")
    assert "another install" in refused(present(client, signon["token"], other), "signon-install-bound")
    assert client.http.get(path(signon["redirect"])).status_code == 200


def test_altered_tokens_are_refused(client: Any, signon: Any) -> None:
    head, body, signature = signon["token"].split(".")
    claims = jwt.decode(signon["token"], options={"verify_signature": False})
    for token in (
        f"{head}.{body}.{signature[::-1]}",
        f"{head}.{body}.",
        sign(claims, SIGNON_TYPE, make_keys()),
        jwt.encode(claims, None, algorithm="none", headers={"typ": SIGNON_TYPE}),
        jwt.encode(claims, client.app.keys.jwk["n"], algorithm="HS256", headers={"typ": SIGNON_TYPE}),
        client.token,
        "junk",
    ):
        assert "refused" in refused(present(client, token), "signon-token-verified")
    assert client.post({"course": {}}, headers={"token": signon["token"]}).status_code == 403


def test_a_reset_forgets_sign_ons(client: Any, signon: Any) -> None:
    client.app.reset()
    refused(client.http.get(path(signon["redirect"])), "signon-token-verified")
    refused(present(client, signon["token"]), "signon-single-use")


def test_old_grants_are_forgotten(client: Any, signon: Any, examples: dict[str, Any]) -> None:
    client.clock.now += 10_000
    for _ in range(64):  # a database looks for them now and then
        client.ok(examples["enroll-student"])
    assert len(client.app.grants.grants) == 64
    refused(present(client, signon["token"]), "signon-expires")


def test_forms_and_odd_presentations(client: Any, signon: Any) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert present(client, "", content=b"token=a&token=b", headers=form).status_code == 400
    assert present(client, "", content=b"\xff=%zz", headers=form).status_code == 400
    assert present(client, "", content=b"token=x", headers={**form, "content-encoding": "gzip"}).status_code == 415
    assert present(client, "", json={}).status_code == 400
    assert present(client, "", content=b"token", headers={"content-type": "text/plain"}).status_code == 415
    assert present(client, "", content=f"token={signon['token']}".encode(), headers=form).status_code == 200
    for query in ("", "?code=", "?code=a&code=b"):
        assert client.http.get(f"/v2/installs/{client.install}/signon{query}").status_code == 400


def test_refusals_are_pages_only_for_browsers(client: Any) -> None:
    url = f"/v2/installs/{client.install}/signon?code=nothing"
    assert client.http.get(url, headers={"accept": "*/*"}).headers["content-type"] == "application/json"
    page = client.http.get(url, headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (page.status_code, page.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert "not known here" in page.text
    both = client.http.get(url, headers={"accept": "application/json, text/html;q=0.5"})
    assert both.headers["content-type"] == "application/json"
    assert client.http.get(url, headers={"accept": "text/html, application/json;q=x"}).status_code == 403
    assert client.http.get("/v2/installs/x/signon?code=a", headers={"accept": "text/html"}).status_code == 400
