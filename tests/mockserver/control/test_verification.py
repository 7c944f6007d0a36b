"""Verifying what was called, and the verdict on how."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from mockserver.control.journal.verdict import RISKS

from .conftest import COURSE, USER, Plane


def provision(lms: str) -> dict[str, Any]:
    return {"operation": "provision", "body": {"/course/ids/lms": lms}}


@pytest.fixture
def called(plane: Plane, install: dict[str, Any]) -> dict[str, Any]:
    for lms in ("one", "two", "two"):
        plane.call(install, {"course": {**COURSE, "ids": {"lms": lms}}})
    plane.client.http.get("/oidc/jwks")
    return install


@pytest.mark.parametrize(
    "expected",
    [
        {"match": provision("one")},
        {"match": provision("one"), "exactly": 1},
        {"match": provision("two"), "exactly": 2},
        {"match": provision("three"), "exactly": 0},
        {"match": provision("two"), "atLeast": 1, "atMost": 2},
        {"match": provision("one"), "noneAfter": 1},
        {"inOrder": [provision("one"), provision("two"), {"operation": "jwks"}]},
        {"inOrder": [provision("two"), provision("two")]},
    ],
)
def test_what_is_so(plane: Plane, called: dict[str, Any], expected: dict[str, Any]) -> None:
    assert plane("POST", "/verify", expected) == {"verified": True}


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        (
            {"match": provision("three")},
            'expected at least 1 of (operation provision, /course/ids/lms = "three"), received 0',
        ),
        ({"match": provision("three")}, "not so: body /course/ids/lms"),
        ({"match": provision("two"), "exactly": 1}, "expected exactly 1 of"),
        ({"match": provision("two"), "exactly": 1}, "such calls:\n  call 2: POST /v2/installs/"),
        ({"match": provision("two"), "noneAfter": 2}, "after call 2, received 1:\n  call 3: "),
        ({"inOrder": [provision("two"), provision("one")]}, "number 2 of 2"),
        ({"inOrder": [provision("two"), provision("one")]}, "none came after call 2\nbut before it:\n  call 1: "),
        ({"inOrder": [provision("three")]}, "number 1 of 1"),
    ],
)
def test_what_is_not_so_is_told(plane: Plane, called: dict[str, Any], expected: dict[str, Any], said: str) -> None:
    refused = plane("POST", "/verify", expected, 409)
    assert refused["code"] == "VERIFICATIONFAILED"
    assert said in refused["message"]


def test_a_verification_of_one_install(plane: Plane, called: dict[str, Any]) -> None:
    other = plane.install()
    refused = plane("POST", "/verify", {"install": other["install"], "match": provision("one")}, 409)
    assert "nothing else was received" in refused["message"]


def test_a_clean_verdict(plane: Plane, install: dict[str, Any]) -> None:
    plane.call(install, {"course": COURSE})
    plane.call(install, {"course": COURSE})
    told = plane("GET", "/verdict", install=install["install"])
    assert told["clean"] is True
    assert told["remarks"] == []


def test_every_risk_is_seen(plane: Plane, install: dict[str, Any]) -> None:
    signon = {"integrationSid": next(iter(install["integrations"]))}
    link = plane.call(install, {"course": COURSE, "user": USER, "signon": signon}).json()["signon"]["redirect"]
    for _ in range(2):
        plane.client.http.get(link)
    plane.call(install, {"course": {**COURSE, "title": "Changed", "titel": "x"}})
    plane.call(install, {"course": {"ids": {"lms": "x"}}})
    plane.call({**install, "token": install["expiredToken"]}, {"course": COURSE})
    plane.client.http.get(f"/v2/installs/{install['install']}/provisions")
    plane("POST", "/weather", {"then": {"status": 503, "retryAfter": 60}, "times": 1}, 201)
    for _ in range(2):
        plane.call(install, {"course": {**COURSE, "title": "Changed"}})
    told = plane("GET", "/verdict")
    assert told["counts"] == {**dict.fromkeys(RISKS, 1)}, told["remarks"]
    text = plane.client.http.get("/_invigilate/verdict", params={"format": "junit"}).text
    suite = ElementTree.fromstring(text)
    assert (suite.get("tests"), suite.get("failures")) == (str(len(RISKS)), str(len(RISKS)))
    assert {one.get("name") for one in suite} == set(RISKS)
