"""What holds for every form of a report: no secret, no terminal escape, nothing that a hostile answer can break."""

from __future__ import annotations

import base64
import json
import zlib
from html.parser import HTMLParser
from importlib import import_module
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from contract.report import html, junit, markdown
from contract.report import json as json_report
from contract.report.verdict import Verdict
from contract.run.runner import Report

FORMS = ("console", "json", "junit", "markdown", "html")


def rendered(form: str, verdict: Verdict) -> str:
    return str(import_module(f"contract.report.{form}").render(verdict))


@pytest.mark.parametrize("form", FORMS)
def test_no_secret_in_any_form(form: str, hostile_verdict: Verdict, stage: Any) -> None:
    text = rendered(form, hostile_verdict)
    assert len(text) > 10_000
    assert [secret for secret in stage.secrets if secret in text] == []


@pytest.mark.parametrize("form", FORMS)
def test_no_secret_when_tampered_credentials_are_the_findings(form: str, unguarded_report: Report, stage: Any) -> None:
    text = rendered(form, stage.verdict(unguarded_report))
    assert "credential-invalid-refused" in text
    assert [secret for secret in stage.secrets if secret in text] == []


def test_no_secret_in_packed_bodies(hostile_verdict: Verdict, stage: Any) -> None:
    for finding in hostile_verdict.findings:
        for exchange in finding.exchanges:
            if exchange.request.packed is not None:
                body = zlib.decompress(base64.b64decode(exchange.request.packed))
                assert not any(secret.encode() in body for secret in stage.secrets)


@pytest.mark.parametrize("form", FORMS)
def test_no_control_characters(form: str, hostile_verdict: Verdict) -> None:
    text = rendered(form, hostile_verdict)
    strange = {letter for letter in text if (ord(letter) < 32 and letter not in "\n\t") or 0x7F <= ord(letter) < 0xA0}
    assert strange == set()
    assert not set(text) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069")


class Page(HTMLParser):
    VOID = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> without a start"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_page_is_well_formed_and_inert(hostile_verdict: Verdict) -> None:
    page = Page()
    page.feed(html.render(hostile_verdict))
    assert page.open == []
    assert not {"script", "img", "iframe", "link", "object", "embed", "form", "base"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "href", "srcset")]
    assert "<script>alert(1)</script>" in "".join(page.text)
    assert page.tags.count("h1") == 1
    policies = [value for name, value in page.attributes if name == "content" and "default-src 'none'" in (value or "")]
    assert len(policies) == 1


def test_pictures_have_words(hostile_verdict: Verdict) -> None:
    page = Page()
    page.feed(html.render(hostile_verdict))
    labels = [value or "" for name, value in page.attributes if name == "aria-label"]
    assert len(labels) == 4  # three standings and the timeline
    assert all(any(letter.isdigit() for letter in label) for label in labels)


def test_junit_has_a_case_per_clause(hostile_verdict: Verdict, stage: Any) -> None:
    root = Xml.fromstring(junit.render(hostile_verdict))
    suite = root[0]
    names = [case.get("name") for case in suite.iter("testcase")]
    assert names == list(stage.catalogue)
    assert int(suite.get("failures", 0)) == len(list(suite.iter("failure"))) > 0
    assert int(suite.get("skipped", 0)) == len(list(suite.iter("skipped"))) > 0


def test_junit_warnings_fail_only_under_strict(stage: Any, created_report: Report) -> None:
    def failures(*, strict: bool) -> set[str]:
        root = Xml.fromstring(junit.render(stage.verdict(created_report, strict=strict)))
        return {str(case.get("name")) for case in root.iter("testcase") if case.find("failure") is not None}

    lenient, strict = failures(strict=False), failures(strict=True)
    assert "recall-finds" in lenient < strict


def test_markdown_neutralises_what_the_target_says(hostile_verdict: Verdict) -> None:
    text = markdown.render(hostile_verdict)
    outside = [line for index, line in enumerate(text.split("```")) if index % 2 == 0]
    spans = "".join(outside).split("`")
    assert not any("<script" in span for span in spans[::2])


def test_json_is_the_published_form(hostile_verdict: Verdict) -> None:
    value = json.loads(json_report.render(hostile_verdict))
    assert {"target", "seed", "spec", "clauses", "summary", "created", "notes"} <= value.keys()
    assert {one["outcome"] for one in value["clauses"]} <= {"passed", "failed", "warned", "not-exercised"}
    findings = [one for clause in value["clauses"] for one in clause["findings"]]
    assert findings
    for one in findings:
        assert {"message", "expected", "received", "pointer", "reproduce", "fingerprint"} <= one.keys()
    assert value["summary"]["requests"] == hostile_verdict.requests
    assert len({one["sid"] for one in value["created"]}) > 100


def test_console_shows_findings_and_what_is_missing(stage: Any, created_report: Report) -> None:
    text = rendered("console", stage.verdict(created_report))
    assert "recall-finds" in text
    assert 'token: $TOKEN"' in text
    assert "needs an https target" in text
    assert "Created on the target" in text
    assert text.rstrip().splitlines()[-1].startswith("The contract is broken")


def test_a_run_without_verdict_is_told_in_every_form(stage: Any) -> None:
    report = stage.run()
    report.cannot = "the target \x1b[31mburns"
    verdict = stage.verdict(report)
    assert verdict.exit_code == 2
    for form in FORMS:
        assert "burns" in rendered(form, verdict)
    assert Xml.fromstring(junit.render(verdict))[0].get("errors") == "1"
