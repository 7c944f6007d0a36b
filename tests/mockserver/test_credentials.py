"""Who may come in: the table of statuses, strict tokens, and times that are looked at again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from mockserver.auth.keys import Keys, make_keys
from mockserver.auth.tokens import (
    API_AUDIENCE,
    API_TYPE,
    ISSUER_PATH,
    SIGNON_TYPE,
    Expected,
    TokenError,
    api_claims,
    sign,
    verify,
)

BODY = {"course": {"ids": {"external": "c"}, "title": "t", "code": None}}


def encoded(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def send(client: Any, **headers: str) -> Any:
    return client.http.post(client.path(), json=BODY, headers=headers)


def told(answer: Any, status: int, code: str, clause: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["errors"][0]["clause"] == clause
    assert ("www-authenticate" in answer.headers) == (status == 401)


def test_both_doors(client: Any) -> None:
    assert send(client, token=client.token).status_code == 200
    assert send(client, Authorization=f"Bearer {client.token}").status_code == 200
    assert send(client, Authorization=f"bearer  {client.token}").status_code == 200
    assert send(client, token=client.token, Authorization=f"Bearer {client.token}").status_code == 200


def test_nobody(client: Any) -> None:
    for headers in ({}, {"Authorization": "Basic eDp5"}, {"Authorization": client.token}, {"X-Token": client.token}):
        answer = send(client, **headers)
        told(answer, 401, "AUTHENTICATIONFAILED", "credential-missing-refused")
        assert answer.headers["www-authenticate"] == 'Bearer realm="smarterservices"'


def test_white_space_around_a_token_is_none_of_it(client: Any) -> None:
    for sent in (f"{client.token} ", f"{client.token}\t ", f" {client.token}"):
        assert send(client, token=sent).status_code == 200
        assert send(client, token=client.token, Authorization=f"Bearer {sent}").status_code == 200
        assert send(client, token=sent, Authorization=f"Bearer {client.token}").status_code == 200


def test_a_scheme_in_the_token_header_is_told(client: Any) -> None:
    for scheme in ("Bearer", "bearer"):
        answer = send(client, token=f"{scheme} {client.token}")
        told(answer, 403, "AUTHENTICATIONFAILED", "credential-invalid-refused")
        assert "leave out 'Bearer'" in answer.json()["message"]
        assert client.token not in answer.text


def test_two_that_differ(client: Any) -> None:
    answer = send(client, token=client.token, Authorization="Bearer other")
    told(answer, 401, "AUTHENTICATIONFAILED", "credential-conflict-refused")
    told(
        send(client, token=client.token, Authorization="Basic eDp5"),
        401,
        "AUTHENTICATIONFAILED",
        "credential-conflict-refused",
    )


def test_times(client: Any) -> None:
    install = client.install
    expired, early = client.mint(install, starts=-7200), client.mint(install, starts=60)
    told(send(client, token=expired), 403, "AUTHENTICATIONFAILED", "credential-expired-refused")
    told(send(client, token=early), 403, "AUTHENTICATIONFAILED", "credential-early-refused")
    answer = send(client, Authorization=f"Bearer {expired}")
    told(answer, 401, "AUTHENTICATIONFAILED", "credential-expired-refused")
    assert answer.headers["www-authenticate"] == (
        'Bearer realm="smarterservices", error="invalid_token", '
        'error_description="The access token is invalid or has expired"'
    )
    client.clock.now += 61
    assert send(client, token=early).status_code == 200
    client.clock.now += 3600
    told(send(client, token=early), 403, "AUTHENTICATIONFAILED", "credential-expired-refused")


def test_another_install(client: Any) -> None:
    other = client.mint(client.app.installs[1].sid)
    answer = send(client, token=other)
    told(answer, 403, "FORBIDDEN", "credential-foreign-refused")
    assert client.install in answer.json()["message"]
    assert "provision" in answer.json()["message"]


def forged(keys: Keys, install: str) -> dict[str, str]:
    claims = api_claims(install, issued=0, starts=0, expires=4e9, token_id="t")
    good = sign(claims, API_TYPE, keys)
    head, body, signature = good.split(".")
    header = {"alg": "RS256", "typ": API_TYPE}
    public = keys.public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    hmac_head = encoded({**header, "alg": "HS256"})
    mac = hmac.new(public, f"{hmac_head}.{body}".encode(), hashlib.sha256).digest()

    def signed(header: Any = None, payload: Any = None, **changed: Any) -> str:
        first = encoded(header or {"alg": "RS256", "typ": API_TYPE})
        second = encoded(payload if payload is not None else {**claims, **changed})
        algorithm = jwt.get_algorithm_by_name("RS256")
        return f"{first}.{second}.{encoded(algorithm.sign(f'{first}.{second}'.encode(), keys.private))}"

    return {
        "empty": "",
        "garbage": "x",
        "three parts": "a.b.c",
        "two parts": f"{head}.{body}",
        "alg none": f"{encoded({**header, 'alg': 'none'})}.{body}.",
        "alg None signed": f"{encoded({**header, 'alg': 'None'})}.{body}.{signature}",
        "HMAC under the public key": f"{hmac_head}.{body}.{encoded(mac)}",
        "another key": sign(claims, API_TYPE, make_keys()),
        "a sign-on token": sign(claims, SIGNON_TYPE, keys),
        "another type": signed({**header, "typ": "JWT"}),
        "crit": signed({**header, "crit": ["exp"]}),
        "b64": signed({**header, "b64": False}),
        "padded": good + "=",
        "spaces": f"{head}. {body}.{signature}",
        "signature changed": f"{head}.{body}.{signature[:-2]}{'AA' if signature[-2:] != 'AA' else 'BB'}",
        "payload changed": f"{head}.{encoded({**claims, 'sub': 'x'})}.{signature}",
        "duplicate claims": signed(payload=json.dumps(claims)[:-1].encode() + b', "sub": "' + install.encode() + b'"}'),
        "claims no object": signed(payload=[1]),
        "NaN": signed(payload=json.dumps({**claims, "exp": float("nan")}).encode()),
        "exp as text": signed(exp="4000000000"),
        "exp as boolean": signed(exp=True),
        "exp of 400 digits": signed(exp=10**400),
        "exp of 5,000 digits": signed(payload=json.dumps(claims)[:-1].encode() + b', "x": ' + b"1" * 5000 + b"}"),
        "exp beyond every clock": signed(exp=2**53 + 2),
        "exp infinite": signed(payload=json.dumps(claims).replace("4000000000", "1e999").encode()),
        "nbf of 400 digits": signed(nbf=10**400),
        "nbf before every clock": signed(nbf=-(10**400)),
        "iat of 400 digits": signed(iat=10**400),
        "iat as list": signed(iat=[1]),
        "no exp": signed(payload={key: one for key, one in claims.items() if key != "exp"}),
        "nbf as text": signed(nbf="0"),
        "another issuer": signed(iss="x"),
        "another audience": signed(aud="x"),
        "audiences": signed(aud=["invigilate-api"]),
        "subject no text": signed(sub=5),
        "no UTF-8": signed(payload=b"\xff\xfe"),
        "too long": good + "A" * 9000,
        "deep": signed(payload=b"[" * 5000),
    }


def test_forged_tokens(client: Any) -> None:
    expected = Expected(API_TYPE, ISSUER_PATH, API_AUDIENCE)
    for name, token in forged(client.app.keys, client.install).items():
        with pytest.raises(TokenError):
            verify(token, expected, client.app.keys)
        answer = send(client, token=token)
        clause = "credential-exact" if name in ("padded", "spaces") else "credential-invalid-refused"
        told(answer, 403, "AUTHENTICATIONFAILED", clause), name
        assert send(client, Authorization=f"Bearer {token}").status_code == 401
        assert len(token) < 16 or token not in answer.text
    assert len(client.app.store) == len(client.app.installs[0].existing)


def test_a_good_token_with_a_strange_kid_is_taken(client: Any) -> None:
    claims = api_claims(client.install, issued=0, starts=0, expires=4e9, token_id="t")
    strange = {"typ": API_TYPE, "kid": "../../etc/passwd", "jku": "http://x.example.com"}
    token = jwt.encode(claims, client.app.keys.private, algorithm="RS256", headers=strange)
    assert send(client, token=token).status_code == 200


def test_no_token_is_kept_in_the_cache(client: Any) -> None:
    send(client, token=client.token)
    assert all(len(digest) == 32 for digest in client.app.credentials.verified)
    assert client.token not in str(client.app.credentials.verified)


def test_little_is_remembered_of_a_token(client: Any) -> None:
    token = client.mint("AI" + "x" * 5000)
    assert send(client, token=token).status_code == 403
    (known,) = client.app.credentials.verified.values()
    assert len(known.install) <= 64
    told(send(client, token=token), 403, "FORBIDDEN", "credential-foreign-refused")
