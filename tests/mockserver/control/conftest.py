"""What tests of the control plane share: a mock, and an install of one's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

COURSE = {"ids": {"lms": "moodle-42"}, "title": "Astronomy", "code": "AST-1"}
USER = {"ids": {"api": "vega"}, "firstName": "Vega", "lastName": "Lyrae", "email": "vega@example.com"}
PLANE = "/_invigilate"


@dataclass(slots=True)
class Plane:
    """The control plane of a mock, and calls of its installs."""

    client: Any

    def __call__(self, method: str, path: str, body: Any = None, expected: int = 200, /, **query: Any) -> Any:
        sent = {} if body is None else {"json": body}
        answer = self.client.http.request(method, PLANE + path, params=query, **sent)
        assert answer.status_code == expected, answer.text
        return answer.json()

    def install(self, **wanted: Any) -> dict[str, Any]:
        made: dict[str, Any] = self("POST", "/installs", wanted or None, 201)
        return made

    def call(self, install: dict[str, Any], body: Any, **headers: str) -> Any:
        sent = {"token": install["token"], **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.http.post(self.client.path(install["install"]), json=body, headers=sent)


@pytest.fixture
def plane(client: Any) -> Plane:
    return Plane(client)


@pytest.fixture
def install(plane: Plane) -> dict[str, Any]:
    return plane.install()


@pytest.fixture
def plane_of(document: Any, client_of: Callable[..., Any]) -> Callable[..., Plane]:
    return lambda **settings: Plane(client_of(document, **settings))
