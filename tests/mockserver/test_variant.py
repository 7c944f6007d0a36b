"""A document with another part, another prefix, another word and another required field is served as it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from spec.openapi.document import Document


def change(tree: dict[str, Any]) -> None:
    schemas = tree["components"]["schemas"]
    schemas["ProctorGroup"] = {
        "type": "object",
        "required": ["ids"],
        "properties": {
            "ids": {
                "type": "object",
                "properties": {
                    "sid": {"type": "string", "pattern": "^PG[a-z0-9]{32}$"},
                    "external": {"type": "string"},
                },
                "anyOf": [{"required": ["sid"]}, {"required": ["external"]}],
            },
            "label": {"type": ["string", "null"]},
            "size": {"type": "integer", "default": 4},
        },
        "x-resource": {"prefix": "PG", "identifiers": "ids", "scope": "course"},
    }
    schemas["Provision"]["properties"]["proctorGroup"] = {"$ref": "#/components/schemas/ProctorGroup"}
    schemas["ProvisionedProctorGroup"] = {
        "type": "object",
        "required": ["sid", "result"],
        "properties": {
            "sid": {"type": "string", "pattern": "^PG[a-z0-9]{32}$", "x-sid": True},
            "result": {"$ref": "#/components/schemas/Result"},
        },
    }
    schemas["Provisioned"]["properties"]["proctorGroup"] = {"$ref": "#/components/schemas/ProvisionedProctorGroup"}
    schemas["User"]["x-resource"]["prefix"] = "PE"
    for holder in ("UserIds", "ProvisionedUser"):
        schemas[holder]["properties"]["sid"]["pattern"] = "^PE[a-z0-9]{32}$"
    schemas["Enrollment"]["properties"]["role"]["enum"].append("observer")
    schemas["Course"]["else"]["required"].append("term")
    schemas["Course"]["properties"]["term"] = {"type": "string"}
    for example in tree["components"]["examples"].values():
        course = example["value"].get("course", {})
        if "ids" in course and "sid" not in course["ids"]:
            course["term"] = "autumn"
        shown = example["value"].get("user", {})
        if "result" in shown:
            shown["sid"] = "PE" + shown["sid"][2:]


@pytest.fixture
def served(variant: Callable[..., Document], client_of: Callable[..., Any]) -> Any:
    return client_of(variant(change))


def body(**parts: Any) -> dict[str, Any]:
    return {"course": {"ids": {"external": "c"}, "title": "t", "code": None, "term": "autumn"}, **parts}


def test_the_new_part_is_created_matched_updated_and_scoped(served: Any) -> None:
    group = {"ids": {"external": "g"}, "label": "Owls"}
    first = served.ok(body(proctorGroup=group))["proctorGroup"]
    assert first["sid"].startswith("PG")
    assert first["result"] == "Created"
    assert served.ok(body(proctorGroup=group))["proctorGroup"] == {"sid": first["sid"], "result": "Found Existing"}
    assert served.ok(body(proctorGroup={**group, "label": None}))["proctorGroup"]["result"] == "Updated"
    assert (
        served.ok(body(proctorGroup={**group, "size": 4.0, "label": None}))["proctorGroup"]["result"]
        == "Found Existing"
    )
    other = {**body()["course"], "ids": {"external": "d"}}
    assert served.ok({"course": other, "proctorGroup": group})["proctorGroup"]["result"] == "Created"
    unknown = served.post(body(proctorGroup={"ids": {"sid": "PG" + "0" * 32}}))
    assert unknown.status_code == 404
    assert unknown.json()["errors"][0]["pointer"] == "/proctorGroup/ids/sid"


def test_prefix_word_and_required_field(served: Any) -> None:
    user = {"ids": {"api": "u"}, "firstName": "a", "lastName": "b", "email": "a@example.com"}
    answer = served.ok(body(user=user, enrollment={"role": "observer"}))
    assert answer["user"]["sid"].startswith("PE")
    without = body()
    del without["course"]["term"]
    refused = served.post(without)
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/course/term"]
