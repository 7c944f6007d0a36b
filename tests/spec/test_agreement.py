"""What a document names of its installs, and what one command refuses, is told by every command that reads it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from contract.cli.check import check
from mockserver.app import Mock
from mockserver.cli import mock as serve
from spec.docs.cli import docs
from spec.docs.init_cli import init
from spec.lint.cli import lint
from spec.load import load
from spec.openapi.document import DocumentError
from spec.resources.agreement import installs_for

NAME = "        name: {type: string}\n"
INSTALLS = """
installs:
  - {sid: AI0123456789abcdef0123456789abcdef, defaults: {shade: grey}, members: {shades: [grey, blue]}}
"""
URL = "http://127.0.0.1:9/v2/installs/AI0123456789abcdef0123456789abcdef/provision"


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    """A document to start from whose member ``name`` is said in other words."""
    assert init([str(tmp_path)]) == 0
    path = tmp_path / "openapi.yaml"

    def write(member: str) -> Path:
        text = path.read_text(encoding="utf-8")
        assert NAME in text
        path.write_text(text.replace(NAME, f"        name: {member}\n", 1), encoding="utf-8")  # the part comes first
        return path

    return write


def line_of(path: Path, text: str) -> int:
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text in line)


COMMANDS: dict[str, Callable[[Path], int]] = {
    "mock": lambda path: serve(["--spec", str(path), "--port", "0"]),
    "check": lambda path: check(["--spec", str(path), "--dry-run", URL]),
    "docs": lambda path: docs(["--spec", str(path), "--out", str(path.parent / "out")]),
    "lint": lambda path: lint([str(path)]),
}


@pytest.mark.parametrize("command", ["mock", "check"])
@pytest.mark.parametrize(
    ("member", "told"),
    [
        ("{x-install-member: proctorType}", "the list 'proctorType', which no install of the installs that ship has; did you mean 'proctorTypes'?"),
        ("{x-install-member: {list: shades}}", "the list 'shades', which no install of the installs that ship has"),
        ("{x-install-default: currency}", "the default 'currency', which no install of the installs that ship has; did you mean 'currencyCode'?"),
    ],
)  # fmt: skip
def test_what_no_install_has_is_refused_at_its_keyword(
    command: str, member: str, told: str, written: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(member)
    assert COMMANDS[command](path) == 2
    said = capsys.readouterr().err
    assert told in said
    assert f"openapi.yaml:{line_of(path, member)}:16: /components/schemas/ProctorGroup/properties/name/x-" in said


def test_what_an_install_of_the_given_file_has_is_served(
    written: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written("{type: string, x-install-member: shades, x-install-default: shade}")
    installs = tmp_path / "installs.yaml"
    installs.write_text(INSTALLS)
    text = path.read_text(encoding="utf-8")
    for named in ("proctorTypes", "deliverySystems", "integrations", "currencyCode", "timeZone"):
        assert f" {named}" in text
    document = load(path)
    with pytest.raises(DocumentError) as caught:
        installs_for(document, document.operations["provision"], installs)
    assert "shade" not in "".join(str(caught.value).partition("which no install")[:1])
    assert f"no install of {installs} has" in str(caught.value)
    installs.write_text(
        INSTALLS.replace("shade: grey", "shade: grey, currencyCode: EUR, timeZone: UTC").replace(
            "[grey, blue]", "[grey, blue], proctorTypes: [], deliverySystems: [], integrations: []"
        )
    )
    assert installs_for(document, document.operations["provision"], installs)[0].defaults["shade"] == "grey"


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("member", "told"),
    [
        ("{type: string, default: 5}", "does not fit its"),
        ("{type: strng}", "'strng' is no type; there are array, boolean, integer, null, number, object, string, and lists of different ones. Did you mean 'string'?"),
        ("{type: [string, text]}", "'text' is no type; there are array"),
        ("{type: string, required: true}", "must be a list of texts, not true"),
    ],
)  # fmt: skip
def test_what_one_command_refuses_all_refuse(
    command: str, member: str, told: str, written: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(member)
    assert COMMANDS[command](path) == (1 if command == "lint" else 2)
    captured = capsys.readouterr()
    assert told in captured.out + captured.err


def test_a_default_is_told_once_by_lint(written: Callable[[str], Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert lint([str(written("{type: string, default: 5}")), "--fail-on", "error"]) == 1
    assert capsys.readouterr().out.count(": error: ") == 1


@pytest.mark.parametrize("command", ["mock", "check", "lint"])
def test_foreign_members_are_refused_where_that_is_asked_for(
    command: str, written: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = written("{type: string, x-colour: red}")
    assert load(path)
    runs = {
        "mock": lambda: serve(["--spec", str(path), "--port", "0", "--strict-keywords"]),
        "check": lambda: check(["--spec", str(path), "--dry-run", "--strict-keywords", URL]),
        "lint": lambda: lint([str(path), "--strict-keywords", "--fail-on", "error"]),
    }
    assert runs[command]() == (1 if command == "lint" else 2)
    captured = capsys.readouterr()
    assert "the keyword 'x-colour' is not implemented" in captured.out + captured.err


def test_an_operation_without_handler_is_told_by_lint_as_the_mock_does(
    written: Callable[[str], Path], mock: Callable[..., Mock], capsys: pytest.CaptureFixture[str]
) -> None:
    path = written("{type: string}")
    path.write_text(path.read_text(encoding="utf-8").replace("operationId: jwks", "operationId: keys"))
    assert lint([str(path)]) == 1
    assert "The mock has no handler for the operation 'keys'; it has" in capsys.readouterr().out
    with pytest.raises(DocumentError, match="the mock has no handler for the operation 'keys'"):
        mock(load(path))


def test_a_member_that_is_true_is_any_value(written: Callable[[str], Path], mock: Callable[..., Mock]) -> None:
    document = load(written("true"))
    assert mock(document).installs
