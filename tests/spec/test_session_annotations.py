"""What a document says of sessions and cannot be followed is refused at the place where it stands."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from spec.catalogue.clauses import load_clauses
from spec.load import DOCUMENT_FILE, build
from spec.openapi.document import DocumentError
from spec.resources.sessions import StoredValue, session_kind
from spec.source.reading import Source, read

SCHEMAS = "/components/schemas"
SESSION = f"{SCHEMAS}/Session/x-session"
LIFE = f"{SCHEMAS}/SessionStatus/x-lifecycle"
ROWS = len(read(DOCUMENT_FILE).value["components"]["schemas"]["SessionStatus"]["x-lifecycle"]["transitions"])


def told(change: Callable[[Any], None]) -> dict[str, str]:
    """The reasons for which our document with a change of its schemas is refused, by pointer."""
    source = read(DOCUMENT_FILE)
    tree = copy.deepcopy(source.value)
    change(tree["components"]["schemas"])
    with pytest.raises(DocumentError) as caught:
        build(Source(source.name, tree, source.marks), load_clauses())
    return {problem.pointer: problem.reason for problem in caught.value.problems}


def says(**members: Any) -> Callable[[Any], None]:
    return lambda schemas: schemas["Session"]["x-session"].update(members)


def row(**members: Any) -> Callable[[Any], None]:
    return lambda schemas: schemas["SessionStatus"]["x-lifecycle"]["transitions"].append(members)


def source(name: str, value: Any) -> Callable[[Any], None]:
    return lambda schemas: schemas["Session"]["properties"][name].update({"x-source": value})


CASES: list[tuple[str, Callable[[Any], None], str, str]] = [
    ("joins nobody", says(joins=["enrolment", "exam"]), f"{SESSION}/joins", "did you mean 'enrollment'?"),
    ("ruled by nothing", says(rules="rules"), f"{SESSION}/rules", "there is no part 'rules'"),
    ("an unstored value", says(entitled={"/enrollment/rol": 1}), f"{SESSION}/entitled", "did you mean 'role'?"),
    ("a value of another", says(entitled={"/exam/title": "t"}), f"{SESSION}/entitled", "is no value of 'enrollment'"),
    ("no prefix", lambda schemas: schemas["Session"]["x-session"].pop("prefix"), SESSION, "needs 'prefix'"),
    ("a member too many", says(windows=[]), f"{SESSION}/windows", "no member 'windows'"),
    (
        "a window that is not stored",
        says(booking={"open": ["/configuration/scheduling/opens"]}),
        f"{SESSION}/booking/open",
        "did you mean 'scheduling/open'?",
    ),
    (
        "no lifecycle",
        lambda schemas: schemas["SessionStatus"].pop("x-lifecycle"),
        SESSION,
        "nothing says what happens",
    ),
    (
        "a status that is none",
        row(status="Scheduld", event="enter", clause="session-over"),
        f"{LIFE}/transitions/{ROWS}/status",
        "did you mean 'Scheduled'?",
    ),
    ("an event that is none", row(event="cancel", clause="session-over"), f"{LIFE}/transitions/{ROWS}/event", "cancel"),
    (
        "an unknown clause",
        row(status="Closed", event="enter", clause="nowhere"),
        f"{LIFE}/transitions/{ROWS}/clause",
        "there is no clause 'nowhere'",
    ),
    (
        "the same row twice",
        row(status="Scheduled", event="enter", clause="session-over"),
        f"{LIFE}/transitions/{ROWS}",
        "another row says",
    ),
    ("an unkept leaf", source("notes", "/session/notes"), f"{SCHEMAS}/Session/properties/notes/x-source", "asked/…"),
    (
        "no part",
        source("notes", "/exams/title"),
        f"{SCHEMAS}/Session/properties/notes/x-source",
        "did you mean 'exam'?",
    ),
    (
        "a way of showing that is none",
        source("notes", {"from": "/exam/title", "as": "text"}),
        f"{SCHEMAS}/Session/properties/notes/x-source/as",
        "what is stored and shown here",
    ),
    (
        "a name of no part",
        lambda schemas: schemas["EnrollmentSid"].update({"x-names": "enrolment"}),
        f"{SCHEMAS}/EnrollmentSid/x-names",
        "did you mean 'enrollment'?",
    ),
]


@pytest.mark.parametrize(("change", "pointer", "reason"), [one[1:] for one in CASES], ids=[one[0] for one in CASES])
def test_what_cannot_be_followed_is_refused(change: Callable[[Any], None], pointer: str, reason: str) -> None:
    found = told(change)
    assert pointer in found, found
    assert reason in found[pointer]


def test_a_document_without_sessions_says_nothing_of_them() -> None:
    assert session_kind({}) is None


def test_what_a_source_leads_to() -> None:
    assert StoredValue.of("/exam") == ("exam", "")
    assert StoredValue.of("/configuration/access/open") == ("configuration", "/access/open")
