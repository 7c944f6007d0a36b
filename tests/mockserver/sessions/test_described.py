"""A document that says other things of sessions, or nothing."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from journey import COURSE, Traveller, exam, user

from spec.catalogue.clauses import Catalogue
from spec.load import build, load
from spec.openapi.document import Document


def changed(catalogue: Catalogue, change: Callable[[Any], None]) -> Document:
    source = load().source
    value = copy.deepcopy(source.value)
    change(value)
    return build(replace(source, value=value), catalogue)


def test_who_has_a_session_is_said_by_the_document(catalogue: Catalogue, client_of: Callable[..., Any]) -> None:
    def teachers(value: Any) -> None:
        value["components"]["schemas"]["Session"]["x-session"]["entitled"] = {"/enrollment/role": "instructor"}

    walker = Traveller(client_of(changed(catalogue, teachers)))
    learner = walker.provision(user=user("u"), exam=exam("e"))
    teacher = walker.provision(user=user("t"), enrollment={"role": "instructor"})
    assert (len(walker.listed(learner)), len(walker.listed({**learner, **teacher}))) == (0, 1)


def test_what_becomes_of_a_session_is_said_by_the_document(catalogue: Catalogue, client_of: Callable[..., Any]) -> None:
    def again(value: Any) -> None:
        rows = value["components"]["schemas"]["SessionStatus"]["x-lifecycle"]["transitions"]
        row = next(one for one in rows if (one.get("status"), one["event"]) == ("Scheduled", "schedule"))
        row["next"] = "Pending Review"

    walker = Traveller(client_of(changed(catalogue, again)))
    assert walker.schedule(walker.scheduled()).json()["status"] == "Pending Review"


def test_a_document_without_sessions_is_served_without_them(
    catalogue: Catalogue, client_of: Callable[..., Any]
) -> None:
    def without(value: Any) -> None:
        value["paths"] = {path: one for path, one in value["paths"].items() if "/v1/" not in path}

    client = client_of(changed(catalogue, without))
    client.ok({"course": COURSE, "user": user("u"), "exam": exam("e")})
    assert len(client.app.store) == 6  # the demo course and five parts
    assert (
        client.http.get(f"/v1/installs/{client.install}/settings", headers={"token": client.token}).status_code == 501
    )
