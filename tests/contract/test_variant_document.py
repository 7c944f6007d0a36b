"""Another document is served and judged right with no change of code: a new part, prefix, word and required field."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from contract.judging.findings import ClauseOutcome
from contract.run.runner import RunReport
from mockserver.app import Mock
from spec.openapi.document import Document

Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def page(repository: Any) -> dict[str, Any]:
    """The part that docs/document.md tells authors to write."""
    text = (repository / "docs" / "document.md").read_text()
    return dict(yaml.safe_load(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)[-1]))


@pytest.fixture(scope="module")
def change(page: dict[str, Any]) -> Change:
    def apply(tree: dict[str, Any]) -> None:
        schemas = tree["components"]["schemas"]
        for name in ("ProctorGroup", "ProvisionedProctorGroup"):
            schemas[name] = page[name]
        schemas["Provision"]["properties"]["proctorGroup"] = {"$ref": "#/components/schemas/ProctorGroup"}
        schemas["Provisioned"]["properties"]["proctorGroup"] = {"$ref": "#/components/schemas/ProvisionedProctorGroup"}
        schemas["ProvisionedExam"]["properties"]["sid"]["pattern"] = "^XM[a-z0-9]{32}$"
        schemas["ExamIds"]["properties"]["sid"]["pattern"] = "^XM[a-z0-9]{32}$"
        schemas["Exam"]["x-resource"]["prefix"] = "XM"
        schemas["Enrollment"]["properties"]["role"]["enum"].append("observer")
        schemas["Configuration"]["required"].append("attempts")
        for example in tree["components"]["examples"].values():
            configuration = example["value"].get("exam", {}).get("configuration")
            if isinstance(configuration, dict) and "url" in configuration:
                configuration["attempts"] = 1
            shown = example["value"].get("exam", {})
            if "result" in shown:
                shown["sid"] = "XM" + shown["sid"][2:]

    return apply


@pytest.fixture(scope="module")
def changed(variant: Callable[[Change], Document], change: Change) -> Document:
    return variant(change)


def test_the_mock_keeps_the_changed_document(
    changed: Document, mock: Callable[..., Mock], judged: Callable[..., RunReport]
) -> None:
    report = judged(mock(changed), changed)
    assert [f"{one.clause}: {one.received}" for one in report.findings()] == []
    assert {one.sid[:2] for one in report.created} == {"CU", "US", "EN", "XM", "EC", "PG"}
    sent = b"".join(one.request.body or b"" for one in report.exchanges)
    assert b'"observer"' in sent


@pytest.mark.outside
def test_a_mock_of_the_old_document_breaks_the_changed_one(
    changed: Document, mock: Callable[..., Mock], judged: Callable[..., RunReport]
) -> None:
    report = judged(mock(), changed)
    failed = {name for name, one in report.results.items() if one.outcome() is ClauseOutcome.FAILED}
    assert {"response-shape", "asked-present", "valid-accepted"} <= failed


@pytest.mark.outside
def test_a_mock_of_the_changed_document_breaks_the_old_one(
    changed: Document, mock: Callable[..., Mock], judged: Callable[..., RunReport]
) -> None:
    report = judged(mock(changed))
    assert report.results["response-shape"].outcome() is ClauseOutcome.FAILED
