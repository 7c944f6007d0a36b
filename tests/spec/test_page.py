"""The contract page: complete, self-contained, and safe with whatever a document says."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from contract.http.exchange import SentRequest
from contract.http.inprocess import AsgiTransport
from mockserver.app import Mock
from mockserver.http.errors import refuse
from mockserver.http.pages import refused
from spec.catalogue.clauses import Catalogue
from spec.catalogue.contradictions import load_contradictions
from spec.docs.cli import docs
from spec.docs.fields import fields
from spec.docs.page import render
from spec.docs.rules import condition, rules
from spec.docs.shell import Page
from spec.openapi.document import Document
from spec.source.reading import SourceError

VOID = {"meta", "link", "br", "img", "hr", "input"}


class Reader(HTMLParser):
    """Collects ids, links, tags and text, and holds that every element is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        named = dict(attrs)
        self.ids += [named["id"] or ""] if "id" in named else []
        self.links += [named["href"] or ""] if "href" in named else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def page(document: Document, catalogue: Catalogue) -> Page:
    return render(document, catalogue, load_contradictions())


@pytest.fixture(scope="module")
def reader(page: Page) -> Reader:
    return Reader(page.html)


def test_it_is_well_formed_and_every_link_leads_somewhere_in_it(reader: Reader) -> None:
    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids))
    assert all(link.startswith("#") and link[1:] in reader.ids for link in reader.links)


def test_every_clause_and_contradiction_has_its_anchor_and_its_sentences(reader: Reader, catalogue: Catalogue) -> None:
    assert set(catalogue) <= set(reader.ids)
    for clause in catalogue.values():
        assert clause.sentence in reader.text
        assert clause.source in reader.text
    for one in load_contradictions().values():
        assert one.id in reader.ids
        assert {one.title, one.decided, *one.published} <= {
            part for part in (one.title, one.decided, *one.published) if part in reader.text
        }


def test_every_operation_field_and_example_is_shown(reader: Reader, document: Document) -> None:
    for operation in document.operations.values():
        assert f"operation-{operation.id}" in reader.ids
        assert operation.path in reader.text
        for schema in operation.body.content.values() if operation.body else ():
            assert all(one.path in reader.text for one in fields(schema))
    for example in document.tree["components"]["examples"].values():
        assert json.dumps(example["value"], indent=2, ensure_ascii=False) in reader.text


def test_nothing_is_loaded_and_only_our_filter_runs(page: Page, reader: Reader) -> None:
    assert not {"img", "link", "iframe", "object", "base"} & set(reader.tags)
    assert not [name for name, _ in reader.attributes if name.startswith("on") or name in ("src", "style")]
    style = re.findall(r"<style>(.*?)</style>", page.html, re.DOTALL)
    assert len(style) == 1
    script = re.findall(r"<script>(.*?)</script>", page.html, re.DOTALL)
    assert len(script) == 1
    for ours in (*style, *script):
        assert base64.b64encode(hashlib.sha256(ours.encode()).digest()).decode() in page.policy
    assert not re.search(r"fetch|XMLHttp|import|eval|innerHTML|://", script[0])
    assert "url(" not in style[0]
    assert ("content", page.policy) in reader.attributes


