"""Who may use the control plane, and that no nonsense on any of its verbs is a defect."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests_support import some_fast

from mockserver.control.document import described

from .conftest import COURSE, Plane

OPERATIONS = described().operations


def at(app: Any, client: tuple[str, int], **headers: str) -> int:
    http = TestClient(app, base_url="http://testserver", client=client)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return int(http.get("/_invigilate/journal", headers=sent).status_code)


def test_this_machine_needs_no_token_and_others_do(plane_of: Any) -> None:
    app = plane_of(control_token="open-sesame").client.app
    for here in ("127.0.0.1", "::1", "127.8.8.8", "::ffff:127.0.0.1"):
        assert at(app, (here, 1)) == 200
        assert at(app, (here, 1), x_forwarded_for="203.0.113.9") == 401
    for away in ("10.0.0.7", "2001:db8::1", "::ffff:10.0.0.7"):
        assert at(app, (away, 1)) == 401
        assert at(app, (away, 1), authorization="Bearer open-sesam") == 401
        assert at(app, (away, 1), authorization="Basic open-sesame") == 401
        assert at(app, (away, 1), authorization="Bearer open-sesame") == 200


def test_a_chosen_token_is_wanted_from_everybody(plane_of: Any) -> None:
    app = plane_of(control_token="open-sesame", control_guarded=True).client.app
    assert at(app, ("127.0.0.1", 1)) == 401
    assert at(app, ("127.0.0.1", 1), authorization="Bearer open-sesame") == 200
    http = TestClient(app, base_url="http://testserver")
    assert http.get("/_invigilate/health").status_code == 200
    assert http.get("/_invigilate/contract").status_code == 200
    assert http.post("/_invigilate/reset").status_code == 401


def test_without_a_token_nobody_from_elsewhere_gets_in(plane_of: Any) -> None:
    app = plane_of().client.app
    assert at(app, ("10.0.0.7", 1)) == 401
    assert at(app, ("10.0.0.7", 1), authorization="Bearer ") == 401


def test_the_index_lists_every_operation_and_whoever_mistypes_is_led_there(plane: Plane) -> None:
    http = plane.client.http
    listed = http.get("/_invigilate/").json()["operations"]
    assert {(one["method"], one["path"]) for one in listed} == {
        (one.method, f"/_invigilate{one.path}") for one in OPERATIONS.values()
    }
    assert all(one["summary"] for one in listed)
    assert "Add a slash at the end." in http.get("/_invigilate").json()["message"]
    assert "Did you mean /_invigilate/journal" in http.get("/_invigilate/journl").json()["message"]
    assert http.get("/_invigilate/zzz").json()["message"].endswith(" GET /_invigilate/ lists all paths.")


def test_web_pages_of_other_sites_read_nothing(plane: Plane) -> None:
    for headers in (
        {"host": "evil.example.com"},
        {"origin": "https://evil.example.com"},
        {"sec-fetch-site": "cross-site"},
    ):
        assert plane.client.http.get("/_invigilate/journal", headers=headers).status_code == 403


def test_mistakes_are_told(plane: Plane) -> None:
    assert "did you mean 'limit'?" in plane("GET", "/journal", None, 400, limt=3)["message"]
    assert "send an integer" in plane("GET", "/journal", None, 400, limit="many")["message"]
    assert (
        "GET /_invigilate/installs lists them"
        in plane("GET", "/journal", None, 404, install="AI" + "0" * 32)["message"]
    )
    assert "Did you mean /_invigilate/journal or" in plane("GET", "/jornal", None, 404)["message"]
    answer = plane.client.http.put("/_invigilate/journal")
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, GET, HEAD")
    assert plane("POST", "/verify", {"macth": {}}, 400)["errors"][0]["pointer"] == "/macth"


def test_health_and_version(plane: Plane) -> None:
    assert plane("GET", "/health")["status"] == "ok"
    assert plane("GET", "/version")["document"]["title"] == "Batch Provision"


BODIES: list[bytes] = [
    *(b"", b"null", b"[]", b'"x"', b"0", b"{", b"\xff\xfe", b"{}", b'{"a":' * 90 + b"1" + b"}" * 90),
    b'{"name":1,"install":{},"at":{},"match":[],"then":{},"resources":[],"keys":{},"payloads":{},"readings":[]}',
    b'{"name":"../../x","at":"yesterday","then":{"status":99999},"resources":{"course":[{}]},"payloads":[{}]}',
    b'{"at":"9999-12-31T23:59:59-23:59"}',
    b'{"at":1e300}',
    b'{"at":-1}',
    b'{"at":"0001-01-01T00:00:00+23:00"}',
    b'{"seconds":1e308}',
    b'{"days":-1000000000}',
    b'{"days":1000000000,"hours":1000000000}',
    b'{"name":"x","install":"AI00000000000000000000000000000000"}',
    b'{"startsIn":-4000000000,"expiresIn":4000000000}',
    b'{"resources":[{"sid":"x","kind":"course","scope":"x","attributes":{}}],"keys":[]}',
    b'{"resources":{"enrollment":[{"sid":"x"}],"course":[{"sid":"\\u0000","attributes":{"title":[]}}]}}',
    b'{"payloads":[{"course":{"ids":{"sid":7}}},{"user":[]}]}',
    b'{"then":{"close":"after-commit","status":500}}',
    b'{"then":{"faults":["no-such-fault"]}}',
    b'{"then":{"status":204,"headers":{"x":"\\r\\n"}}}',
    b'{"then":{"delay":0},"match":{"body":{"/a/9999999999999999999999":1},"path":"[[[*?]"}}',
    b'{"match":{"body":{"a":1}},"exactly":-1}',
    b'{"match":{"path":"[z-a]*","since":99999999999999999999},"noneAfter":1}',
    b'{"inOrder":[{},{"method":"\\ud800"}]}',
    b'{"sid":"AI00000000000000000000000000000001","like":"AI00000000000000000000000000000002"}',
    b'{"integrations":21,"name":""}',
]
QUERIES = [
    "",
    *(
        "install=AI" + "0" * 32,
        "install=x&install=y",
        "limit=0&format=xml",
        "status=%FF&body=%00",
        "body=/x",
        "timeout=-1",
    ),
    *("count=0", "since=1e400", "kind=%00&sid=%2F&identifier=%3A", "secrets=maybe", "=", "&&&", "%"),
    "&".join(f"a{number}=1" for number in range(200)),
]
NAMES = ["x", "AI" + "0" * 32, "%00", "9" * 5000, "1", "%2F..%2F"]


@pytest.mark.parametrize("name", some_fast(OPERATIONS, 9))
def test_no_nonsense_is_a_defect(plane: Plane, name: str) -> None:
    operation = OPERATIONS[name]
    plane.call(plane.install(), {"course": COURSE})
    http = plane.client.http
    headers = {"content-type": "application/json"}
    quick = {"waitJournal": "timeout=0&count=1", "watchJournal": "since=1&count=1"}.get(name, "")
    plane.client.http.get("/oidc/jwks")
    plane.client.http.get("/oidc/jwks")
    bodies = BODIES if operation.body else [b""]
    sent = [(body, "") for body in bodies] + [(b"{}", query) for query in QUERIES]
    for filler in NAMES if "{" in operation.path else NAMES[:1]:
        path = "/_invigilate" + re.sub(r"\{[^}]*\}", filler, operation.path)
        for body, query in sent:
            url = f"{path}?{'&'.join(one for one in (query, quick) if one)}"
            answer = http.request(operation.method, url, content=body, headers=headers)
            assert answer.status_code < 500, (filler, query, body, answer.text)
            if answer.status_code >= 400:
                assert set(answer.json()) >= {"code", "message", "status", "errors"}
        assert http.request(operation.method, f"{path}?{quick}", content=b"x=1").status_code < 500
