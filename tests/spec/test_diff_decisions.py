"""What a project decides: severities, accepted changes, selections, prefixes, attributes; the changelog and the page."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from spec.reporting.cli import diff
from spec.reporting.formats import FORMATS

DAY = "2027-01-01"


def operation(**more: Any) -> dict[str, Any]:
    return {"responses": {"200": {"description": "ok"}}, **more}


def document(paths: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"openapi": "3.1.0", "info": {"title": "t", "version": "1.0.0"}, "paths": paths, **more}


def taking(schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"content": {"application/json": {"schema": schema}}}
    return document({"/things": {"post": operation(requestBody=body, **more)}})


OLD, NEW = taking({"type": "string", "maxLength": 9}), taking({"type": "string", "maxLength": 3})


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.chdir(tmp_path)

    def runs(old: Any, new: Any, *argv: str, config: Any = None, ignore: Any = None) -> tuple[int, str, str]:
        for name, value in (("old.yaml", old), ("new.yaml", new), (".invigilate.yaml", config), ("i.yaml", ignore)):
            if value is not None:
                Path(name).write_text(yaml.safe_dump(value, sort_keys=False), encoding="utf-8")
        extra = ["--ignore", "i.yaml"] if ignore is not None else []
        code = diff(["old.yaml", "new.yaml", *argv, *extra], today=lambda: dt.date.fromisoformat(DAY))
        said = capsys.readouterr()
        return code, said.out, said.err

    return runs


def entry(rule: str = "max-length-lowered", expires: str = "2027-06-30", pointer: str = "*") -> dict[str, str]:
    return {"rule": rule, "pointer": pointer, "reason": "agreed with the only client", "expires": expires}


@pytest.mark.parametrize("form", FORMATS)
def test_an_ignored_change_is_said_in_every_format_and_is_never_unchanged(run: Any, form: str) -> None:
    code, out, _ = run(OLD, NEW, "--format", form, ignore=[entry()])
    assert code == 0
    assert "max-length-lowered" in out
    assert "agreed with the only client" in out
    assert "unchanged" not in out
    if form == "json":
        shown = json.loads(out)
        assert (shown["verdict"], shown["changes"]) == ("compatible", [])
        assert [each["expires"] for each in shown["ignored"]] == ["2027-06-30"]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("given", "said"),
    [
        (entry(expires="2026-12-31"), "expired on 2026-12-31: 1 change(s) that it covered count again"),
        (entry(pointer="/paths/elsewhere"), "covers no change; remove it"),
    ],
    ids=["expired", "unused"],
)
def test_entries_that_expired_or_cover_nothing_are_told(run: Any, form: str, given: dict[str, str], said: str) -> None:
    code, out, _ = run(OLD, NEW, "--format", form, ignore=[given])
    assert code == 1
    assert said in out
    assert "i.yaml:1:" in out


def test_the_configuration_decides_severities_ignores_and_defaults(run: Any) -> None:
    code, out, _ = run(OLD, NEW, config={"diff": {"rules": {"max-length-lowered": "compatible"}, "format": "json"}})
    assert (code, json.loads(out)["verdict"]) == (0, "compatible")
    code, out, _ = run(OLD, NEW, config={"diff": {"rules": {"max-length-lowered": "off"}}})
    assert code == 0
    assert "unchanged" not in out
    assert "1 change(s) of rules that the configuration turns off" in out
    code, out, _ = run(OLD, NEW, config={"diff": {"ignore": [entry()]}})
    assert code == 0
    assert "agreed with the only client" in out
    raised = {"diff": {"rules": {"operation-deprecated": "breaking"}}}
    code, out, _ = run(OLD, taking({"type": "string", "maxLength": 9}, deprecated=True), config=raised)
    assert (code, out.splitlines()[0].rpartition(" ")[2]) == (1, "breaking")


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"diff": {"rules": {"max-length-lowerd": "off"}}}, "did you mean 'max-length-lowered'?"),
        (
            {"diff": {"rules": {"max-length-lowered": "loud"}}},
            'write one of "breaking", "possible", "compatible", "off".',
        ),
        ({"dif": {}}, "; did you mean 'diff'? It has formats, lint, diff."),
        ({"diff": {"ignore": [{"rule": "x"}]}}, "/diff/ignore/0"),
        ({"diff": {"ignore": [entry(expires="soon")]}}, "/diff/ignore/0/expires"),
        ({"diff": {"format": "pdf"}}, "there is no format 'pdf'"),
        ([], ".invigilate.yaml:1:1"),
        ("x: [", ".invigilate.yaml:1"),
    ],
)
def test_a_configuration_that_cannot_be_meant_is_refused_with_its_place(run: Any, config: Any, said: str) -> None:
    code, _, err = run(OLD, NEW, config=config)
    assert code == 2
    assert said in err
    assert ".invigilate.yaml:" in err


def test_a_configuration_that_is_named_must_be_there(run: Any) -> None:
    assert run(OLD, NEW, "--config", "none.yaml")[0] == 2


ROUTED = document({"/v1/a": {"get": operation()}, "/v1/b": {"get": operation(**{"x-internal": True})}})


@pytest.mark.parametrize(
    ("argv", "gone"),
    [
        ([], {"GET /v1/a", "GET /v1/b"}),
        (["--match-path", "a$"], {"GET /v1/a"}),
        (["--unmatch-path", "a$"], {"GET /v1/b"}),
        (["--filter-extension", "x-internal"], {"GET /v1/a"}),
    ],
)
def test_selections(run: Any, argv: list[str], gone: set[str]) -> None:
    _, out, _ = run(ROUTED, document({}), "--format", "json", *argv)
    assert {each["old"] for each in json.loads(out)["changes"]} == gone


def test_prefixes(run: Any) -> None:
    moved = document({"/a": {"get": operation()}, "/b": {"get": operation()}})
    assert run(ROUTED, moved)[0] == 1
    for argv in (["--strip-prefix-old", "/v1"], ["--prefix-new", "/v1"]):
        code, out, _ = run(ROUTED, moved, *argv)
        assert (code, "unchanged" in out) == (0, True)


@pytest.mark.parametrize(
    "argv",
    [
        ["--match-path", "("], ["--filter-extension", "internal"], ["--exclude-elements", "words"],
        ["--deprecation-days", "-1"],
    ],
)  # fmt: skip
def test_options_that_cannot_be_meant(run: Any, argv: list[str]) -> None:
    code, _, err = run(OLD, NEW, *argv)
    assert code == 2
    assert argv[0] in err


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html", "sarif"])
def test_attributes_are_shown_with_each_change(run: Any, form: str) -> None:
    owned = [taking({"type": "string", "maxLength": most}, **{"x-owner": "team-blue"}) for most in (9, 3)]
    assert "team-blue" not in run(*owned, "--format", form)[1] or form == "html"
    assert "team-blue" in run(*owned, "--format", form, "--attributes", "x-owner")[1]


WORDS = (
    taking({"type": "object", "properties": {"a": {"type": "string", "description": "one"}, "b": {"type": "string"}}},
           summary="s", tags=["x"]),
    taking({"type": "object", "properties": {"b": {"type": "string"}, "a": {"type": "string", "description": "two"}}},
           summary="t", tags=["y"], **{"x-note": 1}),
)  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
def test_a_changelog_tells_words_tags_extensions_and_order(run: Any, form: str) -> None:
    assert "description" not in run(*WORDS, "--format", form)[1].replace("shortDescription", "")
    code, out, _ = run(*WORDS, "--format", form, "--changelog")
    assert code == 0
    assert {word for word in ("description", "summary", "tags", "extensions", "order") if word in out} == {
        "description", "summary", "tags", "extensions", "order",
    }  # fmt: skip


def test_a_changelog_tells_links_and_the_version(run: Any) -> None:
    linked = [
        operation(responses={"200": {"description": "ok", "links": {"next": {"operationId": name}}}}) for name in "ab"
    ]
    old, new = (document({"/a": {"get": one}}) for one in linked)
    new["info"] = {**new["info"], "version": "2.0.0"}
    code, out, _ = run(old, new, "--format", "json", "--changelog")
    assert (code, {each["kind"] for each in json.loads(out)["prose"]}) == (0, {"links", "version"})


def test_elements_can_be_left_out_of_a_changelog(run: Any) -> None:
    _, out, _ = run(*WORDS, "--format", "json", "--changelog", "--exclude-elements", "description,order")
    assert {each["kind"] for each in json.loads(out)["prose"]} == {"summary", "tags", "extensions"}


def test_the_page_shows_both_sides_and_the_proof_and_loads_nothing(run: Any) -> None:
    hostile = "<script>alert(1)</script>"
    old = taking({"type": "string", "maxLength": 9, "description": hostile})
    new = taking({"type": "string", "maxLength": 3, "description": hostile})
    code, out, _ = run(old, new, "--format", "html")
    assert code == 1
    assert '<td class="old">maxLength: 9</td><td class="new">maxLength: 3</td>' in out
    assert "&#34;aaaaaaaaa&#34;" in out
    assert "<script" not in out
    assert "://" not in out
    assert "default-src &#39;none&#39;" in out
