"""A document as a person writes one is served and judged: nothing is found, and the judge does not go blind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contract.judging.findings import ClauseOutcome
from contract.run.runner import RunReport
from mockserver.app import Mock
from spec.openapi.document import Document


def change(tree: dict[str, Any]) -> None:
    schemas = tree["components"]["schemas"]
    role = schemas["Enrollment"]["properties"]["role"]
    words = role.pop("enum")
    role["oneOf"] = [{"const": word, "description": f"takes part as {word}", "deprecated": False} for word in words]
    if "enum" in role.get("x-clause", {}):
        role["x-clause"]["oneOf"] = role["x-clause"].pop("enum")
    schemas["Exam"]["properties"] |= {
        "batch": {"type": "string", "format": "uuid", "example": "6f1ed002-ab5f-4c0b-8f26-7e2f5c5d9f3a"},
        "day": {"type": "string", "format": "date", "externalDocs": {"url": "https://example.com"}},
        "source": {"type": "string", "format": "uri", "x-order": 7},
        "seats": {"type": "integer", "format": "int32", "minimum": 1},
        "room": {
            "type": "object",
            "properties": {"house": {"type": "string"}, "floor": {"type": "integer", "minimum": 0}},
            "dependentRequired": {"floor": ["house"]},
            "$defs": {"unused": {"type": "string"}},
        },
    }


@pytest.mark.outside
def test_it_is_judged_like_ours(
    variant: Callable[..., Document], mock: Callable[..., Mock], judged: Callable[..., RunReport]
) -> None:
    document = variant(change)
    report = judged(mock(document), document)
    assert report.cannot is None
    assert [(one.clause, one.received, one.pointer) for one in report.findings()] == []
    ours = judged(mock())
    blind = {name for name, one in report.results.items() if one.outcome() is ClauseOutcome.NOT_EXERCISED}
    assert blind <= {name for name, one in ours.results.items() if one.outcome() is ClauseOutcome.NOT_EXERCISED}
