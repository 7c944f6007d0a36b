"""Integers beyond 64 bits keep every digit, from the body to what is stored, compared and shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from contract.run.runner import RunReport
from mockserver.app import Mock
from mockserver.http.decoding import decode
from mockserver.http.response import of_json
from spec.openapi.document import Document
from tests.mockserver.conftest import Client

WIDE = 2**64


def weighed(**rules: Any) -> Callable[[dict[str, Any]], None]:
    """Our document with a course that has a weight."""

    def change(tree: dict[str, Any]) -> None:
        tree["components"]["schemas"]["Course"]["properties"]["weight"] = {"type": "integer", **rules}

    return change


def course(weight: Any) -> dict[str, Any]:
    return {"course": {"ids": {"external": "c"}, "title": "Title", "code": "CODE", "weight": weight}}


@pytest.mark.parametrize("number", [WIDE, WIDE + 1, -(2**63) - 1, 3**100, 2**63, 2**64 - 1, 10**308])
def test_a_body_is_read_without_loss(number: int) -> None:
    assert decode(json.dumps({"x": [number, 0.1, "1e3"]}).encode(), 64) == {"x": [number, 0.1, "1e3"]}


@pytest.mark.parametrize(
    ("rules", "good", "bad"),
    [
        ({"multipleOf": 3}, WIDE + 2, WIDE + 1),
        ({"multipleOf": WIDE + 3}, WIDE + 3, WIDE + 4),
        ({"minimum": WIDE + 1}, WIDE + 1, WIDE),
        ({"maximum": WIDE + 1}, WIDE + 1, WIDE + 2),
        ({"enum": [WIDE + 1]}, WIDE + 1, WIDE),
    ],
)
def test_rules_are_held_against_every_digit(
    variant: Callable[..., Document],
    client_of: Callable[..., Client],
    rules: dict[str, Any],
    good: int,
    bad: int,
) -> None:
    client = client_of(variant(weighed(**rules)))
    assert client.post(course(good)).status_code == 200
    refused = client.post(course(bad))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/course/weight")


def test_numbers_that_differ_in_the_last_digit_differ(
    variant: Callable[..., Document], client_of: Callable[..., Client]
) -> None:
    client = client_of(variant(weighed()))
    weights = (WIDE, WIDE, WIDE + 1, WIDE + 1)
    told = [client.ok(course(weight))["course"]["result"] for weight in weights]
    assert told == ["Created", "Found Existing", "Updated", "Found Existing"]
    assert list(client.app.journal)[-1].body["course"]["weight"] == WIDE + 1


@pytest.mark.outside
def test_mock_and_judge_read_them_alike(
    variant: Callable[..., Document], mock: Callable[..., Mock], judged: Callable[..., RunReport]
) -> None:
    document = variant(weighed(multipleOf=WIDE + 3))
    report = judged(mock(document), document)
    assert [f"{one.clause}: {one.received}" for one in report.findings()] == []
    assert str(WIDE + 3).encode() in b"".join(one.request.body or b"" for one in report.exchanges)


def test_they_are_shown_with_every_digit() -> None:
    assert of_json({"x": [WIDE + 1, "é"]}).body == b'{"x":[18446744073709551617,"\xc3\xa9"]}'
