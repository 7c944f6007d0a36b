"""For each fault of the mock, what a caller does to see it; nothing of it is seen where the mock is honest."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import httpx2
import jwt
from broken_bodies import CASES, FULL, changed
from journey import SESSION_SCENARIOS
from mocked import COURSE, Mocked, Scenario

from mockserver.behaviour.faults import FAULTS

USER = {"ids": {"external": "u"}, "firstName": "A", "lastName": "B", "email": "a@example.com"}
SIGNON = FULL["signon"]
EXAM = FULL["exam"]


def taken(body: Any) -> Scenario:
    return lambda mock: mock.send(body).status_code == 200


def refused(body: Any, status: int = 400) -> Scenario:
    return lambda mock: mock.send(body).status_code == status


def status_of(body: Any, status: int) -> Scenario:
    return refused(body, status)


def of_clause(clause: str) -> Scenario:
    """A body that breaks the clause is served."""
    place, value = next((place, value) for place, value, _, broken in CASES if broken == clause)
    return taken(changed(place, value))


def result(mock: Mocked, part: str, *calls: dict[str, Any]) -> str:
    """What the last of several calls says of a part."""
    told = {}
    for call in calls:
        told = mock.ok(**call)
    return str(told[part]["result"])


def exam(mock: Mocked, *changes: dict[str, Any], inside: bool = False) -> str:
    """What the last of several calls with a changed exam (or, inside it, configuration) says of that."""
    calls = []
    for change in changes:
        one = copy.deepcopy(EXAM)
        (one["configuration"] if inside else one).update(change)
        calls.append({"exam": {name: value for name, value in one.items() if value is not None}})
    return result(mock, "configuration" if inside else "exam", *calls)


def signed(mock: Mocked, external: str = "u") -> Any:
    return mock.ok(user={**USER, "ids": {"external": external}}, signon=SIGNON)["signon"]


def header_of(mock: Mocked) -> Any:
    return jwt.get_unverified_header(signed(mock)["token"])


def claims_of(issued: Any) -> Any:
    return jwt.decode(issued["token"], options={"verify_signature": False})


def verifies(mock: Mocked) -> bool:
    key = jwt.PyJWK(mock.http.get("/oidc/jwks").json()["keys"][0])
    options = {"verify_aud": False}
    try:
        jwt.decode(signed(mock)["token"], key, algorithms=["RS256"], options=options)
    except jwt.PyJWTError:
        return False
    return True


def closes(mock: Mocked, **options: Any) -> bool:
    try:
        mock.send(**options)
    except httpx2.RemoteProtocolError:
        return True
    return False


def raced(mock: Mocked) -> bool:
    def post(name: str) -> str:
        return str(mock.ok({"ids": {"external": name}, "title": "t", "code": None})["course"]["result"])

    with ThreadPoolExecutor(4) as pool:
        for attempt in range(40):
            if list(pool.map(post, [f"race-{attempt}"] * 4)).count("Created") > 1:
                return True
    return False


def collided(mock: Mocked) -> bool:
    def post(name: str) -> int:
        return int(mock.send({"course": {"ids": {"external": name}, "title": "t", "code": None}}).status_code)

    with ThreadPoolExecutor(4) as pool:
        return any(409 in pool.map(post, [f"lock-{attempt}"] * 4) for attempt in range(40))


def admits(**headers: str) -> Scenario:
    return lambda mock: (
        mock.send({"course": COURSE}, headers={"content-type": "application/json", **headers}).is_success
    )


def body_of(path: str, **options: Any) -> Callable[[Mocked], httpx2.Response]:
    return lambda mock: mock.http.request(options.get("method", "POST"), path, headers={"token": mock.token()})


def nth(number: int, seen: Callable[[Mocked], bool]) -> Scenario:
    """Seen at that call, and at none before."""

    def scenario(mock: Mocked) -> bool:
        for _ in range(number - 1):
            assert mock.ok()["course"]
        return seen(mock)

    return scenario


def asked(mock: Mocked, *, secret: str | None = None, encoded: bool = False, **form: Any) -> httpx2.Response:
    """The answer to a token request by HTTP Basic."""
    client = next(iter(mock.app.clients))
    halves = client.id, client.secret if secret is None else secret
    user, password = ("".join(f"%{ord(one):02x}" for one in half) if encoded else half for half in halves)
    data = {"grant_type": "client_credentials", **form}
    return mock.http.post("/oidc/token", data=data, auth=(user, password))


def in_form(mock: Mocked) -> httpx2.Response:
    client = next(iter(mock.app.clients))
    form = {"grant_type": "client_credentials", "client_id": client.id, "client_secret": client.secret}
    return mock.http.post("/oidc/token", data=form)


def access_claims(mock: Mocked) -> Any:
    return jwt.decode(asked(mock).json()["access_token"], options={"verify_signature": False})


def moment(answer: httpx2.Response) -> float:
    return datetime.fromisoformat(answer.json()["expires_at"]).timestamp()


DISCOVERY = "/oidc/.well-known/openid-configuration"
TYPED = {"content-type": "application/json"}
OTHER = {"ids": {"external": "d"}, "title": "Other", "code": "D"}
GARBAGE = b"course=1"
SCENARIOS: dict[str, Scenario] = {
    **{name: of_clause(fault.caught_by[0]) for name, fault in FAULTS.items()
       if fault.caught_by and any(fault.caught_by[0] == one[3] for one in CASES)},
    "overlooks-exam-configuration-required": taken({"course": COURSE, "exam": {"ids": {"external": "e"}, "title": "t"}}),
    "overlooks-enrollment-needs-user": taken({"course": COURSE, "enrollment": {}}),
    "overlooks-signon-needs-user": taken({"course": COURSE, "signon": SIGNON}),
    "takes-no-json": lambda mock: mock.send(raw=json.dumps({"course": COURSE}).replace('"', "'").encode()).is_success,
    "takes-no-object": taken([{"course": COURSE}]),
    "reads-carelessly": lambda mock: mock.send(raw=b"\xef\xbb\xbf" + json.dumps({"course": COURSE}).encode()).is_success,
    "takes-any-depth": lambda mock: mock.send(
        raw=json.dumps({"course": COURSE})[:-1].encode() + b', "x": ' + b"[" * 70 + b"]" * 70 + b"}"
    ).is_success,
    "takes-any-size": taken({"course": COURSE, "x": "x" * 2_000_000}),
    "takes-any-media-type": lambda mock: mock.send(
        {"course": COURSE}, headers={"token": mock.token(), "content-type": "text/plain"}
    ).is_success,
    "refuses-unknown-members": refused({"course": COURSE, "x": 1}),
    "refuses-null": refused({"course": {**COURSE, "code": None}}),
    "refuses-some": refused({"course": COURSE, "user": USER, "enrollment": {}}),
    # what is remembered
    "folds-values": lambda mock: result(
        mock, "course", {"course": {**COURSE, "title": " Big "}}, {"course": {**COURSE, "title": "big"}}
    ) == "Found Existing",
    "folds-case": lambda mock: result(
        mock, "course", {"course": {**COURSE, "ids": {"api": "A"}}}, {"course": {**COURSE, "ids": {"api": "a "}}}
    ) == "Found Existing",
    "mixes-kinds": lambda mock: result(
        mock, "course", {"course": {**COURSE, "ids": {"api": "a"}}}, {"course": {**COURSE, "ids": {"lms": "a"}}}
    ) == "Found Existing",
    "forgets-scopes": lambda mock: mock.ok(exam=EXAM)["exam"]["sid"] == mock.ok(OTHER, exam=EXAM)["exam"]["sid"],
    "matches-by-mail": lambda mock: mock.ok(user=USER)["user"]["sid"]
    == mock.ok(user={**USER, "ids": {"external": "v"}})["user"]["sid"],
    "shares-installs": lambda mock: mock.ok()["course"]["sid"]
    == mock.send({"course": COURSE}, install=1).json()["course"]["sid"],
    "roams": lambda mock: mock.send(
        {"course": OTHER, "exam": {"ids": {"sid": mock.ok(exam=EXAM)["exam"]["sid"]}}}
    ).is_success,
    "believes-sids": taken({"course": {"ids": {"sid": "CU" + "0" * 32}}}),
    "enrolls-anew": lambda mock: mock.ok(user=USER)["enrollment"]["sid"] != mock.ok(user=USER)["enrollment"]["sid"],
    "demotes": lambda mock: result(
        mock, "enrollment", {"user": USER, "enrollment": {"role": "instructor"}}, {"user": USER}
    ) == "Updated",
    "updates-forgetfully": lambda mock: exam(mock, {}, {"description": None}) == "Updated",
    "merges-objects": lambda mock: exam(
        mock, {"permittedItems": {"notes": {}}}, {"permittedItems": {"textbook": {}}},
        {"permittedItems": {"notes": {}, "textbook": {}}}, inside=True,
    ) == "Found Existing",
    "defaults-again": lambda mock: exam(mock, {"practice": True}, {"practice": None}) == "Updated",
    "compares-literally": lambda mock: exam(
        mock, {}, {"access": {"open": "2026-01-10T09:00:00+01:00", "close": EXAM["configuration"]["access"]["close"]}},
        inside=True,
    ) == "Updated",
    "does-half": lambda mock: mock.send({"course": COURSE, "user": {"ids": {"sid": "US" + "0" * 32}}}).status_code == 404
    and mock.ok()["course"]["result"] == "Found Existing",
    "races": raced,
    "locks-optimistically": collided,
    # what is told
    "answers-201": status_of({"course": COURSE}, 201),
    "answers-text": lambda mock: mock.send({"course": COURSE}).headers["content-type"] == "text/plain",
    "tells-no-result": lambda mock: [list(mock.ok()["course"]) for _ in range(2)] == [["sid", "result"], ["sid"]],
    "tells-odd-result": lambda mock: result(mock, "course", {}, {}) == "Unchanged",
    "mints-odd-sids": lambda mock: mock.ok()["course"]["sid"][2] == "z",
    "swallows-a-part": lambda mock: "configuration" not in mock.ok(exam=EXAM),
    "tells-null": lambda mock: mock.ok().get("user", 0) is None,
    "signs-everybody-on": lambda mock: "signon" in mock.ok(user=USER),
    "finds-at-once": lambda mock: result(mock, "course", {}) == "Found Existing",
    "creates-again": lambda mock: result(mock, "course", {}, {}) == "Created",
    "always-updates": lambda mock: result(mock, "course", {}, {}) == "Updated",
    "gives-one-sid": lambda mock: len({one["sid"][2:] for one in map(mock.ok(user=USER).get, ("course", "enrollment"))}) == 1,
    "enrolls-on-demand": lambda mock: "enrollment" not in mock.ok(user=USER),
    # sign-on
    "links-relatively": lambda mock: signed(mock)["redirect"].startswith("/"),
    "links-insecurely": lambda mock: signed(mock)["redirect"].startswith("http:"),
    "gives-opaque-tokens": lambda mock: "." not in signed(mock)["token"],
    "signs-badly": lambda mock: not verifies(mock),
    "gives-expired-tokens": lambda mock: claims_of(signed(mock))["exp"] < time.time(),
    "names-the-previous-user": lambda mock: len({claims_of(signed(mock, name))["sub"] for name in "uv"}) == 1,
    "gives-tokens-again": lambda mock: signed(mock)["token"] == signed(mock)["token"],
    "gives-long-tokens": lambda mock: claims_of(signed(mock))["exp"] > time.time() + 86_400,
    "signs-otherwise": lambda mock: header_of(mock)["alg"] == "RS512",
    "leaves-claims-out": lambda mock: "nbf" not in claims_of(signed(mock)),
    "links-indiscreetly": lambda mock: (issued := signed(mock))["token"] in issued["redirect"],
    "links-in-vain": lambda mock: mock.http.get(mock.link(signed(mock))).status_code == 403,
    "links-for-ever": lambda mock: [mock.http.get(link).status_code for link in [mock.link(signed(mock))] * 2] == [200] * 2,
    # refusals
    "refuses-wordlessly": lambda mock: "message" not in mock.send({}).json(),
    "refuses-in-numbers": lambda mock: mock.send({}).json()["code"] == "40001",
    "tells-one-error": lambda mock: len(mock.send({"course": {"ids": {}}}).json()["errors"]) == 1,
    "answers-422": status_of({}, 422),
    "admits-missing": admits(),
    "admits-invalid": admits(token="x.y.z"),
    "admits-expired": lambda mock: admits(token=mock.token(starts=-7200, lasts=-3600))(mock),
    "admits-foreign": lambda mock: admits(token=mock.token(1))(mock),
    "admits-conflict": lambda mock: admits(token=mock.token(), authorization="Bearer x")(mock),
    "knows-one-spelling": lambda mock: not admits(authorization=f"bearer   {mock.token()}")(mock),
    "reads-tokens-leniently": lambda mock: admits(token=f"{mock.token()}=")(mock),
    "reads-the-query": lambda mock: mock.http.post(
        f"{mock.path()}?token={mock.token()}", json={"course": COURSE}
    ).is_success,
    "answers-403-to-nobody": lambda mock: mock.send({"course": COURSE}, headers=TYPED).status_code == 403,
    "stores-before-refusing": lambda mock: mock.send({"course": COURSE}, headers=TYPED).status_code == 401
    and mock.ok()["course"]["result"] == "Found Existing",
    "echoes-credentials": lambda mock: "secret.x.y" in mock.send({}, headers={**TYPED, "token": "secret.x.y"}).text,
    "ignores-client-secrets": lambda mock: asked(mock, secret="wrong").is_success,
    "takes-basic-literally": lambda mock: asked(mock, encoded=True).status_code == 401,
    "knows-basic-alone": lambda mock: in_form(mock).status_code == 400,
    "tells-seconds-as-text": lambda mock: asked(mock).json()["expires_in"] == "3600",
    "forgets-the-time-zone": lambda mock: not -5 < moment(asked(mock)) - time.time() - 3600 < 5,
    "lets-tokens-be-cached": lambda mock: "cache-control" not in asked(mock).headers,
    "publishes-stale-keys": lambda mock: not verifies(mock),
    "issues-under-an-inner-name": lambda mock: access_claims(mock)["iss"] != mock.http.get(DISCOVERY).json()["issuer"],
    "gives-tokens-for-nobody": lambda mock: mock.send(
        {"course": COURSE}, headers={**TYPED, "token": asked(mock).json()["access_token"]}
    ).status_code == 403,
    "takes-any-grant": lambda mock: asked(mock, grant_type="password").is_success,
    "needs-no-grant": lambda mock: asked(mock, grant_type="").is_success,
    "takes-any-scope": lambda mock: asked(mock, scope="root").is_success,
    "reads-forms-loosely": lambda mock: asked(mock, grant_type=["password", "client_credentials"]).is_success,
    "tells-token-errors-as-the-api": lambda mock: "code" in asked(mock, secret="wrong").json(),
    "answers-400-to-wrong-basic": lambda mock: asked(mock, secret="wrong").status_code == 400,
    "hides-its-keys": lambda mock: "jwks_uri" not in mock.http.get(DISCOVERY).json(),
    "is-discovered-elsewhere": lambda mock: "internal" in mock.http.get(DISCOVERY).json()["token_endpoint"],
    "challenges-plainly": lambda mock: "invalid_token" not in mock.send(
        {"course": COURSE}, headers={**TYPED, "authorization": "Bearer x.y.z"}
    ).headers["www-authenticate"],
    "takes-malformed-installs": lambda mock: body_of("/v2/installs/x/provision")(mock).status_code == 422,
    "answers-400-to-unknown-installs": lambda mock: body_of(f"/v2/installs/AI{'0' * 32}/provision")(mock).status_code == 400,
    "answers-400-to-methods": lambda mock: body_of(mock.path(), method="PUT")(mock).status_code == 400,
    "answers-400-to-paths": lambda mock: body_of("/nowhere")(mock).status_code == 400,
    **SESSION_SCENARIOS,
    "crashes": lambda mock: mock.send(raw=GARBAGE).status_code == 500,
    "answers-pages": lambda mock: body_of("/nowhere")(mock).headers["content-type"] == "text/html",
    "hangs-up": lambda mock: closes(mock, raw=GARBAGE) and closes(mock, raw=GARBAGE) and bool(mock.ok()),
    "shows-traces": lambda mock: "Traceback" in mock.send(raw=GARBAGE).json()["message"],
    # weather
    "busy": nth(20, lambda mock: (told := mock.send({"course": COURSE})).status_code == 429
                and told.headers["retry-after"] == "1"),
    "unavailable": nth(50, status_of({"course": COURSE}, 503)),
    "flaky": nth(50, lambda mock: closes(mock, body={"course": OTHER})
                 and mock.ok(OTHER)["course"]["result"] == "Created"),
    "compressed": lambda mock: mock.send({"course": COURSE}).headers.get("content-encoding") == "gzip"
    and "content-encoding" not in mock.http.get("/oidc/jwks").headers,
    "talkative": lambda mock: "requestId" in mock.ok(),
}  # fmt: skip
