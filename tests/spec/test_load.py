"""The loader: our own document loads, and whatever would not be enforced is refused with its place."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from spec.catalogue.clauses import load_clauses
from spec.load import DOCUMENT_FILE, build, load
from spec.openapi.document import DocumentError
from spec.resources.annotations import resources
from spec.source.reading import Source, read

Change = Callable[[dict[str, Any]], None]
CLAUSES = load_clauses()


def changed(change: Change) -> Source:
    source = read(DOCUMENT_FILE)
    tree = copy.deepcopy(source.value)
    change(tree)
    return Source(source.name, tree, source.marks)


def schemas(tree: dict[str, Any]) -> dict[str, Any]:
    return tree["components"]["schemas"]


def test_our_document_loads() -> None:
    document = load()
    assert set(document.operations) == {
        *("provision", "followSignon", "presentSignon"),
        *("assignExam", "listSessions", "readSession", "scheduleSession", "rescheduleSession"),
        *("onboardSession", "followOnboarding"),
        *("readProfile", "readConfiguration", "readSettings", "listAppointments"),
        *("issueToken", "openidConfiguration", "jwks", "authorize", "userinfo", "endSession"),
    }
    assert document.operations["provision"].security == (("token",), ("bearer",), ("oauth",))
    assert len(document.digest) == 12


def test_the_digest_ignores_layout_only() -> None:
    assert build(changed(lambda tree: None), CLAUSES).digest == load().digest
    assert build(changed(lambda tree: tree["info"].update(title="x")), CLAUSES).digest != load().digest


REFUSED: list[tuple[str, Change, str]] = [
    ("openapi 2.0", lambda t: t.update(openapi="2.0"), "must be OpenAPI 3.0, 3.1, 3.2"),
    ("no paths", lambda t: t.update(paths={}), "nothing to serve"),
    ("paths a list", lambda t: t.update(paths=[]), "must be an object, not a list"),
    ("no operationId", lambda t: t["paths"]["/oidc/jwks"]["get"].pop("operationId"), "no operationId"),
    ("twice", lambda t: t["paths"]["/oidc/jwks"]["get"].update(operationId="provision"), "occurs twice"),
    ("unknown scheme", lambda t: t.update(security=[{"basic": []}]), "names the scheme 'basic'"),
    ("unknown keyword", lambda t: schemas(t)["Course"].update(dependencies={}), "is not implemented"),
    ("nearly ours", lambda t: schemas(t)["Course"].update({"x-resouce": {}}), "did you mean 'x-resource'?"),
    ("unknown format", lambda t: schemas(t)["Identifier"].update(format="isbn"), "has no checker"),
    ("bad pattern", lambda t: schemas(t)["Identifier"].update(pattern="("), "not a regular expression"),
    ("class in pattern", lambda t: schemas(t)["Identifier"].update(pattern="^\\d$"), "tools read differently"),
    ("bad type", lambda t: schemas(t)["Identifier"].update(type="text"), "'text' is no type; there are array"),
    (
        "unknown clause",
        lambda t: schemas(t)["Identifier"].update({"x-clause": "nope"}),
        "the catalogue of clauses does not",
    ),
    ("clause of no keyword", lambda t: schemas(t)["Course"].update({"x-clause": {"enum": "schema"}}), "does not have"),
    ("ref to nothing", lambda t: schemas(t)["Course"]["properties"].update(ids={"$ref": "#/nope"}), "names nothing"),
    (
        "ref elsewhere",
        lambda t: schemas(t)["Course"]["properties"].update(ids={"$ref": "x.yaml"}),
        "names nothing in this document",
    ),
    (
        "recursive",
        lambda t: schemas(t)["Course"]["properties"].update(more={"$ref": "#/components/schemas/Course"}),
        "contains itself",
    ),
    (
        "beside the ref of a parameter",
        lambda t: t["paths"]["/v2/installs/{installSid}/provision"]["parameters"][0].update(required=False),
        "'required' stands beside $ref, where OpenAPI gives it no effect",
    ),
    (
        "beside ref in OpenAPI 3.0",
        lambda t: (t.update(openapi="3.0.3"), schemas(t)["Course"]["properties"]["ids"].update(minProperties=1)),
        "'minProperties' stands beside $ref, where OpenAPI 3.0 ignores it",
    ),
    (
        "annotation out of reach",
        lambda t: schemas(t)["Identifier"].update(anyOf=[{"x-after": "open"}, {}]),
        "takes effect only on",
    ),
    (
        "example",
        lambda t: t["components"]["examples"]["course-only"]["value"]["course"].pop("title"),
        "'title' is missing",
    ),
    (
        "response example",
        lambda t: t["components"]["examples"]["provisioned-course"]["value"]["course"].update(result="Made"),
        "send one of",
    ),
    (
        "header parameter",
        lambda t: t["components"]["parameters"]["installSid"].update({"in": "header"}),
        "only plain path",
    ),
    ("resource member", lambda t: schemas(t)["Course"]["x-resource"].update(colour="red"), "has no member 'colour'"),
    ("no prefix", lambda t: schemas(t)["Course"]["x-resource"].pop("prefix"), "needs 'prefix'"),
    ("no identity", lambda t: schemas(t)["Course"]["x-resource"].pop("identifiers"), "either identifiers"),
    ("no response", lambda t: schemas(t)["Course"]["x-resource"].update(response="kurs"), "has no member 'kurs'"),
    ("no sid", lambda t: schemas(t)["ProvisionedCourse"]["properties"]["sid"].pop("x-sid"), "a member with x-sid"),
    ("bad words", lambda t: schemas(t)["Result"]["x-result"].update(created="Made"), "three members of its enum"),
    (
        "no such ids",
        lambda t: schemas(t)["Course"]["x-resource"].update(identifiers="names"),
        "'names', which this part",
    ),
    ("no such sid", lambda t: schemas(t)["Course"]["x-resource"].update(sid="uid"), "has no identifier 'uid'"),
    ("scope", lambda t: schemas(t)["Exam"]["x-resource"].update(scope="campus"), "'campus', which is none"),
    (
        "needed",
        lambda t: schemas(t)["Exam"]["x-resource"].update({"required-on-create": ["x"]}),
        "required-on-create names",
    ),
    (
        "fallback",
        lambda t: schemas(t)["Configuration"]["x-resource"].update({"fallback-identity": {"member": "x"}}),
        "fallback-identity names",
    ),
    (
        "comes with another, nameless",
        lambda t: schemas(t)["Exam"]["x-resource"].update({"implied-by": "user", "required-on-create": []}),
        "nothing says which one is meant",
    ),
    (
        "comes with another, and wants members",
        lambda t: schemas(t)["Enrollment"]["x-resource"].update({"required-on-create": ["role"]}),
        "so it cannot require 'role' when it is new",
    ),
    (
        "nothing to choose",
        lambda t: schemas(t)["ExamIds"]["properties"].pop("external"),
        "has the minted 'sid' only",
    ),
    ("circle", lambda t: schemas(t)["Course"]["x-resource"].update(scope="exam"), "depend on each other"),
    (
        "two sign-ons",
        lambda t: schemas(t)["User"].update({"x-signon": schemas(t)["Signon"]["x-signon"]}),
        "user/redirect",
    ),
    ("sign-on", lambda t: schemas(t)["Signon"]["x-signon"].pop("subject"), "needs 'subject'"),
    ("sign-on answer", lambda t: schemas(t)["Signon"]["x-signon"].update(token="jwt"), "has no member signon/jwt"),
    ("sign-on subject", lambda t: schemas(t)["Signon"]["x-signon"].update(subject="person"), "'person', which is none"),
]


@pytest.mark.parametrize(("change", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_would_not_be_enforced_is_refused_with_its_place(change: Change, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        build(changed(change), CLAUSES)
    told = str(caught.value)
    assert reason in told
    assert all("openapi.yaml:" in line for line in told.splitlines())


def test_every_problem_is_told_at_once() -> None:
    def change(tree: dict[str, Any]) -> None:
        schemas(tree)["Identifier"]["format"] = "isbn"
        schemas(tree)["Course"]["dependencies"] = {}

    with pytest.raises(DocumentError) as caught:
        build(changed(change), CLAUSES)
    assert len(caught.value.problems) >= 2


def test_resources_are_ordered_and_typed() -> None:
    found = resources(load().operations["provision"])
    assert [part.name for part in found.parts] == ["course", "user", "enrollment", "exam", "configuration"]
    assert found.part("exam").scope == "course"
    assert found.part("enrollment").identity == ("user", "course")
    assert found.part("configuration").fallback is not None
    assert {leaf.key for leaf in found.part("configuration").leaves} >= {"/access/open", "/proctorTypes"}
    assert found.signon is not None
    with pytest.raises(KeyError):
        found.part("campus")


def test_operations_without_body_have_no_parts() -> None:
    assert resources(load().operations["jwks"]).parts == ()
