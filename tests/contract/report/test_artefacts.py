"""What holds for every form of a report: no secret, no terminal escape, nothing that a hostile answer can break."""

from __future__ import annotations

import base64
import json
import re
import zlib
from dataclasses import replace
from html.parser import HTMLParser
from importlib import import_module
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from contract.judging.findings import ClauseOutcome, Finding
from contract.report import console
from contract.report.formats import html, junit, markdown, sarif
from contract.report.formats import json as json_report
from contract.report.verdict import ReportedVerdict
from contract.run.runner import RunReport
from spec.catalogue.clauses import Standing

FORMS = ("console", "screen", "json", "junit", "markdown", "html", "sarif", "annotations")
COMMANDS = ("::error::", "##vso[", "##teamcity[", "##[error]")


def rendered(form: str, verdict: ReportedVerdict) -> str:
    if form in ("console", "screen"):
        return console.render(verdict, verbose=form == "console")
    return str(import_module(f"contract.report.formats.{form}").render(verdict))


@pytest.mark.parametrize("form", FORMS)
def test_no_secret_in_any_form(form: str, hostile_verdict: ReportedVerdict, stage: Any) -> None:
    text = rendered(form, hostile_verdict)
    assert len(text) > 2_000
    assert [secret for secret in stage.secrets if secret in text] == []


@pytest.mark.outside
@pytest.mark.parametrize("form", [one for one in FORMS if one not in ("screen", "annotations")])
def test_no_secret_when_tampered_credentials_are_the_findings(
    form: str, unguarded_report: RunReport, stage: Any
) -> None:
    text = rendered(form, stage.verdict(unguarded_report))
    assert "credential-invalid-refused" in text
    assert [secret for secret in stage.secrets if secret in text] == []


def test_no_secret_in_packed_bodies(hostile_verdict: ReportedVerdict, stage: Any) -> None:
    for finding in hostile_verdict.findings:
        for exchange in finding.exchanges:
            if exchange.request.packed is not None:
                body = zlib.decompress(base64.b64decode(exchange.request.packed))
                assert not any(secret.encode() in body for secret in stage.secrets)


@pytest.mark.parametrize("form", FORMS)
def test_no_control_characters(form: str, hostile_verdict: ReportedVerdict) -> None:
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


def test_the_page_is_well_formed_and_inert(hostile_verdict: ReportedVerdict) -> None:
    page = Page()
    page.feed(html.render(hostile_verdict))
    assert page.open == []
    assert not {"script", "img", "iframe", "link", "object", "embed", "form", "base"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "srcset")]
    links = [value or "" for name, value in page.attributes if name == "href"]
    assert all(value.startswith("#") for value in links)
    assert {value[1:] for value in links} <= {value for name, value in page.attributes if name == "id"}
    assert "<script>alert(1)</script>" in "".join(page.text)
    assert page.tags.count("h1") == 1
    policies = [value for name, value in page.attributes if name == "content" and "default-src 'none'" in (value or "")]
    assert len(policies) == 1


def test_what_was_received_is_not_said_twice(hostile_verdict: ReportedVerdict) -> None:
    told = replace(
        hostile_verdict.findings[0],
        received="status 201, although 'title' is missing; add it.",
        about=("… is missing; add it.", "enrollment known by joins"),
    )
    assert told.further == ("enrollment known by joins",)


def test_pictures_have_words(hostile_verdict: ReportedVerdict) -> None:
    page = Page()
    page.feed(html.render(hostile_verdict))
    labels = [value or "" for name, value in page.attributes if name == "aria-label" and value != "Contents"]
    assert len(labels) == 4  # three standings and the timeline
    assert all(any(letter.isdigit() for letter in label) for label in labels)


def test_junit_has_a_case_per_clause_or_finding(hostile_verdict: ReportedVerdict, stage: Any) -> None:
    root = Xml.fromstring(junit.render(hostile_verdict))
    suite = root[0]
    assert {str(case.get("name")).partition(":")[0] for case in suite.iter("testcase")} == set(stage.catalogue)
    assert {case.get("classname") for case in suite.iter("testcase")} == {
        f"invigilate.contract.{standing}" for standing in Standing
    }
    failing = [case for case in suite.iter("testcase") if case.find("failure") is not None]
    assert len(failing) == sum(one.counts for one in hostile_verdict.findings)
    assert all(len(case.findall("failure")) == 1 for case in failing)
    assert sum(float(str(case.get("time"))) for case in failing) > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", str(suite.get("timestamp")))
    assert int(suite.get("failures", 0)) == len(list(suite.iter("failure"))) > 0
    assert int(suite.get("skipped", 0)) == len(list(suite.iter("skipped"))) > 0


