"""Credentials and signing on: the status table, strict verification, and every refusal of a link or a token."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests_support import token

from contract.http.exchange import ReceivedResponse, SentRequest
from contract.http.inprocess import AsgiTransport
from mockserver.app import Mock
from mockserver.auth.keys import Keys, make_keys

JSON = ("Content-Type", "application/json")
BODY = json.dumps({"course": {"ids": {"api": "x"}, "title": "X", "code": "X"}}).encode()
USER = {"ids": {"api": "vega"}, "firstName": "Vega", "lastName": "Lyrae", "email": "vega@example.com"}
ACCEPT = (("Accept", "application/json"),)


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def send(
    app: Mock, method: str, path: str, headers: tuple[tuple[str, str], ...], body: bytes | None = None
) -> ReceivedResponse:
    transport = AsgiTransport(app)
    try:
        response = transport.send(SentRequest(method, path, headers, body)).response
    finally:
        transport.close()
    assert response is not None
    return response


def post(app: Mock, *headers: tuple[str, str]) -> ReceivedResponse:
    return send(app, "POST", f"/v2/installs/{app.installs[0].sid}/provision", (*headers, JSON), BODY)


@pytest.fixture(scope="module")
def app(mock: Callable[..., Mock]) -> Mock:
    return mock()


@pytest.fixture(scope="module")
def good(app: Mock, keys: Keys) -> str:
    return token(keys, app.installs[0].sid)


def test_both_ways_of_sending_a_token_are_accepted(app: Mock, good: str) -> None:
    assert post(app, ("token", good)).status == 200
    assert post(app, ("Authorization", f"Bearer {good}")).status == 200
    assert post(app, ("Authorization", f"bearer {good}"), ("token", good)).status == 200


def forged(good: str, keys: Keys, kind: str) -> str:
    header, payload, signature = good.split(".")
    claims = jwt.decode(good, options={"verify_signature": False})
    if kind == "alg none":
        return f"{encoded({'alg': 'none'})}.{payload}."
    if kind == "hmac":
        pem = keys.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        signed = f"{encoded({'alg': 'HS256', 'typ': 'JWT'})}.{payload}"
        mac = hmac.new(pem, signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    if kind == "other key":
        return token(make_keys(), claims["sub"])
    if kind == "payload":
        return f"{header}.{encoded({**claims, 'exp': 4_000_000_000})}.{signature}"
    if kind == "signature":
        return f"{header}.{payload}.{signature[:-6]}AAAAAA"
    if kind == "padding":
        return good + "="
    if kind == "long":
        return "a." + "b" * 10_000 + ".c"
    return {"empty": "", "garbage": "garbage", "three parts": "a.b.c", "unicode": "\u00e9.\u00e9.\u00e9"}[kind]


@pytest.mark.parametrize(
    "kind",
    ["alg none", "hmac", "other key", "payload", "signature", "padding", "long", "garbage", "three parts", "unicode"],
)
def test_what_is_no_good_token_is_refused_by_the_table(app: Mock, good: str, keys: Keys, kind: str) -> None:
    value = forged(good, keys, kind)
    by_header, by_bearer = post(app, ("token", value)), post(app, ("Authorization", f"Bearer {value}"))
    assert (by_header.status, by_header.json["code"]) == (403, "AUTHENTICATIONFAILED")
    assert (by_bearer.status, by_bearer.json["code"]) == (401, "AUTHENTICATIONFAILED")
    assert 'error="invalid_token"' in by_bearer.headers["www-authenticate"]
    for answer in (by_header, by_bearer):
        assert len(value) < 20 or value.encode() not in answer.body


def test_nothing_and_two_things_are_401_with_a_challenge(app: Mock, good: str) -> None:
    for headers in ((), (("token", good), ("Authorization", "Bearer other")), (("Authorization", f"Basic {good}"),)):
        answer = post(app, *headers)
        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("starts", "lasts"), [(-7200, -3600), (3600, 7200)], ids=["expired", "not yet valid"])
def test_time_is_heeded(app: Mock, keys: Keys, starts: float, lasts: float) -> None:
    value = token(keys, app.installs[0].sid, starts=starts, lasts=lasts)
    assert post(app, ("token", value)).status == 403
    assert post(app, ("Authorization", f"Bearer {value}")).status == 401


def signed_on(app: Mock, good: str) -> dict[str, Any]:
    body = {
        "course": {"ids": {"api": "x"}, "title": "X", "code": "X"},
        "user": USER,
        "signon": {"integrationSid": next(iter(app.installs[0].members["integrations"]))},
    }
    path = f"/v2/installs/{app.installs[0].sid}/provision"
    return dict(send(app, "POST", path, (("token", good), JSON), json.dumps(body).encode()).json)


def follow(
    app: Mock, link: str, headers: tuple[tuple[str, str], ...] = ACCEPT, method: str = "GET"
) -> ReceivedResponse:
    parts = urlsplit(link)
    return send(app, method, f"{parts.path}?{parts.query}", headers)


def present(app: Mock, value: str, install: str | None = None) -> ReceivedResponse:
    path = f"/v2/installs/{install or app.installs[0].sid}/signon"
    return send(app, "POST", path, (JSON, *ACCEPT), json.dumps({"token": value}).encode())


def clause(response: ReceivedResponse) -> str:
    return str(response.json["errors"][0]["clause"])


def test_a_link_signs_the_user_on_once(app: Mock, good: str) -> None:
    answer = signed_on(app, good)
    told = follow(app, answer["signon"]["redirect"])
    assert told.status == 200
    assert told.json["user"] == answer["user"]["sid"]
    again = follow(app, answer["signon"]["redirect"])
    assert (again.status, clause(again)) == (403, "signon-single-use")
    assert clause(present(app, answer["signon"]["token"])) == "signon-single-use"


def test_a_browser_gets_a_page_that_names_the_user(app: Mock, good: str) -> None:
    link = signed_on(app, good)["signon"]["redirect"]
    assert follow(app, link, method="HEAD").status in (200, 405)
    page = follow(app, link, (("Accept", "text/html"),))
    assert page.status == 200
    assert page.media_type == "text/html"
    assert b"Vega" in page.body
    assert "no-store" in page.headers["cache-control"]
    refusal = follow(app, link, (("Accept", "text/html"),))
    assert refusal.media_type == "text/html"
    assert b"used before" in refusal.body


def test_the_token_verifies_and_names_user_audience_and_role(app: Mock, good: str) -> None:
    answer = signed_on(app, good)
    keys = send(app, "GET", "/oidc/jwks", ()).json["keys"]
    key = jwt.PyJWK.from_dict(keys[0]).key
    audience = next(iter(app.installs[0].members["integrations"]))
    claims = jwt.decode(answer["signon"]["token"], key, algorithms=["RS256"], audience=audience)
    assert claims["sub"] == answer["user"]["sid"]
    assert claims["course"] == answer["course"]["sid"]
    assert claims["role"] == "learner"
    assert {"iss", "iat", "nbf", "exp", "jti"} <= claims.keys()
    assert answer["signon"]["token"] not in answer["signon"]["redirect"]
    assert present(app, answer["signon"]["token"]).status == 200


@pytest.mark.parametrize("kind", ["alg none", "hmac", "payload", "signature", "three parts"])
def test_altered_sign_on_tokens_are_refused(app: Mock, good: str, keys: Keys, kind: str) -> None:
    value = signed_on(app, good)["signon"]["token"]
    answer = present(app, forged(value, keys, kind))
    assert (answer.status, clause(answer)) == (403, "signon-token-verified")


def test_a_sign_on_token_is_bound_to_its_install_and_is_no_api_token(app: Mock, good: str) -> None:
    value = signed_on(app, good)["signon"]["token"]
    answer = present(app, value, app.installs[1].sid)
    assert (answer.status, clause(answer)) == (403, "signon-install-bound")
    assert post(app, ("token", value)).status == 403
    assert present(app, good).status == 403


def test_unknown_codes_are_refused(app: Mock) -> None:
    path = f"/v2/installs/{app.installs[0].sid}/signon"
    assert send(app, "GET", f"{path}?code=nope", ACCEPT).status == 403
    assert send(app, "GET", path, ACCEPT).status == 400
