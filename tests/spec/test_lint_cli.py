"""``invigilate lint`` as a command: configuration, standard input, mending, hooks."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from spec.lint.cli import lint
from spec.load import DOCUMENT_FILE

HEAD = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n"
OVERLAP = HEAD + "    Thing:\n      oneOf:\n      - {type: string}\n      - {type: string, maxLength: 3}\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = lint(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


SEVERITIES = [("off", 0, "0 error(s), 0 warning(s), 0 note(s)"), ("note", 0, "1 note(s)"), ("error", 1, "1 error(s)")]


@pytest.mark.parametrize(("severity", "code", "words"), SEVERITIES)
def test_a_rule_has_a_severity_of_ones_own(
    severity: str, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a.yaml").write_text(OVERLAP)
    Path(".invigilate.yaml").write_text(f"lint: {{rules: {{branches-overlap: {severity}}}}}\n")
    found = shown(capsys, "a.yaml")
    assert found[0] == code
    assert words in found[1]


def test_known_findings_are_ignored_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.yaml").write_text(OVERLAP)
    known = {"rule": "branches-overlap", "pointer": "/components/schemas/Thing/*", "reason": "legacy"}
    gone = {"rule": "branches-overlap", "pointer": "/components/schemas/Gone/oneOf/1"}
    Path("other.yaml").write_text(yaml.safe_dump({"lint": {"ignore": [known, gone]}}))
    code, out, err = shown(capsys, "a.yaml", "--config", "other.yaml")
    assert code == 0
    assert "branches-overlap" not in out
    assert "1 finding(s) ignored by other.yaml" in err
    assert "ignores branches-overlap at /components/schemas/Gone/oneOf/1: nothing is there" in err


WRONG = [
    ("lint: {rules: {branch-overlap: off}}", "did you mean 'branches-overlap'?"),
    ("lint: {rules: {branches-overlap: loud}}", "loud"),
    ("lintt: {}", "lintt"),
    ("- 1", "object"),
]


@pytest.mark.parametrize(("text", "reason"), WRONG)
def test_a_wrong_configuration_is_refused_with_its_place(
    text: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a.yaml").write_text(OVERLAP)
    Path(".invigilate.yaml").write_text(text)
    code, _, err = shown(capsys, "a.yaml")
    assert code == 2
    assert err.startswith("invigilate lint: .invigilate.yaml:1:")
    assert reason in err


def test_formats_of_ones_own_are_known(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.yaml").write_text(HEAD + "    Thing: {type: string, format: isbn}\n")
    assert "format-unchecked" in shown(capsys, "a.yaml")[1]
    Path(".invigilate.yaml").write_text("formats: [isbn]\n")
    assert "format-unchecked" not in shown(capsys, "a.yaml")[1]


def test_the_standard_input_is_a_document(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(OVERLAP.encode())))
    code, out, _ = shown(capsys, "-")
    assert code == 1
    assert "<stdin>:9:" in out


MENDED = [
    ("spelling", "    A: {type: string, maxlength: 3}  # kept\n", "    A: {type: string, maxLength: 3}  # kept\n"),
    ("dash", "    A:\n      type: string\n      read-only: true\n", "    A:\n      type: string\n      readOnly: true\n"),
    ("nullable, block", "    A:\n      type: string\n      nullable: true\n      minLength: 1\n", "    A:\n      type: [string, 'null']\n      minLength: 1\n"),
    ("nullable first", "    A:\n      nullable: true\n      type: integer\n", "    A:\n      type: [integer, 'null']\n"),
    ("nullable, flow", "    A: {type: string, nullable: true, minLength: 1}\n", "    A: {type: [string, 'null'], minLength: 1}\n"),
    ("not nullable", "    A:\n      type: string\n      nullable: false\n", "    A:\n      type: string\n"),
    ("digits", "    A: {type: string, pattern: '^\\d[a\\d]$'}\n", "    A: {type: string, pattern: '^[0-9][a0-9]$'}\n"),
    ("digits, quoted", '    A: {type: string, pattern: "^\\\\d$"}\n', '    A: {type: string, pattern: "^[0-9]$"}\n'),
    ("branch", "    A:\n      anyOf:\n      - {type: string}\n      - type: integer\n        minimum: 1\n      - {type: string}\n      - {type: 'null'}\n",
     "    A:\n      anyOf:\n      - {type: string}\n      - type: integer\n        minimum: 1\n      - {type: 'null'}\n"),
    ("two at once", "    A: {type: string, maxlength: 3}\n    B: {type: string, pattern: '^\\d$'}\n", "    A: {type: string, maxLength: 3}\n    B: {type: string, pattern: '^[0-9]$'}\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), [row[1:] for row in MENDED], ids=[row[0] for row in MENDED])
def test_what_has_one_right_answer_is_mended(before: str, after: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.yaml").write_text(HEAD + before)
    _, _, err = shown(capsys, "a.yaml", "--fix")
    assert Path("a.yaml").read_text() == HEAD + after
    assert "mended a.yaml:" in err
    assert shown(capsys, "a.yaml", "--fix")[2] == ""


def test_json_is_mended_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    tree = {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": {},
        "components": {"schemas": {"A": {"type": "string", "maxlength": 1}}},
    }
    Path("a.json").write_text(json.dumps(tree, indent=2))
    shown(capsys, "a.json", "--fix")
    assert json.loads(Path("a.json").read_text())["components"]["schemas"]["A"] == {"type": "string", "maxLength": 1}


LEFT = [
    ("letters", "    A: {type: string, maxLenght: 3}\n"),
    ("both spellings", "    A: {type: string, maxlength: 3, maxLength: 4}\n"),
    ("an anchor in the way", "    A: &a {type: string}\n    B: {anyOf: [*a, *a]}\n"),
    ("equal branches of oneOf", "    A:\n      oneOf:\n      - {type: string}\n      - {type: string}\n"),
]


@pytest.mark.parametrize("text", [row[1] for row in LEFT], ids=[row[0] for row in LEFT])
def test_what_has_several_answers_is_left(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.yaml").write_text(HEAD + text)
    shown(capsys, "a.yaml", "--fix")
    assert Path("a.yaml").read_text() == HEAD + text


def test_hooks_name_commands_that_there_are() -> None:
    root = Path(__file__).parents[2]
    hooks = {one["id"]: one for one in yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text())}
    assert hooks.keys() == {"invigilate-lint", "invigilate-diff"}
    Path("openapi.yaml").write_text(OVERLAP.replace("maxLength: 3", "maxLength: 4"))
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=n", "-c", "user.email=e@example.com", "commit", "-qm", "m"],
    ):
        subprocess.run(["git", *command], check=True)
    Path("openapi.yaml").write_text(OVERLAP)
    subprocess.run(["git", "add", "."], check=True)
    entry = hooks["invigilate-diff"]["entry"].replace(
        "invigilate diff", f"{sys.executable} {root / 'invigilate.py'} diff"
    )
    script = entry.removeprefix("sh -c '").removesuffix("' --")
    ran = subprocess.run(["sh", "-c", script, "--", "openapi.yaml"], capture_output=True, text=True, check=False)
    assert ran.returncode in (0, 1), ran.stderr
    assert "openapi.yaml" in ran.stdout


def test_an_example_of_a_parameter_may_be_the_text_on_the_wire(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_text(
        "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths:\n  /a:\n    get:\n      operationId: o\n      parameters:\n"
        "        - {name: a, in: query, schema: {type: boolean}, example: 'true'}\n"
        "        - {name: b, in: query, schema: {type: integer}, example: '5'}\n"
        "        - {name: c, in: query, schema: {type: integer}, example: five}\n"
        "      responses: {'200': {description: ok}, default: {description: 'no'}}\n"
    )
    assert lint([str(path)]) == 1
    told = [line for line in capsys.readouterr().out.splitlines() if "example-mismatch" in line]
    assert len(told) == 1
    assert ":10:" in told[0]


@pytest.mark.parametrize(("keyword", "name"), [("x-install-member", "proctorTypse"), ("x-install-default", "timezone")])
def test_what_no_install_has_is_told_as_the_mock_tells_it(
    keyword: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    right = {"x-install-member": "proctorTypes", "x-install-default": "timeZone"}[keyword]
    path = tmp_path / "openapi.yaml"
    path.write_text(DOCUMENT_FILE.read_text().replace(f"{keyword}: {right}", f"{keyword}: {name}", 1))
    assert lint([str(path)]) == 1
    told = capsys.readouterr().out
    assert f"{keyword} names" in told
    assert f"did you mean {right!r}?" in told
