"""Tokens beside the control plane: clients of installs that were made, clocks that move, keys, revocation, weather."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest

from mockserver.auth.keyfile import keep_keys

from .conftest import COURSE, USER

NOW = 1_800_000_000.0
BACK = "http://127.0.0.1:9999/back"
VERIFIER = "a-verifier-of-at-least-forty-three-characters"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
BODY = {"course": COURSE}


def token(plane: Any, install: dict[str, Any], expected: int = 200, headers: Any = None, **form: str) -> Any:
    ((client, secret),) = install["clients"].items()
    sent = {"grant_type": "client_credentials", **form}
    answer = plane.client.http.post("/oidc/token", data=sent, auth=(client, secret), headers=headers or {})
    assert answer.status_code == expected, answer.text
    return answer.json()


def provision(plane: Any, install: dict[str, Any], value: str, body: Any = BODY) -> int:
    return int(plane.call({**install, "token": value}, body).status_code)


def signed_in(plane: Any, install: dict[str, Any]) -> Any:
    """The tokens of a user of an install."""
    user = plane.call(install, {"course": COURSE, "user": USER}).json()["user"]["sid"]
    code = authorized(plane, install, user)
    return token(plane, install, grant_type="authorization_code", code=code, redirect_uri=BACK, code_verifier=VERIFIER)


def authorized(plane: Any, install: dict[str, Any], user: str) -> str:
    (client,) = install["clients"]
    asked = {
        "client_id": client, "response_type": "code", "redirect_uri": BACK, "scope": "openid", "login_hint": user,
        "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    }  # fmt: skip
    answer = plane.client.http.get("/oidc/auth", params=asked)
    assert answer.status_code == 303, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))["code"]


def me(plane: Any, tokens: dict[str, Any]) -> int:
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    return int(plane.client.http.get("/oidc/me", headers=headers).status_code)


def test_integrations_of_an_install_that_was_made_are_clients_until_it_is_deleted(plane: Any) -> None:
    made, other = plane.install(integrations=1), plane.install()
    assert list(made["clients"]) == list(made["integrations"])
    assert made["issuer"] == f"{plane.client.app.settings.public_url}/oidc"
    value = token(plane, made)["access_token"]
    assert jwt.decode(value, options={"verify_signature": False})["install"] == made["install"]
    assert (provision(plane, made, value), provision(plane, other, value)) == (200, 403)
    plane("DELETE", f"/installs/{made['install']}")
    assert token(plane, made, 401)["error"] == "invalid_client"
    again = plane.install(sid=made["install"])  # the same SID, but not the client that had the token
    assert provision(plane, again, value) == 403
    plane("POST", "/reset")
    assert token(plane, other, 401)["error"] == "invalid_client"


def test_secrets_are_told_to_who_makes_an_install_and_nobody_else(plane: Any, install: dict[str, Any]) -> None:
    (secret,) = install["clients"].values()
    sid = install["install"]
    assert secret not in str([plane("GET", "/installs"), plane("GET", f"/installs/{sid}"), plane("GET", "/journal")])


def test_tokens_follow_the_clock_of_their_install(plane: Any) -> None:
    mine, other = plane.install(), plane.install()
    first, second = (token(plane, one)["access_token"] for one in (mine, other))
    plane("POST", "/clock/advance", {"hours": 1}, install=mine["install"])
    assert (provision(plane, mine, first), provision(plane, other, second)) == (403, 200)
    later = token(plane, mine)
    assert later["expires_at"] == "2027-01-15T10:00:00.000Z"
    assert provision(plane, mine, later["access_token"]) == 200
    plane("DELETE", "/clock", install=mine["install"])
    assert provision(plane, mine, first) == 200


def test_a_login_follows_the_clock_of_its_install_and_ends_with_it(plane: Any) -> None:
    mine, other = plane.install(), plane.install()
    tokens, others = signed_in(plane, mine), signed_in(plane, other)
    plane("POST", "/clock/advance", {"days": 7}, install=mine["install"])
    assert (me(plane, tokens), me(plane, others)) == (401, 200)
    refresh = {"grant_type": "refresh_token"}
    assert token(plane, mine, 400, **refresh, refresh_token=tokens["refresh_token"])["error"] == "invalid_grant"
    plane("POST", "/reset", install=other["install"])
    assert me(plane, others) == 401
    assert token(plane, other, 400, **refresh, refresh_token=others["refresh_token"])["error"] == "invalid_grant"


def test_a_login_of_a_user_who_is_gone_gives_nothing(plane: Any, install: dict[str, Any]) -> None:
    plane("POST", "/snapshots", {"name": "empty", "install": install["install"]})
    tokens = signed_in(plane, install)
    plane("POST", "/snapshots/empty/restore")
    assert me(plane, tokens) == 401
    told = token(plane, install, 400, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert (told["error"], told["error_uri"].rpartition("#")[2]) == ("invalid_grant", "id-token-claims")


def test_a_code_expires_by_the_clock_of_its_install(plane: Any, install: dict[str, Any]) -> None:
    user = plane.call(install, {"course": COURSE, "user": USER}).json()["user"]["sid"]
    code = authorized(plane, install, user)
    plane("POST", "/clock/advance", {"seconds": 600}, install=install["install"])
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    assert token(plane, install, 400, **form)["error"] == "invalid_grant"


def test_what_is_dead_stays_dead_when_clocks_are_set_back(plane: Any, install: dict[str, Any]) -> None:
    sid, revoked, tokens = install["install"], token(plane, install)["access_token"], signed_in(plane, install)
    plane("POST", "/revoke", {"token": revoked})
    client = plane.client
    client.http.post("/oidc/logout", data={"id_token_hint": tokens["id_token"]})
    plane("POST", "/clock/advance", {"hours": 2}, install=sid)
    plane("POST", "/revoke", {"token": token(plane, install)["access_token"]})
    plane("DELETE", "/clock", install=sid)
    assert provision(plane, install, revoked) == 403
    assert me(plane, tokens) == 401


def test_a_revoked_id_that_comes_again_is_another_token(plane: Any) -> None:
    made = plane.install()
    sid, claims = made["install"], {"verify_signature": False}
    plane("POST", "/revoke", {"token": made["token"]})
    plane("DELETE", f"/installs/{sid}")
    plane.client.clock.now += 1
    again = plane.install(sid=sid)
    first, second = (jwt.decode(one["token"], options=claims)["jti"] for one in (made, again))
    assert (first == second) is not plane.client.app.runtime.memory.is_shared  # what lasts gives no id of a seed twice
    assert (provision(plane, again, made["token"]), provision(plane, again, again["token"])) == (403, 200)


def test_an_old_key_stays_until_what_the_fastest_clock_signed_is_dead(
    plane: Any, plane_of: Any, tmp_path: Path
) -> None:
    fresh = plane_of(keys=keep_keys(tmp_path / "keys.pem"))
    made = fresh.install(readings={"tokenTtl": 90_000})
    fresh("POST", "/clock/advance", {"hours": 5}, install=made["install"])
    value = token(fresh, made)["access_token"]
    told = fresh("POST", "/keys")
    assert len(told["published"]) == 2
    fresh("POST", "/clock/advance", {"seconds": 3599}, install=made["install"])
    assert provision(fresh, made, value) == 200
    assert provision(fresh, made, made["token"]) == 200


def test_keys_that_cannot_be_kept_stay(plane: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = plane.client.app.keys
    kid = keys.kid

    def rotate(now: float, until: float) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keys, "rotate", rotate)
    (told,) = plane("POST", "/keys", None, 400)["errors"]
    assert "(No space left on device); the key stays" in told["message"]
    assert told["clause"] == "keys-rotate"
    assert keys.kid == kid


def test_calls_for_tokens_are_in_the_journal_of_their_install(plane: Any, install: dict[str, Any]) -> None:
    tokens = signed_in(plane, install)
    me(plane, tokens)
    plane.client.http.post("/oidc/logout", data={"id_token_hint": tokens["id_token"]})
    calls = plane("GET", "/journal", install=install["install"])["calls"]
    told = [one["operation"] for one in calls]
    assert told == ["provision", "authorize", "issueToken", "userinfo", "endSession"]
    text = str(calls)
    (secret,) = install["clients"].values()
    assert [
        one for one in (secret, VERIFIER, *tokens.values()) if isinstance(one, str) and len(one) > 30 and one in text
    ] == []


def test_weather_comes_over_tokens_and_faults_share_the_clients(plane: Any, install: dict[str, Any]) -> None:
    plane("POST", "/weather", {"match": {"operation": "issueToken"}, "then": {"status": 503}, "times": 1}, 201)
    token(plane, install, 503)
    text = token(plane, install, headers={"Invigilate-Weather": "faults=tells-seconds-as-text"})
    assert text["expires_in"] == "3600"
    assert provision(plane, install, text["access_token"]) == 200
    assert token(plane, install)["expires_in"] == 3600


def test_pages_of_any_origin_may_discover_and_verify(plane: Any) -> None:
    for path in ("/oidc/jwks", "/oidc/.well-known/openid-configuration"):
        assert plane.client.http.get(path).headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("body", [{}, {"token": 5}, {"token": "x", "other": 1}])
def test_what_the_document_of_the_control_plane_does_not_take(plane: Any, body: Any) -> None:
    assert plane("POST", "/revoke", body, 400)["code"] == "INVALIDINPUT"


def test_a_name_that_is_secret_in_forms_alone_is_shown_elsewhere(plane: Any, install: dict[str, Any]) -> None:
    signed_in(plane, install)
    calls = {one["operation"]: one for one in plane("GET", "/journal", install=install["install"])["calls"]}
    assert calls["provision"]["body"]["course"]["code"] == COURSE["code"]
    assert (calls["issueToken"]["body"]["code"], calls["issueToken"]["body"]["code_verifier"]) == ("•••", "•••")


def test_refusals_of_tokens_are_looked_up_and_judged_like_others(plane: Any, install: dict[str, Any]) -> None:
    token(plane, {"clients": dict.fromkeys(install["clients"], "wrong")}, 401)
    token(plane, install, 400, scope="root")
    plane("POST", "/revoke", {"token": install["token"]})
    provision(plane, install, install["token"])
    (refused,) = plane("GET", "/journal", code="invalid_client")["calls"]
    assert (refused["clauses"], refused["install"]) == (["token-client-refused"], None)
    (known,) = plane("GET", "/journal", clause="token-scope-known")["calls"]
    assert known["install"] == install["install"]
    told = plane("GET", "/verdict")["counts"]
    assert (told["credential"], told["refused"]) == (2, 1)


def test_calls_for_tokens_are_archived_as_they_are_sent(plane: Any, install: dict[str, Any]) -> None:
    token(plane, install, scope="smarter_iam")
    (entry,) = plane("GET", "/journal", install=install["install"], format="har")["log"]["entries"]
    assert entry["request"]["postData"]["text"] == "grant_type=client_credentials&scope=smarter_iam"
    line = plane.client.http.get("/_invigilate/journal", params={"format": "curl"}).text
    assert '-u "$CLIENT_ID:$CLIENT_SECRET"' in line
    assert "--data-binary 'grant_type=client_credentials&scope=smarter_iam'" in line


def test_a_fault_of_the_whole_body_has_no_empty_place(plane: Any) -> None:
    refused = plane("POST", "/revoke", [1], 400)
    assert refused["message"] == "The body is an array; send an object."