@pytest.mark.outside
def test_junit_warnings_fail_only_under_strict(stage: Any, created_report: RunReport) -> None:
    def failures(*, strict: bool) -> set[str]:
        root = Xml.fromstring(junit.render(stage.verdict(created_report, strict=strict)))
        failing = (case for case in root.iter("testcase") if case.find("failure") is not None)
        return {str(case.get("name")).partition(":")[0] for case in failing}

    lenient, strict = failures(strict=False), failures(strict=True)
    assert "recall-finds" in lenient < strict
    told = [
        one.get("message") or "" for one in Xml.fromstring(junit.render(stage.verdict(created_report))).iter("skipped")
    ]
    assert [one for one in told if one.startswith("warned: ")]


def test_markdown_neutralises_what_the_target_says(hostile_verdict: ReportedVerdict) -> None:
    text = markdown.render(hostile_verdict)
    outside = [line for index, line in enumerate(text.split("```")) if index % 2 == 0]
    spans = "".join(outside).split("`")
    assert not any("<script" in span for span in spans[::2])


def test_json_is_the_published_form(hostile_verdict: ReportedVerdict) -> None:
    value = json.loads(json_report.render(hostile_verdict))
    assert {"target", "seed", "spec", "clauses", "summary", "created", "notes"} <= value.keys()
    apart = json.loads(json_report.render(hostile_verdict, apart=True))
    assert "created" not in apart
    assert apart["created_by_part"] == value["created_by_part"]
    assert json.loads(json_report.render_created(hostile_verdict))["created"] == value["created"]
    assert {one["outcome"] for one in value["clauses"]} <= {"passed", "failed", "warned", "known", "not-exercised"}
    findings = [one for clause in value["clauses"] for one in clause["findings"]]
    assert findings
    for one in findings:
        assert {"message", "expected", "received", "pointer", "reproduce", "fingerprint"} <= one.keys()
    assert value["summary"]["requests"] == hostile_verdict.requests
    assert len({one["sid"] for one in value["created"]}) > 100


def test_console_shows_findings_and_what_is_missing(stage: Any, created_report: RunReport) -> None:
    text = rendered("console", stage.verdict(created_report))
    assert "recall-finds" in text
    assert 'token: $TOKEN"' in text
    assert "needs an https target" in text
    assert "Created on the target" in text
    assert text.rstrip().splitlines()[-1].startswith("The contract is broken")


@pytest.mark.outside
def test_a_run_without_verdict_is_told_in_every_form(stage: Any) -> None:
    report = stage.run()
    report.cannot = "the target \x1b[31mburns"
    verdict = stage.verdict(report)
    assert verdict.exit_code == 2
    for form in FORMS:
        assert "burns" in rendered(form, verdict)
    assert Xml.fromstring(junit.render(verdict))[0].get("errors") == "1"


def many(stage: Any, report: RunReport, number: int) -> ReportedVerdict:
    """A verdict with so many causes, each with a long text of the target in it."""
    verdict = stage.verdict(report, strict=True)
    first, *_ = [one for one in verdict.clauses if one.findings]
    made = tuple(
        replace(first.findings[0], fingerprint=f"{place:012x}", symptom_of=None, received=f"{place} " + "`|<b>" * 400)
        for place in range(number)
    )
    changed = replace(first, findings=made)
    clauses = tuple(changed if one is first else replace(one, findings=()) for one in verdict.clauses)
    return replace(verdict, clauses=clauses)


@pytest.mark.outside
def test_a_screen_is_enough(stage: Any, created_report: RunReport) -> None:
    assert len(rendered("screen", stage.verdict(stage.run())).splitlines()) <= 24
    assert len(rendered("screen", many(stage, created_report, 40)).splitlines()) <= 50
    text = rendered("screen", stage.verdict(created_report))
    places = [text.find(f"\n{mark} ") for mark in "✗!·"]
    assert -1 not in places
    assert places == sorted(places)


