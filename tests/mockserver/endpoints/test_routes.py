"""The table of routes: it takes a call that one of the routes serves, as that one would, and no other."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from mockserver.endpoints.routes import MethodRoute, RouteTable, with_allowed


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """An endpoint that is never called here."""


ROUTES = with_allowed(
    [
        MethodRoute("GET", "/exams/settings", nothing),
        MethodRoute("GET", "/exams/{exam-sid}", nothing),
        MethodRoute("PUT", "/exams/{exam-sid}", nothing),
        MethodRoute("GET", "/exams/{exam-sid}/sessions/{session}", nothing),
    ]
)


def scope(method: str, path: str, **more: Any) -> Scope:
    return {"type": "http", "method": method, "path": path, **more}


@pytest.mark.parametrize(
    ("method", "path", "template", "params"),
    [
        ("GET", "/exams/settings", "/exams/settings", {}),
        ("GET", "/exams/EX1", "/exams/{exam-sid}", {"exam_sid": "EX1"}),
        ("PUT", "/exams/settings", "/exams/{exam-sid}", {"exam_sid": "settings"}),
        ("HEAD", "/exams/EX1", "/exams/{exam-sid}", {"exam_sid": "EX1"}),
        (
            "GET",
            "/exams/EX1/sessions/ES1",
            "/exams/{exam-sid}/sessions/{session}",
            {"exam_sid": "EX1", "session": "ES1"},
        ),
        ("GET", "/exams/", "/exams/{exam-sid}", {"exam_sid": ""}),
        ("GET", "/exams/%2F%0A", "/exams/{exam-sid}", {"exam_sid": "%2F%0A"}),
    ],
)
def test_a_call_that_is_served_finds_its_route(method: str, path: str, template: str, params: dict[str, str]) -> None:
    table = RouteTable(ROUTES)
    for _ in range(2):  # the second time it is remembered
        match, child = table.matches(scope(method, path))
        assert match is Match.FULL
        assert child["path_params"] == params
        assert [one.template for one in ROUTES if one.endpoint is child["endpoint"]]
        assert child["invigilate.route"].template == template
        alone = next(one for one in ROUTES if one.matches(scope(method, path))[0] is Match.FULL)
        assert alone is child["invigilate.route"]


@pytest.mark.parametrize(
    "asked",
    [
        scope("POST", "/exams/EX1"),
        scope("GET", "/exams"),
        scope("GET", "/exams/EX1/"),
        scope("GET", "/exams/EX1\n/sessions"),
        scope("BREW", "/exams/EX1"),
        scope("GET", "/mounted/exams/EX1", root_path="/mounted"),
        scope("GET", "/exams/EX1", path_params={}),
        {"type": "websocket", "path": "/exams/EX1"},
        {"type": "lifespan"},
    ],
)
def test_what_is_not_its_own_is_left_to_the_routes(asked: Scope) -> None:
    assert RouteTable(ROUTES).matches(asked)[0] is Match.NONE


def test_it_remembers_no_more_than_it_may() -> None:
    table = RouteTable(ROUTES)
    for number in range(1_000):
        assert table.matches(scope("GET", f"/exams/EX{number}"))[0] is Match.FULL
    assert len(table._found) <= 256
    assert table.matches(scope("GET", "/exams/EX0"))[1]["path_params"] == {"exam_sid": "EX0"}


def test_every_route_of_a_path_knows_the_methods_of_it() -> None:
    assert {one.template: sorted(one.allowed) for one in ROUTES} == {
        "/exams/settings": ["GET", "HEAD"],
        "/exams/{exam-sid}": ["GET", "HEAD", "PUT"],
        "/exams/{exam-sid}/sessions/{session}": ["GET", "HEAD"],
    }
