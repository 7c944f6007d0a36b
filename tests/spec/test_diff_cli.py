"""The command: formats, exit codes, ignoring, revisions in git, and documents that nobody should have written."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from spec.diff.comparison import compare
from spec.reporting.cli import diff
from spec.reporting.formats import FORMATS
from spec.source.reading import read

DATA = Path(__file__).parents[1] / "data" / "diff"
BREAKING = [str(DATA / "schema-minLength-string-none-tightened" / f"{name}.yaml") for name in ("old", "new")]
DEFAULT = [str(DATA / "document-request-default" / f"{name}.yaml") for name in ("old", "new")]


def run(*argv: str, day: str = "2027-01-01") -> int:
    return diff(list(argv), today=lambda: dt.date.fromisoformat(day))


def test_json_has_exactly_the_published_members(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*BREAKING, "--format", "json") == 1
    shown = json.loads(capsys.readouterr().out)
    assert set(shown) == {"verdict", "changes"}
    assert shown["verdict"] == "breaking"
    names = {"rule", "pointer", "direction", "client", "server", "message", "witness", "old", "new"}
    assert all(set(change) == names for change in shown["changes"])
    assert shown["changes"][0]["witness"] == {"other": "", "v": ""}


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_shows_the_rule(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*BREAKING, "--format", form) == 1
    shown = capsys.readouterr().out
    assert "min-length-raised" in shown
    if form == "junit":
        assert ElementTree.fromstring(shown).attrib["failures"] == "1"
    if form in ("json", "sarif"):
        json.loads(shown)


@pytest.mark.parametrize(
    ("given", "code"),
    [([], 0), (["--fail-on", "possible"], 1), (["--fail-on", "never"], 0)],
)
def test_fail_on(given: list[str], code: int) -> None:
    assert run(*DEFAULT, *given) == code


def test_ignored_until_the_last_day(tmp_path: Path) -> None:
    entry = {"rule": "min-length-raised", "pointer": "*", "reason": "agreed", "expires": "2027-01-31"}
    path = tmp_path / "ignore.yaml"
    path.write_text(yaml.safe_dump([entry]))
    assert run(*BREAKING, "--ignore", str(path), day="2027-01-31") == 0
    assert run(*BREAKING, "--ignore", str(path), day="2027-02-01") == 1


@pytest.mark.parametrize("entry", [{}, {"rule": "nope", "pointer": "*", "reason": "x", "expires": "2027-01-31"}])
def test_a_bad_ignore_file_cannot_run(entry: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "ignore.yaml"
    path.write_text(yaml.safe_dump([entry]))
    assert run(*BREAKING, "--ignore", str(path)) == 2


def test_a_revision_in_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    (tmp_path / "api.yaml").write_text(Path(BREAKING[0]).read_text())
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *command], check=True, capture_output=True)
    (tmp_path / "api.yaml").write_text(Path(BREAKING[1]).read_text())
    assert run("git:HEAD:api.yaml", "api.yaml") == 1
    assert run("git:HEAD:none.yaml", "api.yaml") == 2
    assert "git:HEAD:none.yaml:1:1" in capsys.readouterr().err
    assert run("git:api.yaml", "api.yaml") == 2


@pytest.mark.parametrize("text", ["", "a: [", "[1]", "swagger: '2.0'", "openapi: 3.1.0\nopenapi: 3.1.0", "\x00"])
def test_what_is_no_document_exits_with_2_and_a_place(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(text)
    assert run(BREAKING[0], str(path)) == 2
    assert f"{path}:" in capsys.readouterr().err


def test_without_documents() -> None:
    assert run() == 2
    assert run("--rules") == 0


def body(schema: Any, **components: Any) -> dict[str, Any]:
    operation = {"requestBody": {"content": {"application/json": {"schema": schema}}}, "responses": {}}
    return {"openapi": "3.1.0", "paths": {"/a": {"post": operation}}, "components": {"schemas": components}}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def deep(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


def explosive(leaf: dict[str, Any]) -> dict[str, Any]:
    levels = {f"L{n}": {"type": "object", "properties": {name: ref(f"L{n + 1}") for name in "abc"}} for n in range(30)}
    return body(ref("L0"), **levels, L30=leaf)


HOSTILE = {
    "self reference": body(ref("A"), A=ref("A")),
    "circle of references": body(ref("A"), A=ref("B"), B={"allOf": [ref("A")]}),
    "circle of branches": body(ref("A"), A={"anyOf": [ref("B"), {"type": "string"}]}, B={"allOf": [ref("A")]}),
    "recursion by additionalProperties": body(ref("A"), A={"additionalProperties": ref("A")}),
    "deep": body(deep(150)),
    "exponential": explosive({"type": "string"}),
    "huge enumeration": body({"type": "string", "enum": [f"v{n}" for n in range(20000)]}),
    "bad pattern": body({"type": "string", "pattern": "(?<=a)\\Z["}),
    "backtracking pattern": body({"type": "string", "pattern": "^(a+)+(b|a)*$"}),
    "large repetition": body({"type": "string", "pattern": "^(a{0,999}){0,999}$"}),
    "large numbers": body({"type": "string", "minLength": 10**9, "maxLength": 10**30}),
    "nonsense": body({"type": 3, "properties": [], "required": "a", "enum": {}, "items": 7, "minimum": "x"}),
    "nothing where objects are": {"openapi": "3.1.0", "paths": {"/a": None, "/b": {"get": None, "parameters": 3}}},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_are_judged(name: str) -> None:
    hostile, harmless = HOSTILE[name], body({"type": "object"})
    for old, new in ((hostile, harmless), (harmless, hostile), (hostile, explosive({}))):
        assert compare(old, new).verdict in ("breaking", "possible", "compatible", "unchanged")
    assert compare(hostile, hostile).verdict == "unchanged"


def test_one_change_below_an_exponential_document() -> None:
    report = compare(explosive({"type": "string"}), explosive({"type": "string", "minLength": 1}))
    assert report.verdict in ("breaking", "possible")


def test_our_document_against_itself_is_unchanged() -> None:
    path = Path(__file__).parents[2] / "spec" / "openapi.yaml"
    assert compare(read(path).value, read(path).value).verdict == "unchanged"