def test_markdown_fits_a_pull_request(stage: Any, created_report: RunReport) -> None:
    text = rendered("markdown", many(stage, created_report, 400))
    assert len(text) <= 60_000
    assert re.search(r"and \d+ more causes", text)
    assert text.count("<details>") == text.count("</details>")
    assert len(rendered("markdown", many(stage, created_report, 40))) <= 60_000


@pytest.mark.outside
def test_words_agree_under_strict(stage: Any, created_report: RunReport) -> None:
    verdict = stage.verdict(created_report, strict=True)
    assert verdict.sentence.startswith("The contract is broken: ")
    assert " 0 warned" in verdict.sentence
    for form in FORMS:
        text = rendered(form, verdict)
        assert not re.search("(?<![-0] )(?<!--)warned(: | at|</span>)", text), form


@pytest.mark.parametrize("form", ["console", "screen", "junit", "annotations"])
def test_no_text_of_a_target_is_a_command_of_a_build_server(form: str, stage: Any, created_report: RunReport) -> None:
    told = f"\n{COMMANDS[0]}x\r\n{COMMANDS[1]}task.setvariable]y {COMMANDS[2]} {COMMANDS[3]}"
    report = replace(created_report, cannot=told, notes=[told])
    report.results = {
        name: replace(one, findings={f: replace(each, received=told, cause=told) for f, each in one.findings.items()})
        for name, one in created_report.results.items()
    }
    for line in rendered(form, stage.verdict(report)).splitlines():
        assert not re.match(r"\s*(::error::|##)", line), line
        assert not re.search(r"##(vso|teamcity)?\[", line), line


def test_sarif_names_rules_and_places(stage: Any, created_report: RunReport) -> None:
    verdict = stage.verdict(created_report)
    run = json.loads(sarif.render(verdict))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == len(verdict.findings)
    for one in run["results"]:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]
        (place,) = one["locations"]
        assert place["physicalLocation"]["region"]["startLine"] >= 1
    assert verdict.lines["ids-required"] > 1


def test_sarif_has_what_its_schema_requires(hostile_verdict: ReportedVerdict) -> None:
    """The members that the published schema of SARIF 2.1.0 requires, and the words that it knows."""
    log = json.loads(sarif.render(hostile_verdict))
    assert set(log) == {"$schema", "version", "runs"}
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"]
    assert len({one["id"] for one in driver["rules"]}) == len(driver["rules"])
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    assert all(isinstance(one["executionSuccessful"], bool) for one in run["invocations"])
    assert run["results"]
    for one in run["results"]:
        assert one["message"]["text"]
        assert not one["message"]["text"].endswith("..")
        assert one["level"] in ("none", "note", "warning", "error")
        assert all(isinstance(text, str) for text in one["partialFingerprints"].values())
        assert all(each["kind"] in ("inSource", "external") for each in one.get("suppressions", ()))


def test_a_screen_names_every_clause_that_failed(stage: Any, created_report: RunReport) -> None:
    verdict = many(stage, created_report, 12)
    first, second, *_ = verdict.clauses
    held = next(one for one in verdict.clauses if one.findings)
    other = next(one for one in (first, second) if one is not held)
    moved = replace(other, findings=(replace(held.findings[0], fingerprint="f" * 12),), outcome=ClauseOutcome.FAILED)
    shown = replace(verdict, clauses=(*(one for one in verdict.clauses if one is not other), moved))
    text = rendered("screen", shown)
    assert f"more that failed ({other.id})" in text


@pytest.mark.outside
def test_sign_on_links_are_secrets(stage: Any) -> None:
    report = stage.run()
    links = [
        one.response.json["signon"]["redirect"]
        for one in report.exchanges
        if one.response is not None
        and one.response.ok
        and isinstance(one.response.json, dict)
        and one.response.json.get("signon")
    ]
    assert len(links) > 5
    last = next(one for one in reversed(report.exchanges) if one.response is not None and one.response.ok)
    asked = [one for one in report.exchanges if one.response is not None and b'"redirect"' in one.response.body]
    report.results["recall-finds"].findings["f"] = Finding(
        "recall-finds",
        "c",
        "e",
        repr(links[0][:60]),
        "",
        (*asked, *(one for one in report.exchanges if one.request.method == "GET"), last),
    )
    for form in FORMS:
        text = rendered(form, stage.verdict(report))
        codes = [re.split(r"[/=]", link)[-1] for link in links]
        assert not [code for code in codes if code in text or code[:30] in text]