def test_it_can_be_found_through_without_eyes(reader: Reader) -> None:
    assert {"header", "nav", "main", "footer", "h1"} <= set(reader.tags)
    assert reader.tags.count("table") == reader.tags.count("caption")
    assert reader.links[0] == "#section-operations"
    levels = [int(tag[1]) for tag in reader.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_markup_in_a_document_stays_text(variant: Callable[..., Document], catalogue: Catalogue) -> None:
    evil = '<script>alert(1)</script>" onload=x `<b>` {{ 7*7 }}'

    def change(tree: dict[str, Any]) -> None:
        tree["info"]["title"] = tree["info"]["description"] = evil
        tree["components"]["schemas"]["Course"]["properties"]["title"]["description"] = evil

    html = render(variant(change), catalogue, load_contradictions()).html
    assert html.count("<script") == 1
    assert "<script>alert" not in html
    assert "<b>" not in html
    assert "{{ 7*7 }}" in Reader(html).text


def without(value: Any, name: str) -> None:
    """Take every text member of a name out of a document."""
    children = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    if isinstance(value, dict) and isinstance(value.get(name), str):
        del value[name]
    for child in children:
        without(child, name)


def test_what_a_document_may_leave_out_is_left_out(variant: Callable[..., Document], catalogue: Catalogue) -> None:
    changes: list[Callable[[Any], Any]] = [
        lambda tree: without(tree, "summary"),
        lambda tree: without(tree, "description"),
        lambda tree: tree.update(info={"title": "t", "version": "1"}),
        lambda tree: tree.pop("info"),
        lambda tree: (tree.pop("servers"), tree.pop("tags"), tree.pop("security")),
        lambda tree: tree["components"]["securitySchemes"].update(
            token={"type": "apiKey", "in": "header", "name": "token"},
            bearer={"$ref": "#/components/securitySchemes/token"},
        ),
        lambda tree: tree["components"]["securitySchemes"].update(bearer={}),
        lambda tree: tree["info"].update(summary=5, description=None),
    ]
    for change in changes:
        html = render(variant(change), catalogue, load_contradictions()).html
        assert ">None<" not in html
        Reader(html)


def test_schemas_of_one_word_are_shown(variant: Callable[..., Document], catalogue: Catalogue) -> None:
    def change(tree: Any) -> None:
        course = tree["components"]["schemas"]["Course"]["properties"]
        course["never"] = {"not": True}
        course["nameless"] = {"type": "object", "propertyNames": False}
        provision = tree["paths"]["/v2/installs/{installSid}/provision"]["post"]
        provision["responses"]["200"]["headers"]["X-Any"] = {"schema": True}

    page = render(variant(change), catalogue, load_contradictions())
    assert "each member name: never allowed" in page.html
    assert "X-Any" in page.html


def test_fields_tell_when_they_are_required_and_what_they_keep(document: Document) -> None:
    body = document.operations["provision"].body
    assert body is not None
    found = {one.path: one for one in fields(body.json)}
    assert found["/course"].required.words == "yes"
    assert found["/course/title"].required.words == "unless ids/sid is sent"
    assert found["/user"].required.words == "if enrollment is sent, or if signon is sent"
    assert found["/user"].required.clauses == ("enrollment-needs-user", "signon-needs-user")
    assert found["/exam/configuration"].required.words == "when it is new"
    assert found["/enrollment/role"].default == '"learner"'
    assert found["/exam/configuration/password"].secret
    assert [rule.words for rule in found["/course/ids"].rules] == [
        "at least one of sid, api, lms, external",
        "at most one of sid, api, lms, external",
    ]
    assert "/exam/configuration/proctorTypes/*/options/*" in found
    assert any("iso-8601-date" in rule.words for rule in found["/exam/configuration/scheduling/open"].rules)


def test_any_rule_has_words() -> None:
    words = [rule.words for rule in rules({"const": 1, "additionalProperties": False, "not": {"type": "string"}})]
    assert words == ["only 1", 'never: {"type": "string"}', "no other members"]
    assert condition({"properties": {"kind": {"const": "a"}}}) == 'it fits {"properties": {"kind": {"const": "a"}}}'


def test_the_command_writes_it(tmp_path: Path, page: Page, capsys: pytest.CaptureFixture[str]) -> None:
    assert docs(["--out", str(tmp_path / "new" / "folder")]) == 0
    assert (tmp_path / "new" / "folder" / "contract.html").read_text(encoding="utf-8") == page.html
    assert docs(["--spec", "/nowhere.yaml"]) == 2
    (tmp_path / "file").write_text("")
    assert docs(["--out", str(tmp_path / "file")]) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[]", "the file is an array; send an object"),
        ("contradictions: [x]", "item 0 is .x.; send an object"),
        ("contradictions: [{id: a}]", "'title' is missing"),
        ("contradictions: [{id: a, title: t, published: x, decided: d}]", "'published' is .x.; send an array"),
        (
            "contradictions: [{id: a, title: t, published: [x], decided: d, by: me}]",
            "1:64: /contradictions/0/by: item 0 has no member .by.; it has id, title",
        ),
        ("contradictions:" + 2 * "\n- {id: a, title: t, published: [x], decided: d}", "3:3: .*occurs twice"),
    ],
)
def test_broken_lists_of_contradictions_are_refused(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "contradictions.yaml").write_text(text)
    with pytest.raises(SourceError, match=reason):
        load_contradictions(tmp_path / "contradictions.yaml")


def test_the_mock_serves_it_and_its_errors_link_to_it(mock: Callable[..., Mock], page: Page) -> None:
    application = mock()
    transport = AsgiTransport(application)
    try:
        shown = transport.send(SentRequest("GET", "/_invigilate/contract", (), b"")).response
        answer = transport.send(SentRequest("POST", "/v2/nowhere", (), b"{}")).response
    finally:
        transport.close()
    assert shown is not None
    assert answer is not None
    assert shown.body.decode() == page.html
    assert "frame-ancestors 'none'" in shown.headers["content-security-policy"]
    error = answer.json
    assert isinstance(error, dict)
    url = f"{application.settings.public_url}/_invigilate/contract#path-known"
    assert error["help"] == url
    assert [one["help"] for one in error["errors"]] == [url]


def test_the_page_of_a_refused_sign_on_links_to_it() -> None:
    page = refused(refuse("signon-refused", "signon-once", "Used."), "http://mock/_invigilate/contract").body.decode()
    assert 'href="http://mock/_invigilate/contract#signon-once"' in page
