"""The reference page of any OpenAPI document: everything once, with anchors; author's markup stays text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from spec.docs.cli import docs
from spec.docs.reference import reference_page

DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Things", "version": "7", "description": "**Bold** and\n\n| a | b |\n|---|---|\n| 1 | 2 |"},
    "paths": {
        "/things/{id}": {
            "parameters": [{"$ref": "#/components/parameters/Id"}],
            "post": {
                "operationId": "sendThing",
                "deprecated": True,
                "requestBody": {"content": {"application/json": {
                    "schema": {"$ref": "#/components/schemas/Thing"}, "example": {"name": "n"},
                }}},
                "responses": {"200": {"description": "sent", "content": {"application/json": {
                    "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                }}}},
            },
        },
    },
    "components": {
        "parameters": {"Id": {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}},
        "schemas": {
            "Thing": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "maxLength": 9, "deprecated": True, "description": "see `other`"},
                    "child": {"$ref": "#/components/schemas/Thing"},
                    "kind": {"oneOf": [{"enum": ["a"], "description": "the first way"}, {"type": "integer"}]},
                },
            },
        },
    },
}  # fmt: skip


def ids(html: str) -> list[str]:
    return re.findall(r' id="([^"]*)"', html)


def test_every_operation_schema_and_field_has_an_anchor_and_links_lead_somewhere() -> None:
    html = reference_page(DOCUMENT).html
    assert {"operation-sendThing", "schema-Thing", "schema-Thing/name", "schema-Thing/child"} <= set(ids(html))
    assert len(ids(html)) == len(set(ids(html)))
    assert set(re.findall(r'href="#([^"]*)"', html)) <= set(ids(html))
    limits = ("maxLength: 9", "the first way", "exactly one of, 1")
    marked = ("<strong>Bold</strong>", "<td>1</td>", "&#34;name&#34;: &#34;n&#34;")
    for shown in (*limits, *marked):
        assert shown in html
    assert html.count('class="deprecated"') == 2


def test_the_policy_allows_its_own_style_and_script_only() -> None:
    page = reference_page(DOCUMENT)
    for tag in ("style", "script"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page.html, re.DOTALL)
        assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in page.policy
    assert "default-src 'none'" in page.policy


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![p](http://h.example/p.png)",
        '"><img src=x onerror=y>',
        "{{ 7*7 }}",
    ],
)
def test_markup_of_the_author_stays_text(evil: str) -> None:
    tree = json.loads(json.dumps(DOCUMENT))
    tree["info"]["title"] = tree["info"]["description"] = evil
    tree["paths"]["/things/{id}"]["post"]["operationId"] = evil
    tree["components"]["schemas"]["Thing"]["properties"][evil] = {
        "type": "string",
        "description": evil,
        "default": evil,
    }
    html = reference_page(tree).html
    assert html.count("<script") == 1
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert "onerror=y>" not in html.replace("&gt;", "")


ODD: list[Any] = [None, 5, "x", [], {}, [[]], {"a": None}]


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("member", ["info", "paths", "components", "webhooks"])
def test_odd_values_are_no_traceback(member: str, odd: Any) -> None:
    assert "<h1>" in reference_page({**DOCUMENT, member: odd}).html


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize(
    "word", ["type", "properties", "enum", "required", "items", "oneOf", "description", "$ref", "discriminator"]
)
def test_odd_keywords_are_no_traceback(word: str, odd: Any) -> None:
    tree = {**DOCUMENT, "components": {"schemas": {"Thing": {"type": "object", word: odd}}}}
    assert "schema-Thing" in reference_page(tree).html


def test_it_grows_as_the_document_does() -> None:
    def document(size: int) -> dict[str, Any]:
        link = {f"to{n}": {"$ref": f"#/components/schemas/S{n}"} for n in range(size)}
        return {"openapi": "3.1.0", "components": {"schemas": {f"S{n}": {"properties": link} for n in range(size)}}}

    small, large = (len(reference_page(document(size)).html) for size in (10, 40))
    assert large < 20 * small  # 16 times the fields


def test_the_command_writes_a_reference_where_nothing_is_provisioned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "things.json"
    file.write_text(json.dumps(DOCUMENT))
    assert docs(["--spec", str(file), "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'reference.html'}\n"
    assert "sendThing" in (tmp_path / "reference.html").read_text()
